"""Translations without GNU gettext: finding strings, compiling catalogues, proving that none is missing.

Python and template strings are found by Babel (templates through Django's own `templatize`);
each app keeps `locale/zh_Hans/LC_MESSAGES/django.po` with every one of its msgids.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from lingting.config.apps import APPS
from lingting.platform.refusals import Refusal

SOURCE = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
_KEYWORDS = {
    "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

_log = logging.getLogger(__name__)
Key = tuple[str | None, str]


class BrokenCatalogue(Refusal):
    """A .po file cannot be read."""


def app_folders() -> list[Path]:
    """The folder of every app, and of the packages that own no app but have words (config)."""
    return [SOURCE.joinpath(*app.split(".")[1:]) for app in APPS] + [SOURCE / "config"]


def compile_all() -> int:
    """Writes every `.mo` that is older than its `.po`, where we may; returns how many catalogues there are."""
    count = 0
    for po_path in sorted(SOURCE.rglob("locale/*/LC_MESSAGES/django.po")):
        mo_path = po_path.with_suffix(".mo")
        count += 1
        if mo_path.exists() and mo_path.stat().st_mtime >= po_path.stat().st_mtime:
            continue
        try:
            _compile(po_path, mo_path=mo_path)
        except PermissionError:
            _log.warning("%s is older than its source and belongs to somebody else: it is used as it is.", mo_path)
    return count


def _compile(po_path: Path, *, mo_path: Path) -> None:
    # A name of its own: two commands may begin at once.
    temporary = mo_path.with_suffix(f".mo.{os.getpid()}")
    with po_path.open("rb") as source, temporary.open("wb") as target:
        write_mo(target, read_po(source, locale=po_path.parent.parent.name))
    temporary.replace(mo_path)


def strings_of(folder: Path) -> dict[Key, str]:
    """Every translatable string of an app: (context, msgid) to the place where it stands."""
    found: dict[Key, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or _is_foreign(path, folder):
            continue
        for key, line in _strings_in(path):
            found.setdefault(key, f"{path.relative_to(SOURCE)}:{line}")
    return found


def _is_foreign(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if {"tests", "migrations", "static", "content"} & set(parts):
        return True
    return any(path.is_relative_to(other) for other in app_folders() if other != folder and other.is_relative_to(folder))


def _strings_in(path: Path) -> Iterator[tuple[Key, int]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        source = text
    elif "/templates/" in path.as_posix():
        # What is left of a template is no Python: without its indentation the tokenizer takes it.
        source = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    else:
        return
    for line, message, _comments, context in extract("python", BytesIO(source.encode()), keywords=_KEYWORDS):
        first = message[0] if isinstance(message, tuple) else message
        if first:
            yield (context, first), line


def catalogue_of(folder: Path) -> dict[Key, str]:
    """What an app's catalogue says: (context, msgid) to its Chinese; fuzzy ones do not count."""
    path = folder / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return {}
    with path.open("rb") as source:
        catalogue = read_po(source, locale=LOCALE)
    found = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            msgid = message.id[0] if isinstance(message.id, tuple) else message.id
            text = message.string[0] if isinstance(message.string, tuple) else message.string
            found[(message.context, str(msgid))] = str(text or "")
    return found


def problems() -> list[str]:
    """What is missing, left over or inconsistent, a line each: place, string, problem."""
    lines = []
    everywhere = {key: text for folder in app_folders() for key, text in catalogue_of(folder).items() if text}
    for folder in app_folders():
        strings = strings_of(folder)
        for key, place in strings.items():
            text = everywhere.get(key, "")
            if not text:
                lines.append(f"{place}: no Chinese for {key[1]!r}")
            elif sorted(_PLACEHOLDER.findall(key[1])) != sorted(_PLACEHOLDER.findall(text)):
                lines.append(f"{place}: placeholders differ in {key[1]!r} → {text!r}")
        lines += [
            f"{folder.relative_to(SOURCE)}: {key[1]!r} is translated but no longer used"
            for key in catalogue_of(folder)
            if key not in strings and not _used_elsewhere(key)
        ]
    return lines


def _used_elsewhere(key: Key) -> bool:
    """Some strings are made at run time (field labels of other packages): they stand in config's catalogue."""
    return key in catalogue_of(SOURCE / "config")


def check_complete() -> int:
    found = problems()
    for line in found:
        print(line)
    print(f"translations: {len(found)} problems")
    return 1 if found else 0


def show_missing(app: str) -> int:
    """Prints .po entries for an app's untranslated strings, ready to be filled in."""
    folder = SOURCE.joinpath(*app.removeprefix("lingting.").split("."))
    if not folder.is_dir():
        raise Refusal(f"There is no app {app}; name one such as service.desk.")
    known = catalogue_of(folder)
    for (context, msgid), place in strings_of(folder).items():
        if not known.get((context, msgid)):
            quoted = msgid.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            print(f"#: {place}" + (f'\nmsgctxt "{context}"' if context else "") + f'\nmsgid "{quoted}"\nmsgstr ""\n')
    return 0
