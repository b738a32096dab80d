"""Shapes: an agreement the team writes, the matcher's answer, a payment that came in."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, EmailStr, Field

from campaigns.lifecycle.forms import Cents
from campaigns.lifecycle.models import Campaign
from campaigns.money import parse_euros
from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name
from civic.places import queries as places

PERCENTS = {"double": 100, "half": 50, "triple": 200}


def _some_cents(value: object) -> object:
    return parse_euros(value).cents if isinstance(value, str) else value


SomeCents = Annotated[int, BeforeValidator(_some_cents), Field(ge=0, le=100_000_000)]


@dataclass(slots=True, frozen=True)
class AgreementTerms:
    """A checked agreement: ids, cents, UTC moments, INSEE codes. `fund_id` 0: a new pot of this organisation.

    No `starts_at`: from the day on which the matcher accepts.
    """

    fund_id: int
    organisation_id: int
    budget_cents: int
    percent: int
    per_person_cents: int
    gift_cap_cents: int | None
    cap_cents: int
    communes: list[str]
    starts_at: datetime | None
    ends_at: datetime | None
    signatory: str
    signatory_role: str
    signatory_email: str


class AgreementForm(BaseModel):
    """What the team writes with the matcher; euros as people write them, communes by name or postcode."""

    fund: int = 0
    organisation: int = 0
    budget: SomeCents = 0
    rule: Literal["double", "half", "triple", "person"] = "double"
    per_person: SomeCents = 0
    gift_cap: SomeCents = 0
    cap: Cents
    communes: str = Field("", max_length=2000)
    starts_on: date | None = None
    ends_on: date | None = None
    signatory: Name
    signatory_role: str = Field(min_length=2, max_length=120)
    signatory_email: EmailStr

    async def terms(self, campaign: Campaign, organisations: set[int]) -> AgreementTerms:
        """The agreement's terms. Raises Invalid beside the field that is wrong."""
        self._check_pot(organisations)
        starts_at, ends_at = self._dates(campaign)
        per_person = self.per_person if self.rule == "person" else 0
        if self.rule == "person" and per_person < 100:
            raise Invalid(_("Écrivez la somme ajoutée par personne, par exemple 10."), field="per_person")
        return AgreementTerms(
            self.fund, self.organisation, self.budget or self.cap, PERCENTS.get(self.rule, 0), per_person,
            self.gift_cap or None, self.cap, await self._communes(), starts_at, ends_at, self.signatory,
            self.signatory_role, str(self.signatory_email).lower(),
        )  # fmt: skip

    def _check_pot(self, organisations: set[int]) -> None:
        if self.fund:
            return
        if self.organisation not in organisations:
            raise Invalid(_("Choisissez la commune ou l’entreprise qui ajoute son argent."), field="organisation")
        if self.budget and self.budget < self.cap:
            raise Invalid(_("Le plafond de cette collecte dépasse l’enveloppe. Baissez-le."), field="cap")

    def _dates(self, campaign: Campaign) -> tuple[datetime | None, datetime | None]:
        starts_on = self.starts_on or clock.today()
        last = campaign.last_day
        if last and starts_on > last:
            raise Invalid(_("La collecte sera finie ce jour-là. Choisissez un jour plus tôt."), field="starts_on")
        if self.ends_on and (self.ends_on < starts_on or self.ends_on < clock.today()):
            raise Invalid(_("Le dernier jour vient avant le premier, ou il est passé."), field="ends_on")
        ends_at = clock.at(self.ends_on + timedelta(days=1), 0) if self.ends_on else None
        return clock.at(self.starts_on, 0) if self.starts_on else None, ends_at

    async def _communes(self) -> list[str]:
        names = [name.strip() for name in re.split(r"[,;\n]", self.communes) if name.strip()]
        if len(names) > 60:
            raise Invalid(_("Soixante communes au plus. Laissez vide pour toutes."), field="communes")
        found = [(await places.commune_meant(name, field="communes")).insee for name in names]
        return list(dict.fromkeys(found))


class OfferForm(BaseModel):
    """What whoever speaks for a matcher offers, for the team to complete; euros and communes as people write them."""

    organisation: int = 0
    role: str = Field(min_length=2, max_length=120)
    rule: Literal["double", "half", "triple", "person"] = "double"
    per_person: SomeCents = 0
    cap: Cents
    gift_cap: SomeCents = 0
    communes: str = Field("", max_length=2000)
    note: str = Field("", max_length=1000)

    def check(self) -> None:
        """Raises Invalid beside the sum per person when its rule lacks it."""
        if self.rule == "person" and self.per_person < 100:
            raise Invalid(_("Écrivez la somme ajoutée par personne, par exemple 10."), field="per_person")


class AcceptForm(BaseModel):
    """Whoever signs for the matcher says who she is, and that she has read."""

    name: Name
    role: str = Field(min_length=2, max_length=120)
    agreed: bool = False


class DeclineForm(BaseModel):
    """No, and perhaps why."""

    note: str = Field("", max_length=1000)


class RefuseForm(BaseModel):
    """Why a second person of the team does not confirm what was signed; whoever proposed and signed it reads it."""

    reason: str = Field(min_length=3, max_length=1000)


class PaymentForm(BaseModel):
    """A transfer on the bank statement."""

    amount: Cents
    received_on: date
    reference: str = Field("", max_length=120)


class ReturnForm(BaseModel):
    """A transfer back to a matcher on the bank statement; the reference of the bank's line is needed."""

    amount: Cents
    returned_on: date
    reference: str = Field(min_length=2, max_length=120)
