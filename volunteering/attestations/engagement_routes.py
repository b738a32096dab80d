"""The counter of the compte d’engagement citoyen, and the link that stops its reminders."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people.actor import actor_of
from civic.web import urls
from civic.web.page import page, redirect
from volunteering.attestations import engagement
from volunteering.attestations.jobs import STOP
from volunteering.attestations.models import EngagementSilence
from volunteering.hours.words import duration


async def show(request: Request) -> Response:
    """How far she is from the two thresholds, what to do and when, and who is not concerned."""
    person = actor_of(request).person
    counter = await engagement.count(person.id, engagement.year_to_show(request.query_params.get("annee", "")))
    here, present = urls.path("attestations.engagement"), clock.today()
    years = [present.year - 1, present.year]
    return page(
        request, "volunteering/attestations/engagement.html", counter=counter, duration=duration, rules=engagement,
        tabs=[(str(year), f"{here}?annee={year}", year == counter.year) for year in years],
        late=present > counter.declare_by, confirming=present <= counter.confirm_by,
        running=present.year == counter.year, token=links.make(STOP, person.id),
        stopped=await EngagementSilence.filter(person_id=person.id).exists(),
    )  # fmt: skip


def _person_id(request: Request) -> int:
    """Whose link it is. Raises NotFound for a forged one."""
    return links.read(STOP, request.path_params["token"])


async def reminders(request: Request) -> Response:
    """Whether the two reminders of a year come, and the button to change it; no account needed."""
    person_id = _person_id(request)
    return page(
        request, "volunteering/attestations/reminders.html", token=request.path_params["token"],
        stopped=await EngagementSilence.filter(person_id=person_id).exists(),
    )  # fmt: skip


async def stop(request: Request) -> Response:
    """No more reminders; again changes nothing."""
    person = await engagement.person_of(_person_id(request))
    if person is None:
        raise NotFound(_("Ce lien ne mène plus à personne."))
    await EngagementSilence.get_or_create(person_id=person.id, defaults={"since": clock.now()})
    done = _("C’est fait : vous ne recevrez plus ces rappels.")
    return redirect("attestations.reminders", token=request.path_params["token"], flash=done)


async def start_again(request: Request) -> Response:
    """Reminders again."""
    await EngagementSilence.filter(person_id=_person_id(request)).delete()
    done = _("Vous recevrez de nouveau ces rappels.")
    return redirect("attestations.reminders", token=request.path_params["token"], flash=done)


routes: list[BaseRoute] = [
    Route("/mon-espace/engagement", show, name="attestations.engagement"),
    Route("/engagement/rappels/{token}", reminders, name="attestations.reminders"),
    Route("/engagement/rappels/{token}", stop, methods=["POST"], name="attestations.stop"),
    Route("/engagement/rappels/{token}/reprendre", start_again, methods=["POST"], name="attestations.start_again"),
]
