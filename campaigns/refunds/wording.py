"""Refunds, disputes and differences in plain French, for the treasurer."""

import json

from campaigns.payments.answers import DisputeState
from campaigns.refunds.models import Dispute, Refund, RefundCause, RefundStatus
from campaigns.refunds.queries import RECALL
from campaigns.settlement.hearing import HEARD
from campaigns.settlement.models import Reconciliation
from civic import clock
from civic.i18n import _, _n
from civic.settings import settings
from civic.web.formats import money, until

_CHARGES, _REFUNDS, _DISPUTES, _LINES = ("ch_", "py_"), ("re_", "pyr_"), ("du_", "dp_"), ("txn_",)


def refund_state(refund: Refund) -> str:
    """Where a refund stands, in a few words."""
    states = {
        RefundStatus.REQUESTED: _("Attend une deuxième personne"), RefundStatus.REFUSED: _("Refusé"),
        RefundStatus.APPROVED: _("Approuvé, part dans un instant"), RefundStatus.SENDING: _("En cours d’envoi"),
        RefundStatus.UNKNOWN: _("Sans réponse de Stripe, vérifié dans quelques minutes"),
        RefundStatus.PENDING: _("En route vers la banque"), RefundStatus.SUCCEEDED: _("Rendu"),
        RefundStatus.FAILED: _("N’est pas arrivé"),
    }  # fmt: skip
    return states[refund.status]


def cause_of(refund: Refund) -> str:
    """Why a refund exists."""
    if refund.cause == RefundCause.UNWINDING:
        return _("Toute la collecte est remboursée.")
    if refund.cause == RefundCause.BACKER:
        return _("La personne a changé d’avis dans le délai.")
    if refund.cause == RefundCause.LATE:
        return _("Ce paiement est arrivé après la fin de la collecte.")
    if refund.cause == RefundCause.OUTSIDE:
        return _("Fait sur le site de Stripe, sans passer par ici.")
    return str(refund.reason)


def failure_of(refund: Refund) -> str:
    """Why a refund did not arrive, and what to do now."""
    reasons = {
        "lost_or_stolen_card": _("La carte a été perdue ou volée."),
        "expired_or_canceled_card": _("La carte n’existe plus."),
        "declined": _("La banque du donateur l’a refusé."),
        "insufficient_funds": _("Le solde du compte Stripe ne suffit pas."),
        "contested": _("La banque conteste ce don."),
        "charge_disputed": _("La banque conteste ce don."),
        "account_closed": _("Le compte de paiement du bénéficiaire n’est plus relié à ce site."),
        "nothing_left": _("Il ne restait plus rien à rendre."),
        "charge_already_refunded": _("Il ne restait plus rien à rendre."),
    }
    return reasons.get(refund.failure) or _("La banque du donateur l’a renvoyé.")


def dispute_state(dispute: Dispute) -> str:
    """Where a dispute stands."""
    states = {
        DisputeState.INQUIRY: _("La banque se renseigne"), DisputeState.OPEN: _("Contesté, somme retenue"),
        DisputeState.WON: _("Gagné, somme revenue"), DisputeState.LOST: _("Perdu, somme reprise"),
    }  # fmt: skip
    return states[dispute.status]


def dispute_money(dispute: Dispute) -> str:
    """What a dispute did to the money: held, come back, lost; "" while nothing has moved."""
    held, fee = money(dispute.held_cents), money(dispute.fee_cents)
    amounts = {"lost": held, "amount": money(dispute.amount_cents), "fee": fee}
    if dispute.status == DisputeState.LOST:
        said = _("La banque garde %(lost)s.", **amounts)
    elif dispute.status == DisputeState.WON and dispute.held_cents:
        said = _("Gagné en partie : la banque garde %(lost)s sur %(amount)s.", **amounts)
    elif dispute.status == DisputeState.WON:
        said = _("Toute la somme est revenue.") if dispute.fee_cents else ""
    else:
        said = _("Stripe retient %(lost)s.", **amounts) if dispute.held_cents else ""
    return said + " " + _("Frais de contestation : %(fee)s.", **amounts) if dispute.fee_cents else said


def too_late(dispute: Dispute) -> bool:
    """Whether the time to send evidence has passed: only the bank still acts."""
    return dispute.due_at is not None and dispute.due_at <= clock.now()


def evidence_time(dispute: Dispute) -> str:
    """Until when evidence counts, or that it is too late; "" when the bank names no day."""
    if is_answered(dispute):
        return _(
            "La réponse est envoyée : la banque décide, souvent en deux ou trois mois. Il n’y a plus rien à faire."
        )
    if dispute.due_at is None:
        return ""
    when = until(dispute.due_at)
    if too_late(dispute):
        return _("Délai passé le %(when)s : il n’y a plus rien à envoyer, la banque décide.", when=when)
    return _("Preuves à envoyer avant le %(when)s.", when=when)


def dispute_reason(dispute: Dispute) -> str:
    """What the bank says, in plain French."""
    reasons = {
        "fraudulent": _("Le titulaire dit ne pas avoir fait ce don."),
        "duplicate": _("Le titulaire dit avoir payé deux fois."),
        "unrecognized": _("Le titulaire ne reconnaît pas ce débit."),
        "credit_not_processed": _("Le titulaire attend un remboursement."),
        "debit_not_authorized": _("Le titulaire du compte n’avait pas autorisé ce prélèvement."),
        "insufficient_funds": _("Le compte n’était pas approvisionné."),
        "bank_cannot_process": _("La banque n’a pas pu exécuter le prélèvement."),
        "incorrect_account_details": _("Les coordonnées bancaires ne sont plus bonnes."),
    }
    return reasons.get(dispute.reason) or _("La banque ne donne pas de raison précise.")


def round_name(row: Reconciliation) -> str:
    """Which round it was, and how often there is one."""
    if row.kind == RECALL:
        return _("Relecture des 35 derniers jours, toutes les six heures")
    if row.kind == HEARD:
        return _("Messages de Stripe relus, toutes les dix minutes")
    if row.kind == "refunds":
        return _("Remboursements et contestations en cours, toutes les dix minutes")
    return _("Paiements en cours, toutes les dix minutes")


def round_said(row: Reconciliation) -> str:
    """What one round of reconciling found: what it settled, what still waits and for whom."""
    waits = 0 if row.kind in (RECALL, HEARD) else row.looked - row.settled - row.troubles
    said = []
    if row.settled and row.kind == HEARD:
        said.append(_n(
            "%(n)s message qui s’était perdu est repris.", "%(n)s messages qui s’étaient perdus sont repris.",
            row.settled,
        ))  # fmt: skip
    elif row.settled:
        said.append(_n("%(n)s réglé.", "%(n)s réglés.", row.settled))
    if waits > 0 and row.kind == "refunds":
        said.append(_n(
            "%(n)s remboursement ou contestation pas encore terminé : la banque a la main.",
            "%(n)s remboursements ou contestations pas encore terminés : la banque a la main.", waits,
        ))  # fmt: skip
    elif waits > 0:
        said.append(_n(
            "%(n)s paiement attend encore sa banque.", "%(n)s paiements attendent encore leur banque.", waits,
        ))  # fmt: skip
    if row.troubles:
        said.append(_n("%(n)s sans réponse de Stripe.", "%(n)s sans réponse de Stripe.", row.troubles))
    return " ".join(said) or (_("Rien ne manquait.") if row.kind in (RECALL, HEARD) else _("Rien n’attendait."))


def is_answered(dispute: Dispute) -> bool:
    """Whether Stripe has our evidence and the bank decides: nothing is left to do (`under_review`)."""
    try:
        return str(json.loads(dispute.answer or "{}").get("status", "")).endswith("under_review")
    except ValueError:
        return False


def waits_for_us(dispute: Dispute) -> bool:
    """Whether somebody may still answer the bank."""
    return not too_late(dispute) and not is_answered(dispute)


def evidence_link(dispute: Dispute) -> str:
    """Where evidence is sent: Stripe's own page; "" with simulated payments."""
    key = settings().stripe_secret_key
    if not key or not dispute.dispute_ref.startswith(_DISPUTES):
        return ""
    test = "" if key.startswith(("sk_live_", "rk_live_")) else "test/"
    return f"https://dashboard.stripe.com/{test}disputes/{dispute.dispute_ref}"


def difference(source_ref: str, theirs_cents: int, ours_cents: int) -> str:
    """One difference between Stripe and our books: what it is, how much, what usually explains it."""
    what = _("Le paiement")
    if source_ref.startswith(_REFUNDS):
        what = _("Le remboursement")
    elif source_ref.startswith(_DISPUTES):
        what = _("La contestation")
    elif source_ref.startswith(_LINES):
        what = _("Le mouvement du compte Stripe")
    values = {"what": what, "ref": source_ref, "theirs": money(theirs_cents), "ours": money(ours_cents)}
    if not ours_cents:
        head = _("%(what)s %(ref)s : Stripe compte %(theirs)s, nos comptes ne le connaissent pas.", **values)
        return f"{head} {_why_unknown(source_ref)}"
    if not theirs_cents:
        head = _("%(what)s %(ref)s : nos comptes disent %(ours)s, Stripe n’en a pas trace.", **values)
        return head + " " + _("Ne corrigez rien à la main : prévenez la personne qui tient le site.")
    head = _("%(what)s %(ref)s : Stripe compte %(theirs)s, nos comptes disent %(ours)s.", **values)
    return head + " " + _("Souvent des frais que Stripe n’avait pas encore donnés : regardez à nouveau demain.")


def _why_unknown(source_ref: str) -> str:
    if source_ref.startswith(_CHARGES):
        return _("Un paiement fait hors du site, ou un message de Stripe en retard.")
    if source_ref.startswith(_LINES):
        return _("Ni un virement vers la banque, ni des frais du compte : regardez cette ligne sur le site de Stripe.")
    if source_ref.startswith(_REFUNDS):
        return _("Un remboursement fait sur le site de Stripe : il sera repris dans les six heures.")
    return _("Un message de Stripe en retard : il sera repris dans les six heures.")
