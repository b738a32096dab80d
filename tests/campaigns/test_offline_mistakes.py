"""A wrong entry is sent back, or struck, before it counts; after that a cheque may bounce. Never a word against the law."""

from collections.abc import Awaitable, Callable
from itertools import product

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import service, verifying
from campaigns.offline.models import Mode, OfflineChange, OfflineGift, OfflineStatus
from campaigns.offline.service import Entry
from campaigns.offline.transitions import TABLE, move
from civic import clock, jobs
from civic import database as db
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")
DESK = "/tresorerie/hors-ligne"


async def desk_of(sign_in: SignIn) -> Client:
    return await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))


async def test_a_wrong_amount_goes_back_to_who_entered_it_and_comes_again(sign_in: SignIn) -> None:
    campaign = await a_live_campaign(await a_person("Anne-Marie Lopez", "anne@exemple.fr"))
    gift = await a_gift(campaign, 3_000)
    desk, lead = await desk_of(sign_in), await sign_in(campaign.lead)
    assert (await desk.submit(f"{DESK}/{gift.id}/renvoyer", {"why": ""})).status_code == 422
    assert (await desk.submit(f"{DESK}/{gift.id}/renvoyer", {"why": "Le chèque est de 20 €"})).status_code == 303
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.SENT_BACK
    await jobs.run_due(schedules=False)
    assert "Le chèque est de 20 €" in (await OutboxMessage.get(to="anne@exemple.fr", subject__startswith="Un don")).text
    assert "Le chèque est de 20 €" in (await lead.get(f"/campagnes/{campaign.slug}/hors-ligne")).text
    assert "Corriger un don de 30" in (await lead.get("/mon-espace")).text
    assert "Renvoyés aux personnes" in (await desk.get(DESK)).text
    await desk.submit(f"{DESK}/verifier", {"ids": f"{gift.id}:3000"})
    assert (await Campaign.get(id=campaign.id)).offline_cents == 0
    page = f"/campagnes/{campaign.slug}/hors-ligne/{gift.id}"
    assert "Le chèque est de 20 €" in (await lead.get(page)).text
    sent = {"name": "Odile Blanc", "amount": "20", "mode": "cheque", "received_on": clock.today().isoformat()}
    assert (await lead.submit(page, {**sent, "mode": "promised"})).status_code == 422
    assert (await lead.submit(page, sent)).status_code == 303
    await desk.submit(f"{DESK}/verifier", {"ids": f"{gift.id}:2000"})
    assert (await Campaign.get(id=campaign.id)).offline_cents == 2_000
    assert (await desk.submit(f"{DESK}/{gift.id}/renvoyer", {"why": "trop tard"})).status_code == 422


async def test_an_entry_made_by_mistake_is_struck_by_either_and_never_counted(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    first, second = await a_gift(campaign), await a_gift(campaign)
    desk, lead = await desk_of(sign_in), await sign_in(campaign.lead)
    assert (await desk.submit(f"{DESK}/{first.id}/rayer", {"why": "Saisi deux fois"})).status_code == 303
    assert (await lead.submit(f"/campagnes/{campaign.slug}/hors-ligne/{second.id}/retirer")).status_code == 303
    assert {gift.status.value for gift in await OfflineGift.all()} == {"withdrawn"}
    assert "Saisi deux fois" in (await desk.get(f"{DESK}/{first.id}")).text
    assert await ledger.balances() == {}
    assert (await lead.submit(f"{DESK}/{first.id}/rayer", {"why": "Saisi deux fois"})).status_code == 403
    counted = await a_verified_gift(campaign)
    assert (await desk.submit(f"{DESK}/{counted.id}/rayer", {"why": "Saisi deux fois"})).status_code == 422
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000


async def test_only_a_cheque_that_counted_bounces(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    waiting, counted = await a_gift(campaign), await a_verified_gift(campaign)
    desk = await desk_of(sign_in)
    assert "impaye" not in (await desk.get(f"{DESK}/{waiting.id}")).text
    assert "impaye" in (await desk.get(f"{DESK}/{counted.id}")).text
    with pytest.raises(NotNow):
        await verifying.bounce(waiting.id, await a_treasurer(), "sans provision")
    await verifying.bounce(counted.id, await a_treasurer(), "sans provision")


async def test_a_cheque_sent_back_keeps_its_promise_to_itself() -> None:
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    gift = await a_gift(campaign, 3_000, number=f"P-{pledge.id}")
    await service.send_back(await OfflineGift.get(id=gift.id).select_related("campaign"), await a_treasurer(), "Pas signé")
    with pytest.raises(DomainError):
        await a_gift(campaign, 3_000, number=f"P-{pledge.id}")
    lead = Actor(await Person.get(id=campaign.lead_id))
    sent_back = await OfflineGift.get(id=gift.id).select_related("pledge")
    await service.change(sent_back, lead, Entry("Odile Blanc", 3_000, Mode.CHEQUE, clock.today()))
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.RECEIVED


async def test_only_the_listed_changes_of_a_gift_are_possible() -> None:
    gift = await a_verified_gift(await a_live_campaign())
    slip = "INSERT INTO offline_deposit (mode, made_by_id, made_at, turn, banked_by_line) VALUES ('cheque', ?, ?, 0, ?)"
    await db.execute(slip, [gift.recorded_by_id, clock.now(), False])
    for before, after, by in product(OfflineStatus, OfflineStatus, By):
        await db.execute("UPDATE offline_gift SET status = ?, deposit_id = 1 WHERE id = ?", [before.value, gift.id])
        gift = await OfflineGift.get(id=gift.id)
        history = await OfflineChange.all().count()
        if by in TABLE.get((before, after), ()):
            await move(gift, after, by=by, cause="test")
            assert (await OfflineGift.get(id=gift.id)).status == after
            assert await OfflineChange.all().count() == history + 1
            continue
        with pytest.raises(NotNow):
            await move(gift, after, by=by, cause="test")
        assert (await OfflineGift.get(id=gift.id)).status == before
        assert await OfflineChange.all().count() == history


async def test_a_mistake_of_the_third_line_is_said_with_its_line_and_its_field(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    sent = {
        "cle": "c", "lines": "5", "received_on": clock.today().isoformat(), "name_1": "Odile Blanc", "amount_1": "20",
        "mode_1": "cash", "name_3": "Hugo Petit", "amount_3": "vingt", "mode_3": "cheque",
    }  # fmt: skip
    form = f"/campagnes/{campaign.slug}/hors-ligne/saisie"
    refused = (await lead.submit(form, sent)).text.replace("\u00a0", " ")
    assert '<a href="#amount_3"><strong>Ligne 3, montant :</strong>' in refused
    assert 'value="Hugo Petit"' in refused
    sent |= {"amount_3": "30", "number_3": "B-999999"}
    refused = (await lead.submit(form, sent)).text.replace("\u00a0", " ")
    assert '<a href="#number_3"><strong>Ligne 3, numéro du bulletin :</strong>' in refused
    assert 'value="Odile Blanc"' in refused
    assert await OfflineGift.all().count() == 0
