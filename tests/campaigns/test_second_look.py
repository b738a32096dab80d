"""What first-time leads, reviewers and backers stumbled over: each page says what is so, and where to go next."""

from datetime import timedelta

from campaigns.lifecycle import drafting, service
from campaigns.lifecycle.checklist import checklist
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.queries import cost_lines
from campaigns.news.models import Question
from campaigns.offers.models import OfferChange
from civic import clock
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.factories import a_person
from tests.factories.campaigns import a_draft, a_live_campaign, an_offer


async def an_accepted_campaign() -> Campaign:
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await service.review(campaign, reviewer, CampaignStatus.APPROVED, "")
    return campaign


async def test_a_lead_whose_accepted_campaign_waited_too_long_chooses_another_end_and_keeps_its_text(sign_in, app):
    campaign = await an_accepted_campaign()
    page = await sign_in(campaign.lead)
    shown, path = f"/campagnes/{campaign.slug}", f"/campagnes/{campaign.slug}/ouverture"
    assert "Ouvrir maintenant" in (await page.get(shown)).text
    later = str(clock.today() + timedelta(days=30))
    assert (await page.submit(path, {"deadline_on": later})).status_code == 422  # it has time enough
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(days=1))
    told = (await page.get(shown)).text
    assert "Ouvrir maintenant" not in told
    assert "Choisir une autre date de fin" in told
    for day in (1, 100):
        refused = await page.submit(path, {"deadline_on": str(clock.today() + timedelta(days=day))})
        assert refused.status_code == 422
        assert "Choisissez un dernier jour entre" in refused.text
    assert (await page.submit(path, {"deadline_on": later})).status_code == 303
    assert "Date de fin changée" in (await page.get(f"{shown}/historique")).text
    assert (await page.submit(f"{shown}/ouvrir")).status_code == 303
    after = await Campaign.get(id=campaign.id)
    assert (after.status, str(after.last_day), after.story) == (CampaignStatus.LIVE, later, campaign.story)


async def test_a_lead_hears_at_the_field_that_the_end_is_too_soon_or_too_late(sign_in, app):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    path = f"/campagnes/{campaign.slug}/modifier/conditions"
    words = {"use_of_funds": "En juin, chez Dubois. " * 2, "expected_result": "Un minibus, six tournées. " * 2,
             "risks": "Le prix peut monter. " * 3}  # fmt: skip
    assert "dans trois jours au moins" in (await page.get(path)).text
    for day, status in ((1, 422), (2, 422), (3, 303), (91, 303), (92, 422)):
        sent = words | {"deadline_on": str(clock.today() + timedelta(days=day))}
        answer = await page.submit(path, sent)
        assert answer.status_code == status, day
        assert ("Choisissez un dernier jour entre" in answer.text) == (status == 422)
    await service.submit(await Campaign.get(id=campaign.id), campaign.lead)


async def test_a_lead_is_led_to_the_campaign_that_runs_instead_of_writing_another_in_vain(sign_in, app):
    campaign = await a_live_campaign()
    await campaign.fetch_related("initiative", "lead")
    page = await sign_in(campaign.lead)
    new = f"/initiatives/{campaign.initiative.slug}/campagnes/nouvelle"
    for answer in (await page.get(new), await page.submit(new, {"title": "Une autre", "summary": "Encore un minibus."})):
        assert "mène déjà une collecte" in answer.text
        assert f'href="/campagnes/{campaign.slug}"' in answer.text
        assert 'name="summary"' not in answer.text
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED)
    assert 'name="summary"' in (await page.get(new)).text


async def test_a_lead_who_comes_back_to_what_she_sent_finds_the_way_to_her_campaign(sign_in, app):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    path = f"/campagnes/{campaign.slug}/modifier/relire"
    assert (await page.get(path)).status_code == 200
    await service.submit(campaign, campaign.lead)
    refused = await page.get(path)
    assert refused.status_code == 403
    assert f'href="/campagnes/{campaign.slug}"' in refused.text


async def test_a_reviewer_goes_back_to_the_desk(sign_in, app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    answer = await reviewer.submit(f"/campagnes/{campaign.slug}/relecture", {"answer": "approved"})
    assert answer.headers["location"].endswith("/pupitre")


async def test_an_empty_budget_counts_no_bank_fees(app):
    campaign = await a_draft()
    fees = "Les frais bancaires, comptés dans les dépenses."

    async def counted() -> bool:
        items = checklist(campaign, await cost_lines(campaign.id))
        return next(item.done for item in items if item.text == fees)

    for line in await cost_lines(campaign.id):
        await drafting.remove_cost_line(campaign, line.id)
    assert not await counted()


async def test_everybody_reads_in_the_history_what_changed_the_minimum_and_who_joined(client, app):
    campaign = await a_live_campaign()
    found = await an_offer(campaign)
    await OfferChange.create(offer=found, what="relieved", value_cents=9000, at=clock.now())
    await Campaign.filter(id=campaign.id).update(relief_cents=9000)
    history = (await client.get(f"/campagnes/{campaign.slug}/historique")).text
    assert "Une aide remplace de l’argent" in history
    shown = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert "À réunir en argent" in shown
    await OfferChange.create(offer=found, what="withdrawn", at=clock.now())
    assert "Une aide ne vient plus" in (await client.get(f"/campagnes/{campaign.slug}/historique")).text


async def test_a_campaign_that_keeps_what_it_raises_speaks_of_its_goal(client, app):
    campaign = await a_live_campaign()
    path = f"/campagnes/{campaign.slug}"
    await Campaign.filter(id=campaign.id).update(optimum_cents=campaign.minimum_cents + 5000)
    assert "du minimum" in (await client.get(path)).text
    other = await a_live_campaign(goal=GoalKind.FLEXIBLE)
    await Campaign.filter(id=other.id).update(optimum_cents=other.minimum_cents + 5000)
    kept = (await client.get(f"/campagnes/{other.slug}")).text
    assert "du minimum" not in kept
    assert "Minimum pour démarrer" not in kept
    assert "de l’objectif" in kept


async def test_a_lead_reads_in_her_space_that_her_campaign_is_in_review_or_failed(sign_in, app):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    assert "Vos collectes" not in (await page.get("/mon-espace")).text
    await service.submit(campaign, campaign.lead)
    assert "En relecture." in (await page.get("/mon-espace")).text
    failed = Campaign.filter(id=campaign.id)
    await failed.update(status=CampaignStatus.FAILED, updated_at=clock.now())
    assert "Objectif non atteint" in (await page.get("/mon-espace")).text
    await failed.update(updated_at=clock.now() - timedelta(days=61))
    assert "Vos collectes" not in (await page.get("/mon-espace")).text


async def test_a_lead_tells_two_questions_apart_in_her_space(sign_in, app):
    campaign = await a_live_campaign()
    await campaign.fetch_related("lead")
    person = await a_person("Rose Petit")
    for text in ("Qui conduira le mardi ?", "Le minibus prend-il les fauteuils ? " * 5):
        await Question.create(
            campaign=campaign, person=person, text=text, confirmed_at=clock.now(), asked_at=clock.now()
        )
    shown = (await (await sign_in(campaign.lead)).get("/mon-espace")).text
    assert "Qui conduira le mardi" in shown
    assert "Le minibus prend-il les fauteuils" in shown
    assert "…" in shown


async def test_a_lead_who_ticks_no_topic_hears_what_to_do(sign_in, app):
    page = await sign_in(await a_person("Rose Petit"))
    refused = await page.submit("/initiatives/nouvelle", {"title": "Un four à pain", "summary": "Cuire ensemble."})
    assert refused.status_code == 422
    assert "Choisissez au moins un sujet." in refused.text
