"""Why a bank's line finds nothing under a reference: another line pays it, or waits to be confirmed."""

from campaigns.offline import queries
from campaigns.offline.models import BankLine, LineStatus, OfflineGift
from civic.i18n import _

_PAYS = (LineStatus.PROPOSED, LineStatus.CONFIRMED)


async def by_line(letter: str, number: int) -> BankLine | None:
    """The line (with its statement) that pays this gift, promise, slip of a stall or deposit, or is proposed to."""
    by = {{"R": "deposit_id", "P": "pledge_id"}.get(letter, "gift_id"): number}
    if letter == "B":
        gift = await OfflineGift.get_or_none(slip_id=number)
        by = {"gift_id": gift.id if gift else 0}
    return await BankLine.filter(status__in=_PAYS, **by).order_by("-id").select_related("statement").first()


def sentence(reference: str, line: BankLine) -> str:
    """« H-000005 : la ligne 3 du relevé … attend une confirmation. »"""
    said = {"reference": reference, "line": line.number, "statement": line.statement.name}
    if line.status == LineStatus.PROPOSED:
        return _("%(reference)s : la ligne %(line)s du relevé « %(statement)s » attend une confirmation.", **said)
    return _("%(reference)s : la ligne %(line)s du relevé « %(statement)s » le paie déjà.", **said)


async def elsewhere(lines: list[BankLine]) -> dict[int, list[tuple[str, int]]]:
    """Open line's id → for each reference that another line has taken, why and on which statement."""
    said: dict[int, list[tuple[str, int]]] = {}
    for line in lines:
        for letter, number in queries.references_in(line.label) if line.status == LineStatus.OPEN else []:
            other = await by_line(letter, number)
            if other:
                code = f"{letter}-{number:04d}" if letter == "R" else f"{letter}-{number:06d}"
                said.setdefault(line.id, []).append((sentence(code, other), other.statement_id))
    return said
