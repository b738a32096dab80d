"""The papers: an attestation and a skills sheet, from values only; in French, for France reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from civic.i18n import _, speaking
from civic.papers import draw
from civic.web import urls
from civic.web.formats import day_short
from volunteering.attestations import codes, content
from volunteering.attestations.content import Content, Line
from volunteering.attestations.models import Attestation
from volunteering.attestations.words import kinds, period
from volunteering.hours.words import duration

if TYPE_CHECKING:
    from civic.papers.paper import Paper

BOX, CODE_SIZE, NO_CONTRACT = 40.0, 27.0, 30.0
"""Heights of the signature's box, the check code, and the words above and below the box, in millimetres."""


@dataclass(slots=True, frozen=True)
class Sheet:
    """What a person chose to show of herself: her name, what she did, skills used (words, minutes), skills she has."""

    name: str
    lines: list[Line]
    used: list[tuple[str, int]]
    told: list[str]
    with_hours: bool


async def attestation_paper(paper: Attestation) -> bytes:
    """One attestation; when it was revoked it says so across its head."""
    said = Content.model_validate(paper.content)
    address = urls.absolute("attestations.verify", code=paper.code)
    with speaking("fr"):
        title = _("Attestation de bénévolat, %(name)s", name=said.name)
        return await draw(title, lambda drawn: _attestation(drawn, paper, said, address), foot=said.body)


def _attestation(drawn: Paper, paper: Attestation, said: Content, address: str) -> None:
    drawn.heading(_("Attestation de bénévolat"))
    if paper.revoked_at:
        drawn.text_block(_("ANNULÉE le %(day)s.", day=day_short(paper.revoked_at)), bold=True, size=13)
        drawn.text_block(paper.revoked_reason)
    when = period(paper.first_day, paper.last_day)
    drawn.text_block(_(
        "Attestation établie par %(body)s : %(name)s a donné bénévolement %(hours)s de son temps, %(period)s.",
        body=said.body, name=said.name, hours=duration(paper.minutes), period=when,
    ), size=11.5)  # fmt: skip
    place = ", ".join(part for part in (said.body_kind, said.body_place) if part)
    drawn.facts([
        (_("Bénévole"), said.name), (_("Structure"), f"{said.body}\n{place}"), (_("Période"), when),
        (_("Temps donné"), duration(paper.minutes)),
    ], label_width=38)  # fmt: skip
    _table(drawn, _("Missions"), content.on_the_ground(said.lines))
    _table(drawn, _("Gouvernance et encadrement, comptés à part"), content.apart(said.lines), with_kind=True)
    if said.skills:
        drawn.heading(_("Compétences mises en œuvre"), level=2)
        drawn.text_block(" · ".join(said.skills))
    if drawn.will_page_break(BOX + NO_CONTRACT):  # nobody signs a page that says nothing
        drawn.add_page()
    drawn.text_block(_(
        "Ce temps a été donné librement, sans contrepartie et sans lien de subordination : il n’a donné lieu à "
        "aucune rémunération. Ce papier n’est ni un contrat ni un certificat de travail. Il reprend des heures "
        "validées par la structure qui les a reçues."
    ), size=9, muted=True)  # fmt: skip
    _signed(drawn, paper, said, address)


def _table(drawn: Paper, title: str, rows: list[Line], *, with_kind: bool = False) -> None:
    if not rows:
        return
    drawn.heading(title, level=2)
    heads, widths = [_("Mission"), _("Rôle"), _("Jours"), _("Temps")], [52, 26, 8, 14]
    body = [[_title(line), _role(line, with_kind), str(line.days), duration(line.minutes)] for line in rows]
    total = [_("Total"), "", "", duration(content.total(rows))]
    if not any(row[1] for row in body):
        heads, widths, total = _without(1, heads), [76, 10, 14], _without(1, total)
        body = [_without(1, row) for row in body]
    end = len(heads)
    drawn.rows(heads, body, widths=widths, right=(end - 2, end - 1), total=total if len(rows) > 1 else None)


def _without(place: int, cells: list[str]) -> list[str]:
    """A row less one column."""
    return [cell for at, cell in enumerate(cells) if at != place]


def _title(line: Line) -> str:
    return line.title if line.title == line.initiative else f"{line.title}, {line.initiative}"


def _role(line: Line, with_kind: bool) -> str:
    return ", ".join(part for part in (line.role, kinds()[line.kind.value] if with_kind else "") if part)


def _signed(drawn: Paper, paper: Attestation, said: Content, address: str) -> None:
    """Who vouches for it, beside the code by which anybody checks it."""
    top = drawn.get_y() + 2
    made = _("Fait le %(day)s. Signature :", day=day_short(paper.issued_at))
    signed = f"{said.signatory}\n{said.function}\n{made}"
    shown = f"{codes.shown(paper.code)}\n"
    drawn.signatures(
        [_("Pour %(body)s", body=said.body), _("Vérifier ce papier : photographiez, ou recopiez ce code")], height=BOX,
        said=[signed, shown],
    )  # fmt: skip
    drawn.qr(address, size=CODE_SIZE, x=drawn.w - drawn.r_margin - CODE_SIZE - 2, y=top + BOX - CODE_SIZE - 1.5)
    drawn.text_block(_("Vérification : %(address)s", address=urls.absolute("attestations.check")), size=8.5, muted=True)


async def skills_paper(sheet: Sheet) -> bytes:
    """The skills sheet of one person, with what she chose to show."""
    with speaking("fr"):
        title = _("Fiche de compétences, %(name)s", name=sheet.name)
        return await draw(title, lambda drawn: _skills(drawn, sheet))


def _skills(drawn: Paper, sheet: Sheet) -> None:
    drawn.heading(_("Fiche de compétences"))
    drawn.text_block(sheet.name, bold=True, size=13)
    if sheet.used:
        drawn.heading(_("Ce que j’ai mis en œuvre comme bénévole"), level=2)
        for words, minutes in sheet.used:
            drawn.text_block(f"• {words}" + (f", {duration(minutes)}" if sheet.with_hours else ""))
    if sheet.told:
        drawn.heading(_("Ce que je sais aussi faire") if sheet.used else _("Ce que je sais faire"), level=2)
        drawn.text_block(" · ".join(sheet.told))
    if sheet.lines:
        drawn.heading(_("Où, et dans quel rôle"), level=2)
        heads, widths = [_("Mission"), _("Rôle"), _("Jours")], [52, 34, 14]
        rows = [[_title(line), _role(line, line.kind in content.APART), str(line.days)] for line in sheet.lines]
        if sheet.with_hours:
            heads, widths = [*heads, _("Temps")], [46, 30, 10, 14]
            rows = [[*row, duration(line.minutes)] for row, line in zip(rows, sheet.lines, strict=True)]
        drawn.rows(heads, rows, widths=widths, right=range(2, len(heads)))
    drawn.text_block(_(
        "Les missions, les rôles et le temps viennent d’heures validées par les structures. Le reste est dit par la "
        "personne. Pour une preuve, demandez-lui une attestation de bénévolat : elle porte un code à vérifier."
    ), size=9, muted=True)  # fmt: skip
