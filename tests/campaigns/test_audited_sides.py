"""What an audit found about who acts, and about pages that a browser kept: a second hat, a lost role, a used key."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from campaigns import panels
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import cost_lines
from campaigns.matching import agreeing
from campaigns.offers.models import Offer
from campaigns.offline import service as offline
from campaigns.offline.models import Mode, OfflineGift
from campaigns.offline.service import Entry
from campaigns.payouts import service as spending
from campaigns.payouts.forms import ExpenseForm
from campaigns.payouts.models import Expense
from campaigns.recurring import board
from civic import clock
from civic.errors import Forbidden
from civic.people import queries as people
from civic.people import service
from civic.people.actor import Actor
from civic.people.models import Person, Role, RoleName, Session
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_draft, a_live_campaign
from tests.factories.matching import terms
from tests.factories.offline import a_verified_gift
from tests.factories.payouts import a_permitted_line, an_evidence
from tests.factories.recurring import a_paid_month, a_standing, a_support

pytestmark = pytest.mark.usefixtures("app")
SignIn = Callable[[Person], Awaitable[Client]]


async def test_a_lead_in_the_team_proposes_no_match_for_her_own_campaign() -> None:
    """She chooses who signs it, and what is added may make the campaign succeed."""
    campaign = await a_live_campaign()
    lead = Actor(await Person.get(id=campaign.lead_id), frozenset({RoleName.ANIMATOR}))
    helper = Actor(await a_person("Rose Petit"), frozenset({RoleName.ANIMATOR}))
    with pytest.raises(Forbidden):
        await agreeing.propose(campaign, lead, await terms())
    with pytest.raises(Forbidden):
        await agreeing.propose(campaign, Actor(helper.person, helper.roles, None, lead.person), await terms())
    assert (await agreeing.propose(campaign, helper, await terms())).campaign_id == campaign.id


async def test_an_animator_who_is_none_any_more_helps_nobody_at_the_counter() -> None:
    animator, odile = await a_person("Agathe Animatrice", "", RoleName.ANIMATOR), await a_person("Odile Blanc")
    token = await service.open_session(animator, "Firefox")
    await Session.filter(person_id=animator.id).update(counter_for_id=odile.id)
    actor = await people.actor_of_session(token)
    assert actor
    assert (actor.person.id, actor.hand.id) == (odile.id, animator.id)
    await Role.filter(person_id=animator.id).update(revoked_at=clock.now())
    assert await people.actor_of_session(token) is None


async def test_two_supports_of_one_person_do_not_tell_the_third_ones_sum() -> None:
    campaign = await a_standing()
    odile = await a_person("Odile Blanc")
    for backer in (odile, odile, await a_person("Jean Neuf")):
        await a_paid_month(await a_support(campaign=campaign, backer=backer), clock.today())
    found = await board.of(campaign.id)
    assert (found.active, found.cents, found.months[0].paid, found.months[0].cents) == (3, None, 3, None)
    await a_paid_month(await a_support(campaign=campaign, backer=await a_person("Zoé Tierce")), clock.today())
    assert (await board.of(campaign.id)).cents == 4_000


async def test_a_lead_does_not_read_the_sum_of_a_single_supporter(sign_in: SignIn) -> None:
    campaign = await a_standing()
    whole = await Campaign.get(id=campaign.id).select_related("initiative", "lead")
    lead = await sign_in(whole.lead)
    odile, page = await a_person("Odile Blanc"), f"/initiatives/{whole.initiative.slug}"
    for backer in (odile, odile, await a_person("Jean Neuf")):
        await a_support(campaign=campaign, backer=backer, cents=1_700)
    for path in (page, f"{page}/soutien-mensuel", f"{page}/soutien-mensuel/tableau"):
        shown = (await lead.get(path)).text
        assert "17\u202f€" not in shown, path
        assert "51\u202f€" not in shown, path
    assert "2 personnes soutiennent" in (await lead.get(page)).text
    await a_support(campaign=campaign, backer=await a_person("Zoé Tierce"), cents=1_700)
    assert "68\u202f€" in (await lead.get(page)).text


async def test_the_home_page_does_not_tell_what_one_monthly_supporter_gave() -> None:
    """Its figure, less what each campaign's page says, was the sum of the monthly gifts, each of them hidden."""
    await a_verified_gift(await a_live_campaign(), 4_000)
    support = await a_support(cents=1_700)
    await a_paid_month(support, clock.today())
    (told,) = await panels.figures()
    assert told.value.startswith("40")
    await Campaign.filter(id=support.campaign_id).update(status=CampaignStatus.REPORTING)
    assert (await panels.figures())[0].value == told.value


async def test_one_mailbox_is_asked_to_confirm_five_offers_an_hour(client: Client) -> None:
    campaign = await a_live_campaign()
    line = (await cost_lines(campaign.id))[0]
    sent = {"line": str(line.id), "kind": "hours", "title": "Deux jours de maçonnerie", "name": "Odile Blanc"}
    path = f"/campagnes/{campaign.slug}/proposer"
    for turn in range(6):
        answer = await client.submit(path, sent | {"email": "Odile@exemple.fr" if turn % 2 else "odile@exemple.fr"})
        assert (answer.status_code == 303) == (turn < 5)
    assert await Offer.filter(person__email="odile@exemple.fr").count() == 5
    other = await client.submit(path, sent | {"email": "jean@exemple.fr"})
    assert other.status_code == 303


async def test_what_is_typed_on_a_page_that_the_browser_kept_is_not_lost() -> None:
    """The key in the form makes a double click harmless; another amount under the same key is another gift."""
    campaign = await a_live_campaign()
    lead = Actor(await Person.get(id=campaign.lead_id))
    first = Entry("Odile Blanc", 3_000, Mode.CASH, clock.today())
    for entries in ([first], [first], [replace(first, amount_cents=5_000)], [first, replace(first, donor_name="Zoé T.")]):
        await offline.enter(campaign, lead, entries, "une-page")
    kept = await OfflineGift.filter(campaign_id=campaign.id).order_by("id").values_list("amount_cents", flat=True)
    assert list(kept) == [3_000, 5_000, 3_000, 3_000]


async def test_a_second_invoice_on_a_page_that_the_browser_kept_is_declared_too() -> None:
    campaign = await a_live_campaign()
    await a_verified_gift(campaign, 20_000)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    campaign = await Campaign.get(id=campaign.id).select_related("lead")
    line = await a_permitted_line(campaign, 10_000)
    for what, cents in (("Des planches", 2_000), ("Des planches", 2_000), ("Des vis", 500)):
        form = ExpenseForm(cost_line=line.id, amount=cents, paid_on=clock.today(), what=what, key="une-page")
        await spending.declare(campaign, Actor(campaign.lead), form, await an_evidence())
    assert await Expense.filter(campaign_id=campaign.id).order_by("id").values_list("amount_cents", flat=True) == [2_000, 500]


async def test_a_lead_in_the_team_does_not_open_again_what_the_team_has_stopped() -> None:
    campaign = await a_live_campaign()
    one = Actor(await a_person("Rose Petit"), frozenset({RoleName.ANIMATOR}))
    await lifecycle.suspend(campaign, one, "Une question sur le devis.")
    lead = Actor(await Person.get(id=campaign.lead_id), frozenset({RoleName.ANIMATOR}))
    with pytest.raises(Forbidden):
        await lifecycle.resume(await Campaign.get(id=campaign.id), lead, "Tout est en ordre.")
    await lifecycle.resume(await Campaign.get(id=campaign.id), one, "Le devis est là.")
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE


async def test_what_a_reviewer_accepts_is_what_was_on_her_page(sign_in: SignIn) -> None:
    campaign = await a_draft()
    await lifecycle.submit(campaign, campaign.lead)
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}/relecture"
    seen = re.search(r'name="version" value="(\d+)"', (await reviewer.get(path)).text)
    assert seen
    other = Actor(await a_person("Luc Grand"), frozenset({RoleName.ANIMATOR}))
    await lifecycle.review(campaign, other, CampaignStatus.CHANGES_REQUESTED, "Le devis est trop haut.")
    await lifecycle.submit(await Campaign.get(id=campaign.id), campaign.lead)
    answer = {"answer": "approved", "version": seen[1]}
    assert (await reviewer.submit(path, answer)).status_code == 422
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SUBMITTED
    fresh = re.search(r'name="version" value="(\d+)"', (await reviewer.get(path)).text)
    assert fresh
    assert (await reviewer.submit(path, answer | {"version": fresh[1]})).status_code == 303
