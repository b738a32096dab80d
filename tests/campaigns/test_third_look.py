"""What a first-time lead stumbled over in the builder, and no longer does."""

import pytest
from pypdfium2 import PdfDocument

from campaigns.lifecycle import drafting, service
from campaigns.lifecycle.checklist import Fees, fees_to_plan
from campaigns.lifecycle.forms import CostLineForm
from campaigns.lifecycle.models import Campaign, CampaignStatus, ReviewComment
from campaigns.lifecycle.queries import cost_lines
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.web import urls
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_reward

pytestmark = pytest.mark.one_engine


def expense(title, amount, line=0):
    return CostLineForm.model_validate({"line": line, "title": title, "amount": amount, "nature": "required"})


async def test_bank_fees_grow_with_the_budget(app):
    campaign = await a_draft()
    for line in await cost_lines(campaign.id):
        await drafting.remove_cost_line(campaign, line.id)
    await drafting.write_cost_line(campaign, expense("Bois", "300"))
    assert fees_to_plan(await cost_lines(campaign.id)) == Fees(600)
    await drafting.write_cost_line(campaign, expense("Frais bancaires estimés", "6"))
    assert fees_to_plan(await cost_lines(campaign.id)) is None
    await drafting.write_cost_line(campaign, expense("Tuiles", "94,50"))
    planned = next(line for line in await cost_lines(campaign.id) if line.title.startswith("Frais"))
    assert fees_to_plan(await cost_lines(campaign.id)) == Fees(800, planned.id)


async def test_bank_fees_that_are_not_counted_yet_are_proposed(app, sign_in):
    campaign = await a_draft()
    await drafting.write_cost_line(campaign, expense("Bois", "900"))
    for line in await cost_lines(campaign.id):
        if line.plans_fees:
            await drafting.remove_cost_line(campaign, line.id)
    page = await (await sign_in(campaign.lead)).get(urls.path("campaigns.edit_costs", slug=campaign.slug))
    assert page.status_code == 200
    assert "Ajouter les frais bancaires" in page.text


async def test_the_proposed_fees_replace_the_line_that_no_longer_suffices(app, sign_in):
    campaign = await a_draft()
    for line in await cost_lines(campaign.id):
        await drafting.remove_cost_line(campaign, line.id)
    await drafting.write_cost_line(campaign, expense("Bois", "900"))
    await drafting.write_cost_line(campaign, expense("Frais bancaires estimés", "6"))
    lead, path = await sign_in(campaign.lead), urls.path("campaigns.edit_costs", slug=campaign.slug)
    assert "Compter 18\u202f€ de frais bancaires" in (await lead.get(path)).text
    fees = next(line for line in await cost_lines(campaign.id) if line.title.startswith("Frais"))
    sent = {"line": fees.id, "title": fees.title, "amount": "18", "nature": "required"}
    await lead.submit(urls.path("campaigns.write_cost", slug=campaign.slug), sent)
    assert [line.amount_cents for line in await cost_lines(campaign.id)] == [90_000, 1_800]
    assert "de frais bancaires" not in (await lead.get(path)).text


async def test_thanks_that_are_written_show_as_done(app, sign_in):
    campaign = await a_draft()
    lead, path = await sign_in(campaign.lead), urls.path("campaigns.edit_rewards", slug=campaign.slug)

    async def is_done():
        return "(fait)" in (await lead.get(path)).text.partition("4. Mercis")[2].partition("</a>")[0]

    assert not await is_done()
    await a_reward(campaign)
    assert await is_done()


async def test_a_remark_left_open_is_said_before_sending_again(app, sign_in):
    campaign = await a_draft()
    lead, path = await sign_in(campaign.lead), urls.path("campaigns.reread", slug=campaign.slug)
    assert "Envoyer à la relecture" in (await lead.get(path)).text
    remark = await ReviewComment.create(
        campaign_id=campaign.id, topic="story", text="Dites pour qui.", author=await a_person(), at=clock.now()
    )
    left = (await lead.get(path)).text
    assert "1 remarque n’est pas encore réglée" in left
    assert "Envoyer quand même" in left
    await ReviewComment.filter(id=remark.id).update(done_at=clock.now())
    assert "Envoyer quand même" not in (await lead.get(path)).text


async def test_an_accepted_lead_learns_by_name_until_when_her_campaign_may_run(app):
    campaign = await a_draft()
    await service.submit(campaign, campaign.lead)
    from_team = await a_person("Rose Petit", "", RoleName.ANIMATOR)
    await service.review(campaign, Actor(from_team, frozenset({RoleName.ANIMATOR})), CampaignStatus.APPROVED, "")
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to=campaign.lead.email, subject__contains="est acceptée").get()
    assert f"Bonjour {campaign.lead.name}," in mail.text
    assert "elle se termine le" in mail.text


async def test_a_poster_says_of_which_day_its_sum_is_and_shows_no_empty_gauge(app, client):
    campaign = await a_live_campaign()

    async def said():
        page = PdfDocument((await client.get(urls.path("sharing.poster", slug=campaign.slug))).content)[0]
        return page.get_textpage().get_text_range().replace("\u00a0", " ")

    assert "Objectif : 6 000 €" in await said()
    await a_confirmed_pledge(campaign, cents=10_000)
    told = (await said()).replace("\r\n", " ")
    assert "100 € sur 6 000 €, au" in told
    assert str(clock.today().year) in told


async def test_a_thank_you_that_asks_for_more_says_how_much(app, client):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign)
    answer = await client.submit(
        urls.path("pledges.gift", slug=campaign.slug), {"amount": "autre", "other": "1", "reward": str(reward.id)}
    )
    assert answer.status_code == 422
    assert "demande un don d’au moins" in answer.text


async def test_a_preview_says_how_many_of_a_thank_you_there_are(app, sign_in):
    campaign = await a_draft()
    reward = await a_reward(campaign, stock=7)
    shown = (await (await sign_in(campaign.lead)).get(urls.path("campaigns.show", slug=campaign.slug))).text
    assert f"{reward.stock} exemplaire" in shown
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.DRAFT
