"""Secrets of mailboxes at rest: encrypted with a key derived from the centre's own."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from lingting.platform.refusals import Conflict


class SecretUnreadable(Conflict):
    """The centre's key is another than the one that locked the secret."""

    code = "secret_unreadable"


def locked(secret: str) -> str:
    """A secret as it is stored; empty stays empty."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def opened(stored: str) -> str:
    """The secret behind a stored text. Raises `SecretUnreadable` where the centre's key has changed since."""
    if not stored:
        return ""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable(
            _("The stored password cannot be read: the centre's SECRET_KEY has changed. Enter the password again.")
        ) from error


def _box() -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"lingting mail secrets").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
