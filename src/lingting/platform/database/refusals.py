"""What can go wrong with a database that is not a bug, one class for each thing a person does next."""

from __future__ import annotations

from lingting.platform.refusals import Refusal


class DatabaseRefusal(Refusal):
    """The database cannot be used as things stand."""

    code = "database_refused"
    status = 503


class AlreadyRunning(DatabaseRefusal):
    """Another living process supervises the database of this home."""

    code = "database_already_running"


class BinariesUnusable(DatabaseRefusal):
    """The PostgreSQL programs are missing or cannot be run."""

    code = "database_binaries"


class NoUnprivilegedAccount(DatabaseRefusal):
    """We are root, PostgreSQL refuses root, and no other account could be found or made."""

    code = "database_account"


class WrongOwner(DatabaseRefusal):
    """The files belong to an account other than the one that wants to use them."""

    code = "database_owner"


class WrongVersion(DatabaseRefusal):
    """The data were written by another major version of PostgreSQL."""

    code = "database_version"


class DataMissing(DatabaseRefusal):
    """The home says where its data are, and they are not there."""

    code = "database_data_missing"


class DiskFull(DatabaseRefusal):
    """There is no room left for the database."""

    code = "database_disk_full"


class PortTaken(DatabaseRefusal):
    """Another program listens where PostgreSQL should."""

    code = "database_port"


class DidNotStart(DatabaseRefusal):
    """PostgreSQL ended before it accepted connections; the message carries its own last words."""

    code = "database_did_not_start"


class WrongAddress(DatabaseRefusal):
    """`DATABASE_URL` cannot be understood. The message never holds the password."""

    code = "database_address"
