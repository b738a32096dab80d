"""A bank's decline codes in plain words (https://docs.stripe.com/declines/codes)."""

from civic.i18n import _

ASKS = "authentication_required"


def sentence(code: str) -> str:
    """Why a charge did not work, for the person whose card it is; never a code."""
    known = {
        ASKS: _("Votre banque veut que vous confirmiez vous-même ce paiement."),
        "insufficient_funds": _("Votre compte n’avait pas assez d’argent disponible ce jour-là."),
        "expired_card": _("Votre carte a expiré depuis votre promesse."),
        "lost_card": _("Votre banque a refusé cette carte."),
        "stolen_card": _("Votre banque a refusé cette carte."),
        "incorrect_cvc": _("Le code de sécurité de la carte n’est pas le bon."),
        "processing_error": _("La banque a eu un incident technique. Un nouvel essai peut suffire."),
        "payment_intent_payment_attempt_failed": _("Votre banque a rejeté le prélèvement."),
        "debit_not_authorized": _("Votre banque a rejeté le prélèvement."),
        "refused": _("La carte enregistrée n’est plus utilisable."),
        "resource_missing": _("La carte enregistrée n’est plus utilisable."),
        "payment_method_unexpected_state": _("La carte enregistrée n’est plus utilisable."),
    }
    return known.get(code, _("Votre banque a refusé le paiement, sans dire pourquoi."))
