"""Inviting somebody to a committee, and the page behind the mailed link."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.committees import invitations, queries
from civic.committees.forms import AcceptForm, InviteForm
from civic.committees.joining import Invitation, InvitationStatus
from civic.committees.models import CollegeKind, Committee
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _
from civic.organisations.queries import hats_of
from civic.people import service as people
from civic.people.actor import actor_of, person_of, visitor_or_actor
from civic.people.models import Person
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def index(request: Request) -> Response:
    """Who was invited and has not answered, and the form for one more."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    until = (clock.today() + invitations.USUAL).isoformat()
    return await _invitations_page(request, committee, Form({"until_on": until, "designated": "invitation"}))


async def invite(request: Request) -> Response:
    """Invite somebody."""
    actor = actor_of(request)
    committee = await queries.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, InviteForm)
    try:
        if form.data:
            await limits.hit("seat_invite", str(committee.id), most=30, per=86_400)
            await limits.hit("seat_invite_by", str(actor.hand.id), most=40, per=86_400)
            await limits.hit("seat_invite_to", form.data.email.lower(), most=3, per=86_400)
            await invitations.invite(actor, committee, form.data)
            return redirect("committees.invitations", slug=committee.slug, flash=_("L’invitation est partie."))
    except Invalid as error:
        form.refuse(error)
    return await _invitations_page(request, committee, form, status=422)


async def send_again(request: Request) -> Response:
    """Send the mail once more."""
    actor = actor_of(request)
    found = await invitations.invitation_to_follow(request.path_params["id"], actor)
    sent = await invitations.send_again(actor, found)
    flash = _("L’invitation est repartie.") if sent else _("Elle est partie il y a moins d’un jour : attendez demain.")
    return redirect("committees.invitations", slug=found.committee.slug, flash=flash, kind="ok" if sent else "info")


async def withdraw(request: Request) -> Response:
    """Take it back."""
    actor = actor_of(request)
    found = await invitations.invitation_to_follow(request.path_params["id"], actor)
    done = await invitations.withdraw(actor, found)
    flash = _("L’invitation est retirée.") if done else None
    return redirect("committees.invitations", slug=found.committee.slug, flash=flash, kind="info")


async def show(request: Request) -> Response:
    """What one is invited to; nothing changes by looking."""
    found = await invitations.invitation_of_link(request.path_params["token"])
    return await _answer_page(request, found, Form())


async def accept(request: Request) -> Response:
    """Take the seat: as who is signed in, or under the name one writes; the link has proved the address."""
    found = await invitations.invitation_of_link(request.path_params["token"])
    form = await Form.read(request, AcceptForm)
    try:
        if form.data:
            person = await _who_accepts(request, found, form.data)
            await invitations.accept(found, person, discreet=form.data.discreet)
            text = _("Bienvenue au comité.")
            if visitor_or_actor(request):
                return redirect("committees.show", slug=found.committee.slug, flash=text)
            return redirect("committees.invitation", token=request.path_params["token"], flash=text)
    except Gone:
        return redirect("committees.invitation", token=request.path_params["token"])
    except DomainError as error:
        form.refuse(error)
    return await _answer_page(request, found, form, status=422)


async def _who_accepts(request: Request, found: Invitation, sent: AcceptForm) -> Person:
    person = person_of(request)
    if person:
        return person
    if not found.waits_on(clock.today()):
        raise Gone(_("Cette invitation n’est plus valable. Demandez-en une autre au comité."))
    if not sent.name:
        raise Invalid(_("Écrivez votre prénom et votre nom : ils figurent au registre."), field="name")
    person = await people.meet(sent.name, found.email)
    await people.confirm_address(person)
    return person


async def decline(request: Request) -> Response:
    """Say no."""
    found = await invitations.invitation_of_link(request.path_params["token"])
    await invitations.decline(found)
    return redirect("committees.invitation", token=request.path_params["token"])


async def _answer_page(request: Request, found: Invitation, form: Form[Any], status: int = 200) -> Response:
    person = person_of(request)
    hats = {hat.id for hat in await hats_of(person)} if person else set()
    return page(
        request, "civic/committees/invitation.html", status=status, headers=PRIVATE, invitation=found,
        committee=found.committee, form=form, person=person, token=request.path_params["token"],
        waits=found.waits_on(clock.today()) and found.committee.ended_at is None,
        accepted=found.status == InvitationStatus.ACCEPTED, declined=found.status == InvitationStatus.DECLINED,
        in_the_way=invitations.in_the_way(found), may_hide=found.college.kind == CollegeKind.CONTRIBUTORS,
        lacks_hat=found.organisation_id is not None and person is not None and found.organisation_id not in hats,
    )  # fmt: skip


async def _invitations_page(request: Request, committee: Committee, form: Form[Any], status: int = 200) -> Response:
    colleges = await queries.colleges_of(committee.id)
    return page(
        request, "civic/committees/invitations.html", status=status, committee=committee, form=form,
        waiting=await invitations.waiting(committee), colleges=colleges, names=await invitations.organisation_names(),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/comites/{slug}/invitations", index, name="committees.invitations"),
    Route("/comites/{slug}/invitations", invite, methods=["POST"], name="committees.invite"),
    Route("/comites/invitations/{id:int}/relancer", send_again, methods=["POST"], name="committees.invite_again"),
    Route("/comites/invitations/{id:int}/retirer", withdraw, methods=["POST"], name="committees.uninvite"),
    Route("/invitations/{token}", show, name="committees.invitation"),
    Route("/invitations/{token}/accepter", accept, methods=["POST"], name="committees.accept"),
    Route("/invitations/{token}/refuser", decline, methods=["POST"], name="committees.decline"),
]
