"""Agreements that nobody answers: reminded after a week and three days before the end, then over; each told once.

The matcher's answer to a proposal is awaited; then, of what she signed, that of a second person of the team.
"""

from datetime import timedelta

from campaigns.matching import agreeing, letters, service, signing
from campaigns.matching.models import WAITING, AgreementStatus, MatchAgreement
from campaigns.matching.queries import answer_by, whole
from civic import clock
from civic.database import retrying, transaction
from civic.web.formats import until as until_text

AFTER = timedelta(days=7)
BEFORE_THE_END = timedelta(days=3)


async def sweep(**_payload: object) -> None:
    """Every hour: remind whoever is to answer and tell the team; what waited until its time was over lapses."""
    waiting = MatchAgreement.filter(status__in=WAITING).order_by("id").limit(500)
    for agreement in await waiting:
        await look(agreement.id)


@retrying
async def look(agreement_id: int) -> None:
    """What the hour asks for one that waits: nothing, a reminder, or its end. Each letter goes out once."""
    present = clock.now()
    async with transaction():
        found = await whole(agreement_id)
        if found.status not in WAITING:
            return
        until, signed = answer_by(found), found.status == AgreementStatus.SIGNED
        since = found.answered_at if signed and found.answered_at else found.proposed_at
        if until <= present or (signed and not agreeing.is_open(found.campaign)):
            await _lapse(found)
        elif until - present <= BEFORE_THE_END and present - since >= timedelta(days=1):
            await _remind(found, "last")
        elif present - since >= AFTER:
            await _remind(found, "week")


async def _remind(agreement: MatchAgreement, occasion: str) -> None:
    if agreement.status == AgreementStatus.SIGNED:
        await letters.to_confirmers(agreement, await signing.confirmers(agreement), f"-{occasion}")
        return
    until = until_text(answer_by(agreement))
    await letters.to_matcher("match_reminder", agreement, f"-{occasion}", until=until)
    await letters.to_team("match_unanswered", agreement, f"-{occasion}", until=until, signatory=agreement.signatory)


async def _lapse(agreement: MatchAgreement) -> None:
    await service.hold_campaign(agreement.campaign_id)
    waited = MatchAgreement.filter(id=agreement.id, status=agreement.status)
    if agreement.status == AgreementStatus.SIGNED:
        if await waited.update(status=AgreementStatus.LAPSED):
            await letters.to_matcher("match_not_confirmed", agreement, why="late", note="")
            await letters.to_team("match_not_confirmed_team", agreement, why="late", note="", who="")
    elif await waited.update(status=AgreementStatus.LAPSED, answered_at=clock.now()):
        await letters.to_matcher("match_lapsed", agreement)
        await letters.to_team("match_lapsed_team", agreement, signatory=agreement.signatory)
