"""Who a donor is for the tax office: what a form asks and what a row keeps, for promises and for gifts by hand."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, StringConstraints, field_validator, model_validator
from stdnum.exceptions import ValidationError
from stdnum.fr import siren
from tortoise import fields
from tortoise.models import Model

from civic.errors import Invalid
from civic.i18n import _
from civic.places.folding import fold


class DonorKind(StrEnum):
    """An individual (art. 200 CGI, Cerfa 11580) or a company (art. 238 bis, Cerfa 16216)."""

    PERSON = "person"
    COMPANY = "company"


class Identity(Model):
    """Full name and address; a company's legal form and SIREN (`number`). Whose it is, each slice says."""

    kind = fields.CharEnumField(DonorKind, max_length=8, default=DonorKind.PERSON)
    name = fields.CharField(max_length=160)
    legal_form = fields.CharField(max_length=60, default="")
    number = fields.CharField(max_length=14, default="")
    street = fields.CharField(max_length=200)
    postcode = fields.CharField(max_length=12)
    city = fields.CharField(max_length=120)
    country = fields.CharField(max_length=60, default="France")
    updated_at = fields.DatetimeField()

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        """The address in one line, with its country."""
        return f"{self.street}, {self.postcode} {self.city}, {self.country}"

    @property
    def key(self) -> str:
        """One donor under one name: a company by its SIREN, a person by her name and her door."""
        if self.kind == DonorKind.COMPANY:
            return f"siren {self.number}"
        return " | ".join(" ".join(fold(part).split()) for part in (self.name, self.street, self.postcode))


FIELDS = ("kind", "name", "legal_form", "number", "street", "postcode", "city", "country")


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
    def _postcode_is_french(self) -> "DonorForm":
        if fold(self.country) in ("france", "fr") and not (self.postcode.isdigit() and len(self.postcode) == 5):
            raise Invalid(_("En France, un code postal a cinq chiffres, par exemple 01600."), field="postcode")
        return self

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

    @property
    def address(self) -> str:
        """The address in one line."""
        return f"{self.street}, {self.postcode} {self.city}"
