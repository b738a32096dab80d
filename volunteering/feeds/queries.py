"""What each feed holds. Every feed costs the same number of queries however much is in it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from civic import clock
from civic.errors import Gone, NotFound
from civic.i18n import _, _n
from civic.people.models import Person
from civic.places import queries as places
from civic.places.models import Commune
from civic.web import urls
from volunteering.feeds.models import CalendarFeed
from volunteering.feeds.service import mark_of
from volunteering.missions.models import Mission, MissionStatus
from volunteering.missions.queries import OVER
from volunteering.shifts.calendars import Entry, public_entry
from volunteering.shifts.models import Shift
from volunteering.signups.calendars import entry_of
from volunteering.signups.models import Signup, SignupStatus

OWN_PAST, PUBLIC_PAST = timedelta(days=90), timedelta(days=30)
MOST = 500
AROUND_KM = 15
SECRET_LENGTH = 43
SHOWN = (SignupStatus.CONFIRMED, SignupStatus.OFFERED, SignupStatus.ATTENDED)
"""What is in her own calendar; a rank in a queue is not."""


async def feed_of(person: Person) -> CalendarFeed | None:
    """Her address in force."""
    found = await CalendarFeed.get_or_none(person_id=person.id, revoked_at__isnull=True).select_related("person")
    return found if found and _is_current(found) else None


async def feed_of_secret(secret: str) -> CalendarFeed:
    """The feed behind an address, with its person. Raises NotFound, or Gone for one that was given up."""
    found = None
    if len(secret) == SECRET_LENGTH:
        found = await CalendarFeed.get_or_none(secret=mark_of(secret)).select_related("person")
    if found is None:
        raise NotFound(_("Cette adresse d’agenda n’existe pas."))
    if found.revoked_at is not None or found.person.erased_at is not None or not _is_current(found):
        raise Gone(_("Cette adresse d’agenda ne vaut plus. La nouvelle est dans « Mon espace »."))
    return found


def _is_current(feed: CalendarFeed) -> bool:
    """She has ended no links since it was made."""
    return feed.person.links_since is None or feed.created_at >= feed.person.links_since


async def own_entries(person: Person) -> list[Entry]:
    """Her places, and those she gave back or that were called off, of the last three months and to come. One query.

    No link of hers is in it, which would let whoever reads the feed give her place back, and nobody else's name.
    """
    query = Signup.filter(person_id=person.id, shift__ends_at__gt=_since(OWN_PAST))
    rows = await query.order_by("shift__starts_at", "id").limit(MOST).select_related("shift__mission__commune", "role")
    return [_own(row, earlier) for row, earlier in _latest(rows) if _is_hers(row)]


async def entries_of_mission(mission: Mission) -> list[Entry]:
    """A mission's shifts of the last month and to come. One query."""
    query = Shift.filter(mission_id=mission.id, ends_at__gt=_since(PUBLIC_PAST))
    rows = await query.order_by("starts_at", "id").limit(MOST).select_related("mission__commune")
    return [public_entry(row) for row in rows]


async def entries_around(commune: Commune) -> list[Entry]:
    """The shifts of the open missions in and around a commune, at most 15 km away."""
    near = await places.around(commune, AROUND_KM) if commune.has_point else []
    query = Shift.filter(
        mission__commune_id__in=[one.commune.insee for one in near] or [commune.insee],
        mission__status=MissionStatus.OPEN, mission__initiative__published_at__isnull=False,
        mission__initiative__stage__not_in=OVER, ends_at__gt=_since(PUBLIC_PAST),
    )  # fmt: skip
    rows = await query.order_by("starts_at", "id").limit(MOST).select_related("mission__commune")
    return [public_entry(row) for row in rows]


def _latest(rows: Iterable[Signup]) -> list[tuple[Signup, int]]:
    """Her last sign-up for each shift, and how many came before it."""
    found: dict[int, tuple[Signup, int]] = {}
    for row in rows:
        earlier = found[row.shift_id][1] + 1 if row.shift_id in found else 0
        found[row.shift_id] = (row, earlier)
    return list(found.values())


def _is_hers(signup: Signup) -> bool:
    """She herself asked for it, and has, had or is offered a place."""
    return signup.confirmed_at is not None and signup.status in (*SHOWN, SignupStatus.CANCELLED)


def _own(signup: Signup, earlier: int) -> Entry:
    entry = entry_of(signup, urls.absolute("missions.show", slug=signup.shift.mission.slug), earlier)
    if signup.is_active and not signup.shift.is_cancelled:
        role = _("Poste : %(title)s", title=signup.role.title) if signup.role and signup.role.title else ""
        party = _n("Vous venez à %(n)s", "Vous venez à %(n)s", signup.party) if signup.party > 1 else ""
        entry.words = [part for part in (role, party, *entry.words) if part]
    return entry


def _since(past: timedelta) -> datetime:
    """The beginning of a day, so that a feed is the same all day long."""
    return clock.at(clock.today() - past, 0)
