"""Monthly supports for tests, their cards really saved in the sandbox when one is given."""

import itertools

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.pledges.service import Saved
from campaigns.recurring import service
from campaigns.recurring.models import Support
from civic import clock
from civic.initiatives.models import Initiative
from civic.initiatives.queries import leads_of
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person, an_initiative

_numbers = itertools.count(1)


async def a_standing(initiative: Initiative | None = None, lead: Person | None = None) -> Campaign:
    """An open monthly support."""
    lead = lead or (initiative and next(iter(await leads_of(initiative.id)), None)) or await a_person("Nadia Porteuse")
    initiative = initiative or await an_initiative(lead=lead)
    present = clock.now()
    return await Campaign.create(
        slug=f"soutien-{next(_numbers)}", initiative=initiative, lead=lead, title="Soutien mensuel, La Navette",
        use_of_funds="Le loyer du local, 180 € par mois.", beneficiary="Les Voisins du Mardi", goal=GoalKind.MONTHLY,
        status=CampaignStatus.LIVE, created_at=present, updated_at=present,
    )  # fmt: skip


async def a_support(
    initiative: Initiative | None = None, gate: Harness | None = None, *, cents: int = 1000, day: int = 5,
    card: str = "pm_card_visa", backer: Person | None = None, campaign: Campaign | None = None,
) -> Support:  # fmt: skip
    """A support that runs."""
    campaign = campaign or await a_standing(initiative)
    backer = backer or await a_person("Odile Blanc")
    made = await service.begin(campaign, backer, cents, day, f"support-{next(_numbers)}")
    customer, method = await gate.saved(card) if gate else (f"cus_s{made.id}", f"pm_s{made.id}")
    await Support.filter(id=made.id).update(customer_ref=customer)
    await service.card_saved(made.id, Saved(customer, method, "Visa •••• 4242", clock.now()))
    return await service.whole(made.id)
