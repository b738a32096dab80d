"""Proposals that nobody answers: reminded after a week and three days before the end, then over; each told once."""

from datetime import timedelta

from campaigns.matching import letters
from campaigns.matching.models import AgreementStatus, MatchAgreement
from campaigns.matching.queries import answer_by
from civic import clock
from civic.database import retrying, transaction
from civic.web.formats import until as until_text

AFTER = timedelta(days=7)
BEFORE_THE_END = timedelta(days=3)


async def sweep(**_payload: object) -> None:
    """Every hour: remind the matchers and tell the team; a proposal whose time is over lapses."""
    waiting = MatchAgreement.filter(status=AgreementStatus.PROPOSED).order_by("id").limit(500)
    for agreement in await waiting:
        await look(agreement.id)


@retrying
async def look(agreement_id: int) -> None:
    """What the hour asks for one proposal: nothing, a reminder, or its end. Each letter goes out once."""
    present = clock.now()
    async with transaction():
        found = await MatchAgreement.get(id=agreement_id).select_related("campaign", "fund", "fund__organisation")
        if found.status != AgreementStatus.PROPOSED:
            return
        until = answer_by(found)
        if until <= present:
            await _lapse(found)
        elif until - present <= BEFORE_THE_END and present - found.proposed_at >= timedelta(days=1):
            await _remind(found, "last")
        elif present - found.proposed_at >= AFTER:
            await _remind(found, "week")


async def _remind(agreement: MatchAgreement, occasion: str) -> None:
    until = until_text(answer_by(agreement))
    await letters.to_matcher("match_reminder", agreement, f"-{occasion}", until=until)
    await letters.to_team("match_unanswered", agreement, f"-{occasion}", until=until, signatory=agreement.signatory)


async def _lapse(agreement: MatchAgreement) -> None:
    proposed = MatchAgreement.filter(id=agreement.id, status=AgreementStatus.PROPOSED)
    if await proposed.update(status=AgreementStatus.LAPSED, answered_at=clock.now()):
        await letters.to_matcher("match_lapsed", agreement)
        await letters.to_team("match_lapsed_team", agreement, signatory=agreement.signatory)
