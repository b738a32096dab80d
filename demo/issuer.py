"""Who issues tax receipts in the demonstration: an invented ruling of an invented association."""

from datetime import date

from civic.settings import Settings

ISSUER = {
    "receipt_address": "4 rue du Four|01330 Villars-les-Dombes",
    "receipt_number": "W012000001", "receipt_purpose": "Relier les hameaux et les gens, au pas de chacun",
    "receipt_category": "interet_general", "receipt_ground": "Rescrit imaginaire de la démonstration",
    "receipt_ground_on": date(2025, 3, 12), "receipt_signatory": "Dominique Ravet, trésorier",
}  # fmt: skip

IBAN = "FR76 3000 6000 0112 3456 7890 189"
"""The account number that stands in textbooks: nobody's."""


def with_issuer(current: Settings) -> Settings:
    """These settings, able to issue receipts; what the environment says of an issuer stays as it is."""
    if current.receipt_issuer:
        return current
    account = {"iban": current.iban or IBAN, "receipt_issuer": current.operator_name}
    return current.model_copy(update=ISSUER | account)
