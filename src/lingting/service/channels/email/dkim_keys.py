"""DKIM keys of mailboxes: made here, signed with, and compared with what the domain publishes."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from lingting.service.channels.email.dns_records import Lookup
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.vault import opened

KEY_BITS = 2048
LEAST_KEY_BITS = 1024
SELECTOR = "lingting"
_SIGNED = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"reply-to", b"mime-version",
    b"content-type",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """The TXT record with which a domain says which key signs for it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class KeyMatch:
    """What the domain publishes beside our key: `state` is matches, absent, other or revoked."""

    state: str
    record: KeyRecord
    published: str = ""


def can_sign(mailbox: Mailbox) -> bool:
    """Whether a mailbox has all that a signature needs."""
    return bool(mailbox.dkim_domain and mailbox.dkim_selector and mailbox.dkim_key)


def new_key() -> str:
    """A fresh private key in PEM form."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def signed(content: bytes, *, mailbox: Mailbox) -> bytes:
    """A letter with our signature in front. Raises `ValueError` for an unusable key."""
    import dkim

    signature = dkim.sign(
        content, mailbox.dkim_selector.encode(), mailbox.dkim_domain.encode(), opened(mailbox.dkim_key).encode(),
        canonicalize=(b"relaxed", b"relaxed"), include_headers=list(_SIGNED),
    )  # fmt: skip
    return bytes(signature) + content


def is_signing_key(pem: str) -> bool:
    """Whether a text is an RSA private key in PEM form that receivers accept (1024 bits at least, RFC 8301)."""
    try:
        key = load_pem_private_key(pem.strip().encode(), password=None)
    except (ValueError, TypeError):
        return False
    return isinstance(key, rsa.RSAPrivateKey) and key.key_size >= LEAST_KEY_BITS


def key_record(mailbox: Mailbox) -> KeyRecord:
    """What has to stand in the domain's DNS for our signatures to hold. Raises `ValueError` for an unusable key."""
    key = load_pem_private_key(opened(mailbox.dkim_key).encode(), password=None)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    name = f"{mailbox.dkim_selector}._domainkey.{mailbox.dkim_domain}"
    return KeyRecord(name, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def compare_key(mailbox: Mailbox, *, lookup: Lookup) -> KeyMatch:
    """Whether the domain publishes our key. `lookup` gives the TXT records at a name; what it raises goes through."""
    record = key_record(mailbox)
    found = [text for text in lookup(record.name) if "p" in _tags(text)]
    ours = _tags(record.value)["p"]
    published = [_tags(text)["p"] for text in found]
    if ours in published:
        return KeyMatch("matches", record, found[published.index(ours)])
    if not found:
        return KeyMatch("absent", record)
    return KeyMatch("other" if any(published) else "revoked", record, found[0])


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _equals, value in pairs}

