"""A lead hears what helps at each moment of her campaign, once, and stops it with one button."""

from datetime import timedelta

import pytest

from campaigns.coaching import service
from campaigns.lifecycle.models import Campaign, CampaignStatus
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from tests.factories.campaigns import a_draft, a_live_campaign


async def subjects(to):
    await service.write_due()
    await service.write_due()
    await jobs.run_due(schedules=False)
    return [mail.subject.split(":")[0].strip() for mail in await OutboxMessage.filter(to=to).order_by("id")]


async def test_a_draft_left_for_a_week_is_recalled_once(app):
    campaign = await a_draft()
    assert await subjects(campaign.lead.email) == []
    await Campaign.filter(id=campaign.id).update(updated_at=clock.now() - timedelta(days=8))
    assert await subjects(campaign.lead.email) == ["Votre collecte vous attend"]


async def test_each_moment_of_a_campaign_has_its_letter(app):
    campaign = await a_live_campaign()
    email, now = campaign.lead.email, clock.now()
    rows = Campaign.filter(id=campaign.id)
    first = await subjects(email)
    assert first[-1] == "C’est ouvert"
    await rows.update(starts_at=now - timedelta(days=10), deadline=now + timedelta(days=9))
    assert (await subjects(email))[-1] == "La moitié du temps est passée"
    await rows.update(deadline=now + timedelta(hours=47))
    assert (await subjects(email))[-1] == "Dernière ligne droite"
    await rows.update(status=CampaignStatus.APPROVED, starts_at=now + timedelta(days=1), deadline=now + timedelta(days=30))
    assert (await subjects(email))[-1] == "Votre collecte ouvre demain"
    await rows.update(starts_at=None)
    assert (await subjects(email))[-1] == "Préparez l’ouverture de votre collecte"
    await rows.update(status=CampaignStatus.FUNDED, decided_at=now - timedelta(days=2))
    assert (await subjects(email))[-1] == "Et maintenant, dites merci"
    await rows.update(status=CampaignStatus.FAILED)
    after = await subjects(email)
    assert after[-1] == "Et maintenant, la suite"
    assert len(after) == len(set(after))


async def test_one_button_of_the_mail_stops_them_all_and_another_brings_them_back(client):
    campaign = await a_live_campaign()
    await service.write_due()
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to=campaign.lead.email).order_by("-id").first()
    path = next(word for word in mail.text.split() if "/conseils/" in word).removeprefix("http://testserver")
    assert "Ne plus les recevoir" in (await client.get(path)).text
    await client.submit(path)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(hours=40))
    before = await OutboxMessage.all().count()
    await subjects(campaign.lead.email)
    assert await OutboxMessage.all().count() == before
    await client.submit(f"{path}/reprendre")
    assert not await service.is_stopped(campaign.lead)


@pytest.mark.one_engine
async def test_a_forged_link_stops_nobody(client):
    assert (await client.submit("/conseils/inventé")).status_code == 404


@pytest.mark.one_engine
async def test_the_last_letter_asks_for_what_is_missing_and_says_so_when_nothing_is(app):
    now = clock.now()
    poor, rich = await a_live_campaign(), await a_live_campaign()
    await Campaign.all().update(starts_at=now - timedelta(days=10), deadline=now + timedelta(hours=30))
    await Campaign.filter(id=rich.id).update(confirmed_cents=700_000)
    await service.write_due()
    await jobs.run_due(schedules=False)
    told = {mail.to: mail.text for mail in await OutboxMessage.all()}
    assert "qui manque, 6\u202f000\u202f€" in told[poor.lead.email]
    assert "Le minimum est atteint" in told[rich.lead.email]
    assert "qui manque" not in told[rich.lead.email]
