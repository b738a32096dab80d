"""What volunteering shows on the pages of the common ground. Wired into the slots by app.py."""

from civic import clock
from civic.i18n import _, _n
from civic.initiatives.models import Initiative
from civic.initiatives.queries import is_lead, led_by
from civic.initiatives.timeline import Sort
from civic.organisations.queries import hats_of
from civic.people.models import Person
from civic.slots import Moment, Panel, Todo, Way
from civic.web import urls
from civic.web.formats import hour, moment, opening
from volunteering.missions import queries as missions
from volunteering.missions.models import Mission
from volunteering.missions.words import hours, when, where
from volunteering.shifts import queries as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.words import role_line
from volunteering.signups import queries as signups
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup, SignupStatus

NEXT = 6
LOOKED_AT = 60
WEEK_LOOKED_AT = 24
SHOWN = 3
LISTED = 6


async def initiative_panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """« Donner de son temps »: the next shift of each mission with its places. Leads see it even when empty."""
    if initiative.is_over:
        return []
    coming = {shift.mission_id: shift for shift in reversed(await shifts.next_shifts(initiative.id, LOOKED_AT))}
    nearest = sorted(coming.values(), key=lambda shift: (shift.starts_at, shift.id))[:NEXT]
    places = await signups.with_mine(nearest, person)
    undated = [one for one in await missions.open_missions_of(initiative.id) if one.ongoing and not one.is_dated]
    leads = await is_lead(person, initiative.id)
    if not (places or undated or leads):
        return []
    drafts = [one for one in await missions.missions_of(initiative.id) if not one.is_open] if leads else []
    context = {
        "initiative": initiative, "places": places, "undated": undated, "leads": leads, "drafts": drafts,
        "hours": hours, "where": where, "roles": await _roles(nearest),
    }  # fmt: skip
    return [Panel("volunteering/missions/_panel.html", context, order=30)]


async def _roles(nearest: list[Shift]) -> dict[int, list[str]]:
    """« Accueil, 3 places », « Cuisine, complet »: the roles of the shifts that have several."""
    found = await shifts.roles_by_shift(nearest)
    return {key: [role_line(role) for role in roles] if len(roles) > 1 else [] for key, roles in found.items()}


async def initiative_timeline(initiative: Initiative) -> list[Moment]:
    """When each mission opened, and when its last shift began, once it is past."""
    found = []
    for mission in await missions.told_of(initiative.id):
        href = urls.path("missions.show", slug=mission.slug)
        if mission.opened_at:
            text = _("Mission ouverte : %(title)s", title=mission.title)
            found.append(Moment(mission.opened_at, text, href, "temps", about=Sort.WORK))
        if mission.last_at and not mission.is_dated and clock.is_over(mission.last_at):
            text = _("Dernier créneau : %(title)s", title=mission.title)
            found.append(Moment(mission.last_at, text, href, "temps", about=Sort.WORK))
    return found


async def person_todos(person: Person) -> list[Todo]:
    """Her shifts to come, first those that await her answer."""
    rows = await signups.coming_of(person)
    return [_todo(row) for row in sorted(rows, key=lambda row: not (row.awaits_link or row.is_offered))]


async def person_panels(person: Person) -> list[Panel]:
    """« Mon bénévolat » in her space: what concerns her time, the missions she runs, the bodies she represents."""
    led = [one for one in await led_by(person) if not one.is_over]
    running = await missions.running_of([one.id for one in led], LISTED) if led else []
    context = {"led": led[:LISTED], "missions": running, "bodies": await hats_of(person)}
    return [Panel("volunteering/_mine.html", context, order=25)]


async def home_ways() -> list[Way]:
    """The places of this week that are still free, and the first three missions that have some."""
    rows, free = await shifts.free_this_week(WEEK_LOOKED_AT)
    summary = _n("%(n)s place cette semaine", "%(n)s places cette semaine", free) if rows else _("Rien cette semaine")
    first = {row.mission_id: row for row in reversed(rows)}
    nearest = sorted(first.values(), key=lambda row: (row.starts_at, row.id))[:SHOWN]
    return [Way("temps", summary, [(row.mission.title, _detail(row), _href(row.mission)) for row in nearest], order=20)]


def _detail(shift: Shift) -> str:
    return ", ".join(part for part in (when(shift.starts_at, shift.ends_at), where(shift.mission)) if part)


def _todo(signup: Signup) -> Todo:
    shift = signup.shift
    title, start = shift.mission.title, opening(when(shift.starts_at, shift.ends_at))
    href = urls.path("signups.show", token=token_of(signup))
    if signup.awaits_link and signup.hold_until:
        detail = _("Votre place est gardée jusqu’à %(until)s.", until=moment(signup.hold_until))
        return Todo(_("À confirmer : %(title)s", title=title), href, "temps", None, f"{start}. {detail}")
    if signup.is_offered and signup.hold_until:
        text = _("Une place vous attend : %(title)s", title=title)
        detail = _("Elle est gardée pour vous jusqu’à %(until)s.", until=moment(signup.hold_until))
        return Todo(text, href, "temps", signup.hold_until, f"{start}. {detail}")
    if signup.status == SignupStatus.HELD:
        return Todo(_("Un parent doit donner son accord : %(title)s", title=title), href, "temps", None, start)
    if signup.status == SignupStatus.WAITING:
        return Todo(_("En liste d’attente : %(title)s", title=title), href, "temps", None, start)
    text = _("Vous venez : %(title)s", title=title)
    until = opening(_("jusqu’à %(hour)s", hour=hour(shift.ends_at)))
    return Todo(text, href, "temps", shift.starts_at, f"{until}.", appointment=True)


def _href(mission: Mission) -> str:
    return urls.path("missions.show", slug=mission.slug)


async def secret_links(person: Person) -> list[tuple[str, str]]:
    """The links to her shifts to come: what, and the full address (A2)."""
    return [
        (_named(row), urls.absolute("signups.show", token=token_of(row))) for row in await signups.coming_of(person)
    ]


def _named(signup: Signup) -> str:
    """A sign-up among other links: what, when, where it stands."""
    state = _("en liste d’attente") if signup.status == SignupStatus.WAITING else _("place gardée")
    if signup.is_offered:
        state = _("une place vous attend")
    elif signup.awaits_link:
        state = _("à confirmer")
    start = when(signup.shift.starts_at, signup.shift.ends_at)
    return _("Bénévolat, %(title)s, %(when)s, %(state)s", title=signup.shift.mission.title, when=start, state=state)
