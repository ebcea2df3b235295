"""Copies the front-end packages from node_modules into the git-ignored static folder.

`python scripts/assets.py` does nothing when the folder is current (it compares one
fingerprint: the lock file and this script), and rebuilds it otherwise. The two icon sets
become one text file each, `name<TAB>markup` a line, because a page inlines the few icons
it shows and five thousand files would only slow the collection of static files.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "lingting" / "platform" / "ui" / "static" / "vendor"
STAMP = ".current"

FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx/idiomorph-ext.min.js": "idiomorph/dist/idiomorph-ext.min.js",
    "echarts/echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "trix/trix.umd.min.js": "trix/dist/trix.umd.min.js",
    "trix/trix.css": "trix/dist/trix.css",
    "axe/axe.min.js": "axe-core/axe.min.js",
}
ICONS = {
    "icons/outline.tsv": "@tabler/icons/tabler-nodes-outline.json",
    "icons/filled.tsv": "@tabler/icons/tabler-nodes-filled.json",
}
LICENCES = {
    "echarts/LICENSE.txt": "echarts/LICENSE",
    "htmx/LICENSE.txt": "htmx.org/LICENSE",
    "icons/LICENSE.txt": "@tabler/icons/LICENSE",
    "trix/LICENSE.txt": "trix/LICENSE",
    "axe/LICENSE.txt": "axe-core/LICENSE",
}


def main() -> int:
    """Brings the vendor folder up to date; returns the exit code."""
    wanted = fingerprint()
    stamp = VENDOR / STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and complete():
        return 0
    missing = [name for name in sources().values() if not (PACKAGES / name).exists()]
    if missing:
        print(f"assets: {missing[0]} is not in node_modules; run `npm ci` first.", file=sys.stderr)
        return 1
    build()
    stamp.write_text(wanted, encoding="utf-8")
    print(f"assets: {len(sources())} files in {VENDOR.relative_to(ROOT)}")
    return 0


def sources() -> dict[str, str]:
    """Target inside the vendor folder → source inside node_modules."""
    return FILES | ICONS | LICENCES


def fingerprint() -> str:
    """Changes when a package version or this script changes."""
    digest = hashlib.sha256()
    for path in (ROOT / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def complete() -> bool:
    """Whether every target is there; a deleted file is put back."""
    return all((VENDOR / target).exists() for target in sources())


def build() -> None:
    """Lays the folder out anew."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for target, source in (FILES | LICENCES).items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(without_source_map((PACKAGES / source).read_bytes()))
    for target, source in ICONS.items():
        write_icons(PACKAGES / source, target=VENDOR / target)


def without_source_map(content: bytes) -> bytes:
    """Drops the pointer to a map that we do not ship (a manifest storage would look for it)."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line[:40])


def write_icons(nodes: Path, *, target: Path) -> None:
    """Turns Tabler's node lists into lines of `name<TAB>inner markup`, sorted by name."""
    icons = json.loads(nodes.read_text(encoding="utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{name}\t{''.join(element(tag, attributes) for tag, attributes in parts)}" for name, parts in sorted(icons.items()))
    target.write_text("\n" + "\n".join(lines) + "\n", encoding="utf-8")


def element(tag: str, attributes: dict[str, str]) -> str:
    """One SVG element as text."""
    written = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{written}/>"


if __name__ == "__main__":
    raise SystemExit(main())
