"""The verbs of a campaign's life: submit, review, launch, suspend, resume, cancel (docs/money.md, « States »)."""

from contextlib import suppress
from datetime import date

from campaigns.lifecycle import comments
from campaigns.lifecycle.checklist import SHORTEST, checklist, end_of, ends_too_soon, missing
from campaigns.lifecycle.legal import missing_facts
from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus, GoalKind
from campaigns.lifecycle.queries import cost_lines, runs
from campaigns.lifecycle.transitions import By, move
from campaigns.payees import queries as payees
from campaigns.payees.models import Payee
from civic import clock, jobs, mail
from civic.activity import service as activity
from civic.database import transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _, speaking
from civic.initiatives.queries import is_lead, leads_of
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit
from civic.web import urls
from civic.web.formats import day


async def submit(campaign: Campaign, lead: Person) -> None:
    """Ask for the review; `lead` is the hand that does it. Raises DomainError naming the first thing that is missing.
    """
    lacking = missing(checklist(campaign, await cost_lines(campaign.id)))
    if lacking:
        raise DomainError(_("Il manque encore : %(what)s", what=lacking[0].text))
    await move(campaign, CampaignStatus.SUBMITTED, by=By.LEAD, actor=lead)


async def withdraw(campaign: Campaign, lead: Person) -> None:
    """The lead gives the campaign up before it is public."""
    await move(campaign, CampaignStatus.WITHDRAWN, by=By.LEAD, actor=lead)


async def trace(actor: Actor, campaign: Campaign, act: str) -> None:
    """A member of the team did for the leads what belongs to them: that stays written, in the caller's transaction."""
    if not await is_lead(actor.hand, campaign.initiative_id):
        await audit(actor, f"campaign_{act}_for_its_leads", f"campaign:{campaign.id}")


async def review(
    campaign: Campaign, reviewer: Actor, answer: CampaignStatus, note: str, remarks: dict[str, str] | None = None
) -> None:
    """Approve, ask for changes, or reject: by somebody else than its lead (the getter is the guard).

    `remarks` are the reviewer's, by topic (`comments`). An opening day that passed meanwhile is for the lead to choose
    again. Raises Invalid when changes or a refusal come without a word, DomainError when the host of a real
    installation has not said what the law wants beside an appeal.
    """
    approved = answer == CampaignStatus.APPROVED
    if not approved and len(note) < 10 and not (remarks and answer == CampaignStatus.CHANGES_REQUESTED):
        raise Invalid(_("Écrivez ce qui doit changer, ou la raison du refus."), field="note")
    lacking = missing_facts() if approved else []
    if lacking:
        said = lacking[0].setting
        raise DomainError(_("Le site n’a pas dit tout ce que la loi demande. Réglage : %(name)s.", name=said))
    late = approved and campaign.starts_at is not None and campaign.starts_at <= clock.now()
    changed = {"starts_at": None} if late else {}
    async with transaction():
        await move(campaign, answer, by=By.REVIEWER, actor=reviewer.hand, note=note, **changed)
        await comments.write(campaign, reviewer.hand, remarks or {})
        await audit(reviewer, f"campaign_{answer.value}", f"campaign:{campaign.id}")
        for lead in await leads_of(campaign.initiative_id):
            if lead.email:
                await mail.send(
                    "campaigns/reviewed", to=lead.email, key=f"reviewed-{campaign.id}-{lead.id}-{campaign.version}",
                    locale=lead.locale, title=campaign.title, slug=campaign.slug, answer=answer.value, note=note,
                    monthly=campaign.is_standing, person=lead.name, last_day=_last_day(campaign, lead.locale),
                )  # fmt: skip


def _last_day(campaign: Campaign, locale: str) -> str:
    """The last day in the reader's language; empty without one."""
    with speaking(locale):
        return day(campaign.last_day) if campaign.last_day else ""


async def launch(campaign: Campaign, by: By, actor: Person | None = None) -> None:
    """Open the campaign: from now on people can give, at the account of whoever receives the money.

    Raises DomainError when too little time is left, or when that account cannot charge (yet).
    """
    present = clock.now()
    if ends_too_soon(campaign):
        raise DomainError(_("La date de fin est trop proche : choisissez-en une autre."))
    async with transaction():
        account = await _account_of(campaign)
        await move(campaign, CampaignStatus.LIVE, by=by, actor=actor, starts_at=present, account_ref=account)
        await keep_need(campaign.id)
        await activity.record(
            "campaign_launched", way="argent", initiative_id=campaign.initiative_id, title=campaign.title,
            slug=campaign.slug, minimum_cents=campaign.minimum_cents,
        )  # fmt: skip
        await jobs.enqueue("campaign_launched", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


async def _account_of(campaign: Campaign) -> str:
    """The account where it is collected, held until it is open; "" is the host's. Raises DomainError."""
    if campaign.payee_id is None:
        return ""
    if not payees.open_to_others():
        raise DomainError(_("Ce site ne collecte pas pour d’autres structures : il n’a pas de numéro ORIAS."))
    ready = Payee.filter(id=campaign.payee_id, charges_enabled=True)
    if not await ready.update(charges_enabled=True):
        who = campaign.beneficiary
        raise DomainError(
            _("Le compte de paiement de la structure (%(who)s) ne peut pas encore encaisser : "
              "la collecte s’ouvrira après.",
              who=who)
        )  # fmt: skip
    return str((await Payee.get(id=campaign.payee_id)).account_ref)


async def postpone_end(campaign: Campaign, lead: Person, last: date) -> None:
    """Give an accepted campaign another last day when its own came too near before it opened; its text stays accepted.

    Nobody could give yet, so nobody relied on the first date; that it changed stays in the history. Raises Invalid,
    or DomainError when it is open, or has time enough.
    """
    late = Campaign.filter(id=campaign.id, status=CampaignStatus.APPROVED, deadline=campaign.deadline)
    deadline, present = end_of(last), clock.now()
    async with transaction():
        if not ends_too_soon(campaign) or not await late.update(deadline=deadline, updated_at=present):
            raise DomainError(_("La date de fin ne se change plus ici."))
        approved = CampaignStatus.APPROVED.value
        await CampaignChange.create(
            campaign_id=campaign.id, before=approved, after=approved, actor=lead, by=By.LEAD.value, at=present
        )
    campaign.deadline = deadline


async def plan_opening(campaign: Campaign, day: date | None) -> None:
    """Choose the day on which an accepted campaign opens, at 8; none: its lead opens it. Raises Invalid."""
    starts_at = clock.at(day, 8) if day else None
    if starts_at and (campaign.deadline is None or starts_at + SHORTEST > campaign.deadline or starts_at < clock.now()):
        raise Invalid(_("Choisissez un jour à venir, trois jours au moins avant la fin."), field="starts_on")
    rows = Campaign.filter(id=campaign.id, status=CampaignStatus.APPROVED)
    if not await rows.update(starts_at=starts_at, updated_at=clock.now()):
        raise DomainError(_("Le jour d’ouverture se choisit entre la relecture et l’ouverture."))


async def suspend(campaign: Campaign, team: Actor, note: str) -> None:
    """Stop new gifts and freeze the deadline; the note is public."""
    async with transaction():
        await move(campaign, CampaignStatus.SUSPENDED, by=By.TEAM, actor=team.hand, note=note)
        await audit(team, "campaign_suspended", f"campaign:{campaign.id}")
        await keep_need(campaign.id)


async def resume(campaign: Campaign, team: Actor, note: str) -> None:
    """Open again; the deadline moves by the time lost, and the backers are told (fact `campaign_resumed`).

    Raises Forbidden for who runs it: what the team has stopped, its lead does not start again with a second hat.
    """
    if await runs(team, campaign):
        raise Forbidden(_("Vous portez cette collecte : une autre personne de l’équipe la rouvre."))
    change = await CampaignChange.filter(campaign_id=campaign.id, after=CampaignStatus.SUSPENDED.value)
    lost = clock.now() - max(row.at for row in change)
    deadline = campaign.deadline + lost if campaign.deadline else None
    async with transaction():
        await move(campaign, CampaignStatus.LIVE, by=By.TEAM, actor=team.hand, note=note, deadline=deadline)
        await audit(team, "campaign_resumed", f"campaign:{campaign.id}")
        await keep_need(campaign.id)
        await jobs.enqueue(
            "campaign_resumed", key=f"campaign-{campaign.id}-{int(clock.now().timestamp())}", campaign_id=campaign.id
        )


async def cancel(campaign: Campaign, team: Actor, note: str) -> None:
    """End a campaign before its deadline, both sides having agreed (`cancelling` is the guard); the note is public.

    Promises are released (fact `campaign_cancelled`). One that has money in it (a flexible one, verified cheques) is
    unwound instead: its gifts go back (fact `campaign_unwinding`); what monthly supporters gave stays given.
    """
    async with transaction():
        await Campaign.filter(id=campaign.id).update(updated_at=clock.now())  # the lock first: a cheque may come now
        fresh = await Campaign.get(id=campaign.id)
        returns = fresh.holds_money and fresh.goal != GoalKind.MONTHLY
        end = CampaignStatus.UNWINDING if returns else CampaignStatus.CANCELLED
        await move(fresh, end, by=By.BOTH, actor=team.hand, note=note)
        await audit(team, f"campaign_{end.value}", f"campaign:{campaign.id}")
        await keep_need(campaign.id)
        await jobs.enqueue(f"campaign_{end.value}", key=f"campaign-{campaign.id}", campaign_id=campaign.id)
    campaign.status = end


async def keep_need(campaign_id: int) -> None:
    """Write the initiative's gauge of money as the campaign stands, in the caller's transaction."""
    campaign = await Campaign.get(id=campaign_id)
    if campaign.goal == GoalKind.MONTHLY:
        return
    await needs.keep(
        campaign.initiative_id, NeedKind.MONEY, f"campaign:{campaign.id}", title=campaign.title,
        path=urls.path("campaigns.show", slug=campaign.slug), target=campaign.needed_cents,
        reached=campaign.raised_cents, ends_at=campaign.deadline,
        open=campaign.status == CampaignStatus.LIVE and campaign.till_closed_at is None,
    )  # fmt: skip


async def launch_due(**_payload: object) -> None:
    """Open the approved campaigns whose opening has come (every ten minutes)."""
    for campaign in await Campaign.filter(status=CampaignStatus.APPROVED, starts_at__lte=clock.now()):
        if campaign.deadline and campaign.deadline > clock.now() + SHORTEST:
            with suppress(DomainError):  # an account that cannot charge yet: the next round asks again
                await launch(campaign, By.SCHEDULER)
