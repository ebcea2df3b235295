"""The house rules that a machine can check: doors between apps, foreign keys that point down, words translated."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from django.apps import apps

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
        if {"tests", "migrations"} & set(path.parts) or floor_of(module_of(path)) in {"platform", "science", "config", "demo"}:
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


def test_models_and_migrations_agree() -> None:
    """In a process of its own: some tests make models that belong to no migration."""
    command = [sys.executable, "-m", "lingting.config.command", "manage", "makemigrations", "--check", "--dry-run"]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout + checked.stderr
