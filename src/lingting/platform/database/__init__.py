"""The embedded PostgreSQL of one machine, and everything that knows a database by its address.

Owns: starting, watching and stopping PostgreSQL (`server`), the address of any other PostgreSQL
(`external`), the doctor's questions (`check`), monthly partitions (`partitions`), a server for tests
(`testing`), Django's backend (`postgresql`), statements of the hot paths (`binding`) and many new rows at once
(`inserting`), settings kept in memory for a moment (`remembering`). Does not own: models, migrations, or what is stored.
Only `external`, `partitions`, `postgresql`, `binding`, `inserting` and `remembering` know that Django exists.
"""
