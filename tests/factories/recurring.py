"""Monthly supports for tests, their cards really saved in the sandbox when one is given."""

import itertools
from datetime import date

from tortoise.expressions import F

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Saved
from campaigns.recurring import service
from campaigns.recurring.models import Support, SupportMonth
from civic import clock, database
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


async def a_paid_month(support: Support, on: date, cents: int = 0) -> Pledge:
    """A month that was charged that day and booked, without a gateway; its fee is 25 cents and 1.5 %."""
    at, cents = clock.at(on, 12), cents or support.amount_cents
    pledge = await Pledge.create(
        campaign_id=support.campaign_id, person_id=support.person_id, form_key=f"month-{support.id}-{on:%Y-%m}",
        amount_cents=cents, anonymous=True, amount_hidden=True, status=PledgeStatus.COLLECTED, method_label="Visa",
        created_at=at, updated_at=at, confirmed_at=at, collected_at=at,
    )  # fmt: skip
    await SupportMonth.create(support_id=support.id, month=f"{on:%Y-%m}", pledge_id=pledge.id)
    fee = 25 + cents * 15 // 1000
    amounts = [
        Amount(AccountKind.STRIPE_CLEARING, cents - fee), Amount(AccountKind.PSP_FEES, fee),
        Amount(AccountKind.CAMPAIGN_FUND, -cents),
    ]  # fmt: skip
    async with database.transaction():
        await Campaign.filter(id=support.campaign_id).update(collected_cents=F("collected_cents") + cents)
        await ledger.book(
            "charge", "charge", f"ch_{pledge.id}", amounts, campaign=support.campaign_id, occurred_at=at,
            memo=f"pledge {pledge.id}",
        )  # fmt: skip
    return pledge
