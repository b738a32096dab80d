"""Shapes of the three steps of a gift."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, EmailStr, Field

from campaigns.money import parse_euros
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name
from civic.web.formats import money
from civic.web.forms import Form

CHIPS = (1000, 3000, 5000, 10000)
TIPS = (0, 100, 300, 500)
LEAST, MOST = 100, 10_000_000
Tip = Annotated[int, Field(ge=0, le=100_000)]


class GiftForm(BaseModel):
    """« Mon don »: a chip in cents or « autre » with an amount in euros, and a reward's id (0: none).

    An amount she types wins over the chip that was chosen for her; one that stood there already (`other_before`) loses
    against the chip she chooses now.
    """

    amount: str = ""
    other: str = ""
    other_before: str = ""
    reward: int = 0
    src: str = ""

    def cents(self) -> int:
        """The gift in cents. Raises Invalid beside the field that is wrong."""
        if self.amount not in ("", "autre") and self.other in ("", self.other_before):
            return int(self.amount)
        if not self.other:
            raise Invalid(_("Choisissez un montant, ou écrivez le vôtre, par exemple 15."), field="amount")
        cents = parse_euros(self.other, field="other").cents
        if not LEAST <= cents <= MOST:
            raise Invalid(
                _("Le don va de %(least)s à %(most)s.", least=money(LEAST), most=money(MOST)), field="other"
            )
        return cents


class SentGiftForm(GiftForm):
    """The same as it is sent: a chip that does not exist is refused."""

    amount: Literal["", "autre", "1000", "3000", "5000", "10000"] = ""


class MeForm(BaseModel):
    """« Moi »: who gives, and what others may see of it."""

    name: Name
    email: EmailStr
    shown: Literal["name", "anonymous"] = "name"
    amount_hidden: bool = False
    commune: str = Field("", max_length=80)


def explain(form: Form[Any]) -> None:
    """Say what is missing in « Moi » in its own words, so that the summary's lines differ."""
    if "name" in form.errors and not form.values.get("name"):
        form.errors["name"] = _("Écrivez votre prénom et votre nom, par exemple Camille Rey.")
    if "email" in form.errors and not form.values.get("email"):
        form.errors["email"] = _("Écrivez votre adresse, par exemple camille@exemple.fr.")


class ShownForm(BaseModel):
    """What others may see: « Moi » of a person who is signed in, or a gift that stands."""

    shown: Literal["name", "anonymous"] = "name"
    amount_hidden: bool = False


class KnownForm(ShownForm):
    """« Moi » of a person who is signed in; `commune` only where a matcher adds to the gifts of residents."""

    commune: str = Field("", max_length=80)


class EditForm(ShownForm):
    """What its backer may change of a promise: euros in `other`, a reward's id (0: none), the tip in cents."""

    other: str = ""
    reward: int = Field(0, ge=0)
    tip: Tip = 0

    def cents(self) -> int:
        """The gift in cents. Raises Invalid beside its field."""
        return GiftForm(amount="autre", other=self.other or "0").cents()


class CheckForm(BaseModel):
    """« Je vérifie »: the tip in cents, nothing unless chosen, the terms, and the key of the gift that was shown."""

    cle: str = ""
    tip: Tip = 0
    terms: bool = False
