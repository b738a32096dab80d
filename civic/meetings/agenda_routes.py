"""The agenda's acts: adding, changing, moving and removing points, members' proposals, a decision from a point."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.meetings import agenda, pages, queries
from civic.meetings.forms import DeclineForm, ItemForm, ProposalForm
from civic.meetings.models import Item, Meeting
from civic.people.actor import actor_of
from civic.web import limits, urls
from civic.web.forms import Form, fields_of
from civic.web.page import redirect, redirect_to


async def _item(request: Request) -> tuple[Meeting, Item]:
    meeting, _actor = await pages.to_run(request)
    return meeting, await queries.item_of(meeting, request.path_params["item"])


def back(meeting: Meeting, flash: str | None = None, *, at: str = "ordre-du-jour") -> Response:
    """Back to the agenda on the meeting's page."""
    return redirect_to(f"{urls.path('meetings.show', id=meeting.id)}#{at}", flash=flash)


async def add(request: Request) -> Response:
    """A new point."""
    meeting, _actor = await pages.to_run(request)
    form = await Form.read(request, ItemForm)
    try:
        if form.data:
            await agenda.add(meeting, form.data)
            return back(meeting, _("Le point est ajouté."))
    except DomainError as error:
        form.refuse(error)
    return await pages.meeting_page(request, meeting, status=422, item=form)


async def edit(request: Request) -> Response:
    """The page with the form of one point open."""
    meeting, item = await _item(request)
    names = ("title", "minutes", "speaker", "explanation")
    values: dict[str, Any] = {name: getattr(item, name) for name in names}
    values |= {"kind": item.kind.value, "decision_id": item.decision_id or ""}
    return await pages.meeting_page(request, meeting, item=Form(values), open_item=item.id)


async def save(request: Request) -> Response:
    """Change a point."""
    meeting, item = await _item(request)
    form = await Form.read(request, ItemForm)
    try:
        if form.data:
            await agenda.rewrite(meeting, item, form.data)
            return back(meeting, _("Le point est changé."))
    except DomainError as error:
        form.refuse(error)
    return await pages.meeting_page(request, meeting, status=422, item=form, open_item=item.id)


async def move(request: Request) -> Response:
    """One place up or down."""
    meeting, item = await _item(request)
    sent = await fields_of(request)
    await agenda.move(meeting, item, up=sent.get("sens") != "bas")
    return back(meeting)


async def remove(request: Request) -> Response:
    """Take a point off."""
    meeting, item = await _item(request)
    await agenda.remove(meeting, item)
    return back(meeting, _("Le point est retiré."))


async def decide(request: Request) -> Response:
    """The question of a point as a decision, ready to be read over."""
    meeting, item = await _item(request)
    decision = await agenda.ask_committee(actor_of(request), meeting, item)
    name = "decisions.edit" if decision.is_prepared else "decisions.show"
    return redirect(name, id=decision.id, flash=_("La question est reprise du point. Complétez-la, puis ouvrez-la."))


async def approve_last(request: Request) -> Response:
    """The approval of the last minutes, first."""
    meeting, _actor = await pages.to_run(request)
    await agenda.propose_approval(meeting)
    return back(meeting)


async def propose(request: Request) -> Response:
    """A member proposes a point."""
    actor = actor_of(request)
    meeting = await queries.meeting_of_member(request.path_params["id"], actor)
    await limits.hit("meeting_point", str(actor.person.id), most=30, per=3600)
    form = await Form.read(request, ProposalForm)
    try:
        if form.data:
            await agenda.propose(actor.person, meeting, form.data)
            return back(meeting, _("Votre point est proposé. Vous saurez s’il est retenu."))
    except DomainError as error:
        form.refuse(error)
    return await pages.meeting_page(request, meeting, status=422, proposal=form)


async def accept(request: Request) -> Response:
    """Take a proposed point onto the agenda."""
    meeting, _actor = await pages.to_run(request)
    proposal = await agenda.proposal_of(meeting, request.path_params["proposal"])
    await agenda.answer(proposal, accept=True)
    return back(meeting, _("Le point est à l’ordre du jour."))


async def decline(request: Request) -> Response:
    """Say why it is not taken."""
    meeting, _actor = await pages.to_run(request)
    proposal = await agenda.proposal_of(meeting, request.path_params["proposal"])
    form = await Form.read(request, DeclineForm)
    if form.data is None:
        return await pages.meeting_page(request, meeting, status=422, declining=form, open_item=-proposal.id)
    await agenda.answer(proposal, accept=False, reason=form.data.reason)
    return back(meeting, _("C’est noté. La personne reçoit votre raison."))


_POINT = "/reunions/{id:int}/points/{item:int}"
_PROPOSAL = "/reunions/{id:int}/propositions/{proposal:int}"
routes: list[BaseRoute] = [
    Route("/reunions/{id:int}/points", add, methods=["POST"], name="meetings.add_item"),
    Route(f"{_POINT}/modifier", edit, name="meetings.edit_item"),
    Route(f"{_POINT}/modifier", save, methods=["POST"], name="meetings.save_item"),
    Route(f"{_POINT}/deplacer", move, methods=["POST"], name="meetings.move_item"),
    Route(f"{_POINT}/retirer", remove, methods=["POST"], name="meetings.remove_item"),
    Route(f"{_POINT}/decision", decide, methods=["POST"], name="meetings.decide_item"),
    Route("/reunions/{id:int}/approbation", approve_last, methods=["POST"], name="meetings.approve_last"),
    Route("/reunions/{id:int}/propositions", propose, methods=["POST"], name="meetings.propose_item"),
    Route(f"{_PROPOSAL}/retenir", accept, methods=["POST"], name="meetings.accept_item"),
    Route(f"{_PROPOSAL}/decliner", decline, methods=["POST"], name="meetings.decline_item"),
]
