"""The team reads an idea and answers; the référent walks with it from step to step."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.ideas import ending, queries, review, steps, words
from civic.ideas.forms import EndForm, NewStepForm, ReferentForm, ReviewForm, StepForm
from civic.ideas.models import Idea, IdeaStep, Status
from civic.people.actor import actor_of
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def read(request: Request) -> Response:
    """The idea, the answer, the référent, the birth."""
    idea = await queries.idea_to_review(request.path_params["slug"], actor_of(request))
    return _review_page(request, idea, Form())


async def judge(request: Request) -> Response:
    """Accepted, to be made clearer, or declined."""
    actor = actor_of(request)
    idea = await queries.idea_to_judge(request.path_params["slug"], actor)
    form = await Form.read(request, ReviewForm)
    try:
        if form.data is None:
            return _review_page(request, idea, form, status=422)
        done = await review.judge(actor, idea, form.data)
    except DomainError as error:
        return _review_page(request, idea, form.refuse(error), status=422)
    flash = _("Votre réponse est partie.") if done else _("Quelqu’un de l’équipe a déjà répondu.")
    return redirect("ideas.read", slug=idea.slug, flash=flash, kind="ok" if done else "info")


async def ask_referent(request: Request) -> Response:
    """Ask somebody to walk with it."""
    actor = actor_of(request)
    idea = await queries.idea_to_review(request.path_params["slug"], actor)
    form = await Form.read(request, ReferentForm)
    try:
        if form.data is None:
            return _review_page(request, idea, form, status=422)
        await limits.hit("idea-referent", str(actor.hand.id), most=30, per=86_400)
        await review.ask_referent(actor, idea, form.data.email)
    except DomainError as error:
        return _review_page(request, idea, form.refuse(error), status=422)
    return redirect("ideas.read", slug=idea.slug, flash=_("L’invitation est partie."))


async def invitation(request: Request) -> Response:
    """What somebody is asked; nothing changes by looking."""
    token = request.path_params["token"]
    idea = await queries.idea_of_invitation(token)
    return page(request, "civic/ideas/referent.html", headers=PRIVATE, idea=idea, token=token)


async def accept_invitation(request: Request) -> Response:
    """« Je l’accompagne »."""
    idea = await queries.idea_of_invitation(request.path_params["token"])
    await review.answer_referent(idea, accepted=True)
    flash = _("Merci ! Connectez-vous avec cette adresse : l’idée vous attend dans « Mon espace ».")
    return redirect("ideas.show", slug=idea.slug, flash=flash)


async def decline_invitation(request: Request) -> Response:
    """« Pas cette fois »."""
    idea = await queries.idea_of_invitation(request.path_params["token"])
    await review.answer_referent(idea, accepted=False)
    return redirect("ideas.show", slug=idea.slug, flash=_("C’est noté. Merci d’avoir répondu."))


async def become(request: Request) -> Response:
    """It becomes an initiative, once."""
    actor = actor_of(request)
    idea = await queries.idea_to_judge(request.path_params["slug"], actor)
    born = await review.become(actor, idea)
    if born is None:
        flash = _("Cette idée n’est pas, ou plus, en incubation.")
        return redirect("ideas.read", slug=idea.slug, flash=flash, kind="info")
    return redirect("initiatives.show", slug=born.slug, flash=_("Une initiative est née. Ses soutiens sont prévenus."))


async def guide(request: Request) -> Response:
    """The steps, for who walks with it."""
    idea = await queries.idea_to_guide(request.path_params["slug"], actor_of(request))
    return await _steps_page(request, idea, Form())


async def set_down(request: Request) -> Response:
    """How far a step is."""
    idea, step = await _step(request)
    form = await Form.read(request, StepForm)
    if form.data is None:
        return await _steps_page(request, idea, form, status=422)
    await steps.set_down(idea, step, form.data)
    return redirect("ideas.guide", slug=idea.slug, flash=_("C’est noté."))


async def add_step(request: Request) -> Response:
    """A step of its own."""
    idea = await queries.idea_to_guide(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, NewStepForm)
    if form.data is None:
        return await _steps_page(request, idea, form, status=422)
    await steps.add(idea, form.data.title)
    return redirect("ideas.guide", slug=idea.slug, flash=_("L’étape est ajoutée."))


async def remove_step(request: Request) -> Response:
    """A step it does not need."""
    idea, step = await _step(request)
    await steps.remove(idea, step)
    return redirect("ideas.guide", slug=idea.slug, flash=_("L’étape est retirée."))


async def end(request: Request) -> Response:
    """The référent or the team ends it, with what was learned."""
    idea = await queries.idea_to_guide(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, EndForm)
    if form.data is None:
        return await _steps_page(request, idea, form, status=422)
    await ending.stop(idea, form.data.ending)
    flash = _("C’est noté. Les personnes qui la soutenaient sont prévenues.")
    return redirect("ideas.show", slug=idea.slug, flash=flash)


async def _step(request: Request) -> tuple[Idea, IdeaStep]:
    idea = await queries.idea_to_guide(request.path_params["slug"], actor_of(request))
    step = await IdeaStep.get_or_none(id=request.path_params["id"], idea_id=idea.id)
    if step is None:
        raise NotFound(_("Cette étape vient d’être retirée."))
    return idea, step


def _review_page(request: Request, idea: Idea, form: Form[Any], status: int = 200) -> Response:
    actor = actor_of(request)
    verdicts = [
        (Status.ACCEPTED.value, _("Elle entre en incubation"), _("Un référent l’accompagnera, étape par étape.")),
        (Status.CHANGES.value, _("Elle est à préciser"), _("L’auteur lit votre raison et renvoie son texte.")),
        (Status.DECLINED.value, _("Elle n’est pas retenue"), _("La raison se lit sur sa page, avec un merci.")),
    ]  # fmt: skip
    return page(
        request, "civic/ideas/read.html", status=status, idea=idea, form=form, verdicts=verdicts, Status=Status,
        status_words=words.status_of(idea), own=idea.author_id in (actor.person.id, actor.hand.id), words=words,
    )  # fmt: skip


async def _steps_page(request: Request, idea: Idea, form: Form[Any], status: int = 200) -> Response:
    found = await queries.steps_of(idea)
    states = [(state.value, text) for state, text in words.step_states().items()]
    return page(
        request, "civic/ideas/steps.html", status=status, idea=idea, form=form, steps=found, words=words,
        states=states, progress=words.progress(found), runs=idea.status == Status.ACCEPTED and idea.lives,
    )  # fmt: skip


_ONE, _REFERENT = "/idees/{slug}", "/referents/{token}"
_STEP = _ONE + "/etapes/{id:int}"
routes: list[BaseRoute] = [
    Route(_ONE + "/relire", read, methods=["GET"], name="ideas.read"),
    Route(_ONE + "/relire", judge, methods=["POST"], name="ideas.judge"),
    Route(_ONE + "/referent", ask_referent, methods=["POST"], name="ideas.ask_referent"),
    Route(_REFERENT, invitation, methods=["GET"], name="ideas.invitation"),
    Route(_REFERENT + "/accepter", accept_invitation, methods=["POST"], name="ideas.accept_invitation"),
    Route(_REFERENT + "/decliner", decline_invitation, methods=["POST"], name="ideas.decline_invitation"),
    Route(_ONE + "/devenir", become, methods=["POST"], name="ideas.become"),
    Route(_ONE + "/etapes", guide, methods=["GET"], name="ideas.guide"),
    Route(_ONE + "/etapes", add_step, methods=["POST"], name="ideas.add_step"),
    Route(_STEP, set_down, methods=["POST"], name="ideas.set_down"),
    Route(_STEP + "/retirer", remove_step, methods=["POST"], name="ideas.remove_step"),
    Route(_ONE + "/arreter", end, methods=["POST"], name="ideas.end"),
]
