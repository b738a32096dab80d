"""A person composes her skills sheet; the address holds her choice, nothing is stored."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.papers import pdf_answer
from civic.people.actor import actor_of
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page
from volunteering.attestations import drawing, sheets
from volunteering.attestations.content import APART, Line
from volunteering.attestations.forms import SheetForm
from volunteering.attestations.words import kinds
from volunteering.hours.words import duration
from volunteering.missions.skills import words


async def show(request: Request) -> Response:
    """What the sheet shows, and the boxes to choose it."""
    person = actor_of(request).person
    form = Form.query(request, SheetForm)
    known = await sheets.known(person)
    choice = form.data if form.data and form.data.choix else sheets.everything(known)
    form.values = choice.model_dump(mode="json")
    said = words()
    return page(
        request, "volunteering/attestations/skills.html", form=form, known=known, duration=duration,
        sheet=sheets.chosen(person, known, choice), kinds=kinds(), set_apart=APART,
        lines=[(line.first_id, line.title, _detail(line)) for line in known.lines],
        used=[(code, said[code], duration(minutes)) for code, minutes in known.used.items()],
        told=[(code, said[code]) for code in known.told],
        paper=urls.path("attestations.skills_paper") + "?" + urlencode(_kept(choice), doseq=True),
    )  # fmt: skip


def _detail(line: Line) -> str:
    return ", ".join(part for part in (line.initiative, line.role, duration(line.minutes)) if part)


def _kept(choice: SheetForm) -> dict[str, object]:
    """The choice as an address holds it."""
    boxes = {name: "1" for name in ("choix", "heures", "prenom") if getattr(choice, name)}
    return {**boxes, "lignes": choice.lignes, "acquis": choice.acquis, "dits": choice.dits}


async def paper(request: Request) -> Response:
    """The same choice on paper."""
    person = actor_of(request).person
    choice = Form.query(request, SheetForm).data or SheetForm()
    drawn = await drawing.skills_paper(sheets.chosen(person, await sheets.known(person), choice))
    return pdf_answer(drawn, "fiche-de-competences")


routes: list[BaseRoute] = [
    Route("/mon-espace/competences", show, name="attestations.skills"),
    Route("/mon-espace/competences.pdf", paper, name="attestations.skills_paper"),
]
