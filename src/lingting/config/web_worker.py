"""What a worker of granian loads: the pages, in a process that ends when its parent was killed.

The code stays for good: what it is made of is taken out of the garbage collector's rounds. Without `die_with_parent` a
killed parent leaves its worker behind, which keeps the port and serves old code.
"""

from __future__ import annotations

import gc
import sys

from django.urls import get_resolver

from lingting.config.processes import die_with_parent
from lingting.config.servers import SWITCH_SECONDS
from lingting.config.wsgi import application

die_with_parent()
sys.setswitchinterval(SWITCH_SECONDS)
get_resolver().url_patterns  # noqa: B018  (loads views and the API before the first request asks for them)
gc.collect()
gc.freeze()

__all__ = ["application"]
