"""The tiers every centre begins with."""

from __future__ import annotations

from datetime import datetime

from lingting.service.crm.models import Tier

_TIERS = (
    ("ordinary", "普通客户", "Ordinary", 0, 0),
    ("silver", "银卡客户", "Silver", 1, 0),
    ("gold", "金卡客户", "Gold", 2, 1),
    ("vip", "VIP", "VIP", 3, 2),
)


def lay(*, now: datetime) -> None:
    """Four tiers where there are none; a centre that has its own keeps them."""
    if Tier.objects.exists():
        return
    Tier.objects.bulk_create(
        [
            Tier(key=key, name_zh=chinese, name_en=english, rank=rank, priority=priority)
            for key, chinese, english, rank, priority in _TIERS
        ],
        ignore_conflicts=True,
    )
