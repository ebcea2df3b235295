"""The second factor: a code from an app on the telephone (TOTP), and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import secrets

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from lingting.kernel.accounts.models import Account
from lingting.platform.refusals import Refusal

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Refusal):
    """The code does not fit, or is not looked at because too many wrong ones came."""

    code = "wrong_code"
    status = 422


@transaction.atomic
def begin_second_factor(account: Account) -> TOTPDevice:
    """A device to be confirmed; one begun earlier and never confirmed is used again."""
    found = TOTPDevice.objects.filter(user=account, confirmed=False).order_by("id").first()
    return found or TOTPDevice.objects.create(user=account, name="totp", confirmed=False)


def confirm_second_factor(account: Account, *, code: str) -> list[str]:
    """Turns the second factor on with a first code; returns the recovery codes, shown this once. Raises `WrongCode`."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=account, confirmed=False).order_by("id").first()
        fits = device is not None and device.verify_token(_digits(code))
        if device is not None and fits:
            TOTPDevice.objects.filter(user=account, confirmed=True).delete()
            device.confirmed = True
            device.save(update_fields=["confirmed"])
    if not fits:
        raise WrongCode(_wrong_sentence(), fields={"code": [_wrong_sentence()]})
    return new_recovery_codes(account)


@transaction.atomic
def new_recovery_codes(account: Account) -> list[str]:
    """Ten new codes, each good for one sign-in; the earlier ones are void. Only a keyed digest is kept."""
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="recovery", confirmed=True)
    codes = ["-".join("".join(secrets.choice(_ALPHABET) for _s in range(4)) for _p in range(3)) for _c in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(account, code)) for code in codes)
    return codes


def check_code(account: Account, *, code: str) -> None:
    """A code from the app or a recovery code (which is used up). Raises `WrongCode`; wrong ones slow the next down."""
    plain = "".join(code.split()).lower()
    is_app_code = len(plain) == 6 and plain.isdecimal()
    fits = _fits_app(account, plain) if is_app_code else _fits_recovery(account, plain)
    if not fits:
        sentence = _wrong_sentence() if is_app_code or plain.isdecimal() else _spent_sentence()
        raise WrongCode(sentence, fields={"code": [sentence]})


@transaction.atomic
def remove_second_factor(account: Account) -> None:
    """Turns it off, with its recovery codes."""
    TOTPDevice.objects.filter(user=account).delete()
    StaticDevice.objects.filter(user=account).delete()


def secret_text(device: TOTPDevice) -> str:
    """The device's secret in groups of four, for typing into an app without a camera."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _fits_app(account: Account, code: str) -> bool:
    """Checked under a row lock, so that one code cannot be used twice at the same moment."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=account, confirmed=True).order_by("id").first()
        return bool(device and device.verify_is_allowed()[0] and device.verify_token(code))


def _fits_recovery(account: Account, code: str) -> bool:
    with transaction.atomic():
        device = StaticDevice.objects.select_for_update().filter(user=account, confirmed=True).order_by("id").first()
        return bool(device and device.verify_is_allowed()[0] and device.verify_token(_digest(account, code)))


def _digest(account: Account, code: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return salted_hmac("lingting.recovery", f"{account.pk}:{plain}", algorithm="sha256").hexdigest()[:16]


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _wrong_sentence() -> str:
    return _("This code does not fit. Wait for the next one in the app and type that.")


def _spent_sentence() -> str:
    return _("This recovery code does not fit or has been used. Type another one of your list.")
