"""A transfer whose label bears the number of a blank slip: which campaign it is for, and its gift made from the line.

The slip was printed for that campaign and nobody entered it. Whoever makes the gift records it; another person confirms
the line, as for every match. Setting the line aside takes the gift out again and frees the slip.
"""

import re
from dataclasses import dataclass

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import queries, service
from campaigns.offline.forms import GiverForm
from campaigns.offline.models import (
    LEAST_CENTS,
    MOST_CENTS,
    BankLine,
    LineStatus,
    Mode,
    OfflineChange,
    OfflineGift,
    OfflineSlip,
    OfflineStatus,
)
from campaigns.offline.service import Entry
from campaigns.offline.transitions import move, note
from civic import clock
from civic.database import retrying, transaction
from civic.errors import Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.service import audit
from civic.web.forms import Form

_BANKS_WORDS = re.compile(
    r"\b(?:vir(?:ement)?s?|inst(?:antan[eé])?|sepa|re[cç]us?|recu|en|votre|faveur|de|don|par|ref(?:erence)?|mr?|mme|mlle|"
    r"monsieur|madame)\b|[BHPR][\s-]?\d+|[\d/.,:;*+-]+",
    re.IGNORECASE,
)


@dataclass(slots=True, frozen=True)
class Blank:
    """The slip a line names: its number, its campaign, who seems to give, whether its gift may still be entered."""

    code: str
    campaign: Campaign
    name: str
    open: bool


def name_in(label: str) -> str:
    """Who gives, as far as a bank's label says: « VIR INST MME ODILE BLANC B-000005 » → « Odile Blanc »."""
    return " ".join(_BANKS_WORDS.sub(" ", label).split()).title()[:120]


async def blank_of(line: BankLine, typed: str = "") -> Blank | None:
    """The first slip that an open line names, or that is typed for it, and that no gift bears; None without any."""
    if line.status not in (LineStatus.OPEN, LineStatus.ASIDE):
        return None
    for letter, number in queries.references_in(typed or line.label):
        slip = await OfflineSlip.get_or_none(id=number).select_related("campaign") if letter == "B" else None
        entered = OfflineGift.filter(slip_id=number).exclude(status=OfflineStatus.WITHDRAWN)
        if slip and not await entered.exists():
            fits = LEAST_CENTS <= line.amount_cents <= MOST_CENTS
            may = fits and slip.campaign.payee_id is None and slip.campaign.status in queries.ENTERING
            return Blank(slip.code, slip.campaign, name_in(line.label), may)
    return None


async def blanks(lines: list[BankLine]) -> dict[int, tuple[Blank, Form[GiverForm]]]:
    """Line id → the blank slip it names, with a form that holds the name to write."""
    found = {line.id: await blank_of(line) for line in lines}
    return {id: (blank, Form({"name": blank.name})) for id, blank in found.items() if blank}


@retrying
async def make_gift(line: BankLine, name: str, team: Actor, typed: str = "") -> None:
    """Enter the gift of a blank slip from its transfer and propose the line for it; another person then confirms.

    `typed`: the slip's number as the treasurer writes it, where the bank's label lacks it.

    Raises Invalid when the slip is taken meanwhile, Gone when its campaign takes no money, NotNow for another line.
    """
    queries.must_supervise(team)
    async with transaction():
        waiting = BankLine.filter(id=line.id, status__in=[LineStatus.OPEN, LineStatus.ASIDE])
        if not await waiting.update(proposed_by_id=team.hand.id):  # the lock first
            raise NotNow(_("Cette ligne a déjà changé d’état. Rechargez la page."))
        blank = await blank_of(line, typed)
        if blank is None:
            raise Invalid(_("Cette ligne ne porte pas le numéro d’un bulletin encore libre."))
        entry = Entry(
            name, line.amount_cents, Mode.TRANSFER, line.on, f"relevé, ligne {line.number}", number=blank.code
        )
        key = f"bank-line-{line.id}-{clock.now().timestamp()}"
        gift = (await service.enter(blank.campaign, team, [entry], key))[0]
        await note(gift.id, "", gift.status.value, _cause(line), team.hand.id)
        await waiting.update(status=LineStatus.PROPOSED, gift_id=gift.id, pledge_id=None, deposit_id=None)
        await audit(team, "bank_line_entered", f"bank_line:{line.id}", gift=gift.id)


async def take_out(line: BankLine, team: Actor) -> None:
    """A proposal that made its own gift is dropped: so is the gift, which never counted."""
    made = OfflineChange.filter(gift_id=line.gift_id or 0, cause=_cause(line))
    if line.status != LineStatus.PROPOSED or not await made.exists():
        return
    gift = await OfflineGift.get(id=line.gift_id)
    if gift.status == OfflineStatus.RECEIVED:
        await move(gift, OfflineStatus.WITHDRAWN, by=By.TEAM, cause="bank line set aside", actor_id=team.hand.id)


def _cause(line: BankLine) -> str:
    return f"entered from bank line {line.id}"
