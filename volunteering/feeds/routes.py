"""The feeds, and the page where one gets, renews and gives up one's own address."""

import asyncio
import hashlib
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import Forbidden, NotFound
from civic.i18n import _, speaking
from civic.people.actor import Actor, actor_of
from civic.places.queries import commune_to_show
from civic.settings import settings
from civic.web import limits
from civic.web.page import page, redirect
from volunteering.feeds import queries, service
from volunteering.missions.queries import mission_to_show
from volunteering.shifts import calendars
from volunteering.shifts.calendars import Entry

OWN = {"Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
PUBLIC = {"Cache-Control": "public, max-age=900", "Vary": "Accept-Language, Cookie"}
PAGE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def mine(request: Request) -> Response:
    """One's own sign-ups, for a calendar program that knows the secret address."""
    try:
        feed = await queries.feed_of_secret(request.path_params["secret"])
    except NotFound:
        await limits.hit("calendar_guess", limits.address(request), most=30, per=600)
        raise
    await limits.hit("calendar_feed", str(feed.id), most=120, per=3600)
    if request.method == "GET":
        await service.note_reading(feed)
    with speaking(feed.person.locale):
        name = _("Mes créneaux, %(site)s", site=settings().site_name)
        return await _answer(request, name, await queries.own_entries(feed.person), OWN, "mes-creneaux")


async def mission(request: Request) -> Response:
    """The shifts of a public mission; it names nobody."""
    found = await mission_to_show(request.path_params["slug"], None)
    return await _answer(request, found.title, await queries.entries_of_mission(found), PUBLIC, found.slug)


async def commune(request: Request) -> Response:
    """The shifts around a commune; it names nobody."""
    found = await commune_to_show(request.path_params["slug"])
    name = _("Bénévolat autour de %(place)s", place=found.name)
    return await _answer(request, name, await queries.entries_around(found), PUBLIC, f"missions-{found.slug}")


async def show(request: Request) -> Response:
    """One's address, how to put it into a calendar, and how to be rid of it."""
    actor = _herself(request)
    feed = await queries.feed_of(actor.person)
    address = service.address_of(feed) if feed else ""
    await actor.person.fetch_related("commune")
    return page(
        request, "volunteering/feeds/show.html", headers=PAGE, feed=feed, address=address,
        direct=f"webcal://{address.partition('://')[2]}" if address else "", commune=actor.person.commune,
    )  # fmt: skip


async def renew(request: Request) -> Response:
    """A new address; the former one is dead at once."""
    actor = _herself(request)
    await limits.hit("calendar_renew", str(actor.person.id), most=20, per=3600)
    await service.renew(actor.person)
    flash = _("Voici votre adresse d’agenda. L’ancienne, s’il y en avait une, ne vaut plus.")
    return redirect("feeds.show", flash=flash)


async def revoke(request: Request) -> Response:
    """No address any more."""
    await service.revoke(_herself(request).person)
    return redirect("feeds.show", flash=_("C’est fait : votre adresse d’agenda ne vaut plus."))


def _herself(request: Request) -> Actor:
    """The person, not the animator who helps her: whoever sees the address may read it for ever. Raises Forbidden."""
    actor = actor_of(request)
    if actor.recorded_by:
        raise Forbidden(_("Une adresse d’agenda est secrète : elle se voit seulement depuis son propre compte."))
    return actor


async def _answer(
    request: Request, name: str, entries: Sequence[Entry], headers: dict[str, str], file: str
) -> Response:  # fmt: skip
    """The feed as `file`, or 304 to a program that has this very one."""
    text = await asyncio.to_thread(calendars.feed, name, entries)
    etag = f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'
    known = [mark.strip().removeprefix("W/") for mark in request.headers.get("if-none-match", "").split(",")]
    headers = {**headers, "ETag": etag}
    if etag in known:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{file}.ics"'
    return Response(text, media_type="text/calendar", headers=headers)


routes: list[BaseRoute] = [
    Route("/agendas/{secret}.ics", mine, name="feeds.mine"),
    Route("/mon-espace/agenda", show, name="feeds.show"),
    Route("/mon-espace/agenda/adresse", renew, methods=["POST"], name="feeds.renew"),
    Route("/mon-espace/agenda/fermer", revoke, methods=["POST"], name="feeds.revoke"),
    Route("/missions/{slug}/agenda.ics", mission, name="feeds.mission"),
    Route("/communes/{slug}/missions.ics", commune, name="feeds.commune"),
]
