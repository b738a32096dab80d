"""The verbs of a campaign's life: submit, review, launch, suspend, resume, cancel (docs/money.md, « States »)."""

from datetime import timedelta

from campaigns.lifecycle.checklist import SHORTEST, checklist
from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus, GoalKind
from campaigns.lifecycle.queries import cost_lines
from campaigns.lifecycle.transitions import By, move
from civic import clock, jobs, mail
from civic.activity import service as activity
from civic.database import transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.initiatives.queries import leads_of
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit
from civic.web import urls


async def submit(campaign: Campaign, lead: Person) -> None:
    """Ask for the review. Raises DomainError naming the first thing that is missing."""
    missing = [item for item in checklist(campaign, await cost_lines(campaign.id)) if not item.done]
    if missing:
        raise DomainError(_("Il manque encore : %(what)s", what=missing[0].text))
    await move(campaign, CampaignStatus.SUBMITTED, by=By.LEAD, actor=lead)


async def withdraw(campaign: Campaign, lead: Person) -> None:
    """The lead gives the campaign up before it is public."""
    await move(campaign, CampaignStatus.WITHDRAWN, by=By.LEAD, actor=lead)


async def review(campaign: Campaign, reviewer: Actor, answer: CampaignStatus, note: str) -> None:
    """Approve, ask for changes, or reject: by somebody else than its lead (the getter is the guard).

    Raises Invalid when changes or a refusal come without a reason.
    """
    if answer != CampaignStatus.APPROVED and len(note) < 10:
        raise Invalid(_("Écrivez ce qui doit changer, ou la raison du refus."), field="note")
    async with transaction():
        await move(campaign, answer, by=By.REVIEWER, actor=reviewer.person, note=note)
        await audit(reviewer, f"campaign_{answer.value}", f"campaign:{campaign.id}")
        for lead in await leads_of(campaign.initiative_id):
            if lead.email:
                await mail.send(
                    "campaigns/reviewed", to=lead.email, key=f"reviewed-{campaign.id}-{lead.id}-{campaign.version}",
                    locale=lead.locale, title=campaign.title, slug=campaign.slug, answer=answer.value, note=note,
                )  # fmt: skip


async def launch(campaign: Campaign, by: By, actor: Person | None = None) -> None:
    """Open the campaign: from now on people can give. Raises DomainError when too little time is left."""
    present = clock.now()
    if campaign.deadline is None or campaign.deadline < present + SHORTEST - timedelta(days=1):
        raise DomainError(_("La date de fin est trop proche : retirez cette collecte et préparez-en une autre."))
    async with transaction():
        await move(campaign, CampaignStatus.LIVE, by=by, actor=actor, starts_at=present)
        await keep_need(campaign.id)
        await activity.record(
            "campaign_launched", way="argent", initiative_id=campaign.initiative_id, title=campaign.title,
            slug=campaign.slug, minimum_cents=campaign.minimum_cents,
        )  # fmt: skip
        await jobs.enqueue("campaign_launched", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


async def suspend(campaign: Campaign, team: Actor, note: str) -> None:
    """Stop new gifts and freeze the deadline; the note is public."""
    async with transaction():
        await move(campaign, CampaignStatus.SUSPENDED, by=By.TEAM, actor=team.person, note=note)
        await audit(team, "campaign_suspended", f"campaign:{campaign.id}")
        await keep_need(campaign.id)


async def resume(campaign: Campaign, team: Actor, note: str) -> None:
    """Open again; the deadline moves by the time lost, and the backers are told (fact `campaign_resumed`)."""
    change = await CampaignChange.filter(campaign_id=campaign.id, after=CampaignStatus.SUSPENDED.value)
    lost = clock.now() - max(row.at for row in change)
    deadline = campaign.deadline + lost if campaign.deadline else None
    async with transaction():
        await move(campaign, CampaignStatus.LIVE, by=By.TEAM, actor=team.person, note=note, deadline=deadline)
        await audit(team, "campaign_resumed", f"campaign:{campaign.id}")
        await keep_need(campaign.id)
        await jobs.enqueue(
            "campaign_resumed", key=f"campaign-{campaign.id}-{int(clock.now().timestamp())}", campaign_id=campaign.id
        )


async def cancel(campaign: Campaign, team: Actor, note: str) -> None:
    """End a campaign before its deadline: promises are released (fact `campaign_cancelled`).

    The team does it at the lead's demand or its own, with a public note. A campaign that has money in it (it charges at
    once) is unwound instead: its gifts go back (fact `campaign_unwinding`).
    """
    if campaign.goal == GoalKind.FLEXIBLE and (await Campaign.get(id=campaign.id)).collected_cents:
        return await _unwind(campaign, team, note)
    async with transaction():
        await move(campaign, CampaignStatus.CANCELLED, by=By.TEAM, actor=team.person, note=note)
        await audit(team, "campaign_cancelled", f"campaign:{campaign.id}")
        await keep_need(campaign.id)
        await jobs.enqueue("campaign_cancelled", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


async def _unwind(campaign: Campaign, team: Actor, note: str) -> None:
    async with transaction():
        await move(campaign, CampaignStatus.UNWINDING, by=By.TEAM, actor=team.person, note=note)
        await audit(team, "campaign_unwinding", f"campaign:{campaign.id}")
        await keep_need(campaign.id)
        await jobs.enqueue("campaign_unwinding", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


async def keep_need(campaign_id: int) -> None:
    """Write the initiative's gauge of money as the campaign stands, in the caller's transaction."""
    campaign = await Campaign.get(id=campaign_id)
    if campaign.goal == GoalKind.MONTHLY:
        return
    await needs.keep(
        campaign.initiative_id, NeedKind.MONEY, f"campaign:{campaign.id}", title=campaign.title,
        path=urls.path("campaigns.show", slug=campaign.slug), target=campaign.minimum_cents,
        reached=campaign.raised_cents, ends_at=campaign.deadline, open=campaign.status == CampaignStatus.LIVE,
    )  # fmt: skip


async def launch_due(**_payload: object) -> None:
    """Open the approved campaigns whose opening has come (every ten minutes)."""
    for campaign in await Campaign.filter(status=CampaignStatus.APPROVED, starts_at__lte=clock.now()):
        if campaign.deadline and campaign.deadline > clock.now() + SHORTEST:
            await launch(campaign, By.SCHEDULER)
