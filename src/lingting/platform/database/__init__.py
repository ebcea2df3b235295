"""The embedded PostgreSQL of one machine, and everything that knows a database by its address.

Owns: starting, watching and stopping PostgreSQL (`server`), the address of any other PostgreSQL
(`external`), the doctor's questions (`check`), monthly partitions (`partitions`), a server for tests
(`testing`). Does not own: models, migrations, or what is stored. Only `external` and `partitions` know that
Django exists.
"""
