"""The page behind a guardian's link: what the minor wants to do, and one's answer (PRODUCT V2)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.web.formats import moment
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions.words import when, where
from volunteering.signups import agreements, consents
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
        may_answer=agreements.may_answer(consent), start=moment(shift.starts_at),
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """Yes or no; the last word counts, until the shift begins."""
    consent = await consents.consent_of_link(request.path_params["token"])
    form = await Form.read(request, GuardianForm)
    if form.data is None:
        return redirect("signups.guardian", token=guardian_token(consent))
    try:
        await agreements.answer(consent.id, given=form.data.answer)
    except DomainError as error:
        return redirect("signups.guardian", token=guardian_token(consent), flash=error.message, kind="warn")
    said = _("Votre réponse est notée. Un courriel vous le confirme.")
    return redirect("signups.guardian", token=guardian_token(consent), flash=said)


routes: list[BaseRoute] = [
    Route("/accord-parental/{token}", show, name="signups.guardian"),
    Route("/accord-parental/{token}", answer, methods=["POST"], name="signups.guardian_answer"),
]
