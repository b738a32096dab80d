"""What a campaign still lacks before somebody else can read it; pure."""

from dataclasses import dataclass
from datetime import timedelta

from campaigns.lifecycle.models import Campaign, CostLine
from civic import clock
from civic.i18n import _

SHORTEST, LONGEST = timedelta(days=3), timedelta(days=92)


@dataclass(slots=True, frozen=True)
class Item:
    """One thing to have: the sentence, the step where it is written, whether it is there."""

    text: str
    step: str
    done: bool


def checklist(campaign: Campaign, lines: list[CostLine]) -> list[Item]:
    """Every point, done or not, in the order of the steps."""
    present = clock.now()
    deadline = campaign.deadline
    in_time = deadline is not None and present + SHORTEST <= deadline <= present + LONGEST
    return [
        Item(_("Un titre et un résumé qui disent à quoi servira la collecte."), "projet", bool(campaign.summary)),
        Item(_("Une histoire de trois phrases au moins."), "projet", len(campaign.story) >= 120),
        Item(_("Une dépense indispensable au moins."), "budget", any(line.required for line in lines)),
        Item(_("Une date de fin entre 3 et 92 jours."), "conditions", in_time),
        Item(_("La structure qui reçoit l’argent."), "conditions", bool(campaign.beneficiary)),
        Item(_("L’usage des fonds et le calendrier."), "conditions", bool(campaign.use_of_funds)),
        Item(_("Les risques, et ce que vous ferez alors."), "conditions", bool(campaign.risks)),
    ]
