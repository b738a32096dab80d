"""Proposing an idea in five minutes: four plain questions, no account; what resembles it is shown on the way (D6)."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.ideas import queries, service, words
from civic.ideas.forms import MOST_TOPICS, IdeaForm
from civic.ideas.models import Idea
from civic.ideas.visitors import who_acts, who_is_named
from civic.initiatives.topics import topic_labels
from civic.media.models import Picture
from civic.media.service import store
from civic.people import links
from civic.people.actor import person_of
from civic.places.queries import commune_meant
from civic.web import limits
from civic.web.forms import Form, kept_key, new_key
from civic.web.page import page, redirect

PHOTO = "idea-photo"
"""What the link of a photo that waits in a form leads to."""


async def new(request: Request) -> Response:
    """Four plain questions."""
    return form_page(request, Form({"cle": new_key(), "title": request.query_params.get("title", "")[:60]}))


async def create(request: Request) -> Response:
    """Take it in; what resembles it is shown once before, and whatever is wrong leaves every word where it was."""
    async with request.form(max_fields=60, max_files=1) as sent:
        form: Form[Any] = Form.check(sent, IdeaForm)
        form_key = await kept_key(request, form, sent)
        try:
            picture = await sent_picture(form, sent.get("picture"), limits.address(request))
            who = who_is_named(request, form, sent)
            if form.data is None:
                return form_page(request, form, status=422)
            commune = await commune_meant(form.data.commune)
            if not form.data.seen and any(found := await queries.resembling(form.data.title)):
                form.values["seen"] = "1"
                return form_page(request, form, status=422, found=found)
            author, confirmed = await who_acts(request, who, "idea", most=5, per=86_400)
            idea = await service.propose(
                author, form.data, commune, picture=picture, form_key=form_key, confirmed=confirmed
            )
        except DomainError as error:
            return form_page(request, form.refuse(error), status=422)
    if not confirmed:
        return redirect("ideas.sent")
    flash = _("Votre idée est publiée. Partagez-la autour de vous !")
    return redirect("ideas.show", slug=idea.slug, flash=flash)


async def sent_picture(form: Form[Any], upload: object, who: str) -> Picture | None:
    """The photo of a form: the one sent now, else the one that came with it before. Raises Invalid beside its field."""
    if isinstance(upload, UploadFile) and upload.filename:
        await limits.hit("idea-photo", who, most=20, per=3600)
        picture = await store(upload, alt=str(form.values.get("alt", ""))[:200])
        form.values["photo"] = links.make(PHOTO, picture.id)
        return picture
    kept = str(form.values.get("photo", ""))
    return await Picture.get_or_none(id=links.read(PHOTO, kept)) if kept else None


def form_page(
    request: Request, form: Form[Any], *, idea: Idea | None = None, token: str = "", status: int = 200,
    found: Any = None,
) -> Response:  # fmt: skip
    """The form of a new idea, or of one that its author changes by `token`."""
    return page(
        request, "civic/ideas/form.html", status=status, form=form, idea=idea, token=token, found=found or ([], []),
        asks=found is not None, topics=list(topic_labels().items()), most=MOST_TOPICS, person=person_of(request),
        headers={"Cache-Control": "no-store"}, words=words,
    )  # fmt: skip


async def similar(request: Request) -> Response:
    """What resembles a title, while one types it; a page of its own without a script."""
    title = request.query_params.get("title", "")[:60]
    found = await queries.resembling(title) if len(title) >= 3 else ([], [])
    return page(request, "civic/ideas/similar.html", title=title, found=found, form=Form(), words=words)


async def sent(request: Request) -> Response:
    """« Ouvrez votre courriel »: the same page for everybody, whatever was sent."""
    return page(request, "civic/ideas/sent.html")


routes: list[BaseRoute] = [
    Route("/idees/nouvelle", new, methods=["GET"], name="ideas.new"),
    Route("/idees/nouvelle", create, methods=["POST"], name="ideas.create"),
    Route("/idees/semblables", similar, name="ideas.similar"),
    Route("/idees/envoyee", sent, name="ideas.sent"),
]
