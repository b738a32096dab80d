"""Campaigns of another legal entity than the host, paid on its own account at the sandbox."""

import itertools

from campaigns.lifecycle.models import Campaign
from campaigns.payees.models import Payee
from campaigns.payments import accounts, checkout
from campaigns.payments.till import till_of
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Gift
from civic import clock
from civic.organisations import service as organisations
from civic.organisations.models import Organisation
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person, an_organisation
from tests.factories.settlement import a_live_campaign

_numbers = itertools.count(1)
CARD, DECLINES, DISPUTED = "4242424242424242", "4000000000000341", "4000000000000259"


async def a_payee(gate: Harness, name: str = "Les Jardins du Carron", *, opened: bool = True) -> Payee:
    """An organisation with an account at the sandbox, which can charge unless told."""
    organisation = await an_organisation(name)
    made = await gate.v1.accounts.create_async({"type": "standard", "country": "FR"})
    payee = await Payee.create(organisation_id=organisation.id, account_ref=made.id, created_at=clock.now())
    if opened:
        await gate.control.open_account(made.id)
        await accounts.look(made.id)
    return await Payee.get(id=payee.id).select_related("organisation")


async def its_campaign(payee: Payee, minimum_cents: int = 5_000, **values: object) -> Campaign:
    """A live campaign whose money goes to that account."""
    return await a_live_campaign(
        minimum_cents, payee_id=payee.id, account_ref=payee.account_ref or "", beneficiary=payee.organisation.name,
        **values,
    )  # fmt: skip


async def promised(gate: Harness, campaign: Campaign, cents: int = 5_000, number: str = CARD, tip: int = 0) -> Pledge:
    """A promise whose card was typed on the hosted page of the account."""
    backer = await a_person(f"Rose Martin {next(_numbers)}")
    gift = Gift(cents, tip, 0, False, False, "Rose")
    made = await pledges.pledge(backer, campaign, gift, f"other-{next(_numbers)}", [])
    pledge = await Pledge.get(id=made.id).select_related("campaign", "person")
    page = await checkout.open_page(pledge)
    fields = {"means": "card", "number": number, "expiry": "12 / 40", "cvc": "123", "name": "Rose Martin"}
    assert (await gate.browser.post(page or "", data=fields)).status_code == 303
    fresh = await Pledge.get(id=made.id)
    await checkout.settle(till_of(campaign), fresh.session_ref)
    return await Pledge.get(id=made.id).select_related("campaign", "person")


async def a_spokesperson(organisation: Organisation, name: str = "Nadia Porteuse") -> Person:
    """Somebody who represents the organisation today."""
    person = await a_person(name)
    await organisations.name_representative(organisation, person)
    return person
