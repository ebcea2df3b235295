"""Why a file is not taken."""

from __future__ import annotations

from lingting.platform.refusals import Invalid


class TooLarge(Invalid):
    """The file is larger than allowed."""

    code = "file_too_large"
    status = 413


class EmptyFile(Invalid):
    """The file holds nothing."""

    code = "file_empty"


class ContradictingType(Invalid):
    """The name says one kind of file, the bytes another."""

    code = "file_type_contradicts_name"
