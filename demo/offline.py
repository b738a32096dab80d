"""Money by hand in the demonstration: a market morning, the treasurer's evening, a transfer that waits."""

from campaigns.identity import DonorForm
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import deposits, promising, queries, service, statements, verifying
from campaigns.offline.models import Mode, OfflineGift
from campaigns.offline.service import Entry
from campaigns.pledges.service import Gift
from civic import clock
from civic.people import service as people
from civic.people.models import RoleName
from demo.world import Scene, World

WHERE, LEAD = "vergers", "thomas"
STALL = (
    ("Lucette Guichard", 20, Mode.CASH, ""), ("Roger Berthet", 50, Mode.CHEQUE, "Crédit Agricole 4410021"),
    ("Ginette Morel", 36, Mode.CHEQUE, "La Banque Postale 0098123"), ("Une famille de l’école", 15, Mode.CASH, ""),
    ("Pascal Moyne", 72, None, ""),
)  # fmt: skip
LATER = (("Fanfare de Chalamont", 90, Mode.CHEQUE, "Crédit Mutuel 7712044"), ("Huguette Blanc", 10, Mode.CASH, ""))

WHO = {
    "Roger Berthet": {"street": "12 impasse du Lavoir", "postcode": "01320", "city": "Chalamont"},
    "Fanfare de Chalamont": {
        "kind": "company", "legal_form": "Association", "number": "732829320", "street": "1 place de l’Église",
        "postcode": "01320", "city": "Chalamont",
    },
}  # fmt: skip
"""Those who want a tax receipt."""


def scenes() -> list[Scene]:
    """Entered on the market, verified the evening after, a bank statement this morning."""
    return [
        Scene(4, 18, _announced), Scene(3, 12, _market), Scene(2, 20, _evening), Scene(1, 12, _second_stall), Scene(0, -1, _statement),
    ]  # fmt: skip


async def _campaign(world: World) -> Campaign | None:
    initiative = world.initiatives[WHERE]
    return await Campaign.filter(initiative_id=initiative.id, status=CampaignStatus.LIVE).first()


async def _enter(world: World, key: str, lines: tuple[tuple[str, int, Mode | None, str], ...]) -> None:
    campaign = await _campaign(world)
    if campaign is None:
        return
    entries = [
        Entry(
            name, euros * 100, mode, clock.today(), reference, public_name="" if name.startswith("Une ") else name,
            identity=DonorForm.model_validate(WHO[name] | {"name": name}) if name in WHO else None,
        )
        for name, euros, mode, reference in lines
    ]  # fmt: skip
    await service.enter(campaign, world.actor(LEAD), entries, f"demo-{key}")


async def _announced(world: World) -> None:
    """Somebody gives by cheque, from her own sofa: announced, on its way."""
    campaign = await _campaign(world)
    if campaign is None or promising.why_not(campaign):
        return
    backer = await people.meet("Solange Vernay", "solange@example.org")
    gift = Gift(6_000, 0, 0, False, False, backer.short_name)
    await promising.promise(backer, campaign, gift, ["demo-announced"], known=True)


async def _market(world: World) -> None:
    await _enter(world, "market", STALL)


async def _evening(world: World) -> None:
    """The treasurer opens the envelope, counts, and prepares the cheques for the bank."""
    treasurer = world.actor("dominique", RoleName.TREASURER)
    for gift in await queries.to_verify():
        await verifying.verify(gift.id, treasurer)
    cheques = await queries.to_bank(Mode.CHEQUE)
    if cheques:
        await deposits.prepare(Mode.CHEQUE, [gift.id for gift in cheques], treasurer)


async def _second_stall(world: World) -> None:
    await _enter(world, "stall", LATER)


async def _statement(world: World) -> None:
    """The animator sends the bank's file; the treasurer will confirm."""
    promised = await OfflineGift.filter(status="promised", amount_cents=7_200).order_by("id").first()
    if promised is None:
        return
    animator = world.actor("agathe", RoleName.ANIMATOR)
    day = clock.today().strftime("%d/%m/%Y")
    text = (
        "Date;Libellé;Débit;Crédit\n"
        f"{day};VIR SEPA M MOYNE PASCAL {promised.code};;72,00\n{day};COTISATION COMPTE;-4,90;\n"
        f"{day};VIR INST MME SANS REFERENCE;;25,00\n"
    )
    found = await statements.receive("releve-de-la-semaine.csv", text.encode("cp1252"), animator)
    if not found.read_at:
        columns = {"date": "0", "label": "1", "debit": "2", "credit": "3"}
        await statements.choose_columns(found, "Compte courant", columns, animator)
