"""The list of campaigns and the page of one."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.lifecycle import queries
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.pledges.queries import supporters
from campaigns.settlement import rules
from civic import clock
from civic.i18n import _, _n
from civic.initiatives.models import InitiativeTopic
from civic.initiatives.queries import leads_of, may_edit
from civic.landscapes import motif_for
from civic.needs.models import NeedKind
from civic.needs.queries import needs_of
from civic.people.actor import Actor, visitor_or_actor
from civic.slots import Moment
from civic.web import urls
from civic.web.formats import money
from civic.web.page import page


async def index(request: Request) -> Response:
    """Campaigns one can give to, those that end soon first, then those that are over."""
    live, ended = await queries.live(), await queries.ended()
    return page(
        request, "campaigns/public/index.html", live=await cards(live), ended=await cards(ended),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One campaign: where it stands, why, what for, when, who, and what happens if it fails."""
    actor = visitor_or_actor(request)
    campaign = await queries.campaign_to_show(request.path_params["slug"], actor)
    needs = [need for need in await needs_of(campaign.initiative_id) if need.kind != NeedKind.MONEY]
    names = await supporters(campaign.id)
    parts = [part for fill in slots.campaign_panels for part in await fill(campaign)]
    parts.sort(key=lambda part: part.order)
    return page(
        request, "campaigns/public/show.html", campaign=campaign, initiative=campaign.initiative,
        lines=await queries.cost_lines(campaign.id), rewards=await queries.rewards(campaign.id), needs=needs,
        leads=await leads_of(campaign.initiative_id), names=names,
        others=max(0, campaign.backers_count - len(names)), ends=ends_text(campaign),
        days=days_left(campaign), state=state_text(campaign),
        parts=[part for part in parts if part.order < 100], beside=[part for part in parts if part.order >= 100],
        tools=await _tools(campaign, actor), moments=moments(campaign), runs=await may_edit(actor, campaign.initiative),
        supervises=bool(actor and (actor.is_animator or actor.is_treasurer)), note=await queries.last_note(campaign.id),
        landscape=(await landscapes([campaign]))[campaign.initiative_id],
    )  # fmt: skip


async def _tools(campaign: Campaign, actor: Actor | None) -> list[slots.Tool]:
    found = [tool for fill in slots.campaign_tools for tool in await fill(campaign, actor)] if actor else []
    return sorted(found, key=lambda tool: tool.order)


async def landscapes(campaigns: list[Campaign]) -> dict[int, str]:
    """Initiative id → the address of the landscape drawn where there is no photo."""
    ids = [campaign.initiative_id for campaign in campaigns]
    topics: dict[int, list[str]] = {}
    for row in await InitiativeTopic.filter(initiative_id__in=ids or [0]).order_by("id"):
        topics.setdefault(row.initiative_id, []).append(row.topic)  # type: ignore[attr-defined]
    return {id: urls.path("landscapes.show", motif=motif_for(topics.get(id, [])), seed=id) for id in ids}


async def cards(campaigns: list[Campaign]) -> list[dict[str, Any]]:
    """What `ui.card_campaign` wants to know of each."""
    drawn = await landscapes(campaigns)
    return [_card(campaign, drawn[campaign.initiative_id]) for campaign in campaigns]


def _card(campaign: Campaign, landscape: str) -> dict[str, Any]:
    initiative = campaign.initiative
    return {
        "href": urls.path("campaigns.show", slug=campaign.slug), "title": campaign.title,
        "summary": campaign.summary, "place": initiative.commune.name if initiative.commune else "",
        "raised_cents": campaign.shown_cents, "goal_cents": campaign.minimum_cents, "picture": initiative.picture,
        "foot": ends_text(campaign) if campaign.is_open() else state_text(campaign),
        "landscape": landscape,
    }  # fmt: skip


def days_left(campaign: Campaign) -> int:
    """Whole days before the last one; 0 on the last day and afterwards."""
    return max(0, (campaign.last_day - clock.today()).days) if campaign.last_day else 0


def ends_text(campaign: Campaign) -> str:
    """« Encore 12 jours. », « Dernier jour. », or nothing once it is over."""
    if not campaign.is_open():
        return ""
    days = days_left(campaign)
    return _n("Encore %(n)s jour.", "Encore %(n)s jours.", days) if days else _("Dernier jour.")


def state_text(campaign: Campaign) -> str:
    """The state of a public campaign in a sentence; nothing while one can give."""
    if campaign.status == CampaignStatus.LIVE:
        return "" if campaign.is_open() else _("La collecte est terminée, le résultat arrive.")
    if campaign.goal == GoalKind.FLEXIBLE and (said := _kept(campaign)):
        return said
    sentences = {
        CampaignStatus.SUBMITTED: _("En relecture."),
        CampaignStatus.CHANGES_REQUESTED: _("Des changements sont demandés."),
        CampaignStatus.APPROVED: _("Relue et acceptée, pas encore ouverte."),
        CampaignStatus.REJECTED: _("Cette collecte n’a pas été acceptée."),
        CampaignStatus.WITHDRAWN: _("Cette collecte a été retirée."),
        CampaignStatus.SUSPENDED: _("Collecte suspendue."),
        CampaignStatus.CANCELLED: _("Collecte annulée. Personne n’a été débité."),
        CampaignStatus.FAILED: _("Objectif non atteint. Personne n’a été débité."),
        CampaignStatus.COLLECTING: _("Objectif atteint. Les dons sont en cours de débit."),
        CampaignStatus.SHORTFALL: _("Objectif atteint, une partie des cartes a été refusée."),
        CampaignStatus.FUNDED: _("Collecte réussie."),
        CampaignStatus.UNWINDING: _("Les dons sont en cours de remboursement."),
        CampaignStatus.REFUNDED: _("Les dons ont été remboursés."),
        CampaignStatus.REPORTING: _("Collecte réussie, les comptes sont en cours."),
        CampaignStatus.CLOSED: _("Collecte réussie, comptes publiés."),
    }
    return sentences.get(campaign.status, _("Cette collecte est en préparation."))


def _kept(campaign: Campaign) -> str:
    """What differs for a campaign that keeps what it raises."""
    if campaign.status == CampaignStatus.FAILED:
        return _("Collecte terminée. Elle n’a reçu aucun don.")
    missed = campaign.raised_cents < campaign.needed_cents
    if campaign.status in (CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED) and missed:
        return _("Collecte terminée sous son objectif. Le projet garde ce qu’il a reçu.")
    return ""


def moments(campaign: Campaign) -> list[Moment]:
    """The campaign's own calendar: opening, end, debit."""
    found = []
    if campaign.starts_at:
        text = _("La collecte a ouvert") if clock.is_over(campaign.starts_at) else _("La collecte ouvre")
        found.append(Moment(campaign.starts_at, text, kind="argent"))
    if campaign.deadline:
        last = campaign.deadline - timedelta(seconds=1)
        over = clock.is_over(campaign.deadline)
        text = _("La collecte s’est terminée à minuit") if over else _("La collecte se termine à minuit")
        found.append(Moment(last, text, kind="argent"))
        if campaign.decided_at is None and campaign.charges_at_once:
            return found
        if campaign.decided_at is None:
            text = _("Les dons sont débités si la collecte atteint %(goal)s", goal=money(campaign.minimum_cents))
            found.append(Moment(campaign.deadline, text, kind="argent"))
        else:
            found.append(Moment(campaign.decided_at, state_text(campaign).rstrip("."), kind="argent"))
    return found


async def conditions(request: Request) -> Response:
    """What happens to the money one gives, in plain words (docs/money.md)."""
    return page(request, "campaigns/public/conditions.html", grace_days=rules.DROP_CARDS_AFTER.days)


async def qr(request: Request) -> Response:
    """The campaign's address for a phone's camera, for paper: an SVG."""
    campaign = await queries.campaign_to_show(request.path_params["slug"], visitor_or_actor(request))
    drawing = BytesIO()
    code = segno.make(urls.absolute("campaigns.show", slug=campaign.slug), error="m", micro=False)
    code.save(drawing, kind="svg", border=2, light="#fff")
    keep = "public, max-age=86400" if campaign.is_public else "no-store"
    return Response(drawing.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": keep})


routes: list[BaseRoute] = [
    Route("/campagnes", index, name="campaigns.index"),
    Route("/conditions-des-dons", conditions, name="campaigns.conditions"),
    Route("/campagnes/{slug}/qr.svg", qr, name="campaigns.qr"),
    Route("/campagnes/{slug}", show, name="campaigns.show"),
]
