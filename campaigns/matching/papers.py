"""Two papers for a town hall: the agreement to sign, and the call for the money once the campaign is funded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from campaigns.matching import wording
from campaigns.matching.models import AgreementStatus, MatchAgreement
from campaigns.matching.queries import Added, communes_of
from civic import clock, papers
from civic.i18n import _
from civic.organisations.queries import kind_labels
from civic.settings import settings
from civic.web import urls
from civic.web.formats import day_short, money

if TYPE_CHECKING:
    from civic.papers.paper import Paper

SIGNING = 46.0
"""Millimetres of the signatures with their heading, which stay on one page."""


def reference(agreement: MatchAgreement) -> str:
    """How an agreement is named on papers and transfers."""
    return f"ABO-{agreement.id:06d}"


async def agreement_paper(agreement: MatchAgreement) -> bytes:
    """The agreement as a PDF: parties, rule, limits, dates, worked example, failure, signatures."""
    title = _("Convention d’abondement %(reference)s", reference=reference(agreement))
    return await papers.draw(title, _agreement(agreement, title), foot=title)


async def call_paper(agreement: MatchAgreement, added: Added) -> bytes:
    """The letter that asks for the money: what was added, to how many gifts, how to pay."""
    title = _("Appel de fonds %(reference)s", reference=reference(agreement))
    return await papers.draw(title, _call(agreement, added, title), foot=title)


def _agreement(agreement: MatchAgreement, title: str) -> Callable[[Paper], None]:
    parties, articles = _parties(agreement), _articles(agreement)
    rows = [(money(gift), money(added), money(gift + added)) for gift, added in wording.example(agreement)]
    boxes = _boxes(agreement)

    def fill(paper: Paper) -> None:
        paper.set_auto_page_break(True, margin=16)  # the foot begins at 14
        paper.heading(title)
        paper.text_block(_("Pour la collecte « %(title)s »", title=agreement.campaign.title), size=12, bold=True)
        paper.text_block(_("Entre"), bold=True, size=10)
        paper.facts(parties)
        for heading, text in articles[:3]:
            _article(paper, heading, text)
        paper.ln(1)
        paper.text_block(_("Exemple chiffré"), bold=True, size=10)
        paper.text_block(_("Trois personnes donnent 10 €, 30 € et 100 € :"))
        paper.rows(
            [_("Don d’une personne"), _("Ajouté par le financeur"), _("Reçu par la collecte")], rows,
            widths=(1, 1, 1), right=(0, 1, 2),
        )  # fmt: skip
        for heading, text in articles[3:]:
            _article(paper, heading, text)
        if paper.will_page_break(SIGNING):
            paper.add_page()
        paper.text_block(_("Les signatures"), bold=True, size=10)
        paper.text_block(_("Fait en deux exemplaires, à ……………………………… le ………………………"))
        paper.signatures(boxes, height=26)

    return fill


def _article(paper: Paper, heading: str, text: str) -> None:
    """An article in small letters, so that a usual agreement holds on the one page that is signed."""
    if paper.will_page_break(20):
        paper.add_page()
    paper.ln(0.4)
    paper.text_block(heading, bold=True, size=10)
    paper.text_block(text, size=9.5)


def _parties(agreement: MatchAgreement) -> list[tuple[str, str]]:
    matcher, campaign = agreement.fund.organisation, agreement.campaign
    kind = kind_labels().get(matcher.kind, "")
    by = _("représentée par %(name)s, %(role)s", name=agreement.signatory, role=agreement.signatory_role)
    return [
        (_("Le financeur"), f"{matcher.name} ({kind}),\n{by}"),
        (_("Le bénéficiaire"), campaign.beneficiary or _("la structure qui porte la collecte")),
        (_("La plateforme"), f"{settings().site_name}, {settings().contact_email}"),
        (_("La collecte"), urls.absolute("campaigns.show", slug=campaign.slug).partition("://")[2]),
    ]


def _articles(agreement: MatchAgreement) -> list[tuple[str, str]]:
    """Heading and text of each article: rule, caps, dates, then payment, failure, openness."""
    days = wording.days_text(agreement, day_short)
    return [
        (_("1. La règle"), _rule(agreement)), (_("2. Les plafonds"), _limits(agreement)),
        (_("3. Les dates"), _("%(days)s. La date de la promesse fait foi.", days=days)),
        (_("4. Le versement"), _(
            "Rien n’est versé avant la réussite de la collecte. Quand tous les dons sont reçus, le bénéficiaire envoie "
            "un appel de fonds : le montant exact, le nombre de dons et de personnes. Le financeur paie par virement."
        )),
        (_("5. En cas d’échec ou de remboursement"), _(
            "Si la collecte n’atteint pas son minimum, les donateurs ne sont pas débités et le financeur ne doit rien. "
            "Un don qui n’aboutit pas ou qui est remboursé retire la part ajoutée. Déjà versée, cette part est rendue."
        )),
        (_("6. La transparence"), _(
            "Le nom du financeur et la somme ajoutée sont publics. Le financeur suit les totaux sur une page qui lui "
            "est réservée. Il ne reçoit ni le nom ni le montant du don d’une personne."
        )),
    ]  # fmt: skip


def _rule(agreement: MatchAgreement) -> str:
    text = _("Pour chaque don d’une personne : %(rule)s.", rule=wording.rule_text(agreement))
    names = ", ".join(commune.name for commune in communes_of(agreement))
    if names:
        text += " " + _(
            "Seuls comptent les dons des habitants de ces communes, selon la commune qu’ils déclarent : %(names)s.",
            names=names,
        )
    else:
        text += " " + _("Les dons de toutes les personnes comptent.")
    return text + " " + _("L’aide facultative à la plateforme et l’argent d’un autre financeur ne comptent jamais.")


def _limits(agreement: MatchAgreement) -> str:
    text = _("Au plus %(cap)s pour cette collecte.", cap=money(agreement.cap_cents))
    if agreement.gift_cap_cents is not None:
        text += " " + _("Au plus %(cap)s pour un même don.", cap=money(agreement.gift_cap_cents))
    if agreement.fund.budget_cents != agreement.cap_cents:
        text += " " + _(
            "L’enveloppe de %(budget)s sert plusieurs collectes : la première venue est servie.",
            budget=money(agreement.fund.budget_cents),
        )
    return text + " " + _("Quand la somme ne suffit plus, elle est partagée en proportion des dons, au centime.")


def _boxes(agreement: MatchAgreement) -> list[str]:
    accepted = ""
    if agreement.accepted_name and agreement.answered_at:
        accepted = "\n" + _(
            "Accepté en ligne par %(name)s, %(role)s, le %(day)s",
            name=agreement.accepted_name, role=agreement.accepted_role, day=day_short(agreement.answered_at),
        )  # fmt: skip
    return [
        _("Pour %(who)s", who=agreement.fund.organisation.name) + accepted,
        _("Pour %(who)s", who=agreement.campaign.beneficiary or _("le bénéficiaire")) + _confirmed(agreement),
    ]


def _confirmed(agreement: MatchAgreement) -> str:
    """Who of the team proposed it and who confirmed it, beside the other signature; or that it does not count yet."""
    if agreement.status == AgreementStatus.SIGNED:
        return "\n" + _("Signé, pas encore confirmé par l’équipe : sans effet jusque-là")
    if agreement.status != AgreementStatus.ACTIVE or agreement.confirmed_by is None or not agreement.confirmed_at:
        return ""
    return "\n" + _(
        "Proposé par %(proposer)s, confirmé par %(name)s, de l’équipe, le %(day)s", proposer=agreement.proposed_by.name,
        name=agreement.confirmed_by.name, day=day_short(agreement.confirmed_at),
    )  # fmt: skip


def _call(agreement: MatchAgreement, added: Added, title: str) -> Callable[[Paper], None]:
    facts = [
        (_("Collecte"), agreement.campaign.title),
        (_("Convention"), _("%(reference)s, acceptée le %(day)s par %(name)s", reference=reference(agreement),
                            day=day_short(agreement.answered_at or clock.now()), name=agreement.accepted_name)),
        (_("Règle"), wording.rule_text(agreement)), (_("Plafonds"), wording.limits_text(agreement)),
        (_("Dons comptés"), _("%(gifts)s dons de %(persons)s personnes", gifts=added.gifts, persons=added.persons)),
        (_("Somme à verser"), money(added.cents)),
        (_("Libellé du virement"), reference(agreement)),
    ]  # fmt: skip
    to = f"{agreement.fund.organisation.name}\n{agreement.signatory}, {agreement.signatory_role}"
    title_of, payee, contact = agreement.campaign.title, agreement.campaign.beneficiary, settings().contact_email

    def fill(paper: Paper) -> None:
        paper.text_block(to)
        paper.text_block(_("Le %(day)s", day=day_short(clock.now())), muted=True)
        paper.heading(title)
        paper.text_block(_("La collecte « %(title)s » a réussi. Merci d’y avoir ajouté votre part.", title=title_of))
        paper.facts(facts)
        paper.text_block(_("Tous les dons comptés ont été reçus. Merci de verser cette somme sous trente jours."))
        paper.text_block(_("Le bénéficiaire, %(who)s, joint son relevé d’identité bancaire à cet appel.", who=payee))
        paper.text_block(_("Une question ? Écrivez à %(mail)s.", mail=contact), muted=True)
        paper.signatures([_("Pour %(who)s", who=payee)], height=30)

    return fill
