"""The builder as a first-time lead meets it: photos, remarks beside their field, order, end of a campaign by two."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from campaigns.lifecycle import cancelling, service
from campaigns.lifecycle.legal import appeals
from campaigns.lifecycle.models import (
    Campaign,
    CampaignPicture,
    CampaignStatus,
    Cancellation,
    CostLine,
    ReviewComment,
    Reward,
)
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, RoleName
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign


def a_photo(colour: str = "green") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


async def send_photo(page, campaign, alt):
    path = f"/campagnes/{campaign.slug}/modifier/photos"
    return await page.post(path, data={"alt": alt}, files={"picture": ("une.jpg", a_photo(), "image/jpeg")})


async def test_a_lead_adds_orders_removes_and_puts_back_photos(sign_in, app):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    assert (await send_photo(page, campaign, "")).status_code == 422
    for alt in ("Le minibus blanc", "La halle un mardi", "Trois voisins", "La route des étangs"):
        assert (await send_photo(page, campaign, alt)).status_code == 303
    fifth = await send_photo(page, campaign, "Une de trop")
    assert fifth.status_code == 422
    assert "Quatre photos suffisent" in fifth.text
    rows = await CampaignPicture.filter(campaign_id=campaign.id).order_by("position")
    base = f"/campagnes/{campaign.slug}/modifier/photos"
    await page.submit(f"{base}/{rows[1].id}/deplacer", {"way": "up"})
    preview = (await page.get(f"/campagnes/{campaign.slug}")).text
    assert preview.index("La halle un mardi") < preview.index("Le minibus blanc")
    await page.submit(f"{base}/{rows[2].id}/texte", {"alt": "Trois voisines et un chien"})
    await page.submit(f"{base}/{rows[0].id}/retirer")
    shown = (await page.get(base)).text
    assert "Remettre cette photo" in shown
    assert "Trois voisines et un chien" in shown
    assert "Le minibus blanc" not in (await page.get(f"/campagnes/{campaign.slug}")).text
    await page.submit(f"{base}/{rows[0].id}/remettre")
    assert "Le minibus blanc" in (await page.get(f"/campagnes/{campaign.slug}")).text


async def test_a_remark_stands_beside_its_field_until_the_lead_ticks_it(sign_in, app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}/relecture"
    remarks = {"about_story": "Dites qui conduira.", "about_costs": "Joignez le devis."}
    assert (await reviewer.submit(path, {"answer": "changes_requested"})).status_code == 422
    assert (await reviewer.submit(path, {"answer": "changes_requested"} | remarks)).status_code == 303
    lead = await sign_in(campaign.lead)
    edit = f"/campagnes/{campaign.slug}/modifier"
    assert "Dites qui conduira." in (await lead.get(f"{edit}/projet")).text
    assert "Joignez le devis." in (await lead.get(f"{edit}/budget")).text
    story, costs = await ReviewComment.filter(campaign_id=campaign.id).order_by("id")
    fields = {"title": campaign.title, "summary": campaign.summary, "story": campaign.story + "Baptiste conduira."}
    await lead.submit(f"{edit}/projet", fields | {"done": story.id})
    await lead.submit(f"{edit}/remarques/{costs.id}")
    assert "Dites qui conduira." not in (await lead.get(f"{edit}/projet")).text
    assert await ReviewComment.filter(campaign_id=campaign.id, done_at__isnull=True).count() == 0
    assert "Dites qui conduira." in (await lead.get(f"/campagnes/{campaign.slug}/historique")).text
    await lead.submit(f"/campagnes/{campaign.slug}/envoyer")
    assert "Dites qui conduira." in (await reviewer.get(path)).text


async def test_a_lead_orders_her_expenses_with_buttons(sign_in, app):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    edit = f"/campagnes/{campaign.slug}/modifier/budget"
    await page.submit(edit, {"title": "L’assurance", "amount": "300", "nature": "required"})
    last = await CostLine.get(title="L’assurance")
    await page.submit(f"{edit}/{last.id}/deplacer", {"way": "up"})
    shown = (await page.get(f"/campagnes/{campaign.slug}")).text
    assert shown.index("L’assurance") < shown.index("Le minibus</th>")


async def test_a_thank_you_says_what_it_means_for_the_receipt(sign_in, app):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    path = f"/campagnes/{campaign.slug}/modifier/mercis"
    basket = {"title": "Un panier de légumes", "from_amount": "20", "value": "15"}
    assert (await page.submit(path, basket | {"nature": "symbolic"})).status_code == 422
    assert (await page.submit(path, basket | {"nature": "sale", "value": ""})).status_code == 422
    assert (await page.submit(path, basket | {"nature": "sale"})).status_code == 303
    assert (await Reward.get(campaign_id=campaign.id)).nature == "sale"
    assert "aucun reçu fiscal" in (await page.get(path)).text


async def test_the_team_acting_for_a_lead_leaves_a_trace(sign_in, app):
    campaign = await a_draft()
    helper = await sign_in(await a_person("Dominique Blanc", "", RoleName.ANIMATOR))
    await helper.submit(f"/campagnes/{campaign.slug}/envoyer")
    assert await AuditEntry.filter(act="campaign_submitted_for_its_leads").count() == 1
    lead = await sign_in(campaign.lead)
    history = (await lead.get(f"/campagnes/{campaign.slug}/historique")).text
    assert "Dominique Blanc, pour les porteurs" in history
    await lead.submit(f"/campagnes/{campaign.slug}/retirer")
    assert await AuditEntry.filter(act="campaign_withdrawn_for_its_leads").count() == 0


async def test_a_lead_chooses_the_day_of_the_opening_after_the_review(sign_in, app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await reviewer.submit(f"/campagnes/{campaign.slug}/relecture", {"answer": "approved"})
    page = await sign_in(campaign.lead)
    path = f"/campagnes/{campaign.slug}/ouverture"
    late, soon = clock.today() + timedelta(days=11), clock.today() + timedelta(days=2)
    assert (await page.get(path)).status_code == 200
    assert (await page.submit(path, {"starts_on": str(late)})).status_code == 422
    assert (await page.submit(path, {"starts_on": str(soon)})).status_code == 303
    kept = await Campaign.get(id=campaign.id)
    assert kept.starts_at is not None
    assert clock.local(kept.starts_at).date() == soon


async def test_an_opening_day_that_passed_during_the_review_is_chosen_again(app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    await Campaign.filter(id=campaign.id).update(starts_at=clock.now() - timedelta(days=1))
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await service.review(await Campaign.get(id=campaign.id), reviewer, CampaignStatus.APPROVED, "")
    await service.launch_due()
    after = await Campaign.get(id=campaign.id)
    assert (after.status, after.starts_at) == (CampaignStatus.APPROVED, None)


async def said(answer):
    """The answer to the demand that waits, as its page sends it."""
    demand = await Cancellation.get(answered_at__isnull=True)
    return {"answer": answer, "demand": str(demand.id)}


async def test_an_answer_is_to_the_demand_that_was_read(sign_in, app):
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    team = await sign_in(await a_person("Agathe Noir", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}"
    await lead.submit(f"{path}/annuler", {"note": "Le vendeur a retiré son minibus."})
    old = await said("yes")
    await lead.submit(f"{path}/annulation/retirer")
    await team.submit(f"{path}/annuler", {"note": "Une autre demande, plus tard."})
    await team.submit(f"{path}/annulation/retirer")
    await lead.submit(f"{path}/annuler", {"note": "Tout autre chose que la première fois."})
    new = await said("yes")
    assert new != old
    await team.submit(f"{path}/annulation", old)
    page = (await team.get(f"{path}/annulation")).text
    assert "La demande a été remplacée" in page
    assert f'name="demand" value="{new["demand"]}"' in page
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE
    await team.submit(f"{path}/annulation", new)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CANCELLED


async def test_a_campaign_is_cancelled_by_a_lead_and_the_team_together(sign_in, client):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    lead = await sign_in(campaign.lead)
    team = await sign_in(await a_person("Agathe Noir", "", RoleName.ANIMATOR))
    ask, answer = f"/campagnes/{campaign.slug}/annuler", f"/campagnes/{campaign.slug}/annulation"
    assert (await lead.submit(ask, {"note": "non"})).status_code == 422
    assert (await lead.submit(ask, {"note": "Le vendeur a retiré son minibus."})).status_code == 303
    assert (await team.submit(ask, {"note": "Nous aussi nous le voulons."})).status_code == 422
    assert answer in (await team.get("/pupitre")).text
    await lead.submit(answer, await said("yes"))
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE
    assert "Confirmer l’annulation" not in (await lead.get(answer)).text
    assert "Confirmer l’annulation" in (await team.get(answer)).text
    assert (await team.submit(answer, await said("yes"))).status_code == 303
    await jobs.run_due(schedules=False)
    await pledge.refresh_from_db()
    assert pledge.status == "released"
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CANCELLED
    public = (await client.get(f"/campagnes/{campaign.slug}/historique")).text
    assert "Le vendeur a retiré son minibus." in public
    assert "Agathe Noir" not in public
    assert "Agathe Noir" in (await lead.get(f"/campagnes/{campaign.slug}/historique")).text


async def test_a_lead_may_refuse_what_the_team_asks_and_the_campaign_goes_on(sign_in, app):
    campaign = await a_live_campaign()
    team = await sign_in(await a_person("Agathe Noir", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}"
    await team.submit(f"{path}/annuler", {"note": "Le devis ne correspond pas."})
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to=campaign.lead.email).order_by("-id").first()
    assert "Le devis ne correspond pas." in mail.text
    lead = await sign_in(campaign.lead)
    assert "Répondre à la demande d’annuler" in (await lead.get("/mon-espace")).text
    assert (await lead.submit(f"{path}/annulation", await said("no"))).status_code == 303
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE
    await team.submit(f"{path}/annuler", {"note": "Nous insistons, le devis manque."})
    await team.submit(f"{path}/annulation/retirer")
    assert await cancelling.waiting(campaign.id) is None


async def test_two_of_the_team_decide_when_the_leads_stay_silent_for_a_week(sign_in, app):
    campaign = await a_live_campaign()
    first = await sign_in(await a_person("Agathe Noir", "", RoleName.ANIMATOR))
    second = await sign_in(await a_person("Denis Roy", "", RoleName.TREASURER))
    path = f"/campagnes/{campaign.slug}"
    await first.submit(f"{path}/annuler", {"note": "Le porteur ne répond plus."})
    await second.submit(f"{path}/annulation", await said("yes"))
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE
    await Cancellation.all().update(asked_at=clock.now() - timedelta(days=8))
    await first.submit(f"{path}/annulation", await said("yes"))
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE
    await second.submit(f"{path}/annulation", await said("yes"))
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.CANCELLED


@pytest.mark.one_engine
async def test_money_that_came_in_goes_back_when_a_campaign_is_cancelled(app):
    campaign = await a_live_campaign(offline_cents=5_000)
    team = await a_person("Rose Petit", "", RoleName.ANIMATOR)
    await service.cancel(campaign, Actor(team), "Le vendeur a retiré son minibus.")
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.UNWINDING


@pytest.mark.one_engine
async def test_the_page_says_what_the_law_wants(client, settings):
    campaign = await a_live_campaign()
    settings.orias = "12345678"
    text = (await client.get(f"/campagnes/{campaign.slug}")).text
    for words in (settings.operator_name, settings.contact_email, "12345678", "quarante passagers", "deux pour cent"):
        assert words in text


@pytest.mark.one_engine
async def test_a_real_installation_without_its_name_accepts_no_campaign(sign_in, settings):
    settings.operator_name = ""
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}/relecture"
    refused = await reviewer.submit(path, {"answer": "approved"})
    assert refused.status_code == 422
    assert "CIVIC_OPERATOR_NAME" in refused.text
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SUBMITTED


async def test_the_team_is_told_at_four_fifths_of_the_ceiling(settings, sign_in):
    campaign = await a_live_campaign(confirmed_cents=79_00)
    settings.appeal_ceiling = 100
    assert await appeals() == []
    await Campaign.filter(id=campaign.id).update(confirmed_cents=80_00)
    treasurer = await sign_in(await a_person("Denis Roy", "", RoleName.TREASURER))
    assert "Déclarer l’appel à la générosité" in (await treasurer.get("/pupitre")).text
    assert [(row.beneficiary, row.percent) for row in await appeals()] == [("Association de démonstration", 80)]
