"""A lead writes her campaign, somebody else reads it, it opens; nothing else moves it."""

from datetime import timedelta
from itertools import product

import pytest

from campaigns.lifecycle import service
from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus
from campaigns.lifecycle.transitions import TABLE, By, NotNow, move
from civic import clock, jobs
from civic.activity.models import Activity
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.factories import a_person, an_initiative
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign

STORY = {"title": "Un minibus pour sept hameaux", "summary": "Relier sept hameaux au marché.", "story": "Voilà. " * 30}


async def test_a_lead_writes_her_campaign_page_by_page(client, sign_in):
    lead = await a_person("Anne-Marie Lopez")
    initiative = await an_initiative(lead=lead)
    page = await sign_in(lead)
    start = f"/initiatives/{initiative.slug}/campagnes/nouvelle"
    assert (await page.get(start)).status_code == 200
    assert (await client.get(start)).status_code in (303, 401)
    assert (await page.submit(start, STORY | {"title": ""})).status_code == 422
    slug = (await page.submit(start, STORY)).headers["location"].split("/")[2]
    edit = f"/campagnes/{slug}/modifier"
    wrong = await page.submit(f"{edit}/budget", {"title": "Le minibus", "amount": "beaucoup", "nature": "required"})
    assert wrong.status_code == 422
    assert "beaucoup" in wrong.text
    for title, amount, nature in (("Le minibus", "4 200,50", "required"), ("La rampe", "1400", "optional")):
        await page.submit(f"{edit}/budget", {"title": title, "amount": amount, "nature": nature})
    campaign = await Campaign.get(slug=slug)
    assert (campaign.minimum_cents, campaign.optimum_cents) == (420_050, 560_050)
    line = (await campaign.cost_lines.all())[0]
    assert "4200,50" in (await page.get(f"{edit}/budget?ligne={line.id}")).text
    await page.submit(f"{edit}/budget", {"line": line.id, "title": "Le minibus", "amount": "6000", "nature": "required"})
    reward = {"title": "Une carte postale", "from_amount": "20", "stock": "31", "value": "2", "nature": "gift"}
    await page.submit(f"{edit}/mercis", reward)
    last_day = clock.today() + timedelta(days=30)
    early = await page.submit(f"{edit}/envoyer".replace("/modifier", ""))
    assert early.headers["location"].endswith("/modifier/relire")
    terms = {
        "deadline_on": str(last_day), "use_of_funds": "Achat du minibus en juin.",
        "expected_result": "Six tournées par semaine.", "risks": "Le minibus peut être vendu avant.",
    }  # fmt: skip
    assert (await page.submit(f"{edit}/conditions", terms | {"deadline_on": str(clock.today())})).status_code == 422
    await page.submit(f"{edit}/conditions", terms)
    campaign = await Campaign.get(slug=slug)
    assert (campaign.minimum_cents, campaign.last_day) == (600_000, last_day)
    for step in ("projet", "photos", "budget", "mercis", "conditions", "relire"):
        assert (await page.get(f"{edit}/{step}")).status_code == 200
    assert "Un minibus pour sept hameaux" in (await page.get(f"/campagnes/{slug}")).text
    assert (await client.get(f"/campagnes/{slug}")).status_code == 404
    await page.submit(f"/campagnes/{slug}/envoyer")
    assert (await Campaign.get(slug=slug)).status == CampaignStatus.SUBMITTED
    assert (await page.get(f"{edit}/projet")).status_code == 403


async def test_nobody_reviews_her_own_campaign(sign_in, app):
    lead = await a_person("Anne-Marie Lopez", "", RoleName.ANIMATOR)
    campaign = await a_draft(lead=lead)
    await service.submit(campaign, lead)
    own = await sign_in(lead)
    refused = await own.submit(f"/campagnes/{campaign.slug}/relecture", {"answer": "approved"})
    assert refused.status_code == 403
    assert (await own.get(f"/campagnes/{campaign.slug}/relecture")).status_code == 403
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SUBMITTED
    other = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    assert (await other.get(f"/campagnes/{campaign.slug}/relecture")).status_code == 200
    assert (await other.submit(f"/campagnes/{campaign.slug}/relecture", {"answer": "approved"})).status_code == 303
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.APPROVED


async def test_an_animator_who_sent_it_for_the_lead_does_not_review_it(sign_in, app):
    campaign = await a_draft()
    helper = await a_person("Dominique Blanc", "", RoleName.ANIMATOR)
    hers = await sign_in(helper)
    assert (await hers.submit(f"/campagnes/{campaign.slug}/envoyer")).status_code == 303
    path = f"/campagnes/{campaign.slug}/relecture"
    assert (await hers.submit(path, {"answer": "approved"})).status_code == 403
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SUBMITTED
    other = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    assert (await other.submit(path, {"answer": "approved"})).status_code == 303


async def test_a_reviewer_asks_for_changes_and_says_which(sign_in, app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}/relecture"
    assert (await reviewer.submit(path, {"answer": "changes_requested"})).status_code == 422
    note = "Dites qui conduira le minibus le samedi."
    await reviewer.submit(path, {"answer": "changes_requested", "note": note})
    await jobs.run_due()
    mail = await OutboxMessage.all().order_by("-id").first()
    assert mail is not None
    assert note in mail.text
    assert mail.to == campaign.lead.email
    lead = await sign_in(campaign.lead)
    assert note in (await lead.get(f"/campagnes/{campaign.slug}/modifier/relire")).text
    await lead.submit(f"/campagnes/{campaign.slug}/envoyer")
    history = await CampaignChange.filter(campaign_id=campaign.id).order_by("id")
    assert [row.after for row in history] == ["submitted", "changes_requested", "submitted"]


async def test_the_desk_shows_a_review_only_to_who_may_do_it(sign_in, app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    treasurer = await sign_in(await a_person("Denis Roy", "", RoleName.TREASURER))
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}/relecture"
    for who, may in ((reviewer, True), (treasurer, False)):
        assert (path in (await who.get("/pupitre")).text) is may
        assert ((await who.get(path)).status_code == 200) is may
    await people.grant(campaign.lead.email, RoleName.ANIMATOR)
    assert path not in (await (await sign_in(campaign.lead)).get("/pupitre")).text


async def test_an_approved_campaign_opens_and_everybody_sees_it(client, sign_in):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await service.review(campaign, reviewer, CampaignStatus.APPROVED, "")
    lead = await sign_in(campaign.lead)
    await lead.submit(f"/campagnes/{campaign.slug}/ouvrir")
    shown = await client.get(f"/campagnes/{campaign.slug}")
    assert "6 000" in shown.text.replace("\u202f", " ")
    assert "Faire un don" in shown.text
    assert "Un minibus pour sept hameaux" in (await client.get("/campagnes")).text
    need = await Need.get(source=f"campaign:{campaign.id}")
    assert (need.target, need.reached, need.open) == (600_000, 0, True)
    assert await Activity.filter(kind="campaign_launched").count() == 1
    await lead.submit(f"/campagnes/{campaign.slug}/ouvrir")
    assert await Activity.filter(kind="campaign_launched").count() == 1
    assert "Un minibus" in (await client.get(f"/initiatives/{campaign.initiative.slug}")).text


async def test_an_approved_campaign_opens_by_itself_on_its_day(app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await service.review(campaign, reviewer, CampaignStatus.APPROVED, "")
    await jobs.run_due()
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.APPROVED
    await Campaign.filter(id=campaign.id).update(starts_at=clock.now())
    await service.launch_due()
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.LIVE


async def test_a_suspension_freezes_the_deadline(client, sign_in):
    campaign = await a_live_campaign()
    team = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    assert (await team.get(f"/campagnes/{campaign.slug}/equipe")).status_code == 200
    await team.submit(f"/campagnes/{campaign.slug}/suspendre", {"note": "Nous vérifions un devis."})
    assert (await client.get(f"/campagnes/{campaign.slug}/soutenir")).status_code == 410
    assert "Nous vérifions un devis." in (await client.get(f"/campagnes/{campaign.slug}")).text
    await CampaignChange.filter(campaign_id=campaign.id, after="suspended").update(at=clock.now() - timedelta(days=2))
    await team.submit(f"/campagnes/{campaign.slug}/reprendre", {"note": "Le devis est bon."})
    moved = await Campaign.get(id=campaign.id)
    assert campaign.deadline is not None
    assert moved.deadline is not None
    assert timedelta(days=2) <= moved.deadline - campaign.deadline < timedelta(days=2, minutes=1)
    assert (await client.get(f"/campagnes/{campaign.slug}/soutenir")).status_code == 200


async def test_a_cancelled_campaign_lets_every_promise_go(sign_in, app):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    await service.cancel(campaign, Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR)), "Le projet s’arrête.")
    await jobs.run_due(schedules=False)
    await pledge.refresh_from_db()
    after = await Campaign.get(id=campaign.id)
    assert pledge.status == "released"
    assert (after.status, after.confirmed_cents, after.backers_count) == (CampaignStatus.CANCELLED, 0, 0)


@pytest.mark.one_engine
async def test_a_lead_of_another_initiative_changes_nothing(sign_in, app):
    campaign = await a_draft()
    stranger = await a_person("Paul Roux")
    await an_initiative("Le Verger", lead=stranger)
    page = await sign_in(stranger)
    assert (await page.get(f"/campagnes/{campaign.slug}/modifier/projet")).status_code == 404
    assert (await page.submit(f"/campagnes/{campaign.slug}/envoyer")).status_code == 404
    assert (await page.get(f"/initiatives/{campaign.initiative.slug}/campagnes/nouvelle")).status_code == 403


async def test_only_the_listed_changes_of_state_are_possible(app):
    campaign = await a_draft()
    for before, after, by in product(CampaignStatus, CampaignStatus, By):
        await Campaign.filter(id=campaign.id).update(status=before)
        campaign.status = before
        history = await CampaignChange.all().count()
        if by in TABLE.get((before, after), ()):
            await move(campaign, after, by=by)
            assert campaign.status == after
            continue
        with pytest.raises(NotNow):
            await move(campaign, after, by=by)
        assert await CampaignChange.all().count() == history


async def test_of_two_reviewers_the_first_answer_counts(app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    twin = await Campaign.get(id=campaign.id)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await service.review(campaign, reviewer, CampaignStatus.APPROVED, "")
    with pytest.raises(NotNow):
        await service.review(twin, reviewer, CampaignStatus.REJECTED, "Trop tard pour le dire.")
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.APPROVED

