"""Hours, a lent van, bricks: offered without account, answered kindly, counted with care, taken back cleanly."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.offers import service
from campaigns.offers.forms import OfferForm
from campaigns.offers.models import Offer, OfferChange, OfferStatus
from campaigns.offers.panels import desk_todos, verify
from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.errors import DomainError, Invalid
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.factories import a_person
from tests.factories.campaigns import a_draft, a_live_campaign, an_offer


async def test_the_hand_that_records_an_offer_at_the_counter_stays_in_its_history(app):
    campaign = await a_live_campaign()
    line = await CostLine.get(campaign_id=campaign.id, title="La rampe")
    helped, helper = await a_person("Odile Blanc", "odile@exemple.fr"), await a_person("Rose Guichet")
    form = OfferForm(line=line.id, kind="thing", title="200 briques anciennes")
    made = await service.offer(campaign, helped, form, known=True, hand=Actor(helped, recorded_by=helper).hand)
    own = await service.offer(campaign, helped, form, known=True)
    assert made.person_id == helped.id
    written = {row.offer_id: row.actor_id for row in await OfferChange.filter(what="offered")}
    assert written == {made.id: helper.id, own.id: helped.id}


async def test_a_visitor_offers_bricks_confirms_by_mail_and_reads_the_answer(client, sign_in):
    campaign = await a_live_campaign()
    line = await CostLine.get(campaign_id=campaign.id, title="La rampe")
    path = f"/campagnes/{campaign.slug}/proposer"
    assert "La rampe" in (await client.get(path)).text
    sent = {"line": line.id, "kind": "thing", "title": "200 briques anciennes", "name_shown": "1"}
    assert (await client.submit(path, sent)).status_code == 422
    me = {"name": "Odile Blanc", "email": "odile@exemple.fr"}
    assert (await client.submit(path, sent | me)).status_code == 303
    lead = await sign_in(campaign.lead)
    answers = f"/campagnes/{campaign.slug}/propositions"
    assert "200 briques" not in (await lead.get(answers)).text
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to="odile@exemple.fr").order_by("-id").first()
    own = next(word for word in mail.text.split() if "/propositions/" in word).removeprefix("http://testserver")
    assert "Je confirme ma proposition" in (await client.get(own)).text
    await client.submit(f"{own}/confirmer")
    await client.submit(f"{own}/confirmer")
    assert "200 briques" in (await lead.get(answers)).text
    offer = await Offer.get(title="200 briques anciennes")
    assert (await lead.submit(f"{answers}/{offer.id}", {"answer": "accept"})).status_code == 422
    assert (await lead.submit(f"{answers}/{offer.id}", {"answer": "accept", "value": "9000"})).status_code == 422
    assert (await lead.submit(f"{answers}/{offer.id}", {"answer": "accept", "value": "160"})).status_code == 303
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to=campaign.lead.email, subject__contains="Une aide proposée").count() == 1
    assert await OutboxMessage.filter(to="odile@exemple.fr", subject__contains="acceptée").count() == 1
    shown = (await client.get(f"/campagnes/{campaign.slug}")).text.replace("\u202f", " ")
    assert "200 briques anciennes, 160 €" in shown
    assert "1 840 € à trouver en argent sur 2 000 €" in shown
    assert "Odile B." in shown
    assert "160" in (await client.get(own)).text


async def test_an_accepted_offer_counts_for_the_giver_and_the_need_until_it_is_withdrawn(app):
    campaign = await a_live_campaign()
    offer, lead = await an_offer(campaign), Actor(campaign.lead)
    await service.accept(offer, lead, 40_000)
    source = f"campaign-offers:{campaign.id}"
    assert await Contribution.filter(source=f"offer:{offer.id}", revoked_at__isnull=True).count() == 1
    assert (await Need.get(source=source)).reached == 1
    with pytest.raises(DomainError):
        await service.accept(offer, lead, 40_000)
    await service.withdraw(offer)
    await service.withdraw(offer)
    assert await Contribution.filter(source=f"offer:{offer.id}", revoked_at__isnull=True).count() == 0
    assert (await Need.get(source=source)).reached == 0
    history = await OfferChange.filter(offer_id=offer.id).order_by("id").values_list("what", flat=True)
    assert list(history) == ["offered", "accepted", "withdrawn"]


async def test_a_lead_declines_with_a_kind_word_and_may_change_her_mind(sign_in, app):
    campaign = await a_live_campaign()
    offer = await an_offer(campaign)
    lead = await sign_in(campaign.lead)
    path = f"/campagnes/{campaign.slug}/propositions/{offer.id}"
    assert (await lead.submit(path, {"answer": "decline", "note": "Non."})).status_code == 422
    note = "Merci Karim, le garage s’en charge déjà."
    assert (await lead.submit(path, {"answer": "decline", "note": note})).status_code == 303
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to=offer.person.email).order_by("-id").first()
    assert note in mail.text
    await lead.submit(f"{path}/reprendre")
    assert (await Offer.get(id=offer.id)).status == OfferStatus.WAITING


@pytest.mark.parametrize("by", ["lead", "giver"])
async def test_the_minimum_does_not_rise_in_the_last_two_days(app, by):
    campaign = await a_live_campaign()
    offer, lead = await an_offer(campaign), Actor(campaign.lead)
    await service.accept(offer, lead, 40_000)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    await service.relieve(offer, reviewer)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(hours=47))
    with pytest.raises(DomainError, match="48 dernières heures"):
        await (service.undo(offer, lead) if by == "lead" else service.withdraw(offer))
    assert (await Campaign.get(id=campaign.id)).needed_cents == 560_000
    assert (await Offer.get(id=offer.id)).status == OfferStatus.ACCEPTED
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(hours=49))
    await (service.undo(offer, lead) if by == "lead" else service.withdraw(offer))
    assert (await Campaign.get(id=campaign.id)).needed_cents == 600_000
    assert await verify() == []


async def test_only_another_person_of_the_team_lowers_the_minimum_and_in_time(app):
    campaign = await a_live_campaign()
    offer = await an_offer(campaign)
    await service.accept(offer, Actor(campaign.lead), 40_000)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    with pytest.raises(DomainError):
        await service.relieve(offer, Actor(campaign.lead, frozenset({RoleName.ANIMATOR})))
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(hours=47))
    with pytest.raises(DomainError):
        await service.relieve(offer, reviewer)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(hours=49))
    assert [todo.detail for todo in await desk_todos(reviewer.person)] == [campaign.title]
    await service.relieve(offer, reviewer)
    assert await desk_todos(reviewer.person) == []
    with pytest.raises(DomainError):
        await service.relieve(offer, reviewer)
    after = await Campaign.get(id=campaign.id)
    assert (after.relief_cents, after.needed_cents) == (40_000, 560_000)
    assert await verify() == []
    await service.undo(offer, Actor(campaign.lead))
    assert (await Campaign.get(id=campaign.id)).needed_cents == 600_000
    assert await verify() == []


async def test_two_leads_accepting_at_once_never_pay_an_expense_twice(app):
    campaign = await a_live_campaign()
    both = [await an_offer(campaign, await a_person(name), "La rampe") for name in ("Karim Haddad", "Odile Blanc")]
    lead = Actor(campaign.lead)
    said = await asyncio.gather(*(service.accept(one, lead, 150_000) for one in both), return_exceptions=True)
    assert sum(isinstance(answer, Invalid) for answer in said) == 1
    assert await Offer.filter(campaign_id=campaign.id, status=OfferStatus.ACCEPTED).count() == 1


async def test_a_cancelled_campaign_no_longer_asks_for_things(app):
    campaign = await a_live_campaign()
    await service.accept(await an_offer(campaign), Actor(campaign.lead), 40_000)
    need = Need.filter(source=f"campaign-offers:{campaign.id}")
    assert (await need.get()).open
    await lifecycle.cancel(campaign, Actor(campaign.lead), "Le projet s’arrête là.")
    await jobs.run_due(schedules=False)
    assert not (await need.get()).open


async def test_a_wished_expense_never_lowers_the_minimum(app):
    campaign = await a_live_campaign()
    offer = await an_offer(campaign, line="La rampe")
    await service.accept(offer, Actor(campaign.lead), 40_000)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    with pytest.raises(DomainError):
        await service.relieve(offer, reviewer)


async def test_nothing_moves_once_the_campaign_is_decided(app):
    campaign = await a_live_campaign()
    offer = await an_offer(campaign)
    await service.accept(offer, Actor(campaign.lead), 40_000)
    await Campaign.filter(id=campaign.id).update(decided_at=clock.now())
    for act in (service.withdraw(offer), service.undo(offer, Actor(campaign.lead))):
        with pytest.raises(DomainError):
            await act
    assert (await Offer.get(id=offer.id)).status == OfferStatus.ACCEPTED


@pytest.mark.one_engine
async def test_a_campaign_in_preparation_takes_no_offer(client, sign_in):
    campaign = await a_draft()
    assert (await client.get(f"/campagnes/{campaign.slug}/proposer")).status_code == 404
    line = await CostLine.get(campaign_id=campaign.id, title="La rampe")
    lead = await sign_in(campaign.lead)
    sent = {"line": line.id, "kind": "loan", "title": "Une remorque"}
    assert (await lead.submit(f"/campagnes/{campaign.slug}/proposer", sent)).status_code == 422


async def test_a_name_stays_hidden_unless_the_giver_wants_it_shown(client, app):
    campaign = await a_live_campaign()
    await service.accept(await an_offer(campaign), Actor(campaign.lead), 40_000)
    text = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert "Dix heures de mécanique" in text
    assert "Karim" not in text
