"""The words of the hosted pages, French first: the sandbox stands in for a foreign site, and speaks alone."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency

from campaigns.sandbox import texts_desk

FRENCH = {
    "simulated": "Paiements simulés : aucune carte n’est débitée, aucun argent ne circule.",
    "setup_title": "Enregistrer un moyen de paiement",
    "payment_title": "Payer {amount}",
    "setup_intro": "Vous ne payez rien maintenant. "
    "Le moyen de paiement sera utilisé aux conditions que le site vous a dites.",
    "total": "Total",
    "error_summary": "Ce n’est pas encore fait. Lisez ce qui est indiqué ci-dessous.",
    "email": "Adresse électronique",
    "card": "Carte bancaire",
    "test_cards": "Carte d’essai",
    "other_number": "Ou un autre numéro d’essai",
    "other_number_hint": "S’il est rempli, ce numéro remplace la carte choisie ci-dessus.",
    "expiry": "Date d’expiration (MM/AA)",
    "cvc": "Cryptogramme (3 chiffres)",
    "setup_card": "Enregistrer la carte",
    "payment_card": "Payer par carte",
    "sepa": "Prélèvement SEPA",
    "test_ibans": "Compte d’essai",
    "other_iban": "Ou un autre IBAN d’essai",
    "other_iban_hint": "S’il est rempli, cet IBAN remplace le compte choisi ci-dessus.",
    "name": "Titulaire du compte",
    "mandate": "En validant, vous autorisez l’association à envoyer un ordre de prélèvement à votre banque. "
    "Vous pouvez être remboursé par votre banque pendant huit semaines.",
    "setup_sepa": "Enregistrer le compte",
    "payment_sepa": "Payer par prélèvement",
    "cancel": "Annuler et revenir",
    "back": "Revenir au site",
    "bank_title": "Votre banque vous demande de confirmer",
    "bank_setup": "Confirmez-vous l’enregistrement de votre carte se terminant par {last4} ?",
    "bank_payment": "Confirmez-vous le paiement de {amount} avec votre carte se terminant par {last4} ?",
    "onboarding_title": "Ouvrir un compte d’encaissement",
    "onboarding": "Ici, Stripe demanderait l’identité de l’organisation et son compte bancaire. "
    "L’essai se contente de votre confirmation.",
    "open_account": "Ouvrir le compte",
    "accept": "Confirmer",
    "refuse": "Refuser",
    "expired_title": "Cette page a expiré",
    "expired": "Revenez au site pour recommencer. Rien n’a été débité.",
    "complete_title": "C’est déjà fait",
    "complete": "Cette page a déjà servi. Vous pouvez revenir au site.",
    "unknown_title": "Page introuvable",
    "unknown": "Cette adresse ne mène à aucun paiement.",
    "answered_title": "Votre banque a déjà votre réponse",
    "answered": "Cette question n’est plus posée. Vous pouvez revenir au site.",
    "need_email": "Indiquez une adresse électronique, par exemple camille@exemple.fr.",
    "need_number": "Ce numéro de carte n’est pas complet ou contient une erreur.",
    "real_number": "Ce numéro n’est pas une carte d’essai. "
    "N’entrez jamais une vraie carte ici : elle est refusée.",
    "need_expiry": "Indiquez une date à venir, par exemple 12/34.",
    "need_cvc": "Indiquez les trois chiffres au dos de la carte.",
    "need_iban": "Cet IBAN n’est pas un compte d’essai. N’entrez jamais un vrai compte ici : il est refusé.",
    "need_name": "Indiquez le nom du titulaire du compte.",
    "card_declined": "La banque a refusé cette carte.",
    "insufficient_funds": "La banque a refusé cette carte : provision insuffisante.",
    "expired_card": "Cette carte a expiré.",
    "incorrect_cvc": "Le cryptogramme de cette carte est faux.",
    "processing_error": "La banque n’a pas pu traiter la carte. Essayez à nouveau dans un moment.",
    "authentication_failure": "La confirmation auprès de votre banque n’a pas abouti. Rien n’a été débité.",
    "4242424242424242": "Acceptée",
    "4000002500003155": "Demande une confirmation à la banque, une seule fois",
    "4000002760003184": "Demande une confirmation à chaque paiement",
    "4000008260003178": "Demande une confirmation, puis provision insuffisante",
    "4000000000000341": "S’enregistre, puis refuse de payer",
    "4000000000000002": "Refusée",
    "4000000000009995": "Refusée : provision insuffisante",
    "4000000000000259": "Acceptée, puis contestée",
    "FR1420041010050500013M02606": "Le prélèvement réussit",
    "FR8420041010050500013M02607": "Le prélèvement échoue",
}
ENGLISH = {
    "simulated": "Simulated payments: no card is charged, no money moves.",
    "setup_title": "Save a payment method",
    "payment_title": "Pay {amount}",
    "setup_intro": "You pay nothing now. The payment method is used on the terms that the site told you.",
    "total": "Total",
    "error_summary": "Not done yet. Please read what is marked below.",
    "email": "E-mail address",
    "card": "Card",
    "test_cards": "Test card",
    "other_number": "Or another test number",
    "other_number_hint": "If filled in, this number replaces the card chosen above.",
    "expiry": "Expiry date (MM/YY)",
    "cvc": "Security code (3 digits)",
    "setup_card": "Save the card",
    "payment_card": "Pay by card",
    "sepa": "SEPA direct debit",
    "test_ibans": "Test account",
    "other_iban": "Or another test IBAN",
    "other_iban_hint": "If filled in, this IBAN replaces the account chosen above.",
    "name": "Account holder",
    "mandate": "By confirming, you allow the association to send a direct debit order to your bank. "
    "Your bank will refund you on request within eight weeks.",
    "setup_sepa": "Save the account",
    "payment_sepa": "Pay by direct debit",
    "cancel": "Cancel and go back",
    "back": "Back to the site",
    "bank_title": "Your bank asks you to confirm",
    "bank_setup": "Do you confirm saving your card ending in {last4}?",
    "bank_payment": "Do you confirm paying {amount} with your card ending in {last4}?",
    "onboarding_title": "Open an account to collect money",
    "onboarding": "Here Stripe would ask for the organisation’s identity and bank account. "
    "For this trial your confirmation is enough.",
    "open_account": "Open the account",
    "accept": "Confirm",
    "refuse": "Refuse",
    "expired_title": "This page has expired",
    "expired": "Go back to the site to start again. Nothing was charged.",
    "complete_title": "Already done",
    "complete": "This page was used already. You can go back to the site.",
    "unknown_title": "Page not found",
    "unknown": "This address leads to no payment.",
    "answered_title": "Your bank has your answer",
    "answered": "This question is no longer asked. You can go back to the site.",
    "need_email": "Please give an e-mail address, such as camille@example.org.",
    "need_number": "This card number is incomplete or mistyped.",
    "real_number": "This number is not a test card. Never enter a real card here: it is refused.",
    "need_expiry": "Please give a date to come, such as 12/34.",
    "need_cvc": "Please give the three digits on the back of the card.",
    "need_iban": "This IBAN is not a test account. Never enter a real account here: it is refused.",
    "need_name": "Please give the account holder’s name.",
    "card_declined": "The bank refused this card.",
    "insufficient_funds": "The bank refused this card: insufficient funds.",
    "expired_card": "This card has expired.",
    "incorrect_cvc": "This card’s security code is wrong.",
    "processing_error": "The bank could not process the card. Please try again in a moment.",
    "authentication_failure": "The confirmation with your bank did not succeed. Nothing was charged.",
    "4242424242424242": "Accepted",
    "4000002500003155": "Asks the bank for confirmation, once",
    "4000002760003184": "Asks for confirmation at every payment",
    "4000008260003178": "Asks for confirmation, then insufficient funds",
    "4000000000000341": "Can be saved, then refuses to pay",
    "4000000000000002": "Refused",
    "4000000000009995": "Refused: insufficient funds",
    "4000000000000259": "Accepted, then disputed",
    "FR1420041010050500013M02606": "The direct debit succeeds",
    "FR8420041010050500013M02607": "The direct debit fails",
}
OFFERED_CARDS = [key for key in FRENCH if key.isdigit()]
OFFERED_IBANS = [key for key in FRENCH if key.startswith("FR")]


def words(locale: str) -> dict[str, str]:
    """The sentences of a page; anything but English is answered in French."""
    return {**ENGLISH, **texts_desk.ENGLISH} if locale == "en" else {**FRENCH, **texts_desk.FRENCH}


def choose_locale(wanted: str | None, accept_language: str) -> str:
    """The session's locale, else what the browser asks for first; French unless it is English."""
    if not wanted or wanted == "auto":
        wanted = accept_language.strip()
    return "en" if wanted.lower().startswith("en") else "fr"


def amount_text(cents: int, currency: str, locale: str) -> str:
    """An amount as it is written in the language, from cents."""
    text = str(format_currency(Decimal(cents) / 100, currency.upper(), locale=locale))
    return text.replace("\u00a0", "\u202f") if locale == "fr" else text
