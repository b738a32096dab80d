"""What an entry of a campaign is about, by its accounts and its source."""

import re
from collections.abc import Mapping
from enum import StrEnum

from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked

GIVEN_BACK = frozenset({"refund", "dispute", "excess", "transfer"})
"""Sources of what goes back to a backer, and of what comes back from there."""
OF_PLEDGE = re.compile(r"pledge (\d+)")


class Nature(StrEnum):
    """What an entry is about; a reversal is about the same thing as what it undoes."""

    GIFT = "gift"
    OFFLINE = "offline"
    MATCH = "match"
    RETURN = "return"
    SPENDING = "spending"
    OTHER = "other"


def undone(entry: Booked, by_id: Mapping[int, Booked]) -> Booked:
    """What a reversal undoes, through reversals of reversals; any other entry itself."""
    while entry.link.source_type == "entry" and int(entry.link.source_id) in by_id:
        entry = by_id[int(entry.link.source_id)]
    return entry


def nature(entry: Booked) -> Nature:
    """What an entry that undoes nothing is about, by its accounts and its source."""
    touched = entry.accounts
    if AccountKind.MATCH_FUND in touched:
        return Nature.MATCH
    if AccountKind.EXPENSE_PAID in touched:
        return Nature.SPENDING
    if AccountKind.DISPUTES_HELD in touched or entry.link.source_type in GIVEN_BACK:
        return Nature.RETURN
    if entry.link.source_type == "charge":
        return Nature.GIFT
    return Nature.OFFLINE if AccountKind.CAMPAIGN_FUND in touched else Nature.OTHER
