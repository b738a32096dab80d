"""The papers of offline money: numbered slips to fill in by hand, and the deposit slip that goes to the bank."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from campaigns.lifecycle.models import Campaign
from campaigns.offline.howto import HowTo, how_to
from campaigns.offline.models import Deposit, Mode, OfflineGift, OfflineSlip
from civic import clock
from civic.i18n import _
from civic.papers import draw
from civic.papers.look import FAMILY, INK, MUTED
from civic.people.actor import Actor
from civic.settings import settings
from civic.web import urls
from civic.web.formats import day, day_short, money

if TYPE_CHECKING:
    from civic.papers.paper import Paper

PER_PAGE = 4
HEIGHT = 61.0


@dataclass(slots=True, frozen=True)
class Stub:
    """What one slip says by itself: its number and the address its code opens."""

    code: str
    address: str
    values: tuple[str, ...] = ()
    """What is known already, name and amount: the slip asks for nothing more."""
    paid: tuple[str, ...] = ()
    """To whom a cheque is made out, and where a transfer goes, a line each; empty where the paper says it below."""


async def make_slips(campaign: Campaign, pages: int, actor: Actor) -> str:
    """Number the slips of so many sheets; answers the name of the batch to print."""
    batch, present = secrets.token_hex(8), clock.now()
    await OfflineSlip.bulk_create([
        OfflineSlip(campaign_id=campaign.id, batch=batch, made_by_id=actor.hand.id, made_at=present)
        for _number in range(pages * PER_PAGE)
    ])  # fmt: skip
    return batch


async def slips_paper(campaign: Campaign, slips: list[OfflineSlip]) -> bytes:
    """The sheets of a batch, four slips on each."""
    stubs = [
        Stub(slip.code, urls.absolute("offline.slip", code=slip.code), paid=_paid(how_to(campaign, slip.code, 0)))
        for slip in slips
    ]
    title = campaign.title

    def fill(paper: Paper) -> None:
        for place, stub in enumerate(stubs):
            if place and place % PER_PAGE == 0:
                paper.add_page()
            if place % PER_PAGE:
                paper.set_y(paper.t_margin + (place % PER_PAGE) * (HEIGHT + 2) - 4)
                paper.cut_line()
            _slip(paper, stub, title, paper.t_margin + (place % PER_PAGE) * (HEIGHT + 2) + 1)

    return await draw(_("Bulletins de don, %(title)s", title=title), fill)


async def promise_paper(campaign: Campaign, how: HowTo, name: str) -> bytes:
    """One slip for what a backer announced, filled in, to send along with her cheque; below it, how to send it."""
    address = urls.absolute("offline.slip", code=how.reference)
    stub = Stub(how.reference, address, (name, money(how.amount_cents)))
    facts, title = _sending(how), campaign.title
    heading = _("Comment l’envoyer")
    once = _("Écrivez la référence, qui est sous le code ci-dessus, au dos du chèque ou dans le libellé du virement.")

    def fill(paper: Paper) -> None:
        _slip(paper, stub, title, paper.t_margin + 1)
        paper.set_xy(paper.l_margin, paper.t_margin + HEIGHT - 12)
        paper.cut_line()
        paper.heading(heading, level=2)
        paper.text_block(once)
        paper.ln(1)
        paper.facts(facts)

    return await draw(_("Bulletin de don %(code)s, %(title)s", code=how.reference, title=title), fill)


def _sending(how: HowTo) -> list[tuple[str, str]]:
    """To whom, where to, until when: each once, the IBAN on one line."""
    contact = settings().contact_email
    by_post = (_("Chèque : où l’envoyer ou l’apporter"), how.address) if how.address else (
        _("Chèque : où l’envoyer"), _("demandez-le-nous à %(email)s", email=contact)
    )  # fmt: skip
    account = _unbroken(how.iban) if how.iban else _("demandez-nous l’IBAN à %(email)s", email=contact)
    found = [(_("À l’ordre de, ou au nom de"), how.payee), by_post, (_("Virement : IBAN"), account)]
    return [*found, (_("Doit arriver"), _("le %(day)s au plus tard", day=day(how.due_on)))] if how.due_on else found


def _paid(how: HowTo) -> tuple[str, ...]:
    """The same in the two lines at the foot of a numbered slip."""
    to = _("Chèque à l’ordre de, ou virement au nom de : %(payee)s", payee=how.payee)
    if how.iban:
        return to, _("Virement, avec le numéro de ce bulletin : IBAN %(iban)s", iban=_unbroken(how.iban))
    email = settings().contact_email
    return to, _("Virement, avec le numéro de ce bulletin : IBAN à demander à %(email)s", email=email)


def _unbroken(iban: str) -> str:
    """In groups of four that no end of line parts."""
    return iban.replace(" ", "\u00a0")


def _slip(paper: Paper, stub: Stub, title: str, top: float) -> None:
    left, width = paper.l_margin, paper.epw
    paper.qr(stub.address, size=30, x=left + width - 30, y=top)
    _put(paper, left + width - 30, top + 30, stub.code, size=11, bold=True, width=30, align="C")
    _put(paper, left, top, _("Bulletin de don"), size=8.5, muted=True)
    _put(paper, left, top + 4, title, size=12, bold=True, width=width - 34)
    fields = [_("Prénom et nom"), _("Montant, en euros"), _("Courriel (pour être prévenu)"),
              _("Commune (adresse pour un reçu)")][: len(stub.values) or None]  # fmt: skip
    for place, label in enumerate(fields):
        _put(paper, left, top + 14 + place * 8, label, size=9, muted=True)
        if place < len(stub.values):
            _put(paper, left + 50, top + 13.5 + place * 8, stub.values[place], size=10.5, bold=True, width=width - 84)
        start, end = left + 50, left + width - (34 if place < 3 else 0)
        paper.set_draw_color(*MUTED)
        paper.line(start, top + 18.5 + place * 8, end, top + 18.5 + place * 8)
    boxes = [_("Chèque"), _("Espèces"), _("Virement"), _("D’accord pour un merci public")]
    boxes = [boxes[0], boxes[2]] if stub.values else boxes
    at, foot = left + 1, top + (15.6 if stub.values else 13.6) + len(fields) * 8
    for box in boxes:
        paper.rect(at, foot, 3.6, 3.6)
        _put(paper, at + 5, foot - 0.6, box, size=9.5)
        at += 9 + paper.get_string_width(box) + 5
    for place, line in enumerate(stub.paid):
        _put(paper, left, foot + 5 + place * 4, line, size=8.5, muted=True, width=width)


def _put(
    paper: Paper, x: float, y: float, text: str, *, size: float, bold: bool = False, muted: bool = False,
    width: float = 0, align: str = "L",
) -> None:  # fmt: skip
    paper.set_font(FAMILY, "B" if bold else "", size)
    paper.set_text_color(*(MUTED if muted else INK))
    paper.set_xy(x, y)
    paper.multi_cell(width, size * 0.45, text.replace("\u202f", "\u00a0"), align=align, max_line_height=size * 0.45)


async def deposit_paper(deposit: Deposit, gifts: list[OfflineGift]) -> bytes:
    """The deposit slip: each cheque or gift in cash, the total, room for the bank's stamp."""
    bare = "…" * 14 if deposit.mode == Mode.CHEQUE else "–"
    rows = [
        [str(place), gift.code, gift.donor_name, gift.reference or bare, gift.campaign.title, money(gift.amount_cents)]
        for place, gift in enumerate(gifts, 1)
    ]  # fmt: skip
    total = money(sum(gift.amount_cents for gift in gifts))
    heading = _("Bordereau de remise de chèques") if deposit.mode == Mode.CHEQUE else _("Bordereau de remise d’espèces")
    facts = [
        (_("Titulaire du compte"), settings().host_name), (_("Compte (IBAN)"), settings().iban or "…" * 28),
        (_("Numéro"), deposit.number), (_("Préparé le"), day_short(deposit.made_at)),
        (_("Préparé par"), deposit.made_by.name), (_("Nombre"), str(len(gifts))), (_("Total"), total),
        (_("Déposé le"), day_short(deposit.banked_on) if isinstance(deposit.banked_on, date) else "…………………………"),
    ]  # fmt: skip
    headers = ["", _("Référence"), _("Donateur"), _("Chèque, banque"), _("Collecte"), _("Montant")]
    last = ["", "", "", "", _("Total"), total]
    labels = [_("Signature du déposant"), _("Cachet de la banque")]

    def fill(paper: Paper) -> None:
        paper.heading(heading)
        paper.facts(facts)
        paper.ln(3)
        paper.rows(headers, rows, widths=(6, 18, 30, 28, 42, 20), right=(5,), total=last)
        paper.signatures(labels)

    return await draw(f"{heading} {deposit.number}", fill)
