"""Less arrived than was promised: decided by two, told to everybody once, given back when nobody decides."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus, CostLine
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import closing, deciding, panels, queries, shortfall
from campaigns.settlement.models import PlanStatus, ShortfallPlan
from campaigns.settlement.shortfall import Side, Terms
from civic import clock, jobs
from civic.errors import DomainError, Forbidden, Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till, problems
from tests.client import Client
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes

POOR = "pm_card_chargeCustomerFail"
NOTE = "Nous gardons le four et renonçons à l’auvent, qui attendra une autre année."
SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def a_shortfall(gate: Harness) -> Campaign:
    """120 € promised, 60 € received, 100 € needed; the campaign's required expenses are an oven and its roof."""
    campaign = await a_live_campaign(10_000)
    for title, cents in (("Le four", 6_000), ("L’auvent", 4_000)):
        await CostLine.create(campaign_id=campaign.id, title=title, amount_cents=cents, required=True)
    await a_pledge(campaign, gate, cents=6_000, name="Paul Content")
    await a_pledge(campaign, gate, cents=6_000, card=POOR)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    for pledge in await Pledge.filter(status=PledgeStatus.NEEDS_BACKER):
        await closing._drop(pledge.id, PledgeStatus.NEEDS_BACKER)
    await jobs.run_due(schedules=False)
    found = await Campaign.get(id=campaign.id).select_related("lead", "initiative")
    assert found.status == CampaignStatus.SHORTFALL
    return found


async def an_animator(name: str = "Rose Petit") -> Person:
    return await a_person(name, "", RoleName.ANIMATOR)


async def roof(campaign: Campaign) -> CostLine:
    return await CostLine.get(campaign_id=campaign.id, title="L’auvent")


async def letters_saying(words: str) -> int:
    await jobs.run_due(schedules=False)
    return sum(words in mail.subject for mail in await OutboxMessage.all())


async def status_of(campaign: Campaign) -> CampaignStatus:
    return (await Campaign.get(id=campaign.id)).status


async def test_lead_and_team_agree_on_a_smaller_project_and_everybody_reads_the_new_totals(
    client: Client, gate: Harness, sign_in: SignIn
) -> None:
    team = await an_animator()
    campaign = await a_shortfall(gate)
    address = f"/campagnes/{campaign.slug}/manque"
    assert "Il manque de l’argent" in (await client.get(f"/campagnes/{campaign.slug}")).text
    leads, animator = await sign_in(campaign.lead), await sign_in(team)
    page = await leads.get(address)
    assert "Rendre tous les dons" not in page.text
    assert "Il manque 40\u202f€" in page.text
    line = f"line_{(await roof(campaign)).id}"
    refused = await leads.submit(f"{address}/proposer", {"note": NOTE, line: "10"})
    assert (refused.status_code, "Il manque encore 10\u202f€" in refused.text) == (422, True)
    assert (await leads.submit(f"{address}/proposer", {"note": NOTE, line: "0"})).status_code == 303
    assert await letters_saying("Votre accord est demandé") == 1
    read = {"plan": str((await ShortfallPlan.get()).id)}
    assert (await leads.submit(f"{address}/accepter", read)).status_code == 303  # her own yes is given already
    assert await status_of(campaign) == CampaignStatus.SHORTFALL
    assert "Accepter cette proposition" in (await animator.get(address)).text
    assert (await animator.submit(f"{address}/accepter", read)).status_code == 303
    assert await status_of(campaign) == CampaignStatus.FUNDED
    assert (await animator.submit(f"{address}/accepter", read)).status_code == 409
    public = (await client.get(f"/campagnes/{campaign.slug}")).text
    for words in ("renonçons à l’auvent", "Minimum corrigé", "120\u202f€", "60\u202f€", "Le projet se fait autrement"):
        assert words in public
    assert await letters_saying("autrement que prévu") == 1
    plan = await ShortfallPlan.get(status=PlanStatus.ACCEPTED)
    assert (plan.lead_id, plan.team_id) == (campaign.lead_id, team.id)
    change = await queries.change_to(campaign.id, CampaignStatus.FUNDED)
    assert change
    assert (change.actor_id, change.note) == (team.id, NOTE)
    assert {"shortfall_proposed", "shortfall_accepted"} <= {row.act for row in await AuditEntry.all()}
    assert await problems() == []


async def test_a_commune_guarantees_what_is_missing(gate: Harness) -> None:
    campaign, team = await a_shortfall(gate), Actor(await an_animator())
    with pytest.raises(Invalid):
        await shortfall.propose(campaign, team, Side.TEAM, Terms(NOTE, "", 4_000, {}))
    plan = await shortfall.propose(campaign, team, Side.TEAM, Terms(NOTE, "Commune de Trévoux", 4_000, {}))
    assert (plan.promised_cents, plan.received_cents, plan.corrected_cents) == (12_000, 6_000, 10_000)
    await shortfall.agree(campaign, Actor(campaign.lead), Side.LEAD, (await ShortfallPlan.get()).id)
    assert await status_of(campaign) == CampaignStatus.FUNDED
    assert await letters_saying("Votre don est arrivé") == 1


async def test_a_yes_is_to_the_plan_that_was_read(gate: Harness, sign_in: SignIn) -> None:
    campaign, team = await a_shortfall(gate), Actor(await an_animator())
    old = await shortfall.propose(campaign, team, Side.TEAM, Terms(NOTE, "La commune", 4_000, {}))
    new = await shortfall.propose(campaign, team, Side.TEAM, Terms(NOTE, "Personne de connu", 4_000, {}))
    lead, address = await sign_in(campaign.lead), f"/campagnes/{campaign.slug}/manque"
    assert f'name="plan" value="{new.id}"' in (await lead.get(address)).text
    stale = await lead.submit(f"{address}/accepter", {"plan": str(old.id)})
    assert "La proposition a été remplacée" in stale.text
    assert "La proposition a été remplacée" in (await lead.submit(f"{address}/accepter")).text
    assert await status_of(campaign) == CampaignStatus.SHORTFALL
    assert (await lead.submit(f"{address}/accepter", {"plan": str(new.id)})).status_code == 303
    assert await status_of(campaign) == CampaignStatus.FUNDED


async def test_nobody_agrees_with_herself(gate: Harness) -> None:
    both = await a_person("Nadia Deux", "", RoleName.ANIMATOR)
    campaign = await a_shortfall(gate)
    plan = await shortfall.propose(campaign, Actor(both), Side.TEAM, Terms(NOTE, "La commune", 4_000, {}))
    with pytest.raises(Forbidden):
        await shortfall.agree(campaign, Actor(both), Side.LEAD, plan.id)
    assert await status_of(campaign) == CampaignStatus.SHORTFALL
    _campaign, side = await shortfall.campaign_to_decide(
        campaign.slug, Actor(campaign.lead, frozenset({RoleName.ANIMATOR}))
    )
    assert side == Side.LEAD


async def test_a_refusal_is_told_and_another_proposal_replaces_it(client: Client, gate: Harness, sign_in: SignIn) -> None:
    campaign, team = await a_shortfall(gate), await an_animator()
    address = f"/campagnes/{campaign.slug}/manque"
    await shortfall.propose(campaign, Actor(team), Side.TEAM, Terms(NOTE, "La commune", 4_000, {}))
    leads = await sign_in(campaign.lead)
    assert (await leads.submit(f"{address}/refuser", {"reason": "non"})).status_code == 422
    no = {"reason": "La commune n’a rien promis."}
    blind = await leads.submit(f"{address}/refuser", no)
    assert (blind.status_code, "La proposition a été remplacée" in blind.text) == (409, True)
    read = {"plan": str((await ShortfallPlan.get(status=PlanStatus.PROPOSED)).id)}
    assert f'name="plan" value="{read["plan"]}"' in (await leads.get(address)).text
    assert (await leads.submit(f"{address}/refuser", {**no, **read})).status_code == 303
    assert "La commune n’a rien promis." in (await leads.get(address)).text
    assert await letters_saying("Proposition refusée") == 1
    for cents in (4_000, 5_000):
        await shortfall.propose(campaign, Actor(team), Side.TEAM, Terms(NOTE, "La commune", cents, {}))
    rows = await ShortfallPlan.filter(campaign_id=campaign.id).order_by("id")
    assert [row.status for row in rows] == [PlanStatus.REFUSED, PlanStatus.REPLACED, PlanStatus.PROPOSED]


async def test_a_proposal_never_makes_an_expense_grow(gate: Harness) -> None:
    campaign, team = await a_shortfall(gate), Actor(await an_animator())
    line = await roof(campaign)
    with pytest.raises(Invalid):
        await shortfall.propose(campaign, team, Side.TEAM, Terms(NOTE, "La commune", 4_000, {line.id: 4_001}))


async def test_the_team_gives_back_with_a_public_reason_and_backers_hear_it_once(
    client: Client, gate: Harness, sign_in: SignIn
) -> None:
    campaign = await a_shortfall(gate)
    address = f"/campagnes/{campaign.slug}/manque"
    animator, leads = await sign_in(await an_animator()), await sign_in(campaign.lead)
    reason = "Le four coûte deux fois plus cher que prévu : le projet ne se fera pas."
    assert (await leads.submit(f"{address}/rembourser", {"public_note": reason, "sure": "1"})).status_code == 403
    for wrong in ({"public_note": "non", "sure": "1"}, {"public_note": reason}):
        assert (await animator.submit(f"{address}/rembourser", wrong)).status_code == 422
    assert (await animator.submit(f"{address}/rembourser", {"public_note": reason, "sure": "1"})).status_code == 303
    assert await status_of(campaign) == CampaignStatus.UNWINDING
    await shortfall.tell_unwinding(campaign.id)
    assert await letters_saying("ne se fera pas, et votre don revient") == 1
    assert await letters_saying("Nous rendons les dons") == 1
    assert reason.replace(" :", "\u00a0:") in (await client.get(f"/campagnes/{campaign.slug}")).text
    assert (await animator.submit(f"{address}/rembourser", {"public_note": reason, "sure": "1"})).status_code == 409
    assert "n’attend pas de décision" in (await animator.get(address)).text


async def test_without_a_decision_all_is_given_back_after_three_reminders(gate: Harness) -> None:
    await an_animator()
    campaign = await a_shortfall(gate)
    assert await letters_saying("Il manque de l’argent") == 1
    assert await letters_saying("À décider") == 1
    for day in range(1, 21):
        clock.travel(timedelta(days=day, minutes=1))
        await jobs.run_due(schedules=False)
    assert await letters_saying("rien n’est décidé") == 6  # lead and animator, three times
    assert await status_of(campaign) == CampaignStatus.SHORTFALL
    clock.travel(timedelta(days=21, minutes=1))
    await shortfall.end_due()
    await shortfall.end(campaign.id)
    assert await letters_saying("ne se fera pas, et votre don revient") == 1
    assert await status_of(campaign) in panels.GIVEN_BACK
    changes = await CampaignChange.filter(campaign_id=campaign.id, after="unwinding")
    assert [(row.actor_id, "21 jours" in row.note) for row in changes] == [(None, True)]


async def test_a_plan_that_money_no_longer_covers_is_not_agreed_to(gate: Harness) -> None:
    campaign, team = await a_shortfall(gate), Actor(await an_animator())
    await shortfall.propose(campaign, team, Side.TEAM, Terms(NOTE, "La commune", 4_000, {}))
    await Campaign.filter(id=campaign.id).update(collected_cents=5_000)
    with pytest.raises(DomainError):
        await shortfall.agree(campaign, Actor(campaign.lead), Side.LEAD, (await ShortfallPlan.get()).id)
    assert (await ShortfallPlan.get()).status == PlanStatus.PROPOSED


@pytest.mark.parametrize(("offline", "end"), [(0, CampaignStatus.CANCELLED), (2_000, CampaignStatus.UNWINDING)])
async def test_cancelling_a_campaign_with_money_in_it_gives_it_back(
    gate: Harness, offline: int, end: CampaignStatus
) -> None:
    campaign = await a_live_campaign(10_000, offline_cents=offline)
    pledge = await a_pledge(campaign, gate)
    team = Actor(await an_animator(), frozenset({RoleName.ANIMATOR}))
    await lifecycle.cancel(campaign, team, "Le terrain est vendu à quelqu’un d’autre.")
    await jobs.run_due(schedules=False)
    assert await status_of(campaign) in ((end,) if not offline else panels.GIVEN_BACK)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    parts = await panels.campaign_panels(await Campaign.get(id=campaign.id))
    assert bool(parts) == bool(offline)


async def test_those_who_run_it_follow_the_charges_as_they_go(client: Client, gate: Harness, sign_in: SignIn) -> None:
    campaign = await a_live_campaign(10_000)
    await a_pledge(campaign, gate, cents=9_000)
    await a_pledge(campaign, gate, cents=5_000, card="pm_success_fr", name="Odile Blanc")
    await a_pledge(campaign, gate, cents=1_000, card=POOR, name="Jean Dur")
    address = f"/campagnes/{campaign.slug}/prelevements"
    leads = await sign_in(campaign.lead)
    assert "Personne n’est débité avant la fin" in (await leads.get(address)).text
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    before = await queries.progress(campaign.id)
    assert (before.waiting.n, before.percent, before.total) == (3, 0, 3)
    await jobs.run_due(schedules=False)
    done = await queries.progress(campaign.id)
    counts = (done.paid, done.under_way, done.failed)
    assert [(one.n, one.cents) for one in counts] == [(1, 9_000), (1, 5_000), (1, 1_000)]
    page = await leads.get(address)
    assert "3 dons demandés à la banque sur 3." in page.text
    for hidden in ("90\u202f€", "50\u202f€", "10\u202f€"):  # each is one person's gift (invariant 15)
        assert hidden not in page.text
    team = await (await sign_in(await a_person("Rose Petit", "", RoleName.TREASURER))).get(address)
    assert "3 dons demandés à la banque sur 3, 90\u202f€ reçus." in team.text
    assert f'href="{address}"' in page.text
    part = await leads.get(address, headers={"HX-Request": "true", "HX-Target": "avancement"})
    assert "<h1" not in part.text
    assert "every 5s" in part.text
    assert (await client.get(address)).status_code == 303
    assert (await (await sign_in(await a_person("Une Autre"))).get(address)).status_code == 403
    assert "Suivre les prélèvements" in (await leads.get(f"/campagnes/{campaign.slug}")).text
