"""The papers: a receipt, a void, a year's statement, from values only; in French, for the tax office reads them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from campaigns.receipts.models import DonorKind, Receipt
from civic.i18n import _, speaking
from civic.papers import draw
from civic.web.formats import day_short, money

if TYPE_CHECKING:
    from civic.papers.paper import Paper

ARTICLES = {DonorKind.PERSON: "200", DonorKind.COMPANY: "238 bis"}
FORMS = {DonorKind.PERSON: "11580", DonorKind.COMPANY: "16216"}


async def receipt_paper(receipt: Receipt, voided: str = "") -> bytes:
    """One receipt, every mention of its Cerfa form; `voided`: the number of the void, written across its head."""
    with speaking("fr"):
        title = _("Reçu fiscal n° %(number)s", number=receipt.label)
        return await draw(title, lambda paper: _receipt(paper, receipt, voided))


def _receipt(paper: Paper, receipt: Receipt, voided: str) -> None:
    said, article = receipt.content, ARTICLES[receipt.kind]
    paper.heading(_("Reçu au titre des dons"))
    law = _("Article %(article)s du code général des impôts.", article=article)
    model = _("Modèle Cerfa n° %(form)s.", form=FORMS[receipt.kind])
    paper.text_block(f"{law} {model}", muted=True)
    if voided:
        paper.text_block(_("ANNULÉ par le reçu n° %(number)s.", number=voided), bold=True, size=13)
    paper.facts([(_("Numéro d’ordre du reçu"), receipt.label)])
    paper.heading(_("Bénéficiaire des versements"), level=2)
    paper.facts([
        (_("Nom"), said["issuer"]), (_("Adresse"), said["issuer_address"].replace("|", "\n")),
        (_("SIREN ou RNA"), said["issuer_number"]), (_("Objet"), said["issuer_purpose"]),
        (_("Catégorie"), category(said["issuer_category"])),
        (_("Fondement"), f"{said['ground']}, {day_short(date.fromisoformat(said['ground_on']))}"),
    ])  # fmt: skip
    paper.heading(_("Donateur"), level=2)
    paper.facts(_donor(receipt))
    paper.heading(_("Don"), level=2)
    amount = _("*** %(amount)s ***", amount=money(receipt.amount_cents))
    paper.text_block(_(
        "Le bénéficiaire reconnaît avoir reçu, au titre des dons et versements ouvrant droit à réduction d’impôt, "
        "la somme de :"
    ))  # fmt: skip
    paper.text_block(amount, bold=True, size=14)
    paper.facts([
        (_("Somme en toutes lettres"), said["words"]), (_("Date du versement"), day_short(receipt.given_on)),
        (_("Forme du don"), _("déclaration de don manuel")), (_("Nature du don"), _("numéraire")),
        (_("Mode de versement"), said["paid_by"]),
        (_("Référence"), f"{said['reference']}, « {said['campaign']} »"),
        *_reward(receipt),
    ])  # fmt: skip
    paper.text_block(_(
        "Le bénéficiaire certifie sur l’honneur que les dons et versements qu’il reçoit ouvrent droit à la réduction "
        "d’impôt prévue à l’article %(article)s du code général des impôts.",
        article=article,
    ))  # fmt: skip
    signed = _("Signé par %(who)s, le %(day)s.", who=said["signatory"], day=day_short(receipt.issued_at))
    paper.signatures([_("Date et signature, pour le bénéficiaire")], height=22, said=[signed])


def _donor(receipt: Receipt) -> list[tuple[str, str]]:
    said = receipt.content
    address = f"{said['street']}\n{said['postcode']} {said['city']}\n{said['country']}"
    company = [(_("Forme juridique"), said["legal_form"]), (_("SIREN"), said["number"])]
    return [
        (_("Nom et prénoms") if receipt.kind == DonorKind.PERSON else _("Dénomination"), said["donor"]),
        *(company if receipt.kind == DonorKind.COMPANY else []), (_("Adresse"), address),
    ]  # fmt: skip


def _reward(receipt: Receipt) -> list[tuple[str, str]]:
    """What came in return, told with its value: the receipt is for the gift as it was made."""
    said = receipt.content
    if not said["reward"]:
        return [(_("Contrepartie"), _("aucune"))]
    value = money(int(said["reward_cents"]))
    return [(_("Contrepartie"), _("%(what)s, valeur estimée %(value)s", what=said["reward"], value=value))]


def category(code: str) -> str:
    """The category the host named, in the words of the form."""
    return {
        "interet_general": _("œuvre ou organisme d’intérêt général"),
        "utilite_publique": _("association ou fondation reconnue d’utilité publique"),
        "aide": _("organisme d’aide aux personnes en difficulté (article 200, 1 ter)"),
    }.get(code, code)


async def statement_paper(name: str, year: int, receipts: list[Receipt]) -> bytes:
    """One donor's gifts of a year that have a receipt, with their total: to fill in a tax return at one glance."""

    def fill(paper: Paper) -> None:
        paper.heading(_("Relevé de vos dons %(year)s", year=year))
        paper.text_block(name, bold=True)
        paper.text_block(_("Ce relevé reprend vos reçus. Les reçus seuls font foi."), muted=True)
        rows = [
            (r.label, day_short(r.given_on), r.content["campaign"], ARTICLES[r.kind], money(r.amount_cents))
            for r in receipts
        ]
        total = ("", "", _("Total"), "", money(sum(r.amount_cents for r in receipts)))
        paper.rows(
            (_("Reçu"), _("Jour"), _("Collecte"), _("Article du CGI"), _("Montant")), rows, widths=(16, 26, 36, 14, 16),
            right=(4,), total=total,
        )  # fmt: skip

    with speaking("fr"):
        return await draw(_("Relevé de vos dons %(year)s", year=year), fill)


async def invitation_paper(
    address: str, name: str, reference: str, cents: int, title: str, *, waits: bool = False
) -> bytes:
    """Half a sheet for a donor without an e-mail address: what she gave, and a code to ask for her receipt."""

    def fill(paper: Paper) -> None:
        paper.heading(_("Merci pour votre don"))
        paper.facts([
            (_("Donateur"), name), (_("Montant"), money(cents)), (_("Référence"), reference), (_("Collecte"), title)
        ])  # fmt: skip
        paper.ln(3)
        paper.text_block(_("Pour recevoir votre reçu fiscal"), bold=True)
        paper.text_block(_(
            "Photographiez ce code avec votre téléphone, puis écrivez votre nom et votre adresse. Vous pouvez aussi "
            "nous les donner sur papier : écrivez-les ci-dessous et rendez-nous cette feuille."
        ))  # fmt: skip
        if waits:
            paper.text_block(_("Le reçu vient quand la collecte a réussi. Si elle échoue, ce don est rendu."))
        paper.qr(address, size=42)
        for label in (_("Nom et prénoms"), _("Numéro et rue"), _("Code postal et commune")):
            paper.ln(4)
            paper.text_block(f"{label}{chr(0xA0)}: {'.' * 90}")

    with speaking("fr"):
        return await draw(_("Reçu fiscal, don %(reference)s", reference=reference), fill)
