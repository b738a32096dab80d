"""The directory (PRODUCT D5)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import slots
from civic.organisations import queries
from civic.organisations.models import Membership, OrganisationKind
from civic.web import paging, urls
from civic.web.page import page

PER_PAGE = 24


async def index(request: Request) -> Response:
    """Organisations by name, kind and tie to the network."""
    asked = request.query_params
    kind = asked.get("famille") if asked.get("famille") in set(OrganisationKind) else None
    tie = asked.get("lien") if asked.get("lien") in set(Membership) else None
    rows = await queries.directory(
        text=asked.get("q", "")[:80], kind=OrganisationKind(kind) if kind else None,
        membership=Membership(tie) if tie else None, after=paging.decode(asked.get("apres"), "text", "id"),
        limit=PER_PAGE + 1,
    )  # fmt: skip
    cut = paging.cut(rows, lambda o: [o.name_folded, o.id], cursor=asked.get("apres"), per_page=PER_PAGE)
    kept = {"q": asked.get("q"), "famille": kind, "lien": tie}
    return page(
        request, "civic/organisations/index.html", cut=cut, kinds=queries.kind_labels(),
        ties=queries.membership_labels(),
        asked={name: value or "" for name, value in kept.items()},
        next=urls.path("organisations.index", **kept, apres=cut.after) if cut.after else None,
        first=None if cut.first else urls.path("organisations.index", **kept),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One organisation: who it is, who speaks for it, what it does here."""
    organisation = await queries.organisation_to_show(request.path_params["slug"])
    panels = [panel for fill in slots.organisation_panels for panel in await fill(organisation)]
    return page(
        request, "civic/organisations/show.html", organisation=organisation, kinds=queries.kind_labels(),
        ties=queries.membership_labels(), representatives=await queries.representatives_of(organisation),
        panels=sorted(panels, key=lambda panel: panel.order),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/annuaire", index, name="organisations.index"),
    Route("/annuaire/{slug}", show, name="organisations.show"),
]
