"""My hours: see, correct, add. The mailed link opens the same pages as « Mon espace »: no account is needed (A2)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people.actor import actor_of, visitor_or_actor
from civic.people.models import Person
from civic.web import limits, urls
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from volunteering.hours import queries, service, words
from volunteering.hours.forms import QUARTERS, CorrectForm, ProposeForm
from volunteering.hours.letters import counter_token_of, token_of
from volunteering.hours.models import HoursEntry, TimeKind

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def own(request: Request) -> Response:
    """From « Mon espace » or an initiative to one's own hours."""
    slug = request.query_params.get("initiative", "")
    query = {"initiative": slug} if slug else {}
    anchor = "#ajouter" if slug else ""
    actor = actor_of(request)
    token = counter_token_of(actor.person.id) if actor.recorded_by else token_of(actor.person.id)
    return redirect_to(urls.path("hours.mine", token=token, **query) + anchor)


async def mine(request: Request) -> Response:
    """All hours of one year, with their sums, and the form to add some."""
    person = await queries.person_of_link(request.path_params["token"])
    form: Form[Any] = Form({"kind": TimeKind.MISSION.value, "day": clock.today().isoformat(), "minutes": 0})
    return await _mine_page(request, person, form)


async def propose(request: Request) -> Response:
    """« J’ai aussi donné 2 h. »"""
    person = await queries.person_of_link(request.path_params["token"])
    form = await Form.read(request, ProposeForm)
    await limits.hit("hours_proposed", str(person.id), most=40, per=86_400)
    if form.data:
        try:
            known = await queries.initiatives_of(person, request.query_params.get("initiative", ""))
            chosen = next((one for one in known if one.id == form.data.initiative), None)
            if chosen is None:
                raise Invalid(_("Choisissez une initiative de la liste."), field="initiative")
            await service.propose(chosen, person, form.data.gift(), _hand(request, person))
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _mine_page(request, person, form, status=422)
    text = _("C’est noté, merci. Une personne qui coordonne l’initiative va valider ces heures.")
    return redirect("hours.mine", token=request.path_params["token"], annee=form.data.day.year, flash=text)


async def entry(request: Request) -> Response:
    """One line of the ledger, to correct it."""
    person, found = await _own_entry(request)
    form: Form[Any] = Form({"hours": found.minutes // 60, "minutes": found.minutes % 60, "note": ""})
    return _entry_page(request, person, found, form)


async def correct(request: Request) -> Response:
    """Say another number."""
    person, found = await _own_entry(request)
    form = await Form.read(request, CorrectForm)
    if form.data:
        try:
            await service.correct(found, form.data.total(), form.data.note, _hand(request, person))
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _entry_page(request, person, found, form, status=422)
    text = _("C’est corrigé, merci. Une personne qui coordonne l’initiative regarde.")
    return _back(request, found, text)


async def withdraw(request: Request) -> Response:
    """Take back what one had proposed."""
    person, found = await _own_entry(request)
    try:
        await service.withdraw(found, _hand(request, person))
    except DomainError as error:
        return _back(request, found, error.message, "warn")
    return _back(request, found, _("C’est retiré."))


async def _own_entry(request: Request) -> tuple[Person, HoursEntry]:
    person = await queries.person_of_link(request.path_params["token"])
    return person, await queries.own_entry(person, request.path_params["id"])


def _back(request: Request, found: HoursEntry, text: str, kind: str = "ok") -> Response:
    token = request.path_params["token"]
    return redirect("hours.mine", token=token, annee=found.day.year, flash=text, kind=kind)


def _hand(request: Request, person: Person) -> int:
    """Who really acts: the animator at the counter, else the person herself."""
    actor = visitor_or_actor(request)
    hand = actor.hand if actor and actor.person.id == person.id else person
    return int(hand.id)


async def _mine_page(request: Request, person: Person, form: Form[Any], *, status: int = 200) -> Response:
    years = await queries.years_of(person.id)
    asked = request.query_params.get("annee", "")
    slug = request.query_params.get("initiative", "")
    year = next((one for one in years if str(one) == asked), years[0])
    known = await queries.initiatives_of(person, slug)
    chosen = next((one.id for one in known if one.slug == slug), None)
    return page(
        request, "volunteering/hours/mine.html", status=status, headers=PRIVATE, who=person, form=form, years=years,
        year=await queries.year_of(person.id, year), initiatives=[(one.id, one.title) for one in known], chosen=chosen,
        token=request.path_params["token"], words=words, slug=slug, quarters=[(n, f"{n:02d}") for n in QUARTERS],
        today=clock.today(),
    )  # fmt: skip


def _entry_page(
    request: Request, person: Person, found: HoursEntry, form: Form[Any], *, status: int = 200
) -> Response:  # fmt: skip
    return page(
        request, "volunteering/hours/entry.html", status=status, headers=PRIVATE, who=person, entry=found, form=form,
        token=request.path_params["token"], words=words,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/mon-espace/heures", own, name="hours.own"),
    Route("/mes-heures/{token}", mine, name="hours.mine"),
    Route("/mes-heures/{token}", propose, methods=["POST"], name="hours.propose"),
    Route("/mes-heures/{token}/{id:int}", entry, name="hours.entry"),
    Route("/mes-heures/{token}/{id:int}/corriger", correct, methods=["POST"], name="hours.correct"),
    Route("/mes-heures/{token}/{id:int}/retirer", withdraw, methods=["POST"], name="hours.withdraw"),
]
