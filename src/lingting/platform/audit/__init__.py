"""Who changed what: old and new value, whether by a page, the API, a job or plain SQL.

Owns the record, the trigger that fills it and the way the acting person reaches the database.
Does not own what happened in the trade's words: that is `kernel.timeline`.
"""

from lingting.platform.audit.acting import PROGRAM, Actor, acting, acting_now

__all__ = ["PROGRAM", "Actor", "acting", "acting_now"]
