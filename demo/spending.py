"""The baker's campaign spends its money: permissions, invoices, and what still waits for a second person."""

import io
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from PIL import Image, ImageDraw, ImageFont
from starlette.datastructures import UploadFile

from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.payouts import queries, service
from campaigns.payouts.forms import ExpenseForm, TrancheForm
from campaigns.payouts.models import Answer, Tranche
from civic import clock
from civic.commitments import service as commitments
from civic.commitments.forms import CommitmentForm
from civic.commitments.models import Commitment
from civic.committees import service as committees
from civic.committees.forms import NewCommitteeForm
from civic.committees.models import Committee, CommitteeKind
from civic.media.documents import store_evidence
from civic.media.models import Picture
from civic.papers.look import FONTS
from civic.people.models import RoleName
from demo.world import Scene, World

FUND, LEAD = "fournil", "baptiste"
TABLE = {
    "name": "Le comité du four", "purpose": "Il suit les travaux du four, et dit quand on allume.", "residents": 6,
}  # fmt: skip
QUOTES = "Demander le prix d’une pelle à deux fabricants"


@dataclass(slots=True, frozen=True)
class Spent:
    """One sum: on which cost line, permitted and paid how many days ago (0: waits), in cents, what and from whom.

    With a `promise` it is held until that is kept.
    """

    line: str
    permitted: int
    cents: int
    purpose: str
    asked: int
    paid: int = 0
    what: str = ""
    verified: bool = True
    pdf: bool = False
    promise: str = ""


SUMS = (
    Spent("Briques", 115_000, 111_240, "Les briques et la chape, sur devis.", 100, 92, "Briques réfractaires, Matériaux de la Dombes"),
    Spent("Quatre", 98_000, 98_000, "Le fumiste, quatre journées.", 97, 80, "Quatre journées, Atelier du Fumiste", pdf=True),
    Spent("Transport", 21_000, 19_850, "Le camion et la pose de la porte.", 85, 4, "Transport de la porte, Taxi-Colis", verified=False),
    Spent("Deux", 4_000, 0, "Une pelle, l’autre est donnée.", 3, promise=QUOTES),
)  # fmt: skip


def scenes() -> list[Scene]:
    """Asked, permitted the next day, paid, declared, verified."""
    found = [Scene(104, 20, _gather), Scene(4, 20, _promise)]
    for one in SUMS:
        found.append(Scene(one.asked, 19, partial(_ask, one=one)))
        if one.paid:
            found.append(Scene(one.asked - 1, 10, partial(_permit, one=one)))
            found.append(Scene(one.paid, 20, partial(_declare, one=one)))
    return found


async def _gather(world: World) -> None:
    """Who looks after the oven sits down together."""
    await committees.found(world.actor(LEAD), world.initiatives[FUND], NewCommitteeForm.model_validate(TABLE))


async def _promise(world: World) -> None:
    committee = await Committee.get(initiative_id=world.initiatives[FUND].id, kind=CommitteeKind.STEERING)
    wish = CommitmentForm(
        what=QUOTES, due_on=clock.today() + timedelta(days=12), person_id=world.actor(LEAD).person.id
    )
    await commitments.commit(world.actor(LEAD), committee, wish)


async def _ask(world: World, *, one: Spent) -> None:
    campaign = await _campaign(world)
    if campaign:
        line = await _line(campaign, one)
        waits = await Commitment.get(what=one.promise) if one.promise else None
        form = TrancheForm(
            cost_line=line.id, amount=one.permitted, purpose=one.purpose, commitment=waits.id if waits else 0
        )
        await service.ask(campaign, world.actor(LEAD), form)


async def _permit(world: World, *, one: Spent) -> None:
    campaign = await _campaign(world)
    if campaign:
        tranche = await Tranche.get(campaign_id=campaign.id, purpose=one.purpose)
        await service.answer(campaign, tranche, world.actor("dominique", RoleName.TREASURER), Answer.ACCEPTED, "")


async def _declare(world: World, *, one: Spent) -> None:
    campaign = await _campaign(world)
    if not campaign:
        return
    line = await _line(campaign, one)
    form = ExpenseForm(
        cost_line=line.id, amount=one.cents, paid_on=clock.today(), what=one.what, key=f"demo-{line.id}"
    )
    expense = await service.declare(campaign, world.actor(LEAD), form, await invoice(one.cents, one.what, pdf=one.pdf))
    if one.verified:
        await service.check(campaign, expense, world.actor("dominique", RoleName.TREASURER), Answer.ACCEPTED, "")


async def _campaign(world: World) -> Campaign | None:
    """The campaign, where its payments could be played."""
    rows = Campaign.filter(initiative_id=world.initiatives[FUND].id, status__in=list(queries.SPENDING))
    return await rows.first() if world.till else None


async def _line(campaign: Campaign, one: Spent) -> CostLine:
    return await CostLine.get(campaign_id=campaign.id, title__startswith=one.line)


async def invoice(cents: int, what: str, *, pdf: bool = False) -> Picture:
    """A drawn invoice of an invented house."""
    sheet = Image.new("RGB", (900, 1200), "#fdfcf8")
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONTS / "LiberationSans-Regular.ttf", 34)
    euros = f"{cents // 100},{cents % 100:02d} €"
    for place, text in enumerate(("FACTURE", what.partition(", ")[2], "", what.partition(", ")[0], f"Payé : {euros}")):
        pen.text((80, 120 + 90 * place), text, fill="#2a251f", font=font)
    pen.rectangle((60, 80, 840, 620), outline="#857862", width=3)
    file, ending = io.BytesIO(), "pdf" if pdf else "png"
    sheet.save(file, ending)
    file.seek(0)
    upload = UploadFile(file, filename=f"facture.{ending}")
    return await store_evidence(upload, alt=f"Facture : {what}", field="evidence")
