"""The house rules that a machine can check: doors between apps, foreign keys that point down, words translated."""

from __future__ import annotations

import ast
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from django.apps import apps
from django.utils import translation
from django.utils.translation import ngettext, npgettext
from django.utils.translation.template import templatize

from lingting.config import messages
from lingting.config.apps import APPS

SOURCE = Path(messages.SOURCE)
FLOORS = ["science", "platform", "kernel", "service", "team", "quality", "insight", "founding", "demo", "config"]
DOORS = {"models", "selectors", "services", "events", "registry"}


def floor_of(module: str) -> str:
    return module.split(".")[1]


def app_of(module: str) -> str | None:
    fitting = [app for app in APPS if module == app or module.startswith(app + ".")]
    return max(fitting, key=len) if fitting else None


def imports_of(path: Path) -> list[tuple[str, int]]:
    """Every module of ours that a file imports, as full names including imported attributes."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
    return [(name, line) for name, line in found if name.startswith("lingting.")]


def module_of(path: Path) -> str:
    return ".".join(("lingting", *path.relative_to(SOURCE).with_suffix("").parts))


def test_business_apps_reach_each_other_only_through_doors():
    """Kernel, service and insight apps import one another's models, selectors, services and events only."""
    wrong = []
    for path in SOURCE.rglob("*.py"):
        if {"tests", "migrations"} & set(path.relative_to(SOURCE).parts) or floor_of(module_of(path)) in {
            "platform",
            "science",
            "config",
            "demo",
        }:
            continue
        mine = app_of(module_of(path))
        for name, line in imports_of(path):
            theirs = app_of(name)
            if theirs in (None, mine) or floor_of(name) in {"platform", "science"}:
                continue
            door = name.removeprefix(theirs + ".").split(".")[0]
            if door not in DOORS and not (theirs == "lingting.kernel.accounts" and door == "permissions"):
                wrong.append(f"{path.relative_to(SOURCE)}:{line} reaches {name}")
    assert not wrong, "\n".join(wrong)


def test_foreign_keys_never_point_up():
    order = {app: FLOORS.index(floor_of(app)) for app in APPS}
    position = {app: index for index, app in enumerate(APPS)}
    wrong = []
    for model in apps.get_models():
        mine = app_of(model.__module__)
        if mine is None:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or not field.is_relation or not isinstance(target, type):
                continue
            theirs = app_of(target.__module__)
            if theirs and (order[theirs], position[theirs]) > (order[mine], position[mine]):
                wrong.append(f"{model.__name__}.{field.name} → {target.__name__}")
    assert not wrong, wrong


def test_every_string_has_its_chinese():
    found = messages.problems()
    assert not found, "\n".join(found)


def plurals_of(path: Path) -> list[tuple[str | None, str, str]]:
    """What a file says in the singular and the plural: (context, one, many)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    keywords = {"ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3)}
    found = extract("python", BytesIO(text.encode()), keywords=keywords)
    return [(context, *message[:2]) for _line, message, _comments, context in found if isinstance(message, tuple)]


def test_what_is_counted_has_its_chinese_as_a_plural() -> None:
    """A singular alone in the catalogue is not found where something is counted: the page would speak English.

    The commands (`config`) have words of their own, in the language of the terminal.
    """
    files = [
        path
        for path in sorted(SOURCE.rglob("*"))
        if path.suffix in {".py", ".html"} and not {"tests", "config"} & set(path.relative_to(SOURCE).parts)
    ]
    said = [
        (path, *words)
        for path in files
        if "ngettext" in (text := path.read_text()) or "{% plural %}" in text
        for words in plurals_of(path)
    ]
    assert len(said) > 30
    with translation.override("zh-hans"):
        english = [
            f"{path.relative_to(SOURCE)}: {one!r}"
            for path, context, one, many in said
            if (npgettext(context, one, many, 2) if context else ngettext(one, many, 2)) == many
        ]
    assert english == []


def test_models_and_migrations_agree() -> None:
    """In a process of its own: some tests make models that belong to no migration."""
    command = [sys.executable, "-m", "lingting.config.command", "manage", "makemigrations", "--check", "--dry-run"]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout + checked.stderr
