"""What a campaign still lacks before somebody else can read it: what the law asks for, and what helps; pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.payees.models import Payee
from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from civic.web.formats import day

SHORTEST_DAYS, LONGEST_DAYS = 3, 92
SHORTEST, LONGEST = timedelta(days=SHORTEST_DAYS), timedelta(days=LONGEST_DAYS)
SHORTEST_STORY = 120
FEES_PERCENT = 2
"""What cards and debits cost, roughly, of the money that comes in."""


@dataclass(slots=True, frozen=True)
class Item:
    """One thing to have: the sentence, the step where it is written, whether it is there, whether it must be.

    `to_open`: not before it is read by somebody else, but before it opens.
    """

    text: str
    step: str
    done: bool
    needed: bool = True
    to_open: bool = False


def checklist(
    campaign: Campaign, lines: list[CostLine], photos: int = 0, payee: Payee | None = None
) -> list[Item]:
    """Every point, done or not, in the order of the steps (docs/money.md, « Required on each campaign »)."""
    present = clock.now()
    deadline = campaign.deadline
    in_time = deadline is not None and present + SHORTEST <= deadline <= present + LONGEST
    return [
        Item(_("Un titre et un résumé qui disent à quoi servira la collecte."), "projet", bool(campaign.summary)),
        Item(
            _("Une histoire de %(n)s signes au moins, soit environ trois phrases.", n=SHORTEST_STORY), "projet",
            len(campaign.story) >= SHORTEST_STORY,
        ),
        Item(_("Une photo : les gens donnent à des visages et à des lieux."), "photos", photos > 0, needed=False),
        Item(_("Une dépense indispensable au moins."), "budget", any(line.required for line in lines)),
        Item(_("Les frais bancaires, comptés dans les dépenses."), "budget", _counts_fees(lines), needed=False),
        Item(
            _("Une date de fin dans %(least)s à %(most)s jours.", least=SHORTEST_DAYS, most=LONGEST_DAYS),
            "conditions", in_time,
        ),
        Item(_("La structure qui reçoit l’argent."), "conditions", bool(campaign.beneficiary)),
        Item(_("L’usage des fonds et le calendrier."), "conditions", bool(campaign.use_of_funds)),
        Item(_("Le résultat attendu."), "conditions", bool(campaign.expected_result)),
        Item(_("Les risques, et ce que vous ferez alors."), "conditions", bool(campaign.risks)),
        *_account(payee),
    ]  # fmt: skip


def _account(payee: Payee | None) -> list[Item]:
    """What another receiver than the host needs: an account that can charge, before the campaign opens."""
    if payee is None:
        return []
    done = payee.charges_enabled
    text = _("Le compte de paiement peut encaisser.") if done else _("Ouvrir le compte de paiement de la structure.")
    return [Item(text, "compte", done, needed=False, to_open=True)]


def missing(items: list[Item]) -> list[Item]:
    """What must be there and is not."""
    return [item for item in items if item.needed and not item.done]


def last_days() -> tuple[date, date]:
    """Between which days the last day of a campaign may be chosen today."""
    return clock.today() + SHORTEST, clock.today() + LONGEST - timedelta(days=1)


def end_of(last: date) -> datetime:
    """The end of a campaign whose last day this is: its midnight, Europe/Paris. Raises Invalid too soon or too late."""
    first_day, last_day = last_days()
    if not first_day <= last <= last_day:
        words = {"first": day(first_day), "last": day(last_day)}
        raise Invalid(_("Choisissez un dernier jour entre le %(first)s et le %(last)s.", **words), field="deadline_on")
    return clock.at(last + timedelta(days=1), 0)


def ends_too_soon(campaign: Campaign) -> bool:
    """Whether too little time is left to open it: another last day comes first."""
    return campaign.deadline is None or campaign.deadline < clock.now() + SHORTEST - timedelta(days=1)


def _counts_fees(lines: list[CostLine]) -> bool:
    return any(line.required for line in lines) and fees_to_plan(lines) is None


@dataclass(slots=True, frozen=True)
class Fees:
    """Bank fees to propose as an expense: whole euros in cents, and the line that counts too little (0: none yet)."""

    cents: int
    line_id: int = 0


def fees_to_plan(lines: list[CostLine]) -> Fees | None:
    """Two per cent of what is indispensable, when no line speaks of fees or the one that does no longer suffices."""
    planned = next((line for line in lines if line.plans_fees), None)
    required = sum(line.amount_cents for line in lines if line.required and line is not planned)
    wanted = -(-required * FEES_PERCENT // 10_000) * 100
    if not required or (planned and planned.amount_cents >= wanted):
        return None
    return Fees(wanted, planned.id if planned else 0)
