"""A centre with many cases, made by the database itself: for `benchmarks/inbox.py`.

Sixty agents in six teams on two sites, twelve queues, a fifth as many customers as cases, one message a case.
Nine cases of ten are closed; the rest is open, waiting or snoozed. Everything is seeded. Called again with a larger
number it adds what is missing. Prints, as JSON, the sessions of three people who see everything, their
team's cases, and their own.

    python benchmarks/inbox_seed.py 1000000
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

TEAMS, AGENTS, QUEUES, TYPES, TAGS = 6, 60, 12, 10, 40
REACHES = {0: "all", 1: "team", 2: "own"}
PHRASES_ZH = (
    "净化器", "滤芯", "怎么换", "订单", "什么时候", "发货", "退货", "发票", "安装", "师傅", "预约", "保修", "漏水", "噪音",
    "会员", "积分", "优惠券", "地址", "改一下", "谢谢", "请问", "质量", "投诉", "客服", "电话", "没有", "收到", "已经",
)  # fmt: skip
PHRASES_EN = ("filter", "order", "refund", "invoice", "install", "warranty", "noise", "member", "address", "thanks", "broken")
RARE_WORD, COMMON_WORD = "饕餮", "订单"
TEXTS = 4_000


def seed(cursor: Any, *, cases: int, seed_number: int) -> None:
    """Brings a migrated database to `cases` cases and as many messages.

    Each step commits and is analysed by itself: foreign keys are checked at the commit, with plans of their own.
    """
    cursor.execute("SET synchronous_commit = off")
    cursor.execute("SELECT setseed(%s)", [(seed_number % 1000) / 1000])
    cursor.execute("SELECT count(*) FROM crm_customer WHERE name LIKE '顾客%%'")
    already = cursor.fetchone()[0] * 5
    if not already:
        _people()
    _texts(cursor, random.Random(seed_number))
    given = {"first": already + 1, "last": cases, "rare": TEXTS}
    for name in ("crm_customer", "desk_case", "desk_conversation"):
        cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {name}")
        given[name] = cursor.fetchone()[0]
    for step in (CUSTOMERS, CASES, TAGGED, CONVERSATIONS, MESSAGES):
        cursor.execute(step, given)
        cursor.execute("ANALYZE")
    cursor.execute("DROP TABLE bench_text")
    cursor.execute("VACUUM ANALYZE")


def _people() -> None:
    from django.utils import timezone

    from lingting.kernel.accounts.models import Account, Grant, Role
    from lingting.kernel.calendars.models import Calendar
    from lingting.kernel.organisation.models import Employee, Site, Team
    from lingting.service.crm.models import Tier
    from lingting.service.desk.models import CaseType, Queue, Tag

    now = timezone.now()
    sites = [Site.objects.create(key=f"bench-site-{n}", name_zh=f"中心{n}") for n in range(2)]
    teams = [Team.objects.create(key=f"bench-team-{n}", name_zh=f"班组{n}", site=sites[n % 2]) for n in range(TEAMS)]
    permissions = ["desk.view_cases", "desk.answer_cases", "desk.assign_cases", "desk.bulk_cases"]
    role = Role.objects.create(key="bench-role", name_zh="测试", name_en="Bench", permissions=permissions)
    for n in range(AGENTS):
        account = Account.objects.create(login=f"bench{n}", display_name=f"客服{n}", password="!")
        team = teams[n % TEAMS]
        Employee.objects.create(account=account, number=f"B{n:04}", site=team.site, team=team)
        Grant.objects.create(account=account, role=role, reach=REACHES.get(n, "own"), granted_at=now)
    calendar = Calendar.objects.create(key="bench", name_zh="全天", always_open=True)
    for n in range(QUEUES):
        Queue.objects.create(key=f"bench-{n}", name_zh=f"队列{n}", calendar=calendar, team=teams[n % TEAMS])
    for n in range(TYPES):
        CaseType.objects.create(key=f"bench-{n}", name_zh=f"类型{n}")
    Tag.objects.bulk_create(Tag(name=f"标签{n}") for n in range(TAGS))
    for n in range(3):
        Tier.objects.create(key=f"bench-{n}", name_zh=f"等级{n}", rank=n, priority=n)


def _texts(cursor: Any, chance: random.Random) -> None:
    from lingting.platform.search import vector

    cursor.execute("CREATE TABLE bench_text (n integer PRIMARY KEY, text text, vector tsvector)")
    texts = []
    for _place in range(TEXTS):
        words = [chance.choice(PHRASES_ZH if chance.random() < 0.9 else PHRASES_EN) for _ in range(chance.randint(4, 14))]
        texts.append("".join(words) if chance.random() < 0.85 else " ".join(words))
    for place, text in enumerate([*texts, f"{RARE_WORD}纹的花瓶"]):
        cursor.execute("INSERT INTO bench_text VALUES (%s, %s, %s::tsvector)", [place, text, vector(text)])


CUSTOMERS = """
    INSERT INTO crm_customer (name, tier_id, language, company, city, address, remarks, is_guest,
                              created_at, updated_at, is_demo, vector)
    SELECT '顾客' || n, CASE WHEN n %% 10 < 3 THEN (ARRAY(SELECT id FROM crm_tier WHERE key LIKE 'bench-%%'))[1 + n %% 3] END,
           'zh-hans', '', '', '', '', false, now(), now(), false,
           ('''顾客'':1 ''客'':2 ''' || n || ''':3')::tsvector
    FROM generate_series(%(first)s / 5 + 1, %(last)s / 5) n
"""
CASES = """
    INSERT INTO desk_case (customer_id, queue_id, type_id, assignee_id, subject, channel, state, priority, preview,
                           preview_kind, opened_at, active_at, waiting_since_at, due_at, snoozed_until_at, closed_at,
                           unread_count, is_demo, tag_ids)
    SELECT %(crm_customer)s + 1 + floor(r1 * ((%(last)s - %(first)s) / 5))::int,
           (ARRAY(SELECT id FROM desk_queue WHERE key LIKE 'bench-%%' ORDER BY id))[1 + floor(r2 * 12)::int],
           CASE WHEN r3 < 0.8 THEN
               (ARRAY(SELECT id FROM desk_casetype WHERE key LIKE 'bench-%%' ORDER BY id))[1 + floor(r3 * 12.5)::int] END,
           CASE WHEN state = 'open' AND r4 < 0.2 THEN NULL
                ELSE (ARRAY(SELECT id FROM accounts_account WHERE login LIKE 'bench%%' ORDER BY id))[1 + floor(r8 * 60)::int] END,
           '关于订单的问题 ' || n, (ARRAY['chat', 'chat', 'chat', 'mail', 'form'])[1 + floor(r5 * 5)::int],
           state, CASE WHEN r6 < 0.02 THEN 1 WHEN r6 < 0.1 THEN 2 WHEN r6 < 0.9 THEN 3 ELSE 4 END,
           '请问什么时候发货', 'customer', at - interval '2 hours', at,
           CASE WHEN state = 'open' AND r7 < 0.5 THEN at END,
           CASE WHEN state = 'open' AND r7 < 0.5 THEN at + interval '24 hours' END,
           CASE WHEN state = 'snoozed' THEN now() + interval '1 day' END,
           CASE WHEN state = 'closed' THEN at END,
           CASE WHEN state = 'open' AND r7 < 0.5 THEN 1 ELSE 0 END, false,
           CASE WHEN mod(n, 3) = 0 THEN
               ARRAY[(ARRAY(SELECT id FROM desk_tag WHERE name LIKE '标签%%' ORDER BY id))[1 + floor(power(random(), 3) * 40)::int]] END
    FROM (
        SELECT n, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6, random() r7, random() r8,
               now() - n * interval '20 seconds' AS at,
               CASE WHEN s < 0.90 THEN 'closed' WHEN s < 0.95 THEN 'open' WHEN s < 0.99 THEN 'waiting'
                    ELSE 'snoozed' END AS state
        FROM (SELECT n, random() s FROM generate_series(%(first)s, %(last)s) n) AS numbers
    ) AS chance
"""
TAGGED = """
    INSERT INTO desk_case_tags (case_id, tag_id)
    SELECT id, unnest(tag_ids) FROM desk_case WHERE id > %(desk_case)s
"""
CONVERSATIONS = """
    INSERT INTO desk_conversation (case_id, channel, started_at, ended_by)
    SELECT id, channel, opened_at, '' FROM desk_case WHERE id > %(desk_case)s
"""
MESSAGES = """
    INSERT INTO desk_message (conversation_id, case_id, kind, text, created_at, vector)
    SELECT talk.id, talk.case_id, 'customer', said.text, talk.started_at, said.vector
    FROM desk_conversation talk
    JOIN bench_text said ON said.n =
        CASE WHEN talk.id %% 50000 = 7 THEN %(rare)s ELSE (hashint8(talk.id) & 4095) %% %(rare)s END
    WHERE talk.id > %(desk_conversation)s ORDER BY talk.id DESC
"""


def main() -> None:
    import django

    django.setup()
    from django.db import connection
    from harness.prepare import _ticket

    from lingting.kernel.accounts.models import Account
    from lingting.service.desk.models import CaseType, Queue, Tag

    with connection.cursor() as cursor:
        seed(cursor, cases=int(sys.argv[1]), seed_number=20_261_121)
    people = {reach: _ticket(Account.objects.get(login=f"bench{n}")) for n, reach in REACHES.items()}
    choices = {
        "queue": list(Queue.objects.filter(key__startswith="bench-").values_list("pk", flat=True)),
        "type": list(CaseType.objects.filter(key__startswith="bench-").values_list("pk", flat=True)),
        "tag": list(Tag.objects.filter(name__startswith="标签").order_by("pk").values_list("pk", flat=True)),
        "assignee": list(Account.objects.filter(login__startswith="bench").values_list("pk", flat=True)),
    }
    print(json.dumps({"people": people, "choices": choices}))


if __name__ == "__main__":
    main()
