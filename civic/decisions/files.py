"""The files of a closed decision: all that is needed to count again (JSON), and a table for spreadsheets (CSV)."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from civic.counting.count import Count, Vote
from civic.counting.published import publish
from civic.counting.rules import Method, Verdict
from civic.decisions import queries, words
from civic.decisions.models import Decision, Option
from civic.decisions.queries import Ballot
from civic.errors import NotFound
from civic.i18n import _
from civic.papers.sheet import sheet_answer
from civic.people.actor import visitor_or_actor

NO_STORE = {"Cache-Control": "no-store"}


async def result_json(request: Request) -> Response:
    """Everything needed to count again: `civic recount`, or any other program (docs/counting.md)."""
    decision, ballot, votes = await _closed(request)
    count = ballot.count or Count(Verdict(decision.verdict), decision.result)
    closes_at = decision.closes_at.isoformat()
    about = {"question": decision.question, "closes_at": closes_at, "proxies_most": decision.proxies_most}
    options = [_option(option) for option in ballot.options]
    file = publish(about, decision.rule, options, decision.electorate, votes, count)
    name = f"decision-{decision.id}.json"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return JSONResponse(file, headers=headers)


async def result_csv(request: Request) -> Response:
    """One line a ballot, by name; a column an option where there are several."""
    decision, ballot, votes = await _closed(request)
    weights = ballot.count.weights if ballot.count else None
    head = [_("Nom"), *([option.title for option in ballot.options] if decision.chooses else [_("Position")])]
    rows = [[name or _("Une personne"), *_cells(decision, ballot.options, vote)] for name, vote in votes]
    if decision.is_secret:
        head[0], rows = _("Bulletin"), [[_("Un bulletin"), *row[1:]] for row in rows]
    if weights:
        head.append(_("Poids, en pour cent du tout"))
        rows = [[*row, str(weights.each(vote.college))] for row, (_name, vote) in zip(rows, votes, strict=True)]
    return sheet_answer(f"decision-{decision.id}", head, sorted(rows, key=lambda row: [str(cell) for cell in row]))


async def _closed(request: Request) -> tuple[Decision, Ballot, list[tuple[str | None, Vote]]]:
    """A closed decision with its ballots, names only where a seat is public. Raises NotFound."""
    decision = await queries.decision_to_show(request.path_params["id"], visitor_or_actor(request))
    if not decision.is_closed:
        raise NotFound(_("Le résultat paraît à la clôture."))
    if decision.is_withheld:
        raise NotFound(_("Trop peu de personnes ont voté pour publier le détail sans trahir quelqu’un."))
    ballot = (await queries.ballots_for([decision], None, most=1))[0]
    return decision, ballot, await queries.published_votes(decision)


def _option(option: Option) -> dict[str, Any]:
    if option.code:
        return {"code": option.code.value, "title": words.code_words(option.code)}
    return {"id": option.id, "title": option.title, "cost_cents": option.cost_cents}


def _cells(decision: Decision, options: Sequence[Option], vote: Vote) -> list[object]:
    if vote.code:
        return [words.code_words(vote.code)]
    if decision.method == Method.DOTS:
        return [vote.choices.get(str(option.id), 0) for option in options]
    if decision.method == Method.BUDGET:
        return [int(option.id in vote.choices) for option in options]
    places = {one: place for place, group in enumerate(vote.choices, 1) for one in group}
    return [places.get(option.id, "") for option in options]


routes: list[BaseRoute] = [
    Route("/decisions/{id:int}/resultat.json", result_json, name="decisions.result_json"),
    Route("/decisions/{id:int}/resultat.csv", result_csv, name="decisions.result_csv"),
]
