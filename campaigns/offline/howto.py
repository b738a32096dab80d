"""How a cheque or a transfer is sent: one answer for whoever announces it while giving and whose card failed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.lifecycle.models import Campaign
from civic import i18n
from civic.i18n import _
from civic.settings import settings
from civic.web.formats import day


@dataclass(slots=True, frozen=True)
class HowTo:
    """The reference to write, the amount in cents, to whom, where to, and the last day it may arrive (if there is one).

    `iban` is empty when the host has set none: it is then asked for by e-mail.
    """

    reference: str
    amount_cents: int
    payee: str
    address: str
    iban: str
    due_on: date | None = None

    def steps(self) -> list[str]:
        """What to do, in sentences."""
        contact = settings().contact_email
        return [
            _("Chèque : à l’ordre de « %(payee)s », avec la référence %(reference)s au dos.",
              payee=self.payee, reference=self.reference),
            _("Envoyez-le ou apportez-le ici : %(address)s.", address=self.address) if self.address
            else _("Demandez-nous où l’envoyer : %(email)s.", email=contact),
            _("Virement : IBAN %(iban)s, au nom de « %(payee)s », avec la référence %(reference)s dans le libellé.",
              iban=self.iban, payee=self.payee, reference=self.reference) if self.iban
            else _("Virement : demandez-nous les coordonnées bancaires à %(email)s. Écrivez la référence %(reference)s "
                   "dans le libellé.", email=contact, reference=self.reference),
            *([_("Il doit arriver le %(day)s au plus tard.", day=day(self.due_on))] if self.due_on else []),
        ]  # fmt: skip


def how_to(campaign: Campaign, reference: str, cents: int, due_on: date | None = None) -> HowTo:
    """For one gift to this campaign."""
    current = settings()
    payee = campaign.beneficiary or current.host_name
    return HowTo(reference, cents, payee, current.hand_over_at, current.iban, due_on)


def words(how: HowTo, locale: str) -> dict[str, Any]:
    """The same for a letter, in its reader's language."""
    with i18n.speaking(locale):
        return {"steps": how.steps(), "reference": how.reference, "amount_cents": how.amount_cents}
