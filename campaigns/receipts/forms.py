"""Shapes of what donors and treasurers send."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints, field_validator, model_validator
from stdnum.exceptions import ValidationError
from stdnum.fr import siren

from campaigns.receipts.models import DonorKind
from civic.errors import Invalid
from civic.i18n import _


def _words(most: int, least: int = 2) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


class DonorForm(BaseModel):
    """Who a donor is for the tax office: full name and address; a company's legal form and SIREN."""

    kind: DonorKind = DonorKind.PERSON
    name: Annotated[str, _words(160)]
    legal_form: Annotated[str, _words(60, 0)] = ""
    number: Annotated[str, _words(20, 0)] = ""
    street: Annotated[str, _words(200)]
    postcode: Annotated[str, _words(12)]
    city: Annotated[str, _words(120)]
    country: Annotated[str, _words(60)] = "France"

    @field_validator("number")
    @classmethod
    def _is_siren(cls, value: str) -> str:
        try:
            return str(siren.validate(value)) if value else ""
        except ValidationError:
            raise Invalid(_("Le SIREN a neuf chiffres, par exemple 732 829 320."), field="number") from None

    @field_validator("postcode")
    @classmethod
    def _is_postcode(cls, value: str) -> str:
        plain = value.replace(" ", "").replace("\u00a0", "")
        if not plain.isascii() or not plain.replace("-", "").isalnum():
            raise Invalid(_("Écrivez un code postal, par exemple 01600."), field="postcode")
        return plain

    @model_validator(mode="after")
    def _company_is_named(self) -> "DonorForm":
        if self.kind == DonorKind.COMPANY and not (self.legal_form and self.number):
            raise Invalid(
                _("Pour une entreprise, indiquez sa forme juridique et son SIREN."),
                field="number" if self.legal_form else "legal_form",
            )
        if self.kind == DonorKind.PERSON:
            self.legal_form = self.number = ""
        return self


class ReasonForm(BaseModel):
    """Why a receipt is voided."""

    reason: Annotated[str, _words(300, 5)]
