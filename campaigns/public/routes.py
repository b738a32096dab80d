"""The list of campaigns and the page of one."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.board.visits import INSIDER
from campaigns.lifecycle import pictures, queries
from campaigns.lifecycle.checklist import ends_too_soon
from campaigns.lifecycle.legal import site_facts
from campaigns.lifecycle.models import SETTLED, Campaign, GoalKind
from campaigns.lifecycle.wording import days_left, ends_text, state_text
from campaigns.offline.promising import why_not
from campaigns.payees import queries as payees
from campaigns.pledges.queries import supporters
from campaigns.public import listing
from campaigns.settlement import rules
from civic import clock
from civic.i18n import _
from civic.initiatives.models import InitiativeTopic
from civic.initiatives.queries import leads_of, may_edit
from civic.initiatives.topics import topic_labels
from civic.landscapes import motif_for
from civic.media.models import Picture
from civic.needs.models import NeedKind
from civic.needs.queries import needs_of
from civic.people.actor import Actor, visitor_or_actor
from civic.places import queries as places
from civic.settings import settings
from civic.slots import Moment
from civic.web import urls
from civic.web.formats import money
from civic.web.forms import Form
from civic.web.page import page, redirect


async def index(request: Request) -> Response:
    """The search of campaigns; without any wish also the latest that are over."""
    form = Form.query(request, listing.ListForm)
    wanted = await listing.understood(form)
    found = await listing.find(wanted)
    asked = {name: value for name, value in form.values.items() if value and (name, value) != ("rayon", "15")}
    ended = await queries.ended(limit=6) if not asked else []

    def address(**changes: Any) -> str:
        return urls.path("campaigns.index", **{**asked, **changes})

    return page(
        request, "campaigns/public/index.html", status=422 if form.errors else 200, form=form,
        choices=listing.choices(),
        topics=list(topic_labels().items()), cards=await cards([*found.campaigns, *ended]), shown=len(found.campaigns),
        sentence=listing.sentence(found.count, wanted), next=address(apres=found.after) if found.after else None,
        first=None if found.first else address(apres=None), filtered=bool(asked),
        wider=address(rayon=30 if wanted.data.rayon < 30 else 100, apres=None)
        if wanted.centre and wanted.data.rayon < 100 else None,
        meant=[(places.full_label(one), address(commune=one.slug, apres=None)) for one in wanted.meant],
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One campaign: where it stands, why, what for, when, who, and what happens if it fails."""
    actor = visitor_or_actor(request)
    campaign = await queries.campaign_to_show(request.path_params["slug"], actor)
    if campaign.goal == GoalKind.MONTHLY:
        return redirect("recurring.show", slug=campaign.initiative.slug)
    runs = await may_edit(actor, campaign.initiative)
    setattr(request.state, INSIDER, runs or supervises(actor))
    needs = [need for need in await needs_of(campaign.initiative_id) if need.kind != NeedKind.MONEY]
    names = await supporters(campaign.id)
    photos = [row.picture for row in await pictures.of(campaign.id)]
    parts = [part for fill in slots.campaign_panels for part in await fill(campaign)]
    parts.sort(key=lambda part: part.order)
    tools = await _tools(campaign, actor)
    return page(
        request, "campaigns/public/show.html", campaign=campaign, initiative=campaign.initiative,
        lines=await queries.cost_lines(campaign.id), rewards=await queries.rewards(campaign.id), needs=needs,
        leads=await leads_of(campaign.initiative_id), names=names,
        others=max(0, campaign.backers_count - len(names)), ends=ends_text(campaign),
        days=days_left(campaign), state=state_text(campaign),
        near=[part for part in parts if 100 <= part.order < 110], parts=[part for part in parts if part.order < 100],
        around=[part for part in parts if part.order >= 110],
        tools=[tool for tool in tools if not tool.guest], doors=[tool for tool in tools if tool.guest],
        moments=moments(campaign), runs=runs,
        supervises=supervises(actor), note=await queries.last_note(campaign.id),
        landscape=(await landscapes([campaign]))[campaign.initiative_id], photos=photos,
        late=ends_too_soon(campaign), ways=_ways(campaign), who=_who_gave(campaign),
    )  # fmt: skip


def _ways(campaign: Campaign) -> str:
    """How one can give now, when it is not by card only; empty otherwise. It may change at midnight."""
    if not campaign.is_open() or why_not(campaign):
        return ""
    if settings().payments == "off":
        return _("Par chèque ou par virement.")
    return _("Par carte, par chèque ou par virement.")


def _who_gave(campaign: Campaign) -> str:
    """What the persons who are counted have done: promised, or given by hand already, or both."""
    if campaign.is_open() and campaign.charges_at_once:
        return _("Ont déjà donné")
    if campaign.is_open():
        return _("Ont déjà donné ou promis") if campaign.offline_cents else _("Ont déjà promis")
    if campaign.status in SETTLED:
        return _("Ont donné")
    return _("Ont donné ou promis") if campaign.offline_cents else _("Ont promis un don")


def supervises(actor: Actor | None) -> bool:
    """The team looks after every campaign."""
    return bool(actor and (actor.is_animator or actor.is_treasurer))


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
    photos = await pictures.first_of([campaign.id for campaign in campaigns])
    return [_card(campaign, drawn[campaign.initiative_id], photos.get(campaign.id)) for campaign in campaigns]


def _card(campaign: Campaign, landscape: str, photo: Picture | None) -> dict[str, Any]:
    initiative = campaign.initiative
    return {
        "href": urls.path("campaigns.show", slug=campaign.slug), "title": campaign.title,
        "summary": campaign.summary, "place": initiative.commune.name if initiative.commune else "",
        "raised_cents": campaign.shown_cents, "goal_cents": campaign.needed_cents,
        "picture": photo or initiative.picture,
        "foot": ends_text(campaign) if campaign.is_open() else state_text(campaign),
        "landscape": landscape,
    }  # fmt: skip


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
            text = _("Les dons sont débités si la collecte atteint %(goal)s", goal=money(campaign.needed_cents))
            found.append(Moment(campaign.deadline, text, kind="argent"))
        else:
            found.append(Moment(campaign.decided_at, state_text(campaign).rstrip("."), kind="argent"))
    return found


async def conditions(request: Request) -> Response:
    """What happens to the money one gives, in plain words (docs/money.md)."""
    facts = [fact for fact in site_facts() if fact.text]
    return page(
        request, "campaigns/public/conditions.html", grace_days=rules.DROP_CARDS_AFTER.days, facts=facts,
        others=payees.open_to_others(), host=settings().host_name,
    )  # fmt: skip


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
