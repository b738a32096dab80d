"""Two shifts of one person that touch, or are too far apart to do both."""

from collections.abc import Collection
from datetime import timedelta

from civic.errors import DomainError
from civic.i18n import _
from civic.places.distance import distance_km
from volunteering.missions.words import when
from volunteering.shifts.models import Shift
from volunteering.signups.models import EXPECTED, Signup

LONGEST_WAY = timedelta(hours=2)
KM_PER_HOUR = 50
ON_FOOT = timedelta(minutes=10)


class Overlap(DomainError):
    """She already comes to another shift at the same time, or too near to it, and has not said that she wants both."""

    def __init__(self, other: Signup, shift: Shift) -> None:
        ask = _("Cochez « Je viens quand même » si c’est voulu.")
        super().__init__(f"{sentence(other, shift)} {ask}", field="anyway")
        self.other = other


def sentence(other: Signup, shift: Shift) -> str:
    """What stands in the way: at the same time, or too far off to be there in time. Needs the other's mission."""
    words = {"title": other.shift.mission.title, "when": when(other.shift.starts_at, other.shift.ends_at)}
    if other.shift.starts_at < shift.ends_at and shift.starts_at < other.shift.ends_at:
        return _("Vous venez déjà à « %(title)s » à la même heure : %(when)s.", **words)
    return _("Vous venez aussi à « %(title)s » : %(when)s. Le trajet entre les deux risque d’être trop court.", **words)


async def overlapping(person_id: int, shift: Shift) -> list[Signup]:
    """Her other places whose hours, with the way between both, touch this shift's; with shift and mission.

    A rank in a queue is no place yet. Needs the shift's mission and its commune. One query.
    """
    return await _touching([person_id], shift)


async def busy_among(person_ids: Collection[int], shift: Shift) -> set[int]:
    """Who of these persons has such a place. Needs the shift's mission and its commune. One query."""
    return {row.person_id for row in await _touching(person_ids, shift)}


async def _touching(person_ids: Collection[int], shift: Shift) -> list[Signup]:
    rows = await Signup.filter(
        person_id__in=list(person_ids) or [0], status__in=EXPECTED, shift__starts_at__lt=shift.ends_at + LONGEST_WAY,
        shift__ends_at__gt=shift.starts_at - LONGEST_WAY, shift_id__not=shift.id,
    ).order_by("shift__starts_at").select_related("shift__mission__commune")  # fmt: skip
    return [row for row in rows if touch(row.shift, shift)]


def touch(one: Shift, other: Shift) -> bool:
    """The hours of two shifts overlap, or leave less than the way between them. Needs their missions and communes."""
    return _gap(one, other) < _way(one, other)


async def sentences(person_id: int, shift: Shift) -> list[str]:
    """The same in words."""
    return [sentence(other, shift) for other in await overlapping(person_id, shift)]


async def check_free(person_id: int, shift: Shift) -> None:
    """She can be there. Raises Overlap."""
    for other in await overlapping(person_id, shift):
        raise Overlap(other, shift)


def _gap(one: Shift, other: Shift) -> timedelta:
    """The time between the two; below zero when they overlap."""
    return max(one.starts_at, other.starts_at) - min(one.ends_at, other.ends_at)


def _way(one: Shift, other: Shift) -> timedelta:
    """How long it takes from one to the other by road: none within a mission or for remote work."""
    here, there = one.mission, other.mission
    if here.id == there.id or here.remote or there.remote or here.commune is None or there.commune is None:
        return timedelta()
    if here.commune_id == there.commune_id:
        return ON_FOOT if here.place != there.place else timedelta()
    return ON_FOOT + timedelta(hours=(distance_km(here.commune, there.commune) or 0) / KM_PER_HOUR)
