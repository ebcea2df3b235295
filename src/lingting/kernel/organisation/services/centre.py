"""What concerns the whole centre."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _

from lingting.kernel.organisation.models import Centre
from lingting.platform.refusals import Invalid


class BadAddress(Invalid):
    """The address cannot be that of this site; the message says why."""

    code = "bad_address"


def save_centre(*, address: str) -> Centre:
    """Keeps where this site is reached. Raises `BadAddress`."""
    clean = address.strip().rstrip("/")
    trouble = trouble_with_address(clean)
    if trouble:
        raise BadAddress(trouble, fields={"address": [trouble]})
    centre, _made = Centre.objects.update_or_create(pk=1, defaults={"address": clean})
    return centre


def trouble_with_address(address: str) -> str:
    """What is wrong with an address of this site, in words; "" if nothing is, or none is said."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        return _("Write the whole address, beginning with https:// (or http:// inside one network).")
    if parts.path or parts.query or parts.fragment:
        return _("Only the part before the first single slash, e.g. %(address)s.") % {
            "address": f"{parts.scheme}://{parts.netloc}"
        }
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return _("This site does not answer at %(host)s yet: add it to ALLOWED_HOSTS and start again.") % {"host": host}
    return ""
