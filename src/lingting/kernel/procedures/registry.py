"""Which knowledge procedures may name: said by the apps above, in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A piece of knowledge that a step names."""

    key: str
    label: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class KnowledgeKind:
    """`resolve(ids)` names many at once, for the reader; `find(words)` offers some to an editor."""

    label: Text
    resolve: Callable[[Sequence[str]], Mapping[str, Reference]]
    find: Callable[[str], Sequence[Reference]]


_knowledge: dict[str, KnowledgeKind] = {}


def register_knowledge(prefix: str, kind: KnowledgeKind) -> None:
    """`register_knowledge("knowledge.article", KnowledgeKind(label=…, resolve=…, find=…))`; references are `prefix:id`."""
    _knowledge[prefix] = kind


def knowledge_kinds() -> Mapping[str, KnowledgeKind]:
    return _knowledge


def references_of(keys: Sequence[str]) -> list[Reference]:
    """The named pieces in their order; one that nobody knows is shown by its key."""
    by_prefix: dict[str, list[str]] = {}
    for key in keys:
        prefix, _colon, pk = key.rpartition(":")
        by_prefix.setdefault(prefix, []).append(pk)
    known: dict[str, Reference] = {}
    for prefix, ids in by_prefix.items():
        kind = _knowledge.get(prefix)
        if kind is not None:
            known.update({f"{prefix}:{pk}": reference for pk, reference in kind.resolve(ids).items()})
    return [known.get(key, Reference(key=key, label=key)) for key in keys]


def forget_knowledge(prefix: str) -> None:
    """A kind of knowledge that is no longer offered."""
    _knowledge.pop(prefix, None)
