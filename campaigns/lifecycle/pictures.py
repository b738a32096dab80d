"""The photos of a campaign: four at most, the first one leads the page; a removed one can be put back."""

from starlette.datastructures import UploadFile

from campaigns.lifecycle.models import Campaign, CampaignPicture
from civic import clock
from civic.database import transaction
from civic.errors import Invalid
from civic.i18n import _
from civic.media.models import Picture
from civic.media.service import store

MOST = 4


async def of(campaign_id: int) -> list[CampaignPicture]:
    """The photos shown, in their order, with their files."""
    rows = CampaignPicture.filter(campaign_id=campaign_id, removed_at__isnull=True)
    return await rows.order_by("position", "id").select_related("picture")


async def first_of(campaign_ids: list[int]) -> dict[int, Picture]:
    """The photo that leads each campaign's page; a campaign without photo is left out."""
    rows = CampaignPicture.filter(campaign_id__in=campaign_ids or [0], removed_at__isnull=True)
    found: dict[int, Picture] = {}
    for row in await rows.order_by("position", "id").select_related("picture"):
        found.setdefault(row.campaign_id, row.picture)
    return found


async def removed(campaign_id: int) -> CampaignPicture | None:
    """The photo that was removed last, to be put back."""
    rows = CampaignPicture.filter(campaign_id=campaign_id, removed_at__isnull=False)
    return await rows.order_by("-removed_at").select_related("picture").first()


async def add(campaign: Campaign, upload: object, alt: str) -> None:
    """Keep one more photo. Raises Invalid without a file, without words for those who do not see it, or beyond four."""
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Invalid(_("Choisissez une photo."), field="picture")
    check_alt(alt)
    await _room(campaign)
    picture = await store(upload, alt=alt)
    async with transaction():
        last = await CampaignPicture.filter(campaign_id=campaign.id).order_by("-position").first()
        position = last.position + 1 if last else 0
        await CampaignPicture.create(campaign_id=campaign.id, picture=picture, position=position)


async def describe(campaign: Campaign, photo_id: int, alt: str) -> None:
    """Change what is read to those who do not see the photo. Raises Invalid when that says nothing."""
    check_alt(alt)
    row = await CampaignPicture.get_or_none(id=photo_id, campaign_id=campaign.id)
    if row:
        await Picture.filter(id=row.picture_id).update(alt=alt[:200])  # type: ignore[attr-defined]


def check_alt(alt: str) -> None:
    """Raises Invalid when the words say nothing."""
    if len(alt) < 5:
        raise Invalid(_("Dites en quelques mots ce que montre la photo, pour qui ne la voit pas."), field="alt")


async def remove(campaign: Campaign, photo_id: int) -> None:
    """Take a photo off the page; it can be put back."""
    rows = CampaignPicture.filter(id=photo_id, campaign_id=campaign.id, removed_at__isnull=True)
    await rows.update(removed_at=clock.now())


async def put_back(campaign: Campaign, photo_id: int) -> None:
    """Undo a removal. Raises Invalid when four others are there."""
    await _room(campaign)
    await CampaignPicture.filter(id=photo_id, campaign_id=campaign.id).update(removed_at=None)


async def move(campaign: Campaign, photo_id: int, *, up: bool) -> None:
    """One place earlier or later; nothing at the ends."""
    rows = await of(campaign.id)
    ids = shifted([row.id for row in rows], photo_id, up=up)
    async with transaction():
        for place, id_ in enumerate(ids):
            await CampaignPicture.filter(id=id_).update(position=place)


def shifted(ids: list[int], chosen: int, *, up: bool) -> list[int]:
    """The same ids with the chosen one a place earlier or later."""
    if chosen not in ids:
        return ids
    here = ids.index(chosen)
    there = here - 1 if up else here + 1
    if 0 <= there < len(ids):
        ids[here], ids[there] = ids[there], ids[here]
    return ids


async def _room(campaign: Campaign) -> None:
    if await CampaignPicture.filter(campaign_id=campaign.id, removed_at__isnull=True).count() >= MOST:
        raise Invalid(_("Quatre photos suffisent : retirez-en une d’abord."), field="picture")
