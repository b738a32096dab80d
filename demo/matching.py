"""Those who add to the gifts in the demonstration: a commune, a company; proposed, signed, in force, paid."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from campaigns.lifecycle.models import Campaign
from campaigns.matching import agreeing, confirming, receiving
from campaigns.matching.forms import AgreementTerms
from campaigns.matching.models import MatchAgreement
from civic import clock
from civic.people.models import RoleName
from demo.funds import FUNDS
from demo.world import Scene, World


@dataclass(slots=True, frozen=True)
class Matching:
    """An agreement on a campaign, `after` days from its opening; `answered`, `confirmed`, `paid`: how far it has come."""

    fund: str
    matcher: str
    signatory: str
    role: str
    percent: int = 0
    euros_each: int = 0
    cap: int = 500
    gift_cap: int = 0
    after: int = 1
    answered: bool = True
    confirmed: bool = True
    paid: bool = False


MATCHINGS = (
    Matching("vergers", "aubin", "Gérard Morel", "maire", percent=100, cap=900, gift_cap=100),
    Matching("vergers", "balmes", "Samir Benali", "gérant", euros_each=5, cap=250),
    Matching("fournil", "guillemin", "Lise Guillemin", "gérante", euros_each=10, cap=250, paid=True),
    Matching("navette", "aubin", "Gérard Morel", "maire", percent=50, cap=1000, gift_cap=50, after=28, answered=False),
    Matching("navette", "balmes", "Samir Benali", "gérant", euros_each=5, cap=250, after=20, confirmed=False),
)


def scenes() -> list[Scene]:
    """Proposed and accepted while the campaign is open; paid and confirmed once it is funded."""
    found = []
    for matching in MATCHINGS:
        fund = next(one for one in FUNDS if one.key == matching.fund)
        found.append(Scene(fund.opened - matching.after, 9, partial(_propose, matching=matching)))
        if matching.paid:
            found.append(Scene(fund.opened - fund.lasts - 20, 10, partial(_pay, matching=matching)))
    return found


async def _propose(world: World, *, matching: Matching) -> None:
    campaign = await _campaign(world, matching)
    made = await agreeing.propose(campaign, world.actor("agathe", RoleName.ANIMATOR), AgreementTerms(
        fund_id=0, organisation_id=world.organisations[matching.matcher].id, budget_cents=matching.cap * 100,
        percent=matching.percent, per_person_cents=matching.euros_each * 100,
        gift_cap_cents=matching.gift_cap * 100 or None, cap_cents=matching.cap * 100, communes=[],
        starts_at=campaign.starts_at or clock.now(), ends_at=None, signatory=matching.signatory,
        signatory_role=matching.role, signatory_email=f"{matching.matcher}@example.org",
    ))  # fmt: skip
    if matching.answered:
        await agreeing.accept(made, matching.signatory, matching.role)
    if matching.answered and matching.confirmed:
        await confirming.confirm(made, world.actor("dominique", RoleName.TREASURER))


async def _pay(world: World, *, matching: Matching) -> None:
    """The lead sees the transfer on the statement, the treasurer confirms it the same day."""
    campaign = await _campaign(world, matching)
    agreement = await MatchAgreement.get(campaign_id=campaign.id)
    if agreement.due_at is None:
        return
    fund = next(one for one in FUNDS if one.key == matching.fund)
    on = clock.today() - timedelta(days=1)
    payment = await receiving.enter(agreement, world.actor(fund.lead), agreement.reserved_cents, on, "VIR GUILLEMIN")
    await receiving.confirm(payment, world.actor("dominique", RoleName.TREASURER))


async def _campaign(world: World, matching: Matching) -> Campaign:
    fund = next(one for one in FUNDS if one.key == matching.fund)
    found = await Campaign.get(initiative_id=world.initiatives[matching.fund].id, title=fund.title)
    return found
