"""The account page: name, commune, language, password, signed-in browsers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.people import service
from civic.people.actor import Actor, actor_of
from civic.people.forms import NewPasswordForm, ProfileForm
from civic.people.queries import person_to_name, sessions_of
from civic.places import queries as places
from civic.web.forms import Form
from civic.web.page import page, redirect


async def show(request: Request) -> Response:
    """What the site knows about me and who is signed in as me."""
    actor = actor_of(request)
    person = await person_to_name(actor.person.id)
    values = {
        "name": person.name, "locale": person.locale, "commune": person.commune.label if person.commune else ""
    }
    return await _account(request, actor, Form(values), Form())


async def save(request: Request) -> Response:
    """Change name, commune, language."""
    actor = actor_of(request)
    form = await Form.read(request, ProfileForm)
    try:
        if form.data:
            commune = await places.commune_meant(form.data.commune) if form.data.commune else None
            await service.change_profile(
                actor.person, form.data.name, commune.insee if commune else None, form.data.locale
            )
    except DomainError as error:
        form.refuse(error)
    if form.data is None:
        return await _account(request, actor, form, Form(), status=422)
    return redirect("people.account", flash=_("C’est enregistré."))


async def save_password(request: Request) -> Response:
    """Choose a password and sign the other browsers out."""
    actor = actor_of(request)
    form = await Form.read(request, NewPasswordForm)
    try:
        if form.data:
            await service.set_password(actor.person, form.data.password)
            await service.close_other_sessions(actor.person, actor.session_id)
    except DomainError as error:
        form.refuse(error)
    if form.data is None:
        form.values.pop("password", None)
        return await _account(request, actor, Form({"name": actor.person.name}), form, status=422)
    text = _(
        "Votre mot de passe est changé. Les autres appareils sont déconnectés, "
        "et les anciens liens vers vos créneaux et vos heures ne valent plus."
    )
    return redirect("people.account", flash=text)


async def close(request: Request) -> Response:
    """Sign one browser out."""
    actor = actor_of(request)
    await service.revoke_session(actor.person, request.path_params["id"])
    text = _("Cet appareil est déconnecté. Les anciens liens vers vos créneaux et vos heures ne valent plus.")
    return redirect("people.account", flash=text)


async def _account(
    request: Request, actor: Actor, form: Form[ProfileForm], password: Form[NewPasswordForm], status: int = 200
) -> Response:
    sessions = await sessions_of(actor.person)
    return page(
        request, "civic/people/account.html", status=status, form=form, password=password, sessions=sessions,
        here=actor.session_id, email=actor.person.email,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/mon-espace/compte", show, methods=["GET"], name="people.account"),
    Route("/mon-espace/compte", save, methods=["POST"], name="people.save_account"),
    Route("/mon-espace/compte/mot-de-passe", save_password, methods=["POST"], name="people.save_password"),
    Route("/mon-espace/compte/sessions/{id:int}/fermer", close, methods=["POST"], name="people.close_session"),
]
