"""What the content tests look up again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lingting.demo import content
from lingting.demo.content import reading

HAN = re.compile(r"[\u4e00-\u9fff]")


def models() -> set[str]:
    return {product.model for product in content.company().products}


def logins() -> set[str]:
    return {person.login for person in content.organisation().people}


def queue_keys() -> set[str]:
    return {queue.key for queue in content.queue_plan().queues}


def all_text() -> Iterator[tuple[str, str]]:
    """Every content file as (name, text)."""
    for path in sorted(reading.FOLDER.rglob("*")):
        if path.suffix in {".toml", ".md"}:
            yield str(path.relative_to(reading.FOLDER)), path.read_text(encoding="utf-8")
