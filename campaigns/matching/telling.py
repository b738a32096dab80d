"""What pages may say of an agreement's sum: told anew when the gifts of three persons have changed (decisions/0014).

A share of one person's gift tells that gift, and so does the difference of two sums. A fixed sum per person tells only
how many there are. A fund that serves several campaigns would tell of one what another one leaves of it.
"""

from datetime import timedelta

from tortoise.expressions import F

from campaigns.lifecycle.models import Campaign
from campaigns.matching.gifts import OVER
from campaigns.matching.models import AgreementStatus, Match, MatchAgreement, MatchFund, MatchState
from civic import clock, database

FEWEST = 3
"""A sum covers the gifts of so many persons at least, and differs by those of so many from the one told before."""
_TOLD = """UPDATE pledge_match SET told_cents = CASE WHEN state = 'released' THEN 0 ELSE wished_cents END
WHERE agreement_id = ?"""


async def tell(agreement: MatchAgreement, campaign: Campaign, *, short_of_fund: bool) -> None:
    """Say the agreement's sum as it stands, if nobody's gift can be worked out from it; else what was said stays.

    In the transaction that has recomputed it, under the fund's lock. `short_of_fund`: the fund, not the agreement's own
    cap, decides about the sum.
    """
    rows = await Match.filter(agreement_id=agreement.id).select_related("pledge", "gift")
    standing = [row for row in rows if row.state != MatchState.RELEASED]
    moved: dict[object, int] = {}
    for row in rows:
        moved[_person(row)] = moved.get(_person(row), 0) + _wish(row) - int(row.told_cents)
    changed = [person for person, cents in moved.items() if cents]
    if not changed and agreement.told_cents == agreement.reserved_cents:
        return
    persons = {_person(row) for row in standing}
    if campaign.status not in OVER and not await _harmless(agreement, len(changed), len(persons), short_of_fund):
        return
    more = agreement.reserved_cents - agreement.told_cents
    await MatchFund.filter(id=agreement.fund_id).update(told_cents=F("told_cents") + more)
    agreement.told_cents, agreement.told_at = agreement.reserved_cents, clock.now()
    agreement.told_gifts, agreement.told_persons = len(standing), len(persons)
    agreement.tellings = _week(agreement)
    await agreement.save(update_fields=["told_cents", "told_at", "told_gifts", "told_persons", "tellings"])
    await database.execute(_TOLD, [agreement.id])


async def _harmless(agreement: MatchAgreement, changed: int, persons: int, short_of_fund: bool) -> bool:
    if short_of_fund and await _untold_beside(agreement):
        return False
    return not agreement.percent or (changed >= FEWEST and (persons >= FEWEST or not persons))


async def _untold_beside(agreement: MatchAgreement) -> bool:
    """Whether another campaign holds a sum of the same fund that is not told yet."""
    others = MatchAgreement.filter(fund_id=agreement.fund_id, status=AgreementStatus.ACTIVE).exclude(id=agreement.id)
    return await others.exclude(reserved_cents=F("told_cents")).exists()


def _wish(row: Match) -> int:
    return 0 if row.state == MatchState.RELEASED else int(row.wished_cents)


def _person(row: Match) -> object:
    if row.pledge is not None:
        return row.pledge.person_id
    assert row.gift is not None
    return row.gift.person_id or row.gift.donor_name


def _week(agreement: MatchAgreement) -> list[list[object]]:
    """How the sum that is told has grown, one line per week: first day, cents, gifts, persons."""
    today = clock.today()
    monday = (today - timedelta(days=today.weekday())).isoformat()
    earlier = [line for line in agreement.tellings if line[0] != monday]
    return [*earlier, [monday, agreement.told_cents, agreement.told_gifts, agreement.told_persons]]
