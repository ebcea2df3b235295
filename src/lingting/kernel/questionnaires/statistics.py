"""What people answered: per item over the versions of a questionnaire, with how sure the figures are."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import NormalDist
from typing import Any

from django.db.models import Avg, Case, Count, F, Q, QuerySet, StdDev, When
from django.db.models.functions import TruncMonth, TruncWeek

from lingting.kernel.questionnaires.asking import options_of
from lingting.kernel.questionnaires.models import Answer, Item, ItemKind, Questionnaire, Response

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
LATEST_TEXTS = 20
MOST_BARS = 12


@dataclass(frozen=True)
class Estimate:
    """A mean or share with its 95 % interval; `low` and `high` are None where one answer says nothing of the spread."""

    value: float
    low: float | None
    high: float | None
    count: int


def mean_estimate(count: int, mean: float, deviation: float) -> Estimate:
    """A mean with Student's interval. `deviation` is that of the sample. The quantile is Hill's expansion (1970), good to
    three digits from three answers on; two answers take the exact one."""
    if count < 2:
        return Estimate(mean, None, None, count)
    half = _student(count - 1) * deviation / math.sqrt(count)
    return Estimate(mean, mean - half, mean + half, count)


def _student(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t."""
    tail = 0.5 + CONFIDENCE / 2
    if freedom == 1:
        return math.tan(math.pi * (tail - 0.5))
    if freedom == 2:
        return (2 * tail - 1) * math.sqrt(2 / (4 * tail * (1 - tail)))
    z, n = _Z, freedom
    terms = (
        (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )  # fmt: skip
    return z + sum(term / n ** (power + 1) for power, term in enumerate(terms))


def share_estimate(hits: int, count: int) -> Estimate:
    """A share with Wilson's interval, which stays inside 0 and 1 for few answers too."""
    share = hits / count
    spread = 1 + _Z**2 / count
    middle = (share + _Z**2 / (2 * count)) / spread
    half = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)) / spread
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half), count)


@dataclass(frozen=True)
class Bar:
    """One value of a distribution: how often, and its share of those who answered."""

    label: str
    count: int
    estimate: Estimate


@dataclass
class ItemFigures:
    """One question over the versions. `mean` is that of the numbers given; `numbers` the versions that asked it."""

    item: Item
    numbers: list[int]
    count: int = 0
    mean: Estimate | None = None
    bars: list[Bar] = field(default_factory=list)
    texts: list[tuple[datetime, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Spell:
    """A week or month: responses and their mean score."""

    begins_at: datetime
    count: int
    score: float | None


@dataclass(frozen=True)
class Figures:
    """A questionnaire in a period. Shares of passed count only responses of versions with a pass mark."""

    count: int
    score: Estimate | None
    passed: Estimate | None
    critical: int
    by_version: Sequence[Mapping[str, Any]]
    items: list[ItemFigures]
    spells: list[Spell]


def responses_in(
    form: Questionnaire, *, since: datetime | None = None, until: datetime | None = None, version_id: int | None = None
) -> QuerySet[Response]:
    """Responses of a questionnaire in a period (`until` not included), of one version where given."""
    found = Response.objects.filter(version__questionnaire=form)
    if since is not None:
        found = found.filter(answered_at__gte=since)
    if until is not None:
        found = found.filter(answered_at__lt=until)
    return found if version_id is None else found.filter(version_id=version_id)


def figures_of(
    form: Questionnaire, *, since: datetime | None = None, until: datetime | None = None, version_id: int | None = None
) -> Figures:
    """The whole page of figures; the same number of queries whatever the number of items and responses."""
    responses = responses_in(form, since=since, until=until, version_id=version_id)
    by_version = list(
        responses.values("version__number", "version__pass_share")
        .annotate(count=Count("id"), scored=Count("score"), mean=Avg("score"), critical=Count("id", filter=Q(is_critical_failure=True)),
                  passed=Count("id", filter=Q(score__gte=F("version__pass_share"))))
        .order_by("version__number")
    )  # fmt: skip
    marked = [row for row in by_version if row["version__pass_share"] is not None]
    judged, passed = sum(row["scored"] for row in marked), sum(row["passed"] for row in marked)
    overall = responses.aggregate(scored=Count("score"), mean=Avg("score"), spread=StdDev("score", sample=True))
    return Figures(
        count=sum(row["count"] for row in by_version),
        score=_clipped(overall), passed=share_estimate(passed, judged) if judged else None,
        critical=sum(row["critical"] for row in by_version), by_version=by_version,
        items=_items(form, responses, version_id=version_id), spells=_spells(responses, since=since, until=until),
    )  # fmt: skip


def _clipped(overall: Mapping[str, Any]) -> Estimate | None:
    """The mean score; its interval ends where scores end."""
    if not overall["scored"]:
        return None
    found = mean_estimate(overall["scored"], float(overall["mean"]), float(overall["spread"] or 0))
    if found.low is None or found.high is None:
        return found
    return Estimate(found.value, max(0.0, found.low), min(1.0, found.high), found.count)


def _spells(responses: QuerySet[Response], *, since: datetime | None, until: datetime | None) -> list[Spell]:
    """Weeks of up to half a year, else months."""
    is_short = since is not None and until is not None and (until - since).days <= 190
    begins = TruncWeek("answered_at") if is_short else TruncMonth("answered_at")
    rows = responses.annotate(begins=begins).values("begins").annotate(count=Count("id"), mean=Avg("score")).order_by("begins")
    return [Spell(row["begins"], row["count"], None if row["mean"] is None else float(row["mean"])) for row in rows]


def _items(form: Questionnaire, responses: QuerySet[Response], *, version_id: int | None) -> list[ItemFigures]:
    """Items of the newest version first in their order; the same key and kind is the same question."""
    asked = Item.objects.filter(section__version__questionnaire=form).select_related("section__version")
    if version_id is not None:
        asked = asked.filter(section__version_id=version_id)
    found: dict[tuple[str, str], ItemFigures] = {}
    for item in asked.order_by("-section__version__number", "section__order", "order"):
        one = found.setdefault((item.key, item.kind), ItemFigures(item, []))
        one.numbers.insert(0, item.section.version.number)
    counts: dict[tuple[str, str], Counter[Any]] = defaultdict(Counter)
    answers = Answer.objects.filter(response__in=responses)
    is_written = Q(item__kind__in=(ItemKind.TEXT, ItemKind.FILE))
    said = Case(When(is_written, then=None), default=F("value__value"))
    rows = answers.annotate(what=said).values_list("item__key", "item__kind", "what")
    for key, kind, value, times in rows.annotate(times=Count("id")).order_by():
        counts[key, kind][tuple(value) if isinstance(value, list) else value] += times
    for place, one in found.items():
        _fill(one, counts[place])
    _add_texts(found, answers)
    return list(found.values())


def _fill(one: ItemFigures, counts: Counter[Any]) -> None:
    """Counts of an item's values as bars, with the mean where the values are numbers."""
    one.count = counts.total()
    if not one.count:
        return
    kind = one.item.kind
    if kind in (ItemKind.SCALE, ItemKind.NUMBER):
        numbers = {float(value): times for value, times in counts.items()}
        mean = sum(value * times for value, times in numbers.items()) / one.count
        squares = sum((value - mean) ** 2 * times for value, times in numbers.items())
        one.mean = mean_estimate(one.count, mean, math.sqrt(squares / (one.count - 1)) if one.count > 1 else 0.0)
    if kind == ItemKind.NUMBER:
        one.bars = _grouped({float(value): times for value, times in counts.items()}, one.count)
    elif kind not in (ItemKind.TEXT, ItemKind.FILE):
        one.bars = _chosen_bars(one.item, counts, one.count)


def _chosen_bars(item: Item, counts: Counter[Any], total: int) -> list[Bar]:
    times: Counter[str] = Counter()
    for value, number in counts.items():
        for part in value if isinstance(value, tuple) else (value,):
            times[("yes" if part else "no") if isinstance(part, bool) else str(part)] += number
    labels = dict(options_of(item))
    keys = [*labels, *sorted(key for key in times if key not in labels)]
    return [Bar(labels.get(key, key), times[key], share_estimate(times[key], total)) for key in keys]


def _grouped(numbers: Mapping[float, int], total: int) -> list[Bar]:
    """Numbers one by one while they are few, else in equal spans from the least to the greatest."""
    if len(numbers) <= MOST_BARS:
        return [Bar(f"{value:g}", times, share_estimate(times, total)) for value, times in sorted(numbers.items())]
    low, high, spans = min(numbers), max(numbers), 10
    width = (high - low) / spans
    sums = [0] * spans
    for value, times in numbers.items():
        sums[min(spans - 1, int((value - low) / width))] += times
    names: Sequence[str] = [f"{low + place * width:.3g} – {low + (place + 1) * width:.3g}" for place in range(spans)]
    return [Bar(name, times, share_estimate(times, total)) for name, times in zip(names, sums, strict=True)]


def _add_texts(found: dict[tuple[str, str], ItemFigures], answers: QuerySet[Answer]) -> None:
    """The latest words, some for each question in one query of the latest of all."""
    texts = answers.filter(item__kind=ItemKind.TEXT).order_by("-response__answered_at", "-id")
    for key, said, at, pk in texts.values_list("item__key", "value__value", "response__answered_at", "response_id")[:400]:
        one = found.get((key, ItemKind.TEXT))
        if one is not None and len(one.texts) < LATEST_TEXTS:
            one.texts.append((at, str(said), pk))
