"""The author's page behind her secret link: publish, change, answer offers, send back, tell that it lives, end it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.ideas import ending, offers, queries, review, service, words
from civic.ideas.forms import EndForm, IdeaForm
from civic.ideas.letters import first_name, token_of
from civic.ideas.models import Idea, OfferState, Status
from civic.ideas.proposing import form_page, sent_picture
from civic.people import service as people
from civic.people.actor import actor_of
from civic.places.queries import commune_meant, full_label
from civic.web import limits
from civic.web.forms import Form, typed
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def manage(request: Request) -> Response:
    """Its signed-in author is led to the page of her link."""
    idea = await queries.idea_of_author(request.path_params["slug"], actor_of(request))
    return redirect("ideas.mine", token=token_of(idea))


async def mine(request: Request) -> Response:
    """Everything an author can do, on one page; nothing changes by looking."""
    return await _own_page(request, await _mine(request), Form())


async def publish(request: Request) -> Response:
    """The link of the mail was used: her address is hers, the idea is public."""
    idea = await _mine(request)
    assert idea.author
    await people.confirm_address(idea.author)
    await service.publish(idea)
    flash = _("Votre idée est publiée. Partagez-la autour de vous !")
    return redirect("ideas.show", slug=idea.slug, flash=flash)


async def disown(request: Request) -> Response:
    """« Ce n’est pas moi »."""
    idea = await _mine(request)
    await service.disown(idea)
    return redirect("ideas.index", flash=_("C’est effacé. Vous n’entendrez plus parler de cette idée."))


async def edit(request: Request) -> Response:
    """The same form, filled."""
    idea = await _changing(request)
    values: dict[str, Any] = {
        name: getattr(idea, name) for name in ("title", "what", "for_whom", "place", "needed")
    } | {"commune": full_label(idea.commune), "topics": await queries.topics_of(idea), "seen": "1"}
    return form_page(request, Form(values), idea=idea, token=request.path_params["token"])


async def save(request: Request) -> Response:
    """Keep the changes."""
    idea, token = await _changing(request), request.path_params["token"]
    async with request.form(max_fields=60, max_files=1) as sent:
        form: Form[Any] = Form.check(sent, IdeaForm)
        try:
            picture = await sent_picture(form, sent.get("picture"), limits.address(request))
            if form.data is None:
                return form_page(request, form, idea=idea, token=token, status=422)
            commune = await commune_meant(form.data.commune)
            await service.change(idea, form.data, commune, picture or idea.picture)
        except DomainError as error:
            return form_page(request, form.refuse(error), idea=idea, token=token, status=422)
    return redirect("ideas.mine", token=token, flash=_("C’est enregistré."))


async def resubmit(request: Request) -> Response:
    """« J’ai précisé mon idée »: the team reads it again."""
    await review.resubmit(await _mine(request))
    flash = _("Merci ! L’équipe relit votre idée.")
    return redirect("ideas.mine", token=request.path_params["token"], flash=flash)


async def answer_offer(request: Request) -> Response:
    """Accept an offer, and both read each other's address; or decline it."""
    idea = await _mine(request)
    found = await queries.offer_to_answer(idea, request.path_params["id"])
    async with request.form(max_fields=5, max_files=0) as sent:
        accepted = typed(sent.get("answer")) == OfferState.ACCEPTED.value
    await offers.answer(found, accepted=accepted)
    who = first_name(found.person)
    thanks = _("%(who)s reçoit un mot de merci.", who=who)
    flash = _("Vous pouvez vous écrire, %(who)s et vous.", who=who) if accepted else thanks
    return redirect("ideas.mine", token=request.path_params["token"], flash=flash)


async def lives(request: Request) -> Response:
    """« Elle vit encore »."""
    await ending.lives(await _mine(request))
    flash = _("Bonne nouvelle ! Nous ne vous dérangeons plus avant six mois.")
    return redirect("ideas.mine", token=request.path_params["token"], flash=flash)


async def sleep(request: Request) -> Response:
    """« Elle dort »."""
    await ending.sleep(await _mine(request))
    flash = _("Votre idée dort. Un soutien ou un mot de vous la réveille.")
    return redirect("ideas.mine", token=request.path_params["token"], flash=flash)


async def stop(request: Request) -> Response:
    """« Elle s’arrête », with what was learned."""
    idea = await _mine(request)
    form = await Form.read(request, EndForm)
    if form.data is None:
        return await _own_page(request, idea, form, status=422)
    await ending.stop(idea, form.data.ending)
    flash = _("Merci de l’avoir portée. Ce que vous avez appris servira à d’autres.")
    return redirect("ideas.show", slug=idea.slug, flash=flash)


async def _mine(request: Request) -> Idea:
    return await queries.idea_of_link(request.path_params["token"])


async def _changing(request: Request) -> Idea:
    """Hers, as long as it may be changed. Raises Gone afterwards."""
    idea = await _mine(request)
    if not idea.lives and idea.is_public:
        raise Gone(_("Cette idée ne se modifie plus."))
    return idea


async def _own_page(request: Request, idea: Idea, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/ideas/mine.html", status=status, headers=PRIVATE, idea=idea, form=form, words=words,
        token=request.path_params["token"], offers=await queries.offers_of(idea), first_name=first_name,
        kinds=words.kinds(), status_words=words.status_of(idea), open=OfferState.OPEN, Status=Status,
    )  # fmt: skip


_MINE = "/mes-idees/{token}"
routes: list[BaseRoute] = [
    Route("/idees/{slug}/gerer", manage, name="ideas.manage"),
    Route(_MINE, mine, name="ideas.mine"),
    Route(_MINE + "/publier", publish, methods=["POST"], name="ideas.publish"),
    Route(_MINE + "/pas-moi", disown, methods=["POST"], name="ideas.disown"),
    Route(_MINE + "/modifier", edit, methods=["GET"], name="ideas.edit"),
    Route(_MINE + "/modifier", save, methods=["POST"], name="ideas.save"),
    Route(_MINE + "/renvoyer", resubmit, methods=["POST"], name="ideas.resubmit"),
    Route(_MINE + "/aides/{id:int}", answer_offer, methods=["POST"], name="ideas.answer_offer"),
    Route(_MINE + "/vit", lives, methods=["POST"], name="ideas.lives"),
    Route(_MINE + "/dort", sleep, methods=["POST"], name="ideas.sleep"),
    Route(_MINE + "/arreter", stop, methods=["POST"], name="ideas.stop"),
]
