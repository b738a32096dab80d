"""A quarter, half, three quarters, all of the minimum: each told once to the leads, the last one to the backers too."""

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.news.models import Milestone
from campaigns.news.queries import NO_MORE, recipients
from campaigns.news.service import BATCH
from campaigns.pledges.models import Pledge
from civic import clock, jobs, mail
from civic.database import transaction
from civic.initiatives.queries import leads_of
from civic.people import links
from civic.web import urls

STEPS = (25, 50, 75, 100)


async def after_pledge(pledge_id: int) -> None:
    """A promise was confirmed: its campaign may have passed a milestone."""
    pledge = await Pledge.get(id=pledge_id)
    await look(pledge.campaign_id)


async def look_at_all(**_payload: object) -> None:
    """Cheques, matchers and offers move the total too: every campaign under way is looked at."""
    for campaign_id in await Campaign.filter(status=CampaignStatus.LIVE).values_list("id", flat=True):
        await look(int(str(campaign_id)))


async def look(campaign_id: int) -> None:
    """Note what was passed; of several at once only the highest is told."""
    async with transaction():
        await Campaign.filter(id=campaign_id).update(updated_at=clock.now())  # two gifts at once are told one by one
        campaign = await Campaign.get(id=campaign_id)
        if campaign.status != CampaignStatus.LIVE:
            return
        known = {row.percent for row in await Milestone.filter(campaign_id=campaign_id)}
        passed = [step for step in STEPS if step <= campaign.percent and step not in known]
        for step in passed:
            await Milestone.create(campaign_id=campaign_id, percent=step, at=clock.now())
        if passed:
            await _tell(campaign, passed[-1])


async def _tell(campaign: Campaign, percent: int) -> None:
    for lead in await leads_of(campaign.initiative_id):
        if lead.email:
            await mail.send(
                "campaigns/milestone_lead", to=lead.email, key=f"milestone-{campaign.id}-{percent}-{lead.id}",
                locale=lead.locale, person=lead.name, title=campaign.title, slug=campaign.slug, percent=percent,
                total_cents=campaign.raised_cents,
            )  # fmt: skip
    if percent == 100:
        await jobs.enqueue("goal_told", key=f"goal-{campaign.id}-0", campaign_id=campaign.id, after=0)


async def tell_backers(campaign_id: int, after: int) -> None:
    """The goal is reached: those whose promise stands hear it, so many at a time."""
    async with transaction():
        campaign = await Campaign.get(id=campaign_id)
        found = await recipients(campaign_id, after=after, limit=BATCH)
        for one in found:
            token = links.make(NO_MORE, one.pledge_id)
            await mail.send(
                "campaigns/goal_reached", to=one.email, key=f"goal-{campaign_id}-{one.person_id}", locale=one.locale,
                unsubscribe=urls.absolute("news.no_more", token=token), person=one.name, title=campaign.title,
                slug=campaign.slug, token=token, minimum_cents=campaign.needed_cents,
            )  # fmt: skip
        if len(found) == BATCH:
            last = found[-1].person_id
            await jobs.enqueue("goal_told", key=f"goal-{campaign_id}-{last}", campaign_id=campaign_id, after=last)
