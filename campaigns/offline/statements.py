"""Bank statements: kept once line by line, matched by reference and amount, confirmed by a second person, undone."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import deposits, layouts, queries, slip_lines, taken, verifying
from campaigns.offline.models import (
    COUNTING,
    OPEN,
    BankLayout,
    BankLine,
    BankStatement,
    Deposit,
    LineStatus,
    Mode,
    OfflineGift,
    OfflineStatus,
)
from campaigns.offline.transitions import move, note
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock
from civic.database import retrying, transaction
from civic.errors import Forbidden, Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.service import audit
from civic.web.formats import money

MOST_BYTES = 2_000_000
_DEPOSITED = re.compile(r"\b(rem(ise)?|ch[eèé]ques?|chq|versement|vrst|esp[eèé]ces|dep[oô]t)\b", re.IGNORECASE)
"""How banks call a deposit of cheques or cash."""


@dataclass(slots=True, frozen=True)
class Found:
    """What a line of the bank pays: a gift, a promise whose backer sends a transfer, or a deposit slip. Cents."""

    cents: int
    gift: OfflineGift | None = None
    pledge: Pledge | None = None
    deposit: Deposit | None = None


async def receive(name: str, content: bytes, team: Actor) -> BankStatement:
    """Keep a file and read it when its bank's columns are known. Raises Invalid when it is no statement."""
    queries.must_supervise(team)
    if len(content) > MOST_BYTES:
        raise Invalid(_("Ce fichier est trop lourd : 2 Mo au plus."), field="file")
    text = layouts.decoded(content)
    sheet = await asyncio.to_thread(layouts.opened, text)
    layout = await BankLayout.get_or_none(signature=sheet.signature)
    statement = await BankStatement.create(
        name=name[:120], content=text, signature=sheet.signature, sent_by=team.hand, sent_at=clock.now()
    )
    if layout:
        await _read(statement, sheet, layout.columns, team)
    return statement


async def sheet_of(statement: BankStatement) -> layouts.Sheet:
    """The rows of a statement that still waits for its columns."""
    return await asyncio.to_thread(layouts.opened, statement.content)


async def choose_columns(statement: BankStatement, name: str, columns: dict[str, str], team: Actor) -> None:
    """Say once how this bank writes; the next file of the same bank is read at once. Raises Invalid, NotNow."""
    if statement.read_at:
        raise NotNow(_("Ce relevé est déjà lu."))
    sheet = await sheet_of(statement)
    layouts.check_columns(sheet.head, columns)
    if not (await asyncio.to_thread(layouts.read, sheet, columns)).lines:
        raise Invalid(_("Avec ces colonnes, aucune ligne ne se lit. Vérifiez la date et le montant."), field="date")
    async with transaction():
        await BankLayout.filter(signature=statement.signature).delete()
        await BankLayout.create(
            signature=statement.signature, name=name, columns=columns, chosen_by=team.hand, chosen_at=clock.now()
        )
        await audit(team, "bank_layout_chosen", f"bank_statement:{statement.id}", name=name)
    await _read(statement, sheet, columns, team)


@retrying
async def _read(statement: BankStatement, sheet: layouts.Sheet, columns: dict[str, str], team: Actor) -> None:
    result = await asyncio.to_thread(layouts.read, sheet, columns)
    async with transaction():
        known = await _known([line.hash for line in result.lines])
        fresh = [line for line in result.lines if line.hash not in known]
        await BankLine.bulk_create([
            BankLine(
                hash=line.hash, statement_id=statement.id, number=line.number, on=line.on, label=line.label,
                amount_cents=line.cents,
            )
            for line in fresh
        ], ignore_conflicts=True, batch_size=100)  # fmt: skip
        added = await BankLine.filter(statement_id=statement.id).count()
        values = {"added": added, "known": len(result.lines) - added, "content": "", "read_at": clock.now()}
        await BankStatement.filter(id=statement.id).update(troubles=[list(one) for one in result.troubles], **values)
        await audit(team, "bank_statement_read", f"bank_statement:{statement.id}", lines=added)
        await propose_open(team)
    await statement.refresh_from_db()


async def _known(hashes: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(hashes), 500):
        rows = BankLine.filter(hash__in=hashes[start : start + 500])
        found |= {str(value) for value in await rows.values_list("hash", flat=True)}
    return found


async def propose_open(team: Actor) -> int:
    """Look for what each open credit pays, by its references and its amount; answers how many were found."""
    rows = BankLine.filter(status=LineStatus.OPEN, amount_cents__gt=0).order_by("id").limit(queries.AT_ONCE * 5)
    count = 0
    for line in await rows:
        found = await _search(line)
        if found:
            count += await _propose(line, found, team)
    return count


async def propose(line: BankLine, reference: str, team: Actor) -> None:
    """The treasurer says which gift or promise a line pays, where the bank's label does not. Raises Invalid, NotNow."""
    names = queries.references_in(reference)
    if len(names) != 1:
        raise Invalid(_("Une référence ressemble à H-000123, B-000123, P-000123 ou R-0012."), field="reference")
    found = await _named(*names[0])
    if found is None and (blank := await slip_lines.blank_of(line, reference)):
        return await slip_lines.make_gift(line, blank.name or _("Anonyme"), team, reference)
    other = await taken.by_line(*names[0]) if found is None else None
    if other:
        raise Invalid(taken.sentence(reference.strip().upper(), other), field="reference")
    if found is None:
        raise Invalid(_("Aucun don ni aucune promesse n’attend d’argent sous cette référence."), field="reference")
    if found.cents != line.amount_cents:
        if found.deposit:
            raise Invalid(await deposits.mismatch(found.deposit, line.amount_cents), field="reference")
        wanted = money(found.cents)
        raise Invalid(_("Cette référence attend %(amount)s, pas ce montant.", amount=wanted), field="reference")
    if not await _propose(line, found, team):
        raise NotNow(_("Cette ligne a déjà changé d’état. Rechargez la page."))


async def _propose(line: BankLine, found: Found, team: Actor) -> int:
    waiting = BankLine.filter(id=line.id, status__in=[LineStatus.OPEN, LineStatus.ASIDE])
    return await waiting.update(
        status=LineStatus.PROPOSED, gift_id=found.gift.id if found.gift else None,
        pledge_id=found.pledge.id if found.pledge else None,
        deposit_id=found.deposit.id if found.deposit else None, proposed_by_id=team.hand.id,
    )  # fmt: skip


async def _search(line: BankLine) -> Found | None:
    for letter, number in queries.references_in(line.label):
        found = await _named(letter, number)
        if found and found.cents == line.amount_cents:
            return found
    return await _slip_of_this_sum(line) if _DEPOSITED.search(line.label) else None


async def _slip_of_this_sum(line: BankLine) -> Found | None:
    """The one slip of this total that no line pays; none when two might be meant."""
    made = Deposit.filter(undone_at__isnull=True, made_at__lte=clock.at(line.on + timedelta(days=1), 0))
    fitting = []
    for deposit in await made.order_by("-id").limit(queries.AT_ONCE):
        found = await _deposited(deposit)
        if found and found.cents == line.amount_cents:
            fitting.append(found)
    return fitting[0] if len(fitting) == 1 else None


async def _deposited(deposit: Deposit) -> Found | None:
    if await _taken(deposit_id=deposit.id):
        return None
    return Found((await deposits.total_of(deposit))[0], deposit=deposit)


async def mismatches(lines: list[BankLine]) -> dict[int, str]:
    """Line id → why the slip it names is not of its amount."""
    said: dict[int, str] = {}
    for line in lines:
        numbers = [number for letter, number in queries.references_in(line.label) if letter == "R"]
        if line.status == LineStatus.OPEN and numbers:
            deposit = await Deposit.get_or_none(id=numbers[0], undone_at__isnull=True)
            why = await deposits.mismatch(deposit, line.amount_cents) if deposit else ""
            said |= {line.id: why} if why else {}
    return said


async def _named(letter: str, number: int) -> Found | None:
    """What waits for money under a reference and that no other line pays."""
    if letter == "R":
        deposit = await Deposit.get_or_none(id=number, undone_at__isnull=True)
        return await _deposited(deposit) if deposit else None
    if letter == "P":
        pledge = await Pledge.get_or_none(id=number, status=PledgeStatus.SWITCHED_OFFLINE)
        gift = await OfflineGift.get_or_none(pledge_id=number, status=OfflineStatus.RECEIVED, mode=Mode.TRANSFER)
        if pledge is None or await _taken(pledge_id=number) or (gift is None and await _awaits_otherwise(number)):
            return None
        return Found(gift.amount_cents if gift else pledge.amount_cents, gift, pledge)
    by = {"slip_id": number} if letter == "B" else {"id": number}
    found = await OfflineGift.filter(status__in=[OfflineStatus.PROMISED, OfflineStatus.RECEIVED], **by).first()
    if found is None or found.mode not in (None, Mode.TRANSFER) or await _taken(gift_id=found.id):
        return None
    return Found(found.amount_cents, found)


async def _awaits_otherwise(pledge_id: int) -> bool:
    """A cheque or cash was entered for this promise: that one pays it, or is taken out first."""
    return await OfflineGift.filter(pledge_id=pledge_id, status__in=[*OPEN, *COUNTING]).exists()


async def _taken(**by: int) -> bool:
    return await BankLine.filter(status__in=[LineStatus.PROPOSED, LineStatus.CONFIRMED], **by).exists()


@retrying
async def confirm(line_id: int, team: Actor) -> None:
    """A second person agrees: the transfer is received on the bank's day, verified and booked, once; or the slip is
    banked that day, all its cheques together.

    Raises Forbidden for who proposed it or recorded the gift, NotNow when somebody was faster, Gone.
    """
    queries.must_supervise(team)
    async with transaction():
        mine = BankLine.filter(id=line_id, status=LineStatus.PROPOSED)
        if not await mine.update(status=LineStatus.PROPOSED):  # the lock first
            raise NotNow(_("Cette ligne a déjà changé d’état. Rechargez la page."))
        line = await BankLine.get(id=line_id)
        if line.proposed_by_id in (team.person.id, team.hand.id):
            raise Forbidden(_("Personne ne confirme son propre rapprochement : demandez à une autre personne."))
        if line.deposit_id:
            return await _confirm_deposit(line, team)
        gift = await _received(line)
        try:
            await mine.update(status=LineStatus.CONFIRMED, confirmed_by_id=team.hand.id, gift_id=gift.id)
        except IntegrityError:
            raise NotNow(_("Une autre ligne paie déjà ce don.")) from None
        await verifying.verify(gift.id, team)
        await audit(team, "bank_line_confirmed", f"bank_line:{line.id}", gift=gift.id)


async def _confirm_deposit(line: BankLine, team: Actor) -> None:
    """A slip that somebody has already noted as banked stays as it is: the line only says so too."""
    deposit = await Deposit.get(id=line.deposit_id)
    if deposit.undone_at:
        raise NotNow(_("Cette remise a été défaite depuis le rapprochement. Mettez la ligne de côté."))
    if why := await deposits.mismatch(deposit, line.amount_cents):
        raise NotNow(why)
    try:
        async with transaction():
            await BankLine.filter(id=line.id).update(status=LineStatus.CONFIRMED, confirmed_by_id=team.hand.id)
    except IntegrityError:
        raise NotNow(_("Une autre ligne dit déjà que cette remise est déposée.")) from None
    if deposit.banked_on is None:
        await deposits.bank(deposit, line.on, team, by_line=True)
    await audit(team, "bank_line_confirmed", f"bank_line:{line.id}", deposit=deposit.id)


async def _received(line: BankLine) -> OfflineGift:
    """The gift a line pays, as received on the bank's day by whoever proposed it. Raises NotNow when it was edited."""
    assert line.proposed_by_id is not None
    received: dict[str, Any] = {
        "mode": Mode.TRANSFER, "received_on": line.on, "recorded_by_id": line.proposed_by_id,
        "reference": f"relevé, ligne {line.number}",
    }  # fmt: skip
    if line.gift_id:
        gift = await verifying.hold(line.gift_id)
        if gift.amount_cents != line.amount_cents or gift.mode not in (None, Mode.TRANSFER):
            raise NotNow(_("Ce don a changé depuis le rapprochement : la ligne ne le paie plus. Mettez-la de côté."))
        if gift.status == OfflineStatus.PROMISED:
            await move(
                gift, OfflineStatus.RECEIVED, by=By.LEAD, cause=f"bank line {line.id}", actor_id=line.proposed_by_id,
                **received,
            )  # fmt: skip
        elif gift.received_on != line.on:
            await OfflineGift.filter(id=gift.id).update(received_on=line.on)
            await note(gift.id, gift.status.value, gift.status.value, "bank day", line.proposed_by_id)
        return gift
    return await _of_promise(line, received)


async def _of_promise(line: BankLine, received: dict[str, Any]) -> OfflineGift:
    pledge = await Pledge.get(id=line.pledge_id).select_related("person")
    if await _awaits_otherwise(pledge.id):
        raise NotNow(_("Un autre don est déjà saisi pour cette promesse. Retirez-le d’abord, ou écartez la ligne."))
    present = clock.now()
    gift = await OfflineGift.create(
        campaign_id=pledge.campaign_id, status=OfflineStatus.RECEIVED, amount_cents=line.amount_cents,
        donor_name=pledge.person.name, email=pledge.person.email or "", anonymous=pledge.anonymous,
        person_id=pledge.person_id, pledge=pledge, form_key=f"bank-line-{line.id}-{present.timestamp()}", line=1,
        created_at=present, updated_at=present, **received,
    )  # fmt: skip
    await note(gift.id, "", gift.status.value, f"bank line {line.id}", line.proposed_by_id)
    return gift


@retrying
async def undo(line_id: int, team: Actor, why: str) -> None:
    """A confirmation was a mistake: the booking is reversed and the line waits for a second person again."""
    queries.must_supervise(team)
    async with transaction():
        line = await BankLine.get(id=line_id)
        confirmed = BankLine.filter(id=line_id, status=LineStatus.CONFIRMED)
        if not await confirmed.update(status=LineStatus.PROPOSED, confirmed_by_id=None):
            raise NotNow(_("Cette ligne n’est pas confirmée."))
        await audit(team, "bank_line_undone", f"bank_line:{line.id}", gift=line.gift_id, deposit=line.deposit_id)
        if line.deposit_id:
            deposit = await Deposit.get(id=line.deposit_id)
            return await deposits.unbank(deposit, team) if deposit.banked_by_line else None
        assert line.gift_id is not None
        await verifying.undo(line.gift_id, team, why)


async def set_aside(line: BankLine, team: Actor) -> None:
    """This line concerns no campaign, or its proposal is wrong; it can be proposed again. Raises NotNow."""
    async with transaction():
        rows = BankLine.filter(id=line.id, status__in=[LineStatus.OPEN, LineStatus.PROPOSED])
        if not await rows.update(confirmed_by_id=None):  # the lock first
            raise NotNow(_("Cette ligne a déjà changé d’état. Rechargez la page."))
        await slip_lines.take_out(await BankLine.get(id=line.id), team)
        nothing = {"gift_id": None, "pledge_id": None, "deposit_id": None, "proposed_by_id": None}
        await rows.update(status=LineStatus.ASIDE, **nothing)
        await audit(team, "bank_line_aside", f"bank_line:{line.id}")
