"""Django's sessions in the database, read together with the person and their rights: one query a request.

The session's row is the truth at every request, so that ending a session, closing an account, or taking a role
away holds from the next request on. Nothing is cached but which person a session belonged to last time, which only
chooses the row that is read beside it; whose session it is, its signed content says.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connections, router
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lingting.kernel.accounts.models import Account, Reach, widest_reaches
from lingting.platform.database.binding import bound_cursor

MOST_REMEMBERED = 10_000

_FIELDS = tuple(field.attname for field in Account._meta.concrete_fields)
_COLUMNS = ", ".join(f'person."{field.column}"' for field in Account._meta.concrete_fields)
_SESSION = f"""
    SELECT kept.session_data, ARRAY(
        SELECT given.reach || ' ' || array_to_string(role.permissions, ' ')
        FROM accounts_grant given JOIN accounts_role role ON role.id = given.role_id
        WHERE given.account_id = person.id
    ), {_COLUMNS}
    FROM django_session kept LEFT JOIN accounts_account person ON person.id = %(account)s::bigint
    WHERE kept.session_key = %(key)s AND kept.expire_date > %(now)s
"""

_people: OrderedDict[str, int] = OrderedDict()
_lock = Lock()


class SessionStore(db.SessionStore):
    """Django's store; `person` is the account found beside the session, with its rights at hand, or None."""

    person: Account | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

    def load(self) -> dict[str, Any]:
        key = self.session_key or ""
        with bound_cursor(connections[router.db_for_read(self.model)]) as cursor:
            cursor.execute(_SESSION, {"key": key, "account": _people.get(key), "now": timezone.now()})
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            _forget(key)
            return {}
        content: dict[str, Any] = self.decode(row[0])
        self.person = _person(row, expected=content.get(SESSION_KEY))
        _remember(key, content.get(SESSION_KEY))
        return content


def person_of(session: Any) -> Account | None:
    """The active account whose session it is, when it was read beside the session and the session is of its password."""
    signed_in_as = session.get(SESSION_KEY)
    person: Account | None = getattr(session, "person", None)
    if person is None or not person.is_active or str(person.pk) != signed_in_as:
        return None
    given = session.get(HASH_SESSION_KEY) or ""
    return person if constant_time_compare(given, person.get_session_auth_hash()) else None


def _person(row: tuple[Any, ...], *, expected: str | None) -> Account | None:
    if expected is None or row[2] is None or str(row[2]) != expected:
        return None
    person = Account.from_db("default", _FIELDS, row[2:])
    person.keep_reaches(_reaches(tuple(row[1])))
    return person


@lru_cache(maxsize=256)
def _reaches(grants: tuple[str, ...]) -> dict[str, Reach]:
    """The widest reaches of grants told as `reach permission permission …`; few people differ in them."""
    told = [grant.split(" ") for grant in grants]
    return widest_reaches((permissions, reach) for reach, *permissions in told)


def _remember(key: str, person: Any) -> None:
    with _lock:
        if str(person or "").isdigit():
            _people[key] = int(person)
            _people.move_to_end(key)
            while len(_people) > MOST_REMEMBERED:
                _people.popitem(last=False)
        else:
            _people.pop(key, None)


def _forget(key: str) -> None:
    with _lock:
        _people.pop(key, None)
