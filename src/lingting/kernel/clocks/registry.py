"""What clocks are about and why they may stand still: said by the apps above, in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class SubjectKind:
    """A kind of thing that promises are made about, e.g. `desk.case`.

    `label` names the kind; `name(id)` one of them; `url(id)` its page; `topics(id)` the live audiences that hear of its
    clocks, e.g. `("case:12", "desk")`. A subject that nobody registered has clocks all the same: unnamed and not live.
    """

    key: str
    label: Text
    name: Callable[[int], str]
    url: Callable[[int], str]
    topics: Callable[[int], tuple[str, ...]]


_subjects: dict[str, SubjectKind] = {}
_pauses: dict[str, Text] = {}


def register_subject(
    key: str, *, label: Text, name: Callable[[int], str] | None = None, url: Callable[[int], str] | None = None,
    topics: Callable[[int], tuple[str, ...]] | None = None,
) -> None:  # fmt: skip
    """`register_subject("desk.case", label=_("Case"), url=case_url, topics=lambda pk: (f"case:{pk}", "desk"))`."""
    _subjects[key] = SubjectKind(
        key=key, label=label, name=name or (lambda pk: f"{label} {pk}"), url=url or (lambda _pk: ""),
        topics=topics or (lambda _pk: ()),
    )  # fmt: skip


def subject_kind(key: str) -> SubjectKind | None:
    return _subjects.get(key)


def topics_of(key: str, pk: int) -> tuple[str, ...]:
    """The live audiences of a subject; none when its kind is not registered."""
    found = _subjects.get(key)
    return found.topics(pk) if found else ()


def register_pause(key: str, label: Text) -> None:
    """A reason for a pause: `register_pause("waiting-parts", _("waiting for spare parts"))`."""
    _pauses[key] = label


def pause_reasons() -> Mapping[str, Text]:
    return _pauses


def pause_label(key: str) -> str:
    """The words of a reason; an unknown one shows itself."""
    return str(_pauses.get(key, key))


def registered_subjects() -> Iterable[SubjectKind]:
    return _subjects.values()
