"""The WSGI application that granian and the one-port mode serve."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingting.config.settings")

application = get_wsgi_application()
