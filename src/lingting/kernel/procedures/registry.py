"""What procedures run about and which knowledge they may name: said by the apps above, in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from lingting.kernel.accounts.models import Account

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class FactOffer:
    """Something known about a subject that a branch may ask: `kind` is text, number, yes_no or choice.

    `options` (key, label) are the values of a choice.
    """

    label: Text
    kind: str = "text"
    options: Sequence[tuple[str, Text]] = ()


@dataclass(frozen=True, kw_only=True)
class SubjectKind:
    """A kind of thing that procedures run about; see `register_subject`."""

    key: str
    label: Text
    name: Callable[[int], str]
    url: Callable[[int], str]
    topics: Callable[[int], tuple[str, ...]]
    owner: Callable[[int], Account | None]
    facts: Mapping[str, FactOffer] = field(default_factory=dict)
    read_facts: Callable[[int], Mapping[str, Any]] = lambda _pk: {}
    may_see: Callable[[Account, int], bool] = lambda _account, _pk: False


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


_subjects: dict[str, SubjectKind] = {}
_knowledge: dict[str, KnowledgeKind] = {}


def register_subject(
    key: str, *, label: Text, name: Callable[[int], str] | None = None, url: Callable[[int], str] | None = None,
    topics: Callable[[int], tuple[str, ...]] | None = None, owner: Callable[[int], Account | None] | None = None,
    facts: Mapping[str, FactOffer] | None = None, read_facts: Callable[[int], Mapping[str, Any]] | None = None,
    may_see: Callable[[Account, int], bool] | None = None,
) -> None:  # fmt: skip
    """`register_subject("desk.case", label=_("Case"), url=…, topics=…, owner=…, facts={"tier": FactOffer(…)}, …)`.

    `owner(id)` is who has it in hand; `read_facts(id)` gives the values of the offered facts when a branch asks;
    `may_see(account, id)` lets people see its steps on the pages of procedures.
    """
    _subjects[key] = SubjectKind(
        key=key, label=label, name=name or (lambda pk: f"{label} {pk}"), url=url or (lambda _pk: ""),
        topics=topics or (lambda _pk: ()), owner=owner or (lambda _pk: None), facts=facts or {},
        read_facts=read_facts or (lambda _pk: {}), may_see=may_see or (lambda _account, _pk: False),
    )  # fmt: skip


def subject_kind(key: str) -> SubjectKind:
    """The kind; one that nobody registered is named by its key and offers nothing."""
    found = _subjects.get(key)
    if found is None:
        return SubjectKind(
            key=key, label=key, name=lambda pk: f"{key} {pk}", url=lambda _pk: "", topics=lambda _pk: (), owner=lambda _pk: None
        )
    return found


def subject_kinds() -> list[SubjectKind]:
    return list(_subjects.values())


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
