"""What all native roads of the chat share: the token, the limits, the actor, and that a failure leaves nothing counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeVar

from lingting.kernel.timeline.events import Actor
from lingting.platform.audit import Actor as Acting
from lingting.platform.audit import acting
from lingting.platform.refusals import Refusal
from lingting.platform.rest import Caller, Rate
from lingting.platform.rest.limits import check_rate, give_back, top_up
from lingting.platform.rest.marks import marks_of
from lingting.platform.rest.parsing import JsonParser, JsonRenderer
from lingting.platform.rest.together import Call, Done
from lingting.service.channels.chat import rest, schemas
from lingting.service.channels.chat.tokens import Speaker
from lingting.service.crm.models import Customer

_SCHEME = "visitor "
_SEVERAL = Acting("visitor", "", "several at once")
_parser, _renderer = JsonParser(), JsonRenderer()

Given = TypeVar("Given")
Body = TypeVar("Body", bound=schemas.Schema)


def done_together(
    calls: Sequence[Call],
    *,
    given: Mapping[int, Given],
    endpoint: Callable[..., Any],
    act: Callable[[list[Given]], Sequence[Done | None]],
    now: datetime,
) -> list[Done | None]:
    """Does what was understood (`given`, by the place of its call) as far as the endpoint's limits admit it.

    `act` tells for each what to answer, or None if it did nothing; what it did not do is not counted. Calls have their
    `auth` by now.
    """
    counts = {place: marks_of(endpoint).counts(calls[place]) for place in given}
    top_up({key: limit for counted in counts.values() for key, limit in counted}, now=now)
    admitted = [place for place, counted in counts.items() if _count(counted, now=now)]
    done: list[Done | None] = [None] * len(calls)
    if not admitted:
        return done
    try:
        with _acting([calls[place] for place in admitted]):
            outcomes = act([given[place] for place in admitted])
    except Exception:
        for place in admitted:
            _uncount(counts[place])
        raise
    for place, outcome in zip(admitted, outcomes, strict=True):
        done[place] = outcome
        if outcome is None:
            _uncount(counts[place])
    return done


def token_of(call: Call) -> str:
    """The visitor's token a call carries; empty when it carries none."""
    text = call.raw_headers[b"authorization"].decode("latin-1")
    return text[len(_SCHEME) :].strip() if text[: len(_SCHEME)].lower() == _SCHEME else ""


def may_come_from(call: Call, origins: Sequence[str]) -> bool:
    """Whether the page that calls is on one of the widget's sites, as far as that is plain."""
    origin = call.raw_headers.get(b"origin", b"").decode("latin-1").lower()
    return not origin or not origins or origin in origins


def speaking(call: Call, speaker: Speaker) -> Actor:
    """Who speaks, as the actor of facts; the call counts under them from here on."""
    name = Customer.label_of(speaker.customer_id, name=speaker.customer_name)
    call.auth = rest.caller_of_visitor(speaker.key, label=name, extra={})
    return Actor("customer", speaker.customer_id, name)


def body_of(call: Call, schema: type[Body]) -> Body | None:
    """What a call says, if it is well formed."""
    request: Any = call
    try:
        return schema.model_validate(_parser.parse_body(request))
    except (Refusal, ValueError):
        return None


def answer_of(shown: dict[str, Any], *, status: int) -> Done:
    """An answer in the API's JSON."""
    request: Any = None
    return Done(status, _renderer.render(request, shown, response_status=status))


def _count(counted: Sequence[tuple[str, Rate]], *, now: datetime) -> bool:
    """Counts a call under all its keys, or under none."""
    for place, (key, limit) in enumerate(counted):
        try:
            check_rate(key, limit=limit, now=now)
        except Refusal:
            _uncount(counted[:place])
            return False
    return True


def _uncount(counted: Sequence[tuple[str, Rate]]) -> None:
    for key, limit in counted:
        give_back(key, limit=limit)


def _acting(calls: Sequence[Call]) -> AbstractContextManager[Any]:
    """The caller as the audit's actor; of several who write together none is named for what all of them caused."""
    if len(calls) != 1:
        return acting(_SEVERAL, via="api")
    caller: Caller = calls[0].auth
    return acting(caller, via="api", request_id=calls[0].request_id)
