"""An installation that may issue tax receipts, and who gives, for tests."""

from datetime import date

from campaigns.identity import DonorForm

ISSUER = {
    "receipt_issuer": "Les Voisins du Mardi", "receipt_address": "4 rue du Four|01600 Trévoux",
    "receipt_number": "W012345678", "receipt_purpose": "Relier les hameaux", "receipt_category": "interet_general",
    "receipt_ground": "Rescrit de la DDFiP de l’Ain", "receipt_ground_on": date(2020, 1, 1),
    "receipt_signatory": "Rose Petit, trésorière",
}  # fmt: skip
ADDRESS = {"kind": "person", "name": "Odile Blanc", "street": "3 chemin des Étangs", "postcode": "01330", "city": "Villars"}
COMPANY = {**ADDRESS, "kind": "company", "name": "Menuiserie Perrin", "legal_form": "SARL", "number": "732 829 320"}


def odile(**changed: str) -> DonorForm:
    """Odile Blanc, 3 chemin des Étangs."""
    return DonorForm.model_validate({**ADDRESS, **changed})
