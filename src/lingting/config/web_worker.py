"""What a worker of granian loads: the pages, in a process that ends when its parent was killed.

The code stays for good: what it is made of is taken out of the garbage collector's rounds. Without `die_with_parent` a
killed parent leaves its worker behind, which keeps the port and serves old code; it comes before the rest is loaded,
which takes seconds, and asks whether the parent is there still. While a worker loads, granian lets it hear no gentler signal.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys

from lingting.config.processes import die_with_parent

_parent = multiprocessing.parent_process()
die_with_parent(signal.SIGKILL, parent=_parent.pid if _parent else None)

from django.urls import get_resolver  # noqa: E402

from lingting.config.servers import COLLECTS_AFTER, SWITCH_SECONDS  # noqa: E402
from lingting.config.wsgi import application  # noqa: E402

sys.setswitchinterval(SWITCH_SECONDS)
get_resolver().url_patterns  # noqa: B018  (loads views and the API before the first request asks for them)
gc.collect()
gc.freeze()
gc.set_threshold(*COLLECTS_AFTER)

__all__ = ["application"]
