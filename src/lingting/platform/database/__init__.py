"""The embedded PostgreSQL of one machine, and everything that knows a database by its address.

Owns: starting, watching and stopping PostgreSQL (`server`), the address of any other PostgreSQL
(`external`), the doctor's questions (`check`), monthly partitions (`partitions`), a server for tests
(`testing`), Django's backend (`postgresql`) and statements of the hot paths (`binding`). Does not own: models,
migrations, or what is stored. Only `external`, `partitions`, `postgresql` and `binding` know that Django exists.
"""
