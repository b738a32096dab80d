"""Match funds and their agreements for tests, proposed and accepted through the services."""

import itertools
from datetime import timedelta
from typing import Any

from campaigns.lifecycle.models import Campaign
from campaigns.matching import agreeing, confirming, queries
from campaigns.matching.forms import AgreementTerms
from campaigns.matching.models import MatchAgreement, MatchPayment
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Gift, Saved
from civic import clock
from civic.organisations.models import Organisation, OrganisationKind
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person, an_organisation

_numbers = itertools.count(1)


async def a_matcher(name: str = "Châtillon-sur-Chalaronne") -> Organisation:
    """A commune in the directory."""
    return await an_organisation(name, kind=OrganisationKind.COMMUNE)


async def a_team() -> Actor:
    """A member of the team."""
    return Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))


async def another_of_the_team(name: str = "Dominique Trésor") -> Actor:
    """A second person of the team, who proposed nothing."""
    return Actor(await a_person(name, "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))


async def terms(**values: Any) -> AgreementTerms:
    """One euro for one euro, 5 000 € at most, from a new pot, since yesterday; other values as told."""
    defaults: dict[str, Any] = {
        "fund_id": 0, "organisation_id": 0, "budget_cents": 500_000, "percent": 100, "per_person_cents": 0,
        "gift_cap_cents": None, "cap_cents": 500_000, "communes": [], "starts_at": clock.now() - timedelta(days=1),
        "ends_at": None, "signatory": "Hélène Maire", "signatory_role": "Maire", "signatory_email": "mairie@exemple.fr",
    }  # fmt: skip
    found = {**defaults, **values}
    if not found["fund_id"] and not found["organisation_id"]:
        found["organisation_id"] = (await a_matcher()).id
    if found["per_person_cents"]:
        found["percent"] = 0
    return AgreementTerms(**found)


async def a_proposal(campaign: Campaign, **values: Any) -> MatchAgreement:
    """An agreement that waits for its matcher's answer."""
    return await agreeing.propose(campaign, await a_team(), await terms(**values))


async def a_signed(campaign: Campaign, **values: Any) -> MatchAgreement:
    """An agreement that its matcher has signed and that waits for a second person of the team."""
    made = await a_proposal(campaign, **values)
    await agreeing.accept(made, "Hélène Maire", "Maire")
    return made


async def in_force(made: MatchAgreement) -> None:
    """Its matcher signs it, and a second person of the team confirms it."""
    await agreeing.accept(made, "Hélène Maire", "Maire")
    await confirming.confirm(made, await another_of_the_team())


async def an_agreement(campaign: Campaign, **values: Any) -> MatchAgreement:
    """An agreement in force."""
    made = await a_proposal(campaign, **values)
    await in_force(made)
    found = await queries.agreements_of(campaign.id)
    return next(one for one in found if one.id == made.id)


async def a_gift(campaign: Campaign, cents: int = 3_000, backer: Person | None = None, **values: Any) -> Pledge:
    """A confirmed promise without a gateway: for tests that never charge."""
    number = next(_numbers)
    backer = backer or await a_person(f"Voisine {number}")
    gift = Gift(cents, values.get("tip_cents", 0), 0, False, False, "")
    made = await pledges.pledge(backer, campaign, gift, f"match-{number}", [])
    await pledges.confirm(made.id, Saved(f"cus_{made.id}", f"pm_{made.id}", "Visa", clock.now()))
    return await Pledge.get(id=made.id).select_related("campaign", "person", "reward")


async def a_due_agreement(campaign: Campaign, lead: Person) -> MatchAgreement:
    """An agreement whose money is due and was seen by the lead, waiting for a second person (pages only, no books)."""
    made = await an_agreement(campaign)
    await MatchAgreement.filter(id=made.id).update(due_at=clock.now())
    await MatchPayment.create(
        agreement_id=made.id, amount_cents=3_000, received_on=clock.today(), requested_by_id=lead.id,
        requested_at=clock.now(),
    )  # fmt: skip
    return made
