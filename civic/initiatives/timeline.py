"""The timeline of an initiative, from the idea to its results: what every slice has to tell of it, in one line of time.

The slot `initiative_timeline` gives moments; each filler asks a question or two however many there are.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from civic import clock, slots
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_show
from civic.people.actor import visitor_or_actor
from civic.slots import Moment
from civic.web import paging, urls
from civic.web.formats import month
from civic.web.page import page
from civic.web.paging import Page

PER_PAGE = 40
SHOWN = 8
Months = list[tuple[str, list[Moment]]]


class Sort(StrEnum):
    """What a moment is about (`Moment.about`), and what one narrows a timeline to."""

    ALL = ""
    LIFE = "vie"
    DECISION = "decisions"
    COMMITMENT = "engagements"
    MEETING = "rencontres"
    MONEY = "argent"
    WORK = "missions"
    THING = "choses"

    @property
    def words(self) -> str:
        """On its chip."""
        return {
            Sort.ALL: _("Tout"), Sort.LIFE: _("Sa vie"), Sort.DECISION: _("Décisions"),
            Sort.COMMITMENT: _("Engagements tenus"), Sort.MEETING: _("Réunions et rendez-vous"),
            Sort.MONEY: _("Collectes"), Sort.WORK: _("Missions"), Sort.THING: _("Choses"),
        }[self]  # fmt: skip


_BY_KIND = {"voix": Sort.DECISION, "temps": Sort.WORK, "argent": Sort.MONEY, "chose": Sort.THING}


def sort_of(moment: Moment) -> Sort:
    """What it is about: as its slice says, else by its kind."""
    return Sort(moment.about) if moment.about in set(Sort) and moment.about else _BY_KIND.get(moment.kind, Sort.LIFE)


async def moments_of(initiative: Initiative) -> list[Moment]:
    """All of them, from the first day on."""
    found = [moment for fill in slots.initiative_timeline for moment in await fill(initiative)]
    return sorted([*_own(initiative), *found], key=_key)


def _own(initiative: Initiative) -> list[Moment]:
    """What the initiative itself has to tell."""
    if initiative.source_url:
        first = _("Sa fiche est reprise de %(source)s", source=initiative.source_name or _("sa source"))
    else:
        first = _("L’idée est notée")
    found = [Moment(initiative.created_at, first, about=Sort.LIFE)]
    if initiative.published_at:
        found.append(Moment(initiative.published_at, _("L’initiative est publiée"), about=Sort.LIFE))
    return found


def _key(moment: Moment) -> tuple[float, str, str]:
    return moment.at.timestamp(), moment.text, moment.href


def latest(moments: Sequence[Moment]) -> list[Moment]:
    """What the initiative's own page shows: the last ones, those to come included."""
    return list(moments[-SHOWN:])


def cut(moments: Sequence[Moment], cursor: str | None) -> Page[Moment]:
    """A page, the newest first; the next one starts below the last moment shown."""
    rows = list(reversed(moments))
    after = paging.decode(cursor, "number", "text", "text")
    if after:
        rows = [one for one in rows if _key(one) < tuple(after)]
    return paging.cut(rows[: PER_PAGE + 1], lambda one: list(_key(one)), cursor=cursor, per_page=PER_PAGE)


def by_year(moments: Sequence[Moment]) -> list[tuple[int, Months]]:
    """Years, and in each its months with their moments, in the order given."""
    return [
        (year, [(words, list(found)) for words, found in groupby(rows, key=lambda one: month(one.at))])
        for year, rows in groupby(moments, key=lambda one: clock.local(one.at).year)
    ]  # fmt: skip


async def show(request: Request) -> Response:
    """The whole timeline, narrowed to one sort; `?tout=1` puts it on one page, to print."""
    initiative = await initiative_to_show(request.path_params["slug"], visitor_or_actor(request))
    moments = await moments_of(initiative)
    asked, whole = request.query_params.get("quoi", ""), request.query_params.get("tout") == "1"
    wanted = Sort(asked) if asked in set(Sort) else Sort.ALL
    sorts = {sort_of(moment) for moment in moments}
    shown = [one for one in moments if wanted in (Sort.ALL, sort_of(one))]
    found = Page(list(reversed(shown))) if whole else cut(shown, request.query_params.get("apres"))

    def address(**said: str | None) -> str:
        return urls.path("initiatives.timeline", **{"slug": initiative.slug, "quoi": wanted.value, **said})

    return page(
        request, "civic/initiatives/timeline.html", initiative=initiative, years=by_year(found.items), found=found,
        wanted=wanted, sorts=[one for one in Sort if one in sorts or not one.value], address=address, whole=whole,
        total=len(shown), words={one: one.words for one in Sort}, sort_of=sort_of,
    )  # fmt: skip
