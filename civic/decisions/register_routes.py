"""Pages of the register: a committee's, and all decisions of the network; each as a sheet as well."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from tortoise.queryset import QuerySet

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.counting.rules import Method
from civic.decisions import register, words
from civic.decisions.models import Decision
from civic.decisions.register import Asked, State
from civic.i18n import _
from civic.papers.sheet import sheet_answer
from civic.people.actor import visitor_or_actor
from civic.web import urls
from civic.web.page import page


async def of_committee(request: Request) -> Response:
    """The register of a committee's decisions, made to be printed (S5)."""
    committee = await _committee(request)
    return await _page(request, register.of_committee(committee), committee, [])


async def everywhere(request: Request) -> Response:
    """« Toutes les décisions »: every committee, group and body."""
    return await _page(request, register.everywhere(), None, await register.communes())


async def _page(
    request: Request, rows: QuerySet[Decision], committee: Committee | None, communes: list[tuple[str, str]]
) -> Response:
    asked = Asked.of(request.query_params)
    found = await register.page_of(rows, asked, request.query_params.get("apres"))
    where = {"slug": committee.slug} if committee else {}
    name = "decisions.register" if committee else "decisions.all"

    def address(**said: str | None) -> str:
        return urls.path(name, **{**where, **asked.query, **said})

    return page(
        request, "civic/decisions/register.html", committee=committee, found=found, words=words, asked=asked,
        address=address, states=list(State), years=await register.years_of(rows),
        methods=[(one.value, words.method_name(one)) for one in Method],
        results=await register.results_of(found.items), followed=await register.followed(found.items),
        sheet=urls.path(f"{name}_sheet", **where, **asked.query), communes=communes,
    )  # fmt: skip


async def committee_sheet(request: Request) -> Response:
    """A committee's register as a sheet."""
    committee = await _committee(request)
    return await _sheet(request, register.of_committee(committee), f"decisions-{committee.slug}")


async def everywhere_sheet(request: Request) -> Response:
    """All decisions as a sheet."""
    return await _sheet(request, register.everywhere(), "decisions")


async def _sheet(request: Request, rows: QuerySet[Decision], name: str) -> Response:
    decisions = await register.for_sheet(rows, Asked.of(request.query_params))
    results, followed = await register.results_of(decisions), await register.followed(decisions)
    head = (
        _("Question"), _("Comité"), _("Initiative"), _("État"), _("Méthode"), _("Personnes appelées"), _("Réponses"),
        _("Résultat"), _("Ouverte le"), _("Close le"), _("La suite"), _("À revoir le"), _("Engagements tenus"),
        _("Engagements en cours"), _("Adresse"),
    )  # fmt: skip
    return sheet_answer(name, head, [_row(one, results, followed) for one in decisions])


def _row(
    decision: Decision, results: dict[int, str], followed: dict[int, tuple[int, int]]
) -> tuple[object, ...]:
    initiative = decision.committee.initiative
    kept, running = followed.get(decision.id, (0, 0))
    return (
        decision.question, decision.committee.name, initiative.title if initiative else "",
        words.verdict_words(decision)[0], words.method_words(decision), decision.electorate, decision.answers_count,
        results.get(decision.id, ""), _day(decision.opened_at), _day(decision.closed_at), decision.outcome,
        decision.review_on.isoformat() if decision.review_on else "", kept, running,
        urls.absolute("decisions.show", id=decision.id),
    )  # fmt: skip


def _day(moment: Any) -> str:
    return clock.local(moment).date().isoformat() if moment else ""


async def _committee(request: Request) -> Committee:
    return await committees.committee_to_show(request.path_params["slug"], visitor_or_actor(request))


routes: list[BaseRoute] = [
    Route("/comites/{slug}/registre", of_committee, name="decisions.register"),
    Route("/comites/{slug}/registre.csv", committee_sheet, name="decisions.register_sheet"),
    Route("/decisions", everywhere, name="decisions.all"),
    Route("/decisions.csv", everywhere_sheet, name="decisions.all_sheet"),
]
