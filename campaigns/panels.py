"""What campaigns put on the pages of the common ground: panels, todos, gifts, ways, figures, timeline."""

from typing import TYPE_CHECKING

from tortoise.functions import Sum

from campaigns.lifecycle import queries
from campaigns.lifecycle.models import SETTLED, Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.wording import ends_text, state_text
from campaigns.payouts import queries as payouts
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE, awaiting, of_person, on_own_page
from campaigns.pledges.wording import state_of
from campaigns.settlement.outcomes import last_moment
from campaigns.settlement.queries import PAID
from civic import database
from civic.i18n import _, _n
from civic.initiatives.queries import is_lead
from civic.people import links
from civic.people.models import RoleName
from civic.people.queries import roles_of
from civic.settings import settings
from civic.slots import Figure, Given, Moment, Panel, Todo, Way
from civic.web import urls
from civic.web.formats import day, day_short, money, number

_ADDED_LESS = """SELECT SUM(p.amount_cents) AS cents FROM posting p JOIN account a ON a.id = p.account_id
JOIN entry e ON e.id = p.entry_id JOIN campaign c ON c.id = e.campaign_id
WHERE a.kind = 'campaign_fund' AND e.kind = 'match_reduced' AND e.position > c.settled_entry
AND (c.told_entry IS NULL OR EXISTS (SELECT 1 FROM entry g JOIN posting q ON q.entry_id = g.id
JOIN account b ON b.id = q.account_id WHERE g.campaign_id = c.id AND g.position > c.told_entry
AND g.position < e.position AND g.kind NOT IN ('match_due', 'match_reduced')
AND b.kind IN ('campaign_fund', 'disputes_held')))"""
"""What is added less and not told yet: what follows the last gift that was told right after was told with it."""

if TYPE_CHECKING:
    from civic.initiatives.models import Initiative
    from civic.people.models import Person


async def initiative_panels(initiative: "Initiative", person: "Person | None") -> list[Panel]:
    """« Donner de l’argent »: the campaign under way or the last one; its leads may prepare one."""
    leads = await is_lead(person, initiative.id)
    found = await queries.of_initiative(initiative.id, public_only=not leads)
    current = next((campaign for campaign in found if campaign.is_public), None)
    draft = next((campaign for campaign in found if not campaign.is_public), None) if leads else None
    if current is None and not leads:
        return []
    return [Panel("campaigns/panel.html", {
        "campaign": current, "draft": draft, "initiative": initiative, "may_prepare": leads and not initiative.is_over,
        "foot": (ends_text(current) or state_text(current)) if current else "",
    }, order=30)]  # fmt: skip


async def initiative_timeline(initiative: "Initiative") -> list[Moment]:
    """The opening and the end of each public campaign, and its report once it is accepted."""
    found = []
    for campaign in await queries.of_initiative(initiative.id):
        href = urls.path("campaigns.show", slug=campaign.slug)
        if campaign.starts_at:
            text = _("Collecte « %(title)s » ouverte", title=campaign.title)
            found.append(Moment(campaign.starts_at, text, href, "argent"))
        if campaign.decided_at:
            found.append(Moment(campaign.decided_at, state_text(campaign), href, "argent", detail=campaign.title))
    for report in await payouts.accepted_reports(initiative.id):
        href, text = urls.path("proof.show", slug=report.campaign.slug), _("Bilan de la collecte publié")
        if report.answered_at:
            found.append(Moment(report.answered_at, text, href, "argent", detail=report.campaign.title))
    return found


async def person_todos(person: "Person") -> list[Todo]:
    """A campaign to finish writing or to open; a card its bank asks about."""
    texts = {
        CampaignStatus.DRAFT: _("Finir d’écrire votre collecte"),
        CampaignStatus.CHANGES_REQUESTED: _("Changer votre collecte après sa relecture"),
        CampaignStatus.APPROVED: _("Ouvrir votre collecte"),
        CampaignStatus.LIVE: _("Faire connaître votre collecte"),
        CampaignStatus.COLLECTING: _("Suivre les prélèvements de votre collecte"),
        CampaignStatus.SHORTFALL: _("Décider de la suite de votre collecte"),
    }
    found = [
        Todo(texts[campaign.status], _own_page(campaign), "argent", detail=campaign.title)
        for campaign in await queries.led_by(person) if campaign.status in texts
    ]  # fmt: skip
    for pledge in await awaiting(person):
        href = urls.path("settlement.show", slug=pledge.campaign.slug, token=links.make(MANAGE, pledge.id))
        text = _("Votre don de %(amount)s n’a pas pu être prélevé", amount=money(pledge.amount_cents))
        found.append(Todo(text, href, "argent", await last_moment(pledge), pledge.campaign.title))
    return found


def _own_page(campaign: Campaign) -> str:
    pages = {
        CampaignStatus.DRAFT: "campaigns.reread", CampaignStatus.CHANGES_REQUESTED: "campaigns.reread",
        CampaignStatus.COLLECTING: "settlement.progress", CampaignStatus.SHORTFALL: "settlement.shortfall",
    }  # fmt: skip
    return urls.path(pages.get(campaign.status, "campaigns.show"), slug=campaign.slug)


async def person_given(person: "Person") -> list[Given]:
    """Her promises and gifts, also those that ended: each says what became of it; only she sees the amounts."""
    found = []
    for pledge in await of_person(person):
        href = urls.path("pledges.manage", token=links.make(MANAGE, pledge.id))
        given = pledge.status in PAID
        text = _("Don de %(amount)s") if given else _("Promesse de %(amount)s")
        at = pledge.collected_at or pledge.confirmed_at or pledge.created_at
        state = state_of(pledge, on_page=await on_own_page(pledge))
        detail = f"{pledge.campaign.title} · {state}"
        found.append(Given(text % {"amount": money(pledge.amount_cents)}, href, "argent", at, detail))
    return found


async def desk_todos(person: "Person") -> list[Todo]:
    """Campaigns that wait for their review, for the animators who do not lead them."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    return [
        Todo(
            _("Relire « %(title)s »", title=campaign.title) if campaign.is_standing
            else _("Relire la collecte « %(title)s »", title=campaign.title),
            urls.path("campaigns.review", slug=campaign.slug), "argent",
            detail=_("Envoyée le %(day)s.", day=day(campaign.updated_at)),
        )
        for campaign in await queries.awaiting_review()
        if campaign.lead_id != person.id and not await is_lead(person, campaign.initiative_id)
    ]  # fmt: skip


async def home_ways() -> list[Way]:
    """The campaigns one can give to, those that end soon first."""
    live = await queries.live(3)
    if not live:
        return []
    count = await Campaign.filter(status=CampaignStatus.LIVE).exclude(goal=GoalKind.MONTHLY).count()
    items = [
        (campaign.title, ends_text(campaign), urls.path("campaigns.show", slug=campaign.slug)) for campaign in live
    ]
    return [Way("argent", _n("%(n)s collecte ouverte", "%(n)s collectes ouvertes", count), items)]


async def figures() -> list[Figure]:
    """Euros promised to campaigns under way or given to those that succeeded, tips apart; what failed is left out.

    So are monthly supports: less what the campaigns' pages say, it would tell what they came to (invariant 15).
    """
    under_way = (CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING)
    at_once = [GoalKind.FLEXIBLE]
    cents = await _sum("confirmed_cents", list(under_way)) + await _sum("collected_cents", list(under_way), at_once)
    cents += await _sum("collected_cents", list(SETTLED))
    cents += await _sum("offline_cents", [*under_way, *SETTLED]) + await _untold()
    if not cents:
        return []
    definition = _("promis ou donnés par les habitants, hors aide à %(site)s.", site=settings().site_name)
    return [Figure(_("%(n)s €", n=number(cents // 100)), _("Pour les collectes :"), definition, 30)]


async def _sum(column: str, status: list[CampaignStatus], goals: list[GoalKind] | None = None) -> int:
    found = Campaign.filter(status__in=status, goal__in=goals or [GoalKind.ALL_OR_NOTHING, GoalKind.FLEXIBLE])
    rows = await found.annotate(cents=Sum(column)).values("cents")
    return sum(int(row["cents"] or 0) for row in rows)


async def _untold() -> int:
    """What public totals count more, less what is added less for it: that is no resident's euro, and tells hers."""
    rows = await database.fetch_all(_ADDED_LESS)
    return await _sum("untold_cents", list(SETTLED)) - int(rows[0]["cents"] or 0)


async def secret_links(person: "Person") -> list[tuple[str, str]]:
    """The links to her promises and gifts: what, and the full address (A2)."""
    return [
        (_named(pledge), urls.absolute("pledges.manage", token=links.make(MANAGE, pledge.id)))
        for pledge in await of_person(person)
    ]


def _named(pledge: Pledge) -> str:
    """A promise among other links: how much, for what, of which day, where it stands."""
    return _(
        "Don de %(amount)s, %(title)s, %(day)s, %(state)s", amount=money(pledge.amount_cents),
        title=pledge.campaign.title, day=day_short(pledge.confirmed_at or pledge.created_at),
        state=state_of(pledge),
    )  # fmt: skip


async def gift_discretion(person: "Person", initiative_id: int) -> bool | None:
    """Whether she asked for all her gifts to this initiative to stay anonymous; None when she gave no money."""
    rows = Pledge.filter(person_id=person.id, campaign__initiative_id=initiative_id, status__in=PAID)
    said = await rows.values_list("anonymous", flat=True)
    return all(said) if said else None
