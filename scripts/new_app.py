"""Lays out a new app: `make app name=service.loyalty`. Writes nothing over what exists."""

from __future__ import annotations

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lingting"
FLOORS = ("platform", "kernel", "service", "team", "quality", "insight", "founding")

FILES = {
    "__init__.py": '"""Owns …; does not own …. Say both in one sentence each."""\n',
    "apps.py": '''"""Django registration of {name}."""

from __future__ import annotations

from django.apps import AppConfig


class {title}Config(AppConfig):
    name = "lingting.{path}"
    label = "{name}"
''',
    "manifest.py": '''"""What {name} offers to the whole."""

from __future__ import annotations

from lingting.platform.ui.manifest import Manifest

manifest = Manifest(app="{name}")
''',
    "models.py": '"""The tables of {name}."""\n\nfrom __future__ import annotations\n',
    "events.py": '"""What {name} announces: frozen facts."""\n\nfrom __future__ import annotations\n',
    "selectors.py": '"""Reads of {name}, scoped to the asking person."""\n\nfrom __future__ import annotations\n',
    "services.py": '"""Writes of {name}: one transaction each."""\n\nfrom __future__ import annotations\n',
    "migrations/__init__.py": "",
    "tests/__init__.py": "",
    "locale/zh_Hans/LC_MESSAGES/django.po": 'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n',
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].split(".")[0] not in FLOORS or not arguments[0].replace(".", "").isidentifier():
        print(f"Name a floor and an app, for example: make app name=service.loyalty (floors: {', '.join(FLOORS)}).", file=sys.stderr)
        return 2
    path = arguments[0]
    folder = SOURCE.joinpath(*path.split("."))
    if folder.exists():
        print(f"{folder} exists already.", file=sys.stderr)
        return 1
    name = path.split(".")[-1]
    for file, text in FILES.items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("{name}", name).replace("{path}", path).replace("{title}", name.capitalize()), encoding="utf-8")
    print(f"Laid out {folder.relative_to(SOURCE.parent.parent)}. Now:")
    print(f'  1. add "lingting.{path}" to APPS in src/lingting/config/apps.py, at its place among the floors')
    print("  2. add it to the layers of its floor in .importlinter")
    print("  3. write the first page: manifest → view → service → table → test (docs/adding-a-feature.md)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
