"""What a worker of granian loads: the pages, in a process that ends when its parent was killed.

Without the second part a killed parent leaves its worker behind, which keeps the port and serves old code.
"""

from __future__ import annotations

from lingting.config.processes import die_with_parent
from lingting.config.wsgi import application

die_with_parent()

__all__ = ["application"]
