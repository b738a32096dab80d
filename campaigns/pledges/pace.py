"""« À ce rythme »: where a campaign would end if people went on giving as they have so far (PRODUCT C10).

The pace is that of gifts made here: what a commune adds or a cheque from a stall comes in lumps and goes on at no pace.
Everything is rounded down to ten euros and said from ten backers on, so that it tells nothing about single gifts.
"""

from dataclasses import dataclass

from campaigns.lifecycle.models import Campaign
from civic import clock

FEWEST_BACKERS, FEWEST_DAYS = 10, 3
"""Below these a rule of three says nothing worth reading."""
ROUNDED_CENTS = 1_000


@dataclass(slots=True, frozen=True)
class Pace:
    """Amounts in cents, rounded down to ten euros: per day so far, expected at the end, needed per day; days left."""

    per_day_cents: int
    expected_cents: int
    wanted_per_day_cents: int
    days_left: int


def pace(campaign: Campaign) -> Pace | None:
    """The forecast; None when too few people gave, too few days went by, or the goal is reached or the end is today."""
    if not campaign.is_open() or campaign.starts_at is None or campaign.last_day is None:
        return None
    today = clock.today()
    gone, left = (today - clock.local(campaign.starts_at).date()).days, (campaign.last_day - today).days
    missing = campaign.needed_cents - campaign.raised_cents
    if gone < FEWEST_DAYS or left < 1 or missing <= 0 or campaign.backers_count < FEWEST_BACKERS:
        return None
    online = campaign.collected_cents if campaign.charges_at_once else campaign.confirmed_cents
    per_day = online / gone
    return Pace(
        _rounded(per_day), _rounded(campaign.raised_cents + per_day * left), -(-missing // left // 100) * 100, left,
    )  # fmt: skip


def _rounded(cents: float) -> int:
    return int(cents) // ROUNDED_CENTS * ROUNDED_CENTS
