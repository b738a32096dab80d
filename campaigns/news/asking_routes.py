"""Pages of questions and answers, and of the words of thanks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign
from campaigns.news import asking, queries, reporting
from campaigns.news.forms import AnswerForm, OwnQuestionForm, QuestionForm, ReasonForm, WordForm
from campaigns.news.models import Word
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import STANDING, pledge_to_manage
from campaigns.pledges.wording import own_page
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.people import service as people
from civic.people.actor import Actor, actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


async def index(request: Request) -> Response:
    """Questions and answers, and the form to ask."""
    campaign = await queries.public_campaign(request.path_params["slug"], visitor_or_actor(request))
    return await _questions_page(request, campaign, Form())


async def ask(request: Request) -> Response:
    """Ask; without an account the question waits for its mailed confirmation."""
    actor = visitor_or_actor(request)
    campaign = await queries.public_campaign(request.path_params["slug"], actor)
    known = actor is not None and actor.person.has_account
    form: Form[OwnQuestionForm] | Form[QuestionForm] = await (
        Form.read(request, OwnQuestionForm) if known else Form.read(request, QuestionForm)
    )
    if form.data is None:
        return await _questions_page(request, campaign, form, 422)
    await limits.hit("question", limits.address(request), most=10, per=3600)
    person = actor.person if actor and known else None
    if person is None:
        assert isinstance(form.data, QuestionForm)
        await limits.hit("question-email", str(form.data.email).lower(), most=5, per=3600)
        person = await people.meet(form.data.name, str(form.data.email))
    else:
        await limits.hit("question-person", str(person.id), most=5, per=3600)
    await asking.ask(campaign, person, form.data.text, known=known)
    done = _("Votre question est publiée. Vous recevrez la réponse par courriel.") if known else _(
        "Un message vous attend dans votre boîte : ouvrez son lien pour publier votre question."
    )  # fmt: skip
    return redirect("questions.index", slug=campaign.slug, flash=done)


async def confirm_page(request: Request) -> Response:
    """The button behind the mailed link."""
    question = await queries.question_of_link(request.path_params["token"])
    return page(
        request, "campaigns/news/confirm.html", headers={"Cache-Control": "no-store"}, question=question,
        campaign=question.campaign, token=request.path_params["token"],
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """Publish the question."""
    question = await queries.question_of_link(request.path_params["token"])
    await asking.confirm(question)
    done = _("Votre question est publiée. Vous recevrez la réponse par courriel.")
    return redirect("questions.index", slug=question.campaign.slug, flash=done)


async def answer(request: Request) -> Response:
    """The lead's answer."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_tell(request.path_params["slug"], actor)
    question = await queries.question_of(campaign, request.path_params["id"])
    form = await Form.read(request, AnswerForm)
    if form.data is None:
        return await _questions_page(request, campaign, form, 422, answering=question.id)
    await asking.answer(question, actor, form.data.answer)
    return redirect("questions.index", slug=campaign.slug, flash=_("Votre réponse est publiée et envoyée."))


async def hide(request: Request) -> Response:
    """The team hides a question, with a reason."""
    team = actor_of(request)
    campaign = await reporting.campaign_to_moderate(request.path_params["slug"], team)
    question = await queries.question_of(campaign, request.path_params["id"])
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        return await _questions_page(request, campaign, form, 422, hiding=question.id)
    await asking.hide(question, team, form.data.reason)
    return redirect("questions.index", slug=campaign.slug, flash=_("La question est masquée, et la raison est dite."))


async def show_again(request: Request) -> Response:
    """The team shows it again."""
    team = actor_of(request)
    campaign = await reporting.campaign_to_moderate(request.path_params["slug"], team)
    question = await queries.question_of(campaign, request.path_params["id"])
    await asking.show_again(question, team)
    return redirect("questions.index", slug=campaign.slug, flash=_("La question est de nouveau visible."))


async def _questions_page(
    request: Request, campaign: Campaign, form: Form[Any], status: int = 200, *, answering: int = 0,
    hiding: int = 0,
) -> Response:  # fmt: skip
    actor = visitor_or_actor(request)
    own = not (answering or hiding)
    return page(
        request, "campaigns/news/questions.html", status=status, campaign=campaign,
        questions=await queries.questions(campaign.id), refused=form, form=form if own else Form(),
        answering=answering, hiding=hiding, answers=await may_edit(actor, campaign.initiative),
        hides=await reporting.may_moderate(campaign, actor), known=bool(actor and actor.person.has_account),
    )  # fmt: skip


async def word(request: Request) -> Response:
    """A backer's word, by the link of her messages."""
    pledge = await pledge_to_manage(request.path_params["token"])
    known = await Word.get_or_none(pledge_id=pledge.id)
    return _word_page(request, pledge, Form({"text": known.text if known else ""}), known)


async def write_word(request: Request) -> Response:
    """Keep it to be read by the lead."""
    pledge = await pledge_to_manage(request.path_params["token"])
    known = await Word.get_or_none(pledge_id=pledge.id)
    form = await Form.read(request, WordForm)
    try:
        if form.data is not None:
            await limits.hit("word", str(pledge.id), most=10, per=3600)
            await asking.write_word(pledge, form.data.text)
            done = _("Merci. Votre mot paraîtra quand les porteurs l’auront lu.")
            return redirect("wall.word", token=request.path_params["token"], flash=done)
    except DomainError as error:
        form.refuse(error)
    return _word_page(request, pledge, form, known, 422)


async def take_word_away(request: Request) -> Response:
    """She thinks better of it."""
    pledge = await pledge_to_manage(request.path_params["token"])
    await asking.take_word_away(pledge)
    return redirect("wall.word", token=request.path_params["token"], flash=_("Votre mot est retiré."))


def _word_page(
    request: Request, pledge: Pledge, form: Form[WordForm], known: Word | None, status: int = 200
) -> Response:
    return page(
        request, "campaigns/news/word.html", status=status, headers={"Cache-Control": "no-store"}, pledge=pledge,
        campaign=pledge.campaign, form=form, known=known, token=request.path_params["token"],
        stands=pledge.status in STANDING, crumb=own_page(pledge),
    )  # fmt: skip


async def wall(request: Request) -> Response:
    """The words to read, and those that are shown."""
    campaign, _actor = await _run(request)
    return page(
        request, "campaigns/news/wall.html", campaign=campaign, words=await queries.words(campaign.id, shown=False),
        shown=await queries.words(campaign.id),
    )  # fmt: skip


async def show_word(request: Request) -> Response:
    """Show a word."""
    campaign, actor = await _run(request)
    await asking.judge_word(campaign, request.path_params["id"], actor, shown=True)
    return redirect("wall.index", slug=campaign.slug, flash=_("Le mot paraît sur la page."))


async def refuse_word(request: Request) -> Response:
    """Put a word aside."""
    campaign, actor = await _run(request)
    await asking.judge_word(campaign, request.path_params["id"], actor, shown=False)
    return redirect("wall.index", slug=campaign.slug, flash=_("Le mot est mis de côté."))


async def _run(request: Request) -> tuple[Campaign, Actor]:
    actor = actor_of(request)
    return await queries.campaign_to_tell(request.path_params["slug"], actor), actor


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/questions", index, name="questions.index"),
    Route("/campagnes/{slug}/questions", ask, methods=["POST"], name="questions.ask"),
    Route("/campagnes/{slug}/questions/{id:int}/reponse", answer, methods=["POST"], name="questions.answer"),
    Route("/campagnes/{slug}/questions/{id:int}/masquer", hide, methods=["POST"], name="questions.hide"),
    Route("/campagnes/{slug}/questions/{id:int}/remontrer", show_again, methods=["POST"], name="questions.show_again"),
    Route("/questions/{token}", confirm_page, name="questions.confirm_page"),
    Route("/questions/{token}", confirm, methods=["POST"], name="questions.confirm"),
    Route("/promesses/{token}/mot", word, name="wall.word"),
    Route("/promesses/{token}/mot", write_word, methods=["POST"], name="wall.write"),
    Route("/promesses/{token}/mot/retirer", take_word_away, methods=["POST"], name="wall.take_away"),
    Route("/campagnes/{slug}/mots", wall, name="wall.index"),
    Route("/campagnes/{slug}/mots/{id:int}/montrer", show_word, methods=["POST"], name="wall.show"),
    Route("/campagnes/{slug}/mots/{id:int}/ecarter", refuse_word, methods=["POST"], name="wall.refuse"),
]
