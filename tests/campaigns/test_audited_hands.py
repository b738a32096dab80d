"""What an audit found about one hand that did two people's part: each passed once."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.types import ASGIApp

from campaigns.lifecycle import cancelling
from campaigns.lifecycle import queries as campaigns
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus
from campaigns.matching.queries import of_person
from campaigns.news import asking, reporting
from campaigns.news.models import Question, Word
from campaigns.offers import service as offers
from campaigns.offers.models import Offer
from campaigns.offline import service, statements, verifying
from campaigns.offline.models import BankLine, BankStatement, LineStatus, Mode, OfflineGift, OfflineStatus
from campaigns.offline.verify import CHECKS
from civic import clock
from civic.errors import DomainError, Forbidden, Gone, NotFound
from civic.organisations import service as organisations
from civic.people.actor import Actor
from civic.people.models import Person, RoleName, Session
from civic.web import urls
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, an_offer
from tests.factories.matching import a_matcher, a_proposal
from tests.factories.offline import a_gift, a_treasurer, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
REASON = "La collecte n’a plus de raison d’être."


async def an_animator(name: str = "Agathe Roux") -> Actor:
    return Actor(await a_person(name, "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))


def at_the_counter(helped: Person, animator: Actor) -> Actor:
    return Actor(helped, frozenset(), None, animator.person)


async def a_paid_gift(campaign: Campaign) -> tuple[BankLine, OfflineGift, Actor]:
    """A transfer of 30 euros that a line of the bank pays, and who confirmed the line."""
    gift = await a_gift(campaign, 3_000, Mode.TRANSFER)
    one, other = await a_treasurer("Rose Un"), await a_treasurer("Rose Deux")
    file = await BankStatement.create(name="x", content="", signature="s", sent_by=one.person, sent_at=clock.now())
    line = await BankLine.create(
        hash="h", statement_id=file.id, number=1, on=clock.today(), label=f"VIR {gift.code}", amount_cents=3_000
    )
    await statements.propose_open(one)
    await statements.confirm(line.id, other)
    return line, gift, other


async def test_an_animator_does_not_end_a_campaign_by_answering_herself_at_the_counter(app: ASGIApp) -> None:
    lead = await a_person("Nadia Porteuse")
    campaign = await a_live_campaign(lead=lead)
    one = await an_animator()
    _campaign, side = await cancelling.campaign_to_cancel(campaign.slug, one)
    await cancelling.ask(campaign, one, side, REASON)
    demand = await cancelling.waiting(campaign.id)
    assert demand
    for actor in (at_the_counter(lead, one), one):
        found, side = await cancelling.campaign_to_cancel(campaign.slug, actor)
        with pytest.raises(Forbidden):
            await cancelling.answer(found, actor, side, demand.id, agreed=True)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE
    other = at_the_counter(lead, await an_animator("Bérénice Petit"))
    await cancelling.answer(campaign, other, cancelling.LEAD, demand.id, agreed=True)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CANCELLED


async def test_what_a_lead_asked_at_the_counter_is_not_granted_by_the_same_animator(app: ASGIApp) -> None:
    lead = await a_person("Nadia Porteuse")
    campaign = await a_live_campaign(lead=lead)
    one = await an_animator()
    await cancelling.ask(campaign, at_the_counter(lead, one), cancelling.LEAD, REASON)
    demand = await cancelling.waiting(campaign.id)
    assert demand
    with pytest.raises(Forbidden):
        await cancelling.answer(campaign, one, cancelling.TEAM, demand.id, agreed=True)
    await cancelling.take_back(campaign, Actor(lead), cancelling.LEAD)  # at home, she thinks better of it
    assert await cancelling.waiting(campaign.id) is None


async def test_an_offer_accepted_at_the_counter_counts_in_the_minimum_by_another_hand(app: ASGIApp) -> None:
    lead = await a_person("Nadia Porteuse")
    campaign = await a_live_campaign(lead=lead)
    one = await an_animator()
    offer = await an_offer(campaign)
    await offers.accept(offer, at_the_counter(lead, one), 50_000)
    with pytest.raises(Forbidden):
        await offers.relieve(await Offer.get(id=offer.id), one)
    assert (await Campaign.get(id=campaign.id)).relief_cents == 0
    await offers.relieve(await Offer.get(id=offer.id), await an_animator("Bérénice Petit"))
    assert (await Campaign.get(id=campaign.id)).relief_cents == 50_000


async def test_whoever_sends_a_campaign_for_its_lead_does_not_review_it(app: ASGIApp, sign_in: SignIn) -> None:
    lead = await a_person("Nadia Porteuse")
    campaign = await a_draft(lead=lead)
    one = await an_animator()
    await lifecycle.submit(campaign, at_the_counter(lead, one).hand)
    change = await CampaignChange.get(campaign_id=campaign.id, after=CampaignStatus.SUBMITTED.value)
    assert change.actor_id == one.person.id
    with pytest.raises(Forbidden):
        await campaigns.campaign_to_review(campaign.slug, one)
    other = await an_animator("Bérénice Petit")
    await lifecycle.review(await campaigns.campaign_to_review(campaign.slug, other), other, CampaignStatus.APPROVED, "")
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.APPROVED


async def test_a_gift_that_the_bank_paid_is_undone_by_its_line_only(app: ASGIApp, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    line, gift, other = await a_paid_gift(campaign)
    with pytest.raises(Gone, match="annulez d’abord"):
        await verifying.undo(gift.id, other, "erreur de saisie")
    assert (await BankLine.get(id=line.id)).status == LineStatus.CONFIRMED
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    page = (await (await sign_in(other.person)).get(urls.path("offline.gift", id=gift.id))).text
    assert urls.path("offline.statement", id=line.statement_id) in page
    assert urls.path("offline.undo", id=gift.id) not in page
    await statements.undo(line.id, other, "ce n’est pas elle")
    await statements.set_aside(await BankLine.get(id=line.id), other)
    lead = Actor(await Person.get(id=campaign.lead_id))
    fresh = await OfflineGift.get(id=gift.id).select_related("campaign")
    await service.change(fresh, lead, service.Entry("Odile Blanc", 30_000, Mode.TRANSFER, clock.today()))
    await verifying.verify(gift.id, other, 30_000)
    assert (await BankLine.get(id=line.id)).status == LineStatus.ASIDE
    assert [said for check in CHECKS for said in await check()] == []


@pytest.mark.parametrize("status", [CampaignStatus.REPORTING, CampaignStatus.CLOSED])
async def test_a_gift_of_a_campaign_whose_accounts_are_made_stays(app: ASGIApp, status: CampaignStatus) -> None:
    campaign = await a_live_campaign()
    gift = await a_verified_gift(campaign, 5_000)
    await Campaign.filter(id=campaign.id).update(status=status, decided_at=clock.now())
    other = await a_treasurer("Rose Autre")
    with pytest.raises(Gone):
        await verifying.undo(gift.id, other, "erreur")
    if status == CampaignStatus.CLOSED:
        with pytest.raises(Gone):
            await verifying.bounce(gift.id, other, "sans provision")
        assert (await Campaign.get(id=campaign.id)).offline_cents == 5_000
    else:  # the bank did take it back
        await verifying.bounce(gift.id, other, "sans provision")
        assert (await Campaign.get(id=campaign.id)).offline_cents == 0


async def test_only_a_cheque_comes_back_unpaid(app: ASGIApp) -> None:
    campaign = await a_live_campaign()
    cash, cheque = await a_verified_gift(campaign, 2_000, Mode.CASH), await a_verified_gift(campaign, 3_000)
    other = await a_treasurer("Rose Autre")
    with pytest.raises(DomainError):
        await verifying.bounce(cash.id, other)
    await verifying.bounce(cheque.id, other)
    assert (await OfflineGift.get(id=cheque.id)).status == OfflineStatus.BOUNCED
    assert (await Campaign.get(id=campaign.id)).offline_cents == 2_000


@pytest.mark.one_engine
async def test_a_lead_in_the_team_does_not_hide_questions_about_herself(app: ASGIApp, sign_in: SignIn) -> None:
    lead = await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    campaign = await a_live_campaign(lead=lead)
    asker = await a_person("Odile Blanc", "odile@exemple.fr")
    question = await asking.ask(campaign, asker, "Où est passé l’argent du minibus ?", known=True)
    hide = urls.path("questions.hide", slug=campaign.slug, id=question.id)
    hers, other = await sign_in(lead), await sign_in((await an_animator("Bérénice Petit")).person)
    assert (await hers.submit(hide, {"reason": "Je n’aime pas."})).status_code == 403
    assert (await Question.get(id=question.id)).hidden_at is None
    index = urls.path("questions.index", slug=campaign.slug)
    assert hide not in (await hers.get(index)).text
    assert hide in (await other.get(index)).text
    assert (await other.submit(hide, {"reason": "Une attaque personnelle."})).status_code == 303
    again = urls.path("questions.show_again", slug=campaign.slug, id=question.id)
    assert (await hers.submit(again, {})).status_code == 403
    assert (await other.submit(again, {})).status_code == 303


@pytest.mark.one_engine
@pytest.mark.parametrize("withdrawn", [False, True])
async def test_a_hidden_word_written_again_waits_for_the_team(app: ASGIApp, withdrawn: bool) -> None:
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    await asking.write_word(pledge, "Un mot méchant")
    word = await Word.get(pledge_id=pledge.id)
    lead, one = Actor(await Person.get(id=campaign.lead_id)), await an_animator()
    await asking.judge_word(campaign, word.id, lead, shown=True)
    await reporting.hide(campaign, await reporting.text_of(campaign, "word", word.id), one, "Une insulte.")
    if withdrawn:
        await asking.take_word_away(pledge)
        assert await reporting.hidden_of(campaign) == []
        with pytest.raises(NotFound):
            await reporting.text_of(campaign, "word", word.id)
    await asking.write_word(pledge, "Un mot gentil")
    await asking.judge_word(campaign, word.id, lead, shown=True)
    assert (await Word.get(id=word.id)).hidden_at is not None
    [text] = await reporting.hidden_of(campaign)
    assert text.text == "Un mot gentil"
    await reporting.show_again(campaign, await reporting.text_of(campaign, "word", word.id), one)
    assert (await Word.get(id=word.id)).hidden_at is None


@pytest.mark.one_engine
async def test_the_counter_does_not_hold_the_link_that_accepts_for_a_commune(app: ASGIApp, sign_in: SignIn) -> None:
    campaign, commune = await a_live_campaign(), await a_matcher()
    mayor, one = await a_person("Hélène Maire", "helene@exemple.fr"), await an_animator()
    await organisations.name_representative(commune, mayor)
    await a_proposal(campaign, organisation_id=commune.id)
    assert len(await of_person(mayor)) == 1
    hers, counter = await sign_in(mayor), await sign_in(one.person)
    assert "/abondements/" in (await hers.get("/mon-espace/abondements")).text.replace("/mon-espace/abondements", "")
    await Session.filter(person_id=one.person.id).update(counter_for_id=mayor.id)
    page = (await counter.get("/mon-espace/abondements")).text
    assert "On y répond soi-même" in page
    for path in ("/mon-espace/abondements", "/mon-espace"):
        assert "/abondements/" not in (await counter.get(path)).text.replace("/mon-espace/abondements", "")
