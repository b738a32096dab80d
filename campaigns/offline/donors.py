"""Who gave by hand: identity for a tax receipt, names thanked in public, the account that says « c’est moi »."""

from typing import Any

from tortoise.expressions import F, Q

from campaigns.identity import DonorForm
from campaigns.ledger import telling
from campaigns.lifecycle.models import STILL, Campaign, CampaignChange
from campaigns.offline.models import COUNTING, OfflineChange, OfflineDonor, OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import STANDING
from campaigns.slots import Thanked
from civic import clock
from civic.contributions import service as contributions
from civic.database import retrying, transaction
from civic.errors import NotFound
from civic.i18n import _
from civic.needs.models import NeedKind
from civic.people.models import Person
from civic.places.folding import fold

LINK = "offline-gift"
"""The purpose of a donor's secret link."""
NOT_MINE, MINE = "not mine", "mine"


async def keep_identity(gift: OfflineGift, identity: DonorForm | None, told_by: int | None) -> None:
    """Keep who gave, for the tax office, in the caller's transaction; None forgets it. Receipts keep what they say."""
    if identity is None:
        if await OfflineDonor.filter(gift_id=gift.id).delete():
            await OfflineGift.filter(id=gift.id).update(address="")
        return
    values: dict[str, Any] = identity.model_dump() | {"updated_at": clock.now(), "told_by_id": told_by}
    if not await OfflineDonor.filter(gift_id=gift.id).update(**values):
        await OfflineDonor.create(gift_id=gift.id, **values)
    await OfflineGift.filter(id=gift.id).update(address=identity.address[:300])


async def identity_of(gift_id: int) -> OfflineDonor | None:
    """Who gave, for the tax office, if anybody said so."""
    return await OfflineDonor.get_or_none(gift_id=gift_id)


async def thanked_otherwise(campaign_id: int) -> list[Thanked]:
    """Donors by hand who agreed to be named; hidden amounts are named as docs/decisions/0014 says.

    Whoever left no address is known by her name: the same name is one person. Whoever hides an amount that came after
    the totals stood still is not named: her name would appear beside a step of the public total.
    """
    gone = [id for kind, id in await telling.untold_of(campaign_id) if kind == "offline"]
    counts = Q(status__in=list(COUNTING)) | Q(id__in=gone or [0], amount_hidden=True)
    rows = OfflineGift.filter(counts, campaign_id=campaign_id, pledge_id__isnull=True)
    found = await rows.exclude(public_name="").order_by("-id").limit(200).select_related("campaign")
    still = await CampaignChange.filter(campaign_id=campaign_id, after__in=list(STILL)).order_by("id").first()
    known = {fold(gift.donor_name): gift.person_id or -gift.id for gift in found}
    known |= {fold(gift.donor_name): gift.person_id for gift in found if gift.person_id}
    return [
        Thanked(
            gift.public_name, gift.verified_at or gift.created_at, gift.person_id or known[fold(gift.donor_name)],
            gift.amount_hidden, called=fold(gift.donor_name),
            settled=gift.campaign.status in STILL and not (still and (gift.verified_at or still.at) > still.at),
        )
        for gift in found
    ]  # fmt: skip


async def gives_otherwise(campaign_id: int, person_id: int, besides: int) -> bool:
    """Whether a person counts among the backers without this gift: people are counted once."""
    standing = Pledge.filter(campaign_id=campaign_id, person_id=person_id, status__in=STANDING)
    others = OfflineGift.filter(
        campaign_id=campaign_id, person_id=person_id, status__in=list(COUNTING), pledge_id__isnull=True
    )
    return await standing.exists() or await others.exclude(id=besides).exists()


async def to_claim(person: Person) -> list[OfflineGift]:
    """Gifts entered under her address, and under a name that nobody's account bears: hers to say.

    Her address is confirmed; whoever said « ce n’est pas moi » is not asked again.
    """
    if not person.has_account or not person.email:
        return []
    rows = OfflineGift.filter(
        email__iexact=person.email, status__in=list(COUNTING), pledge_id__isnull=True,
        person__email_verified_at__isnull=True,
    )  # fmt: skip
    found = await rows.exclude(person_id=person.id).order_by("id").limit(20).select_related("campaign")
    refused = OfflineChange.filter(gift_id__in=[gift.id for gift in found] or [0], cause=NOT_MINE, actor_id=person.id)
    gone = {int(str(one)) for one in await refused.values_list("gift_id", flat=True)}
    return [gift for gift in found if gift.id not in gone]


async def gift_to_claim(gift_id: int, person: Person) -> OfflineGift:
    """One of them. Raises NotFound."""
    found = next((gift for gift in await to_claim(person) if gift.id == gift_id), None)
    if found is None:
        raise NotFound(_("Ce don n’attend pas votre réponse."))
    return found


@retrying
async def claim(gift: OfflineGift, person: Person) -> None:
    """« C’est bien moi »: the gift is hers, in her space and among the backers; she is counted once."""
    async with transaction():
        await Campaign.filter(id=gift.campaign_id).update(updated_at=clock.now())  # the lock first
        mine = OfflineGift.filter(id=gift.id, person_id=gift.person_id, status__in=list(COUNTING))
        before = gift.person_id is None or not await gives_otherwise(gift.campaign_id, gift.person_id, gift.id)
        after = not await gives_otherwise(gift.campaign_id, person.id, gift.id)
        if not await mine.update(person_id=person.id):
            raise NotFound(_("Ce don n’attend pas votre réponse."))
        if before != after:
            step = int(after) - int(before)
            await Campaign.filter(id=gift.campaign_id).update(backers_count=F("backers_count") + step)
        await contributions.revoke(f"offline:{gift.id}")
        await contributions.contribute(person.id, gift.campaign.initiative_id, NeedKind.MONEY, f"offline:{gift.id}")
        await _note(gift, MINE, person)


async def refuse(gift: OfflineGift, person: Person) -> None:
    """« Ce n’est pas moi »: she is not asked again."""
    await _note(gift, NOT_MINE, person)


async def _note(gift: OfflineGift, cause: str, person: Person) -> None:
    await OfflineChange.create(
        gift_id=gift.id, before=gift.status.value, after=gift.status.value, cause=cause, actor_id=person.id,
        at=clock.now(),
    )  # fmt: skip

async def givers(campaign_id: int) -> list[Person]:
    """Who gave to a campaign by cheque, cash or transfer alone, verified, and left an address."""
    counts = OfflineGift.filter(campaign_id=campaign_id, status__in=list(COUNTING), pledge_id__isnull=True)
    ids = {int(str(id)) for id in await counts.exclude(person_id=None).values_list("person_id", flat=True)}
    paid = Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.COLLECTED, person_id__in=ids or {0})
    ids -= {int(str(id)) for id in await paid.values_list("person_id", flat=True)}
    return await Person.filter(id__in=ids or {0}, email__isnull=False, erased_at__isnull=True).order_by("id")
