"""The public register of seats: who sits and who sat, as the one who looks may see it (PRODUCT S1, S2).

A discreet member is « une personne du collège des contributeurs » for everybody but the committee and who runs it: the
only place that turns a seat into a name, so that no page, sheet or print can say more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tortoise.expressions import Q

from civic import clock
from civic.committees import queries
from civic.committees.models import College, Committee, Seat
from civic.i18n import _, locale
from civic.web import paging
from civic.web.formats import NARROW, number
from civic.web.paging import Page


@dataclass(slots=True, frozen=True)
class Line:
    """A seat as it is written: `name` leads, `behind` says who speaks for an organisation."""

    seat: Seat
    name: str
    behind: str = ""
    is_hidden: bool = False

    @property
    def how(self) -> str:
        """How she came to sit, with the note of who runs the committee."""
        said = self.seat.designated.words
        return f"{said}, {self.seat.designated_note}" if self.seat.designated_note else said

    @property
    def last_day(self) -> date | None:
        """The day a seat really ended, or would."""
        seat = self.seat
        ended = clock.local(seat.ended_at).date() if seat.ended_at else None
        return min(day for day in (ended, seat.until_on) if day) if ended or seat.until_on else None


@dataclass(slots=True, frozen=True)
class Share:
    """A college's part of all voices: percent, how many share it, percent of one voice (None: nobody sits)."""

    college: College
    weight: int
    seated: int
    each: float | None

    @property
    def each_words(self) -> str:
        """What one voice of this college weighs, to a tenth of a percent."""
        if self.each is None:
            return "–"
        return f"{number(round(self.each, 1))}{NARROW if locale() == 'fr' else ''}%"


def lines(seats: Iterable[Seat], *, sees_names: bool, me: int | None = None) -> list[Line]:
    """The seats as this reader may see them; persons, organisations and substitutes are loaded."""
    return [line_of(seat, sees_names=sees_names or seat.person_id == me) for seat in seats]


def line_of(seat: Seat, *, sees_names: bool) -> Line:
    """One seat as this reader may see it."""
    if seat.is_discreet and not sees_names:
        return Line(seat, _("Une personne du collège des contributeurs"), is_hidden=True)
    if seat.organisation is None:
        return Line(seat, seat.person.short_name)
    if seat.vacant_at and not seat.ended_at:
        behind = _("personne pour l’instant : %(name)s ne la représente plus", name=seat.person.short_name)
        return Line(seat, seat.organisation.name, behind)
    behind = _("%(name)s, titulaire", name=seat.person.short_name)
    if seat.substitute:
        behind = _("%(titular)s ; %(substitute)s, suppléant", titular=behind, substitute=seat.substitute.short_name)
    return Line(seat, seat.organisation.name, behind)


def shares(colleges: Iterable[College]) -> list[Share]:
    """What each voice weighs in a committee that weighs: the college's part shared by who sits in it."""
    return [
        Share(one, one.weight or 0, one.taken, (one.weight or 0) / one.taken if one.taken else None)
        for one in colleges
    ]  # fmt: skip


async def past(committee: Committee, cursor: str | None, *, per_page: int = 100) -> Page[Seat]:
    """Seats that have ended, the latest first."""
    over = Q(ended_at__isnull=False) | Q(until_on__lt=clock.today())
    rows = Seat.filter(over, committee_id=committee.id)
    after = paging.decode(cursor, "id")
    if after:
        rows = rows.filter(id__lt=after[0])
    found = await rows.order_by("-id").limit(per_page + 1).select_related(
        "person", "college", "organisation", "substitute"
    )  # fmt: skip
    return paging.cut(found, lambda seat: [seat.id], cursor=cursor, per_page=per_page)


async def table(committee: Committee, *, sees_names: bool, me: int | None) -> list[tuple[str, ...]]:
    """The register as a sheet: one row for each seat held today."""
    rows: list[tuple[str, ...]] = []
    for line in lines(await queries.seats_of(committee.id), sees_names=sees_names, me=me):
        seat = line.seat
        day = seat.until_on.isoformat() if seat.until_on else ""
        rows.append(
            (line.name, line.behind, seat.title, seat.college.words, line.how, seat.from_on.isoformat(), day)
        )
    return rows
