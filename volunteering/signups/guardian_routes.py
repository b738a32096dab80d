"""The page behind a guardian's link: what the minor wants to do, and one's answer (PRODUCT V2)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions.words import when, where
from volunteering.signups import consents, service
from volunteering.signups.forms import GuardianForm
from volunteering.signups.letters import guardian_token
from volunteering.signups.links import PRIVATE


async def show(request: Request) -> Response:
    """What is asked; nothing changes by looking."""
    consent = await consents.consent_of_link(request.path_params["token"])
    shift = consent.signup.shift
    return page(
        request, "volunteering/signups/guardian.html", headers=PRIVATE, consent=consent, signup=consent.signup,
        shift=shift, mission=shift.mission, when_text=when(shift.starts_at, shift.ends_at),
        where=where(shift.mission), token=request.path_params["token"],
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """Yes or no, once."""
    consent = await consents.consent_of_link(request.path_params["token"])
    form = await Form.read(request, GuardianForm)
    if form.data is None:
        return redirect("signups.guardian", token=guardian_token(consent))
    try:
        await service.guardian_answers(consent.id, given=form.data.answer)
    except DomainError as error:
        return redirect("signups.guardian", token=guardian_token(consent), flash=error.message, kind="warn")
    return redirect("signups.guardian", token=guardian_token(consent), flash=_("Votre réponse est notée. Merci."))


routes: list[BaseRoute] = [
    Route("/accord-parental/{token}", show, name="signups.guardian"),
    Route("/accord-parental/{token}", answer, methods=["POST"], name="signups.guardian_answer"),
]
