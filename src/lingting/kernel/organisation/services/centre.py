"""What concerns the whole centre."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http.request import validate_host
from django.utils.translation import gettext as _

from lingting.kernel.organisation.models import Centre
from lingting.kernel.timeline.events import Actor
from lingting.platform.files.services import store_upload
from lingting.platform.refusals import Invalid

LARGEST_LOGO_BYTES = 512 * 1024
LOGO_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})


class BadAddress(Invalid):
    """The address cannot be that of this site; the message says why."""

    code = "bad_address"


class BadLogo(Invalid):
    """The file is no picture that browsers show everywhere."""

    code = "bad_logo"


def save_centre(*, address: str) -> Centre:
    """Keeps where this site is reached. Raises `BadAddress`."""
    clean = address.strip().rstrip("/")
    trouble = trouble_with_address(clean)
    if trouble:
        raise BadAddress(trouble, fields={"address": [trouble]})
    centre, _made = Centre.objects.update_or_create(pk=1, defaults={"address": clean})
    return centre


def save_brand(
    *, name_zh: str, name_en: str, colour: str, actor: Actor, now: datetime, logo: Any = None, drops_logo: bool = False
) -> Centre:
    """Keeps what customers see of the centre. `logo` is an uploaded picture. Raises `BadLogo` and what `store_upload` raises."""
    with transaction.atomic():
        centre, _made = Centre.objects.select_for_update().get_or_create(pk=1)
        centre.name_zh, centre.name_en, centre.colour = name_zh.strip(), name_en.strip(), colour
        if drops_logo:
            centre.logo = None
        if logo is not None:
            stored = store_upload(logo, actor_kind="account", actor_id=str(actor.id or ""), now=now, largest_bytes=LARGEST_LOGO_BYTES)
            if stored.content_type not in LOGO_TYPES:
                message = _("A logo is a PNG, JPEG or WebP picture.")
                raise BadLogo(message, fields={"logo": [message]})
            centre.logo = stored
        centre.save()
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
