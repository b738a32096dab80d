"""Pages of an assembly: its preparation step by step, who votes, its resolutions, the vote in the room, its papers."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.assemblies import calling_again, papers, queries, service, steps, voting, words
from civic.assemblies.forms import (
    AssemblyForm,
    ElectionForm,
    HandsForm,
    ResolutionForm,
    RulesForm,
    UsualForm,
    hands_by_college,
    hands_shape,
)
from civic.assemblies.models import Assembly, Casting, Resolution, ResolutionKind
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.counting.rules import Majority
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.meetings import calls, holding
from civic.meetings import sheet as sheets
from civic.papers import pdf_answer
from civic.people.actor import Actor, actor_of
from civic.web import urls
from civic.web.forms import Form, fields_of, kept_key, new_key
from civic.web.forms import whole as whole_number
from civic.web.moments import typed
from civic.web.page import page, redirect, redirect_to

USUAL_NOTICE = timedelta(days=42)


async def _run(request: Request) -> tuple[Assembly, Actor]:
    actor = actor_of(request)
    return await queries.assembly_to_run(request.path_params["id"], actor), actor


async def new(request: Request) -> Response:
    """The first step: the year, the day, the rules of the statutes."""
    committee = await committees.committee_to_run(request.path_params["slug"], actor_of(request))
    day = clock.local(clock.now() + USUAL_NOTICE).replace(hour=18, minute=30)
    values = {
        "year": str(clock.today().year - 1), "starts_at": typed(day), "lasts": 150, "notice_days": 15,
        "quorum_percent": 0, "proxies_most": 2, "second_percent": 0, "cle": new_key(),
    }  # fmt: skip
    return await _new_page(request, committee, Form(values))


async def _new_page(request: Request, committee: Committee, form: Form[Any], status: int = 200) -> Response:
    begun = await queries.in_preparation(committee)
    return page(request, "civic/assemblies/new.html", status=status, committee=committee, form=form, begun=begun)


async def create(request: Request) -> Response:
    """Prepare it."""
    actor = actor_of(request)
    committee = await committees.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, AssemblyForm)
    key = await kept_key(request, form)
    try:
        if form.data:
            made = await service.prepare(actor, committee, form.data, key)
            flash = _("L’assemblée est préparée. Mettez maintenant les résolutions à l’ordre du jour.")
            return redirect("assemblies.show", id=made.meeting_id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _new_page(request, committee, form, 422)


async def show(request: Request) -> Response:
    """The assembly from its rules to its signed minutes, a step after the other; the votes while it runs."""
    assembly, _actor = await _run(request)
    return await _page(request, assembly)


async def _page(request: Request, assembly: Assembly, status: int = 200, **shown: Any) -> Response:
    meeting = assembly.meeting
    resolutions = await queries.resolutions_of(assembly)
    sheet, groups = await sheets.sheet_of(meeting), await queries.electors_of(assembly)
    voices = sheets.voices_by_college(sheet)
    rules: dict[str, Any] = {"year": assembly.year, "second_percent": assembly.second_percent}
    rules["second_at"] = typed(assembly.second_at)
    return page(
        request, "civic/assemblies/show.html", status=status, assembly=assembly, meeting=meeting,
        committee=meeting.committee, resolutions=resolutions, words=words, steps=steps.steps(assembly, resolutions),
        usual=queries.missing_usual(resolutions, words.USUAL), electors=groups,
        quorum=sheets.quorum_of(meeting, sheet), vote_minutes=holding.VOTE_MINUTES,
        too_small=queries.too_small(assembly, resolutions, groups, voices), voices=voices,
        calls=await calls.calls_of(meeting), lacked=await queries.lacked_its_quorum(assembly, sheet, resolutions),
        secret_weighs=queries.secret_weighs(assembly, resolutions), outcomes=await queries.outcomes_of(resolutions),
        **({"rules": Form(rules), "hands": Form(), "refused": None} | shown),
    )  # fmt: skip


async def set_rules(request: Request) -> Response:
    """Change the year or the second call."""
    assembly, _actor = await _run(request)
    form = await Form.read(request, RulesForm)
    try:
        if form.data:
            await service.set_rules(assembly, form.data)
            return redirect("assemblies.show", id=assembly.meeting_id, flash=_("C’est enregistré."))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _page(request, assembly, 422, rules=form)


async def electors(request: Request) -> Response:
    """Who is called and votes, college by college."""
    assembly, _actor = await _run(request)
    return page(
        request, "civic/assemblies/electors.html", assembly=assembly, meeting=assembly.meeting,
        committee=assembly.meeting.committee, electors=await queries.electors_of(assembly),
    )  # fmt: skip


async def usual(request: Request) -> Response:
    """Put usual resolutions on the agenda."""
    assembly, _actor = await _run(request)
    form = await Form.read(request, UsualForm)
    added = await service.add_usual(assembly, form.data.kinds if form.data else [])
    flash = _n("%(n)s résolution est à l’ordre du jour.", "%(n)s résolutions sont à l’ordre du jour.", added)
    return redirect("assemblies.show", id=assembly.meeting_id, flash=flash if added else None)


async def add_form(request: Request) -> Response:
    """The form of a resolution, or of an election."""
    assembly, _actor = await _run(request)
    return _edit_page(request, assembly, Form(_blank(request.path_params["kind"] == "election")), None)


def _blank(elects: bool) -> dict[str, Any]:
    if not elects:
        return {"minutes": 10, "majority": Majority.HALF.value, "casting": Casting.HANDS.value}
    wording = _("L’assemblée générale élit au conseil d’administration les personnes qui ont le plus de voix.")
    return {"title": words.title_of(ResolutionKind.ELECTION), "wording": wording, "minutes": 20, "places": 1}


async def add(request: Request) -> Response:
    """Put it on the agenda."""
    assembly, _actor = await _run(request)
    form: Form[Any] = await Form.read(request, _shape(request.path_params["kind"] == "election"))
    try:
        if form.data:
            made = await service.add(assembly, form.data)
            return _back(assembly, made, _("C’est à l’ordre du jour."))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return _edit_page(request, assembly, form, None, 422)


def _shape(elects: bool) -> type[ElectionForm] | type[ResolutionForm]:
    return ElectionForm if elects else ResolutionForm


async def edit(request: Request) -> Response:
    """The form of a resolution that is there."""
    assembly, _actor = await _run(request)
    one = await queries.resolution_of(assembly, request.path_params["resolution"])
    values = {
        "title": one.item.title, "wording": one.wording, "minutes": one.item.minutes, "majority": one.majority.value,
        "casting": one.casting.value, "places": one.places, "candidates": "\n".join(one.candidates),
    }  # fmt: skip
    return _edit_page(request, assembly, Form(values), one)


async def save(request: Request) -> Response:
    """Rewrite it."""
    assembly, _actor = await _run(request)
    one = await queries.resolution_of(assembly, request.path_params["resolution"])
    form: Form[Any] = await Form.read(request, _shape(one.kind == ResolutionKind.ELECTION))
    try:
        if form.data:
            await service.rewrite(assembly, one, form.data)
            return _back(assembly, one, _("C’est enregistré."))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return _edit_page(request, assembly, form, one, 422)


def _edit_page(
    request: Request, assembly: Assembly, form: Form[Any], one: Resolution | None, status: int = 200
) -> Response:
    elects = one.kind == ResolutionKind.ELECTION if one else request.path_params["kind"] == "election"
    if isinstance(form.values.get("candidates"), list):
        form.values["candidates"] = "\n".join(form.values["candidates"])
    return page(
        request, "civic/assemblies/resolution.html", status=status, assembly=assembly, meeting=assembly.meeting,
        committee=assembly.meeting.committee, form=form, one=one, elects=elects, words=words,
        castings=[(casting.value, words.casting_words(casting)) for casting in Casting],
        majorities=[(majority.value, words.majority_words(majority)) for majority in Majority],
    )  # fmt: skip


async def remove(request: Request) -> Response:
    """Take it off the agenda."""
    assembly, _actor = await _run(request)
    one = await queries.resolution_of(assembly, request.path_params["resolution"])
    await service.remove(assembly, one)
    return redirect("assemblies.show", id=assembly.meeting_id, flash=_("La résolution est retirée."), kind="info")


async def hands(request: Request) -> Response:
    """Write down the hands."""
    assembly, actor = await _run(request)
    one = await queries.resolution_of(assembly, request.path_params["resolution"])
    weighs = assembly.meeting.committee.is_weighted
    colleges = list(sheets.voices_by_college(await sheets.sheet_of(assembly.meeting))) if weighs else []
    form: Form[Any] = await Form.read(request, hands_shape(colleges) if weighs else HandsForm)
    try:
        if form.data:
            if weighs:
                by_college = hands_by_college(colleges, form.data)
                await voting.count_hands_by_college(actor, assembly, one, by_college)
            else:
                await voting.count_hands(actor, assembly, one, form.data)
            return _back(assembly, one, _("Le vote est noté."))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _page(request, assembly, 422, hands=form, refused=one)


async def vote(request: Request) -> Response:
    """Open the vote on the screens, or the secret ballot."""
    assembly, actor = await _run(request)
    one = await queries.resolution_of(assembly, request.path_params["resolution"])
    minutes = whole_number((await fields_of(request)).get("minutes"))
    await voting.open_vote(actor, assembly, one, minutes or 0)
    flash = _("Le vote est ouvert : chacun répond sur son téléphone, ou sur papier.")
    return _back(assembly, one, flash)


async def again(request: Request) -> Response:
    """The quorum lacked: the second call."""
    assembly, actor = await _run(request)
    second = await calling_again.call_again(actor, assembly)
    flash = _("La seconde convocation est prête : vérifiez sa date, puis convoquez.")
    return redirect("assemblies.show", id=second.meeting_id, flash=flash)


async def whole(request: Request) -> Response:
    """Everything on paper, ready to be signed."""
    assembly, actor = await _run(request)
    return pdf_answer(await papers.whole(assembly, actor), f"assemblee-generale-{assembly.meeting_id}")


def _back(assembly: Assembly, one: Resolution, flash: str) -> Response:
    """To the resolution on the assembly's page."""
    address = urls.path("assemblies.show", id=assembly.meeting_id)
    return redirect_to(f"{address}#resolution-{one.id}", flash=flash)


_BASE = "/reunions/{id:int}/assemblee"
_ONE = _BASE + "/resolutions/{resolution:int}"
routes: list[BaseRoute] = [
    Route("/comites/{slug}/assemblee-generale", new, name="assemblies.new"),
    Route("/comites/{slug}/assemblee-generale", create, methods=["POST"], name="assemblies.create"),
    Route(_BASE, show, name="assemblies.show"),
    Route(_BASE, set_rules, methods=["POST"], name="assemblies.set_rules"),
    Route(_BASE + "/electeurs", electors, name="assemblies.electors"),
    Route(_BASE + "/usuelles", usual, methods=["POST"], name="assemblies.usual"),
    Route(_BASE + "/seconde", again, methods=["POST"], name="assemblies.again"),
    Route(_BASE + "/proces-verbal.pdf", whole, name="assemblies.whole"),
    Route(_BASE + "/ajouter/{kind}", add_form, name="assemblies.add_form"),
    Route(_BASE + "/ajouter/{kind}", add, methods=["POST"], name="assemblies.add"),
    Route(_ONE, edit, name="assemblies.edit"),
    Route(_ONE, save, methods=["POST"], name="assemblies.save"),
    Route(_ONE + "/retirer", remove, methods=["POST"], name="assemblies.remove"),
    Route(_ONE + "/mains", hands, methods=["POST"], name="assemblies.hands"),
    Route(_ONE + "/vote", vote, methods=["POST"], name="assemblies.vote"),
]
