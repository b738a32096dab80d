"""What the law wants said beside every appeal: who runs the site, how projects are chosen, fees, complaints, ceilings.

The facts of the installation are settings (docs/settings.md); those of the campaign its lead writes.
"""

from dataclasses import dataclass

from campaigns.lifecycle.models import PUBLIC, Campaign
from civic import clock
from civic.i18n import _
from civic.settings import settings
from civic.slots import Panel

ALERT_PERCENT = 80
"""From this share of the ceiling on, the team prepares the declaration."""


@dataclass(slots=True, frozen=True)
class Fact:
    """A term and what is said of it; `setting` names where an empty one is written."""

    term: str
    text: str
    setting: str = ""


def site_facts() -> list[Fact]:
    """Who runs this site and by which rules; what the host has not said yet is empty."""
    current = settings()
    return [
        Fact(_("Qui tient ce site"), current.operator_name, "CIVIC_OPERATOR_NAME"),
        Fact(_("Adresse"), current.operator_address, "CIVIC_OPERATOR_ADDRESS"),
        Fact(_("Adresse électronique"), current.contact_email, "CIVIC_CONTACT_EMAIL"),
        Fact(_("Numéro ORIAS"), current.orias),
        Fact(_("Comment les collectes sont choisies"), current.selection_criteria or _(
            "Une collecte porte sur une initiative du territoire, utile à d’autres que ses porteurs, avec des dépenses "
            "chiffrées. Une personne de l’équipe, qui ne la porte pas, la relit avant son ouverture."
        )),
        Fact(_("Frais"), current.fees_text or _(
            "%(site)s ne prend rien sur les dons. La banque prend environ deux pour cent, comptés dans les dépenses.",
            site=current.site_name,
        )),
        Fact(_("Réclamations"), current.complaints or _(
            "Écrivez à %(email)s. Une personne de l’équipe répond sous quinze jours.", email=current.contact_email
        )),
    ]  # fmt: skip


def missing_facts() -> list[Fact]:
    """What the host must still say before a campaign of a real installation is accepted."""
    return [fact for fact in site_facts() if fact.setting and not fact.text]


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """« Informations légales », at the end of the campaign's page; one question each, unfolded on demand."""
    facts = [fact for fact in site_facts() if fact.text]
    return [Panel("campaigns/lifecycle/_legal.html", {"campaign": campaign, "facts": facts}, order=95)]


@dataclass(slots=True, frozen=True)
class Appeal:
    """What one beneficiary collected from the public this civil year, in cents, against the ceiling in cents."""

    beneficiary: str
    cents: int
    ceiling: int

    @property
    def percent(self) -> int:
        """Share of the ceiling."""
        return self.cents * 100 // self.ceiling


async def appeals() -> list[Appeal]:
    """Beneficiaries at 80 % or more of the sum above which an appeal to the public's generosity is declared."""
    first = clock.at(clock.today().replace(month=1, day=1), 0)
    rows = await Campaign.filter(status__in=list(PUBLIC), starts_at__gte=first).exclude(status="failed")
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.beneficiary] = sums.get(row.beneficiary, 0) + row.raised_cents
    ceiling = settings().appeal_ceiling * 100
    found = [Appeal(name, cents, ceiling) for name, cents in sums.items() if cents * 100 >= ceiling * ALERT_PERCENT]
    return sorted(found, key=lambda appeal: -appeal.cents)
