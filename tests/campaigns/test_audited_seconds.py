"""What an audit left open about second persons and sums: a donor's own cheque, one hand's match, a decision used twice."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.matching import agreeing, queries
from campaigns.offline import panels as offline_panels
from campaigns.offline import service as offline
from campaigns.offline import verifying
from campaigns.offline.models import Mode, OfflineGift, OfflineStatus
from campaigns.offline.service import Entry
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payouts import queries as spending
from campaigns.payouts import service as payouts
from campaigns.payouts.forms import ReportForm
from campaigns.payouts.models import ClosingReport
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import standing
from civic import clock
from civic.counting.rules import Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import DomainError, Forbidden, Invalid
from civic.organisations.models import Representative
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, Role, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.campaigns import a_live_campaign
from tests.factories.matching import a_matcher, a_team, terms
from tests.factories.offline import a_gift, a_treasurer, an_announced_gift
from tests.factories.proof import Given, a_booked_gift, a_funded_campaign
from tests.factories.steering import a_committee, an_open_decision

pytestmark = pytest.mark.usefixtures("app")
SignIn = Callable[[Person], Awaitable[Client]]


async def lead_of(campaign: Campaign) -> Actor:
    return Actor(await Person.get(id=campaign.lead_id))


async def a_treasurers_cheque(campaign: Campaign) -> tuple[Actor, OfflineGift]:
    """She announced it while giving, and the lead received it."""
    gift = await an_announced_gift(campaign, name="Tristan Trésor")
    line = Entry("", gift.amount_cents, Mode.CHEQUE, clock.today(), "CA 441", number=gift.code)
    await offline.enter(campaign, await lead_of(campaign), [line], "stall")
    return Actor(gift.person, frozenset({RoleName.TREASURER})), gift  # type: ignore[arg-type]


async def test_a_treasurer_does_not_verify_the_cheque_she_gives_herself() -> None:
    campaign = await a_live_campaign()
    donor, gift = await a_treasurers_cheque(campaign)
    helped = Actor(await a_person("Hugo Petit"), frozenset({RoleName.TREASURER}), None, donor.person)
    for hand in (donor, helped):
        with pytest.raises(Forbidden, match="son propre don"):
            await verifying.verify(gift.id, hand)
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.RECEIVED
    await verifying.verify(gift.id, await a_treasurer("Rose Petit"))
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.VERIFIED


@pytest.mark.one_engine
async def test_her_own_cheque_waits_apart_on_her_page_and_asks_nothing_of_her(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    donor, gift = await a_treasurers_cheque(campaign)
    treasurer = await a_treasurer("Rose Petit")
    await Role.create(person_id=donor.person.id, name=RoleName.TREASURER, granted_at=clock.now())
    hers, others = await sign_in(donor.person), await sign_in(treasurer.person)
    box = f'name="ids" value="{gift.id}:'
    for path in ("/tresorerie/hors-ligne", f"/tresorerie/hors-ligne/{gift.id}"):
        assert box not in (await hers.get(path)).text
        assert box in (await others.get(path)).text
    assert "donnés par vous" in (await hers.get("/tresorerie/hors-ligne")).text
    assert not any("Vérifier" in todo.text for todo in await offline_panels.desk_todos(donor.person))
    assert any("Vérifier" in todo.text for todo in await offline_panels.desk_todos(treasurer.person))


@pytest.mark.one_engine
async def test_a_lead_reads_a_hidden_amount_from_the_cheque_not_from_the_list(sign_in: SignIn) -> None:
    """One that is announced: before it comes, after it lapsed, in the list, in the sums and in the form."""
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, 4_700, public_name="Odile B.", amount_hidden=True)
    lead = await sign_in(await Person.get(id=campaign.lead_id))
    team = await sign_in(await a_person("Agathe Animatrice", "", RoleName.ANIMATOR))
    page = f"/campagnes/{campaign.slug}/hors-ligne"
    for status in (OfflineStatus.EXPIRED, OfflineStatus.PROMISED):
        await OfflineGift.filter(id=gift.id).update(status=status)
        for path in (page, f"{page}/{gift.id}"):
            shown = (await lead.get(path)).text
            assert "47\u202f€" not in shown, (status, path)
            assert 'value="47' not in shown, (status, path)
            read = (await team.get(path)).text
            assert "47\u202f€" in read or 'value="47"' in read
        assert "1 don au montant caché" in (await lead.get(page)).text
    await a_gift(campaign, 2_000, None, donor_name="Hugo Petit")
    shown = (await lead.get(page)).text
    assert "<b>20\u202f€</b> 1 don<br>1 don au montant caché" in shown
    line = Entry("", 4_700, Mode.CHEQUE, clock.today(), "CA 441", number=gift.code)
    await offline.enter(campaign, await lead_of(campaign), [line], "stall")
    assert "47\u202f€" in (await lead.get(page)).text


async def test_who_proposes_a_match_does_not_sign_it_nor_does_a_lead_or_a_colleague() -> None:
    campaign = await a_live_campaign()
    team, town = await a_team(), await a_matcher()
    colleague = await a_person("Luc Grand", "luc@exemple.fr", RoleName.TREASURER)
    lead = await Person.get(id=campaign.lead_id)
    await Person.filter(id=lead.id).update(email="porteuse@exemple.fr")
    await Person.filter(id=team.person.id).update(email="rose@exemple.fr")
    team = replace(team, person=await Person.get(id=team.person.id))
    for address in ("rose@exemple.fr", "Rose@exemple.fr", "luc@exemple.fr", "porteuse@exemple.fr"):
        wish = await terms(organisation_id=town.id, signatory_email=address)
        with pytest.raises(Invalid) as refused:
            await agreeing.propose(campaign, team, wish)
        assert refused.value.field == "signatory_email"
    for who in (colleague, team.person):
        await Representative.create(organisation=town, person=who, from_on=clock.today())
    with pytest.raises(Invalid):
        await agreeing.propose(campaign, team, await terms(organisation_id=town.id, signatory_email="rose@exemple.fr"))
    wish = await terms(organisation_id=town.id, signatory_email="luc@exemple.fr")
    assert (await agreeing.propose(campaign, team, wish)).signatory_email == "luc@exemple.fr"


@pytest.mark.one_engine
async def test_a_secret_link_is_not_signed_by_whoever_proposed_it_or_decides(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    team = await a_team()
    made = await agreeing.propose(campaign, team, await terms())
    path = f"/abondements/{links.make(queries.LINK, made.id)}"
    said = {"name": "Hélène Maire", "role": "Maire", "agreed": "1"}
    lead = await Person.get(id=campaign.lead_id)
    for who in (team.person, lead, await a_person("Luc Grand", "", RoleName.TREASURER)):
        answer = await (await sign_in(who)).submit(f"{path}/accepter", said)
        assert (answer.status_code, "une autre personne" in answer.text) == (422, True)
    assert (await queries.agreements_of(campaign.id))[0].status == "proposed"
    mayor = await sign_in(await a_person("Hélène Maire"))
    assert (await mayor.submit(f"{path}/accepter", said)).status_code == 303
    assert (await queries.agreements_of(campaign.id))[0].status == "signed"


async def test_one_decision_of_the_contributors_settles_one_surplus() -> None:
    first = await a_funded_campaign(Given("Rose Martin", 30_000))
    second = await a_live_campaign(initiative=first.initiative, lead=first.lead)
    await a_booked_gift(second, Given("Paul Roux", 20_000))
    await Campaign.filter(id=second.id).update(status=CampaignStatus.FUNDED)
    lead = Actor(first.lead)
    decision = await an_open_decision(await a_committee(first.lead, initiative=first.initiative), first.lead)
    form = ReportForm(text="Tout est fait, voici le bilan.", decision=decision.id, surplus_use="Un abri.")
    await payouts.report(first, lead, form)
    await payouts.report(first, lead, form)
    with pytest.raises(Invalid, match="sert déjà") as refused:
        await payouts.report(second, lead, form)
    assert refused.value.field == "decision"
    other = await an_open_decision(await a_committee(first.lead, initiative=first.initiative), first.lead)
    await payouts.report(second, lead, form.model_copy(update={"decision": other.id}))
    await Decision.filter(id=decision.id).update(status=DecisionStatus.CLOSED, verdict=Verdict.ADOPTED)
    await ClosingReport.filter(campaign_id=second.id).update(decision_id=decision.id)  # both were sent at once
    sent = (await ClosingReport.get(campaign_id=second.id)).asked_at.isoformat()
    with pytest.raises(DomainError, match="sert déjà"):
        await payouts.close(second, await a_treasurer(), sent)


async def test_money_that_backers_may_still_recall_is_not_spent() -> None:
    campaign = await a_live_campaign(goal=GoalKind.FLEXIBLE)
    for name, cents in (("Rose Martin", 30_000), ("Paul Roux", 20_000), ("Odile Blanc", 10_000)):
        await a_booked_gift(campaign, Given(name, cents))
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    campaign = await Campaign.get(id=campaign.id)
    rose, paul, odile = await Pledge.filter(campaign_id=campaign.id).order_by("id")
    for pledge in (rose, paul):
        await Attempt.create(
            pledge_id=pledge.id, n=1, key=f"pledge-{pledge.id}-a1", amount_cents=pledge.amount_cents,
            status=AttemptStatus.SUCCEEDED, created_at=clock.now(),
        )  # fmt: skip
    long_ago, lately = clock.now() - timedelta(days=15), clock.now() - timedelta(days=13)
    await Pledge.filter(id=rose.id).update(collected_at=long_ago)
    await Pledge.filter(id=paul.id).update(collected_at=lately, method_label="SEPA •••• 2606")
    await Pledge.filter(id=odile.id).update(collected_at=lately)  # by cheque: nothing goes back by itself
    purse = await spending.purse_of(campaign)
    assert purse.reserve == 20_000
    assert purse.free == purse.spendable == purse.fund - purse.fees - 20_000
    await Pledge.filter(id=paul.id).update(collected_at=long_ago, status=PledgeStatus.REFUND_PENDING)
    assert (await spending.purse_of(campaign)).reserve == 20_000
    await Pledge.filter(id=paul.id).update(status=PledgeStatus.COLLECTED)
    assert 0 < (await spending.purse_of(campaign)).reserve < 20_000  # a share, for the bank's eight weeks
    await Pledge.filter(id=rose.id).update(collected_at=lately)
    await Campaign.filter(id=campaign.id).update(goal=GoalKind.ALL_OR_NOTHING)
    assert (await spending.purse_of(await Campaign.get(id=campaign.id))).reserve < 20_000


@pytest.mark.one_engine
async def test_what_a_reviewer_accepts_of_a_monthly_support_is_what_was_on_her_page(sign_in: SignIn) -> None:
    lead = await a_person("Nadia Porteuse")
    initiative = await an_initiative(lead=lead)
    page = f"/initiatives/{initiative.slug}/soutien-mensuel"
    sent = {"purpose": "Le loyer du local, chaque mois.", "what_1": "Le loyer", "sum_1": "180"}
    assert (await (await sign_in(lead)).submit(f"{page}/proposer", sent)).status_code == 303
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    seen = re.search(r'name="version" value="(\d+)"', (await reviewer.get(f"{page}/relecture")).text)
    assert seen
    found = await standing.of_initiative(initiative.id, public_only=False)
    assert found
    other = Actor(await a_person("Luc Grand"), frozenset({RoleName.ANIMATOR}))
    await lifecycle.review(found, other, CampaignStatus.CHANGES_REQUESTED, "Le loyer est trop haut.")
    assert (await (await sign_in(lead)).submit(f"{page}/proposer", sent | {"sum_1": "900"})).status_code == 303
    answer = {"answer": "approved", "version": seen[1]}
    assert (await reviewer.submit(f"{page}/relecture", answer)).status_code == 422
    assert (await Campaign.get(id=found.id)).status == CampaignStatus.SUBMITTED
    fresh = re.search(r'name="version" value="(\d+)"', (await reviewer.get(f"{page}/relecture")).text)
    assert fresh
    assert (await reviewer.submit(f"{page}/relecture", answer | {"version": fresh[1]})).status_code == 303
