"""Lists of commitments: a committee's, an initiative's, one's own; narrowed, sorted, printed, as a sheet."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from tortoise.queryset import QuerySet

from civic import clock
from civic.commitments import queries, words
from civic.commitments.models import Commitment
from civic.commitments.words import Filter, Sort
from civic.committees import queries as committees
from civic.i18n import _
from civic.initiatives.queries import initiative_to_show
from civic.papers import sheet_answer
from civic.people.actor import actor_of, person_of, visitor_or_actor
from civic.web import urls
from civic.web.page import page

Rows = Callable[[], QuerySet[Commitment]]


async def index(request: Request) -> Response:
    """What a committee has promised, and what became of it."""
    actor, slug = visitor_or_actor(request), request.path_params["slug"]
    committee = await committees.committee_to_show(slug, actor)
    standing = await committees.standing(actor, committee)
    crumbs = [
        (_("Décisions"), urls.path("committees.index")), (committee.name, urls.path("committees.show", slug=slug)),
        (_("Engagements"), None),
    ]  # fmt: skip
    new = urls.path("commitments.new_in", slug=slug) if standing.sees_names and not committee.ended_at else ""
    return await _list_page(
        request, lambda: queries.of_committee(committee.id), "index", slug, crumbs=crumbs, about=committee.name,
        new=new, title=_("Engagements, %(committee)s", committee=committee.name), many=False,
    )  # fmt: skip


async def of_initiative(request: Request) -> Response:
    """The commitments of all the committees and groups of an initiative."""
    slug = request.path_params["slug"]
    initiative = await initiative_to_show(slug, visitor_or_actor(request))
    crumbs = [
        (_("Explorer"), urls.path("initiatives.index")),
        (initiative.title, urls.path("initiatives.show", slug=slug)), (_("Engagements"), None),
    ]  # fmt: skip
    return await _list_page(
        request, lambda: queries.of_initiative(initiative.id), "of_initiative", slug, crumbs=crumbs, new="",
        about=initiative.title, title=_("Engagements, %(initiative)s", initiative=initiative.title), many=True,
    )  # fmt: skip


async def mine(request: Request) -> Response:
    """« Mes engagements »."""
    person = actor_of(request).person
    crumbs = [(_("Mon espace"), urls.path("people.space")), (_("Mes engagements"), None)]
    return await _list_page(
        request, lambda: queries.of_person(person), "mine", "", crumbs=crumbs, new="", about="",
        title=_("Mes engagements"), many=True,
    )  # fmt: skip


async def _list_page(request: Request, rows: Rows, name: str, slug: str, **context: Any) -> Response:
    wanted, sort = _asked(request)
    found = await queries.listed(rows(), wanted, sort, request.query_params.get("apres"))
    own = {"slug": slug} if slug else {}

    def address(**asked: str | None) -> str:
        return urls.path(f"commitments.{name}", **{**own, "filtre": wanted.value, "tri": sort.value, **asked})

    return page(
        request, "civic/commitments/index.html", found=found, counts=await queries.counts(rows()), wanted=wanted,
        sort=sort, filters=list(Filter), sorts=list(Sort), address=address, words=words,
        names=await queries.names_for(found.items, person_of(request)),
        sheet=urls.path(f"commitments.{name}_sheet", **own, filtre=wanted.value),
        **context,
    )  # fmt: skip


def _asked(request: Request) -> tuple[Filter, Sort]:
    """What the address asks for; another word asks for all of it."""
    wanted, sort = request.query_params.get("filtre", ""), request.query_params.get("tri", "")
    return (
        Filter(wanted) if wanted in set(Filter) else Filter.ALL, Sort(sort) if sort in set(Sort) else Sort.DAY
    )  # fmt: skip


async def index_sheet(request: Request) -> Response:
    """A committee's list as a sheet."""
    committee = await committees.committee_to_show(request.path_params["slug"], visitor_or_actor(request))
    return await _sheet(request, queries.of_committee(committee.id), f"engagements-{committee.slug}")


async def of_initiative_sheet(request: Request) -> Response:
    """An initiative's list as a sheet."""
    initiative = await initiative_to_show(request.path_params["slug"], visitor_or_actor(request))
    return await _sheet(request, queries.of_initiative(initiative.id), f"engagements-{initiative.slug}")


async def mine_sheet(request: Request) -> Response:
    """One's own list as a sheet."""
    return await _sheet(request, queries.of_person(actor_of(request).person), "mes-engagements")


async def _sheet(request: Request, rows: QuerySet[Commitment], name: str) -> Response:
    found = await queries.for_sheet(rows, _asked(request)[0])
    names = await queries.names_for(found, person_of(request))
    headers = (
        _("Engagement"), _("Par qui"), _("Comité"), _("Après la décision"), _("Au plus tard le"), _("État"),
        _("Repoussé (fois)"), _("Fait le"), _("Ce qui le montre"), _("Lien"), _("Raison de l’abandon"),
    )  # fmt: skip
    return sheet_answer(name, headers, [_row(made, names) for made in found])


def _row(made: Commitment, names: queries.Names) -> tuple[object, ...]:
    return (
        made.what, names.who(made), made.committee.name, made.decision.question if made.decision else "",
        made.due_on.isoformat(), words.state(made)[0], made.moved_times,
        clock.local(made.kept_at).date().isoformat() if made.kept_at else "", made.evidence, made.link,
        made.dropped_reason,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/comites/{slug}/engagements", index, name="commitments.index"),
    Route("/comites/{slug}/engagements.csv", index_sheet, name="commitments.index_sheet"),
    Route("/initiatives/{slug}/engagements", of_initiative, name="commitments.of_initiative"),
    Route("/initiatives/{slug}/engagements.csv", of_initiative_sheet, name="commitments.of_initiative_sheet"),
    Route("/mon-espace/engagements", mine, name="commitments.mine"),
    Route("/mon-espace/engagements.csv", mine_sheet, name="commitments.mine_sheet"),
]
