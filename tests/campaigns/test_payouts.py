"""Spending the money of a campaign: permission, evidence, a second pair of eyes, and never more than is there."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from PIL import Image
from starlette.types import ASGIApp
from tortoise.exceptions import IntegrityError

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.payouts import queries, service
from campaigns.payouts.forms import ExpenseForm, ReportForm, TrancheForm
from campaigns.payouts.models import Answer, ClosingReport, Expense, Tranche
from campaigns.payouts.verify import spending_is_booked, spending_is_permitted
from campaigns.pledges.models import Pledge
from civic import clock
from civic.counting.rules import Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import DomainError, Forbidden, Invalid
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from civic.settings import BadSettings, Settings, configure, load
from tests.client import Client
from tests.factories import a_person
from tests.factories.payouts import (
    a_permitted_line,
    a_tranche,
    a_treasurer,
    a_verified_expense,
    an_evidence,
    an_expense,
    first_line,
)
from tests.factories.proof import Given, a_funded_campaign, booked
from tests.factories.steering import a_committee, an_open_decision

SignIn = Callable[[Person], Awaitable[Client]]
GIFTS = (Given("Rose Martin", 30_000), Given("Paul Roux", 50_000), Given("Odile Blanc", 20_000))
FEES = 3 * 25 + 1_500


def path(campaign: Campaign, more: str = "") -> str:
    return f"/campagnes/{campaign.slug}/depenses{more}"


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 800), "#eee").save(buffer, "JPEG")
    return buffer.getvalue()


async def asked(campaign: Campaign, cents: int, decision: int = 0) -> Tranche:
    line = await first_line(campaign)
    form = TrancheForm(cost_line=line.id, amount=cents, purpose="Un acompte", decision=decision)
    return await service.ask(campaign, Actor(campaign.lead), form)


async def declared(campaign: Campaign, cents: int, key: str = "k") -> Expense:
    line = await first_line(campaign)
    form = ExpenseForm(cost_line=line.id, amount=cents, paid_on=clock.today(), what="Acompte au garage", key=key)
    return await service.declare(campaign, Actor(campaign.lead), form, await an_evidence())


async def seen() -> str:
    """What the page of the second person sends back: which report it showed."""
    return (await ClosingReport.get()).asked_at.isoformat()


async def test_a_lead_asks_spends_and_shows_and_another_person_looks_twice(
    client: Client, sign_in: SignIn, settings: Settings
) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    lead = await sign_in(campaign.lead)
    treasurer = await sign_in((await a_treasurer()).person)
    line = await first_line(campaign)
    sums = {"cost_line": str(line.id), "amount": "400", "purpose": "Acompte au garage"}
    assert "Dépenser l’argent" in (await lead.get(f"/campagnes/{campaign.slug}")).text
    assert (await lead.submit(path(campaign, "/tranches"), sums)).status_code == 303
    tranche = await Tranche.get()
    assert "400\u202f€" in (await treasurer.get("/tresorerie")).text
    assert (await lead.submit(path(campaign, f"/tranches/{tranche.id}"), {"answer": "accepted"})).status_code == 403
    assert (await treasurer.submit(path(campaign, f"/tranches/{tranche.id}"), {"answer": "accepted"})).status_code == 303
    spent = {"cost_line": str(line.id), "amount": "380,50", "paid_on": clock.today().isoformat(), "what": "Garage Morel"}
    without = await lead.submit(path(campaign, "/declarer"), spent)
    assert (without.status_code, "Ajoutez la facture" in without.text) == (422, True)
    files = {"evidence": ("facture.jpg", photo(), "image/jpeg")}
    assert (await lead.submit(path(campaign, "/declarer"), spent, files=files)).status_code == 303
    public = f"/campagnes/{campaign.slug}/preuves"
    assert "Garage Morel" not in (await client.get(public)).text
    expense = await Expense.get()
    assert (await treasurer.submit(path(campaign, f"/{expense.id}"), {"answer": "accepted"})).status_code == 303
    page = (await client.get(public)).text
    assert "Garage Morel" in page
    assert "380,50" in page
    assert (await ledger.campaign_balances(campaign.id))["expense_paid"] == 38_050
    assert (await ledger.balances())["bank"] == -38_050
    assert await AuditEntry.filter(act__in=["tranche_accepted", "expense_accepted"]).count() == 2
    assert await spending_is_booked() == await spending_is_permitted() == []


async def test_no_more_is_permitted_than_is_really_there(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    purse = await queries.purse_of(campaign)
    assert (purse.fund, purse.fees, purse.free) == (100_000, FEES, 100_000 - FEES)
    held = [Amount(AccountKind.DISPUTES_HELD, 20_000), Amount(AccountKind.STRIPE_CLEARING, -20_000)]
    await booked(campaign, "dispute", "dp_1", held)
    due = [Amount(AccountKind.MATCH_FUND, 10_000), Amount(AccountKind.CAMPAIGN_FUND, -10_000)]
    await booked(campaign, "match_due", "m_1", due)
    sepa = await Pledge.filter(campaign_id=campaign.id).order_by("id").first()
    assert sepa
    await Pledge.filter(id=sepa.id).update(method_label="SEPA •••• 3201", collected_at=clock.now())
    free = 100_000 - FEES - 20_000 - 6_000
    assert (await queries.purse_of(campaign)).free == free
    with pytest.raises(Invalid):
        await asked(campaign, free + 1)
    first, second = await asked(campaign, free), await asked(campaign, 100)
    treasurer = await a_treasurer()
    await service.answer(campaign, first, treasurer, Answer.ACCEPTED, "")
    with pytest.raises(Invalid):
        await service.answer(campaign, second, treasurer, Answer.ACCEPTED, "")
    await Pledge.filter(id=sepa.id).update(collected_at=clock.now() - timedelta(weeks=9))
    await service.answer(campaign, second, treasurer, Answer.ACCEPTED, "")


async def test_two_permissions_at_once_do_not_share_the_same_money(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    tranches = [await asked(campaign, 60_000) for _n in range(3)]
    treasurer = await a_treasurer()
    done = await asyncio.gather(
        *(service.answer(campaign, one, treasurer, Answer.ACCEPTED, "") for one in tranches), return_exceptions=True
    )
    assert sum(one is None for one in done) == 1
    assert await Tranche.filter(status=Answer.ACCEPTED).count() == 1


async def test_a_tranche_waits_for_the_decision_it_depends_on(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    committee = await a_committee(campaign.lead, initiative=campaign.initiative)
    treasurer = await a_treasurer()
    for verdict in (Verdict.REJECTED, Verdict.ADOPTED):
        decision = await an_open_decision(committee, campaign.lead)
        tranche = await asked(campaign, 1_000, decision.id)
        with pytest.raises(DomainError, match="pas adoptée"):
            await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
        await Decision.filter(id=decision.id).update(status=DecisionStatus.CLOSED, verdict=verdict)
        if verdict == Verdict.REJECTED:
            with pytest.raises(DomainError, match="pas adoptée"):
                await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    await service.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    elsewhere = await an_open_decision(await a_committee(await a_person()), campaign.lead)
    with pytest.raises(Invalid):
        await asked(campaign, 1_000, elsewhere.id)


async def test_nobody_answers_her_own_demand_not_even_by_sql(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    both = Actor(campaign.lead, frozenset({RoleName.TREASURER}))
    tranche, expense = await a_tranche(campaign, campaign.lead), await an_expense(campaign, campaign.lead)
    with pytest.raises(Forbidden):
        await queries.tranche_to_answer(campaign, tranche.id, both)
    with pytest.raises(Forbidden):
        await queries.expense_to_check(campaign, expense.id, both)
    for row in (tranche, expense):
        with pytest.raises(IntegrityError):
            await type(row).filter(id=row.id).update(answered_by_id=campaign.lead_id)


async def test_spending_beyond_the_permission_is_refused(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    with pytest.raises(Invalid, match="permission"):
        await declared(campaign, 100)
    await a_permitted_line(campaign, 10_000)
    first = await declared(campaign, 6_000)
    assert (await declared(campaign, 6_000)).id == first.id
    with pytest.raises(Invalid, match="40"):
        await declared(campaign, 4_001, "other")
    await service.check(campaign, first, await a_treasurer(), Answer.REFUSED, "Facture illisible")
    await declared(campaign, 10_000, "again")
    assert (await ledger.balances()).get("bank", 0) == 0


async def test_a_verified_expense_is_undone_once_and_frees_its_permission(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    expense, treasurer = await a_verified_expense(campaign, 10_000), await a_treasurer()
    await service.undo(campaign, expense, treasurer, "Payée deux fois")
    with pytest.raises(DomainError):
        await service.undo(campaign, expense, treasurer, "Payée deux fois")
    assert (await ledger.campaign_balances(campaign.id))["expense_paid"] == 0
    assert await spending_is_booked() == []
    await declared(campaign, 10_000)


async def test_what_was_spent_without_permission_or_not_booked_is_said(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    expense = await an_expense(campaign, campaign.lead)
    await Expense.filter(id=expense.id).update(status=Answer.ACCEPTED)
    assert len(await spending_is_permitted()) == len(await spending_is_booked()) == 1


async def test_a_surplus_is_decided_by_the_contributors_before_the_end(client: Client, sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    lead, treasurer = await sign_in(campaign.lead), await a_treasurer()
    text = "Le minibus roule depuis juin, tous les mardis, avec douze personnes à bord."
    refused = await lead.submit(path(campaign, "/bilan"), {"text": text})
    assert (refused.status_code, "Il reste" in refused.text) == (422, True)
    committee = await a_committee(campaign.lead, initiative=campaign.initiative)
    decision = await an_open_decision(committee, campaign.lead)
    fields = {"text": text, "decision": str(decision.id), "surplus_use": "Un abri pour l’arrêt du marché."}
    assert (await lead.submit(path(campaign, "/bilan"), fields)).status_code == 303
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.REPORTING
    assert "abri pour" not in (await client.get(f"/campagnes/{campaign.slug}/preuves")).text
    with pytest.raises(DomainError, match="pas adoptée"):
        await service.close(campaign, treasurer, await seen())
    await Decision.filter(id=decision.id).update(status=DecisionStatus.CLOSED, verdict=Verdict.ADOPTED)
    with pytest.raises(DomainError, match="autre personne"):
        await service.close(campaign, Actor(campaign.lead, frozenset({RoleName.ANIMATOR})), await seen())
    await service.close(campaign, treasurer, await seen())
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CLOSED
    page = (await client.get(f"/campagnes/{campaign.slug}/preuves")).text
    assert "tous les mardis" in page
    assert "abri pour" in page


@pytest.mark.one_engine
async def test_a_lead_learns_how_a_permitted_sum_is_paid_and_keeps_to_choose_her_file_again(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    lead, treasurer = await sign_in(campaign.lead), await sign_in((await a_treasurer()).person)
    spent = {"cost_line": str((await first_line(campaign)).id), "amount": "100", "paid_on": clock.today().isoformat(),
             "what": "Garage Morel"}  # fmt: skip
    files = {"evidence": ("facture.jpg", photo(), "image/jpeg")}
    early = (await lead.submit(path(campaign, "/declarer"), spent, files=files)).text
    assert "Demandez-en une autre" in early
    assert "Choisissez de nouveau le fichier" in early
    tranche = await asked(campaign, 10_000)
    assert "attend encore sa réponse" in (await lead.submit(path(campaign, "/declarer"), spent, files=files)).text
    assert "Comment payer" not in (await lead.get(path(campaign))).text
    waiting = (await treasurer.get(path(campaign))).text
    assert "Permettre de dépenser 100\u202f€\u202f?" in waiting
    answered = await treasurer.submit(path(campaign, f"/tranches/{tranche.id}"), {"answer": "accepted"})
    assert "La somme est permise." in (await treasurer.get(answered.headers["location"])).text
    assert "Comment payer" in (await lead.get(path(campaign))).text


@pytest.mark.one_engine
async def test_nobody_asks_to_spend_what_the_bank_keeps_of_each_gift(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    fees = await CostLine.create(campaign=campaign, title="Frais bancaires estimés", amount_cents=600, position=9)
    page = (await (await sign_in(campaign.lead)).get(path(campaign))).text
    assert f'<option value="{(await first_line(campaign)).id}"' in page
    assert f'<option value="{fees.id}"' not in page
    assert "Pris par la banque sur chaque don" in page


@pytest.mark.one_engine
async def test_a_lead_with_money_left_is_led_to_the_vote_on_it(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    lead = await sign_in(campaign.lead)
    assert f'href="/initiatives/{campaign.initiative.slug}/comite/nouveau"' in (await lead.get(path(campaign))).text
    committee = await a_committee(campaign.lead, initiative=campaign.initiative)
    page = (await lead.get(path(campaign))).text
    to_vote = next(one for one in page.split('href="') if one.startswith(f"/comites/{committee.slug}/decisions/nouvelle"))
    form = (await lead.get(to_vote.partition('"')[0].replace("&amp;", "&"))).text
    assert "qui restent servent à la suite du projet." in form
    await an_open_decision(committee, campaign.lead)
    page = (await lead.get(path(campaign))).text
    assert "Envoyer le bilan" in page
    assert "Ouvrir le vote dans" in page, "the decision that is there may be about something else"


async def test_the_report_that_was_read_is_the_one_accepted(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    await a_verified_expense(campaign, (await queries.purse_of(campaign)).free)
    lead, treasurer = Actor(campaign.lead), await sign_in((await a_treasurer()).person)
    await service.report(campaign, lead, ReportForm(text="Tout est fait, tout est payé, merci à tous."))
    old = await seen()
    await service.report(campaign, lead, ReportForm(text="Rien n’est fait, mais tout est payé, merci à tous."))
    await treasurer.submit(path(campaign, "/clore"), {"report": old})
    page = (await treasurer.get(path(campaign))).text
    assert "Le bilan a été renvoyé" in page
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.REPORTING
    shown = page.split('name="report" value="')[1].split('"')[0]
    await treasurer.submit(path(campaign, "/clore"), {"report": shown.replace("&#43;", "+")})
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CLOSED


async def test_a_campaign_does_not_close_while_something_waits_or_has_changed(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    left = (await queries.purse_of(campaign)).free
    await a_verified_expense(campaign, left)
    await service.report(campaign, Actor(campaign.lead), ReportForm(text="Tout est fait, tout est payé, merci à tous."))
    assert (await ClosingReport.get()).surplus_cents == 0
    treasurer = await a_treasurer()
    waiting = await an_expense(campaign, campaign.lead)
    with pytest.raises(DomainError, match="attend"):
        await service.close(campaign, treasurer, await seen())
    await service.check(campaign, waiting, treasurer, Answer.REFUSED, "En double")
    expense = await Expense.get(status=Answer.ACCEPTED)
    await service.undo(campaign, expense, treasurer, "Payée deux fois")
    with pytest.raises(DomainError, match="ont changé"):
        await service.close(campaign, treasurer, await seen())


async def test_nothing_is_spent_of_a_campaign_that_is_not_funded(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.COLLECTING)
    with pytest.raises(DomainError):
        await asked(campaign, 100)
    lead = await sign_in(campaign.lead)
    assert "Pas encore d’argent" in (await lead.get(path(campaign))).text
    stranger = await sign_in(await a_person("Léa Blanc"))
    assert (await stranger.get(path(campaign))).status_code == 403


def test_the_reserve_changes_on_a_day(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIVIC_ENV", "test")
    monkeypatch.setenv("CIVIC_SEPA_RESERVE", "30; 2027-06-01 10")
    configure(load())
    day = clock.today().replace(year=2027, month=5, day=31)
    assert load().sepa_reserve_on(day) == 30
    assert load().sepa_reserve_on(day + timedelta(days=1)) == 10
    monkeypatch.setenv("CIVIC_SEPA_RESERVE", "130")
    with pytest.raises(BadSettings, match="CIVIC_SEPA_RESERVE"):
        load()


async def test_the_hand_at_the_counter_is_not_a_second_person(app: ASGIApp) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    treasurer = await a_treasurer()
    line = await first_line(campaign)
    helped = Actor(campaign.lead, recorded_by=treasurer.person)
    form = TrancheForm(cost_line=line.id, amount=1_000, purpose="Un acompte", decision=0)
    tranche = await service.ask(campaign, helped, form)
    assert tranche.asked_by_id == treasurer.person.id
    with pytest.raises(Forbidden):
        await queries.tranche_to_answer(campaign, tranche.id, treasurer)
    other = Actor(await a_person("Autre"), treasurer.roles, recorded_by=treasurer.person)
    with pytest.raises(Forbidden):
        await queries.tranche_to_answer(campaign, tranche.id, other)
    assert await queries.tranche_to_answer(campaign, tranche.id, Actor(await a_person("Une autre"), treasurer.roles))
