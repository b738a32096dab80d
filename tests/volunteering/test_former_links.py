"""Links of mails that may be in wrong hands: whoever signs a device out ends them, and gets new ones."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from civic.people import links, service
from civic.people.models import Person, Session
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_signup, the_shift
from volunteering.calls.letters import token_of as call_token
from volunteering.calls.models import RescueCall
from volunteering.feeds import service as feeds
from volunteering.hours.letters import counter_token_of
from volunteering.hours.letters import token_of as hours_token
from volunteering.signups.letters import token_of

SignIn = Callable[[Person], Awaitable[Client]]


async def next_second() -> None:
    """A link bears a whole second: those of the next one are newer."""
    await asyncio.sleep(1.05 - datetime.now(UTC).microsecond / 1_000_000)


async def former_links(camille: Person) -> list[str]:
    """To her place, her hours, her calendar, and to a call for help."""
    shift = await the_shift(await a_mission())
    signup = await a_signup(shift, camille)
    feed = await feeds.renew(camille)
    call = await RescueCall.create(shift=shift, person=camille, asked_at=datetime.now(UTC))
    return [
        f"/mes-creneaux/{token_of(signup)}", f"/mes-heures/{hours_token(camille.id)}",
        f"/mes-heures/{counter_token_of(camille.id)}", feeds.address_of(feed).removeprefix("http://testserver"),
        f"/renforts/{call_token(call)}",
    ]


async def answers(client: Client, paths: list[str]) -> set[int]:
    return {(await client.get(path)).status_code for path in paths}


async def test_whoever_signs_a_device_out_ends_the_links_of_her_mails(
    database: object, sign_in: SignIn, client: Client
) -> None:
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    mine, lost = await sign_in(camille), await sign_in(camille)
    paths = await former_links(camille)
    assert await answers(client, paths) == {200}
    assert (await lost.get("/mon-espace/compte")).status_code == 200
    theirs = await Session.filter(person_id=camille.id).order_by("-id").first()
    assert theirs
    assert (await mine.submit(f"/mon-espace/compte/sessions/{theirs.id}/fermer")).status_code == 303
    assert await answers(client, paths) == {410}
    refused = await client.submit(paths[0] + "/annuler", {})
    assert refused.status_code == 410
    assert (await client.submit(paths[4] + "/oui", {})).status_code == 410
    assert (await client.submit(paths[4] + "/arreter", {})).status_code == 303, "to be left alone it is good enough"
    await next_second()
    fresh = await Person.get(id=camille.id)
    place = f"/mes-creneaux/{paths[0].rpartition('/')[2]}"
    assert (await client.get(place)).status_code == 410
    own = await mine.get("/mon-espace/heures")
    assert (await client.get(own.headers["location"])).status_code == 200, "new links are hers"
    again = feeds.address_of(await feeds.renew(fresh)).removeprefix("http://testserver")
    assert (await client.get(again)).status_code == 200


@pytest.mark.one_engine
async def test_a_new_password_ends_them_too_and_signing_out_here_does_not(
    database: object, sign_in: SignIn, client: Client
) -> None:
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    paths = await former_links(camille)
    await (await sign_in(camille)).submit("/deconnexion")
    assert await answers(client, paths) == {200}
    mine = await sign_in(camille)
    await mine.submit("/mon-espace/compte/mot-de-passe", {"password": "les canards du Carron"})
    assert await answers(client, paths) == {410}


@pytest.mark.one_engine
async def test_her_neighbours_links_stay(database: object, sign_in: SignIn, client: Client) -> None:
    camille, odile = await a_person("Camille Rey"), await a_person("Odile Martin")
    paths = await former_links(odile)
    stranger = await Session.filter(person_id=odile.id).count()
    await service.revoke_session(camille, 1)
    assert (await Person.get(id=camille.id)).links_since is None, "nobody was signed out"
    await service.end_links(camille)
    assert await answers(client, paths) == {200}
    assert await Session.filter(person_id=odile.id).count() == stranger


@pytest.mark.one_engine
async def test_a_link_made_in_the_next_second_is_a_new_one(database: object) -> None:
    camille = await a_person("Camille Rey")
    former = links.make("hours", camille.id)
    await service.end_links(camille)
    with pytest.raises(Exception, match="ne vaut plus"):
        links.check_current(camille, "hours", former)
    await next_second()
    links.check_current(camille, "hours", links.make("hours", camille.id))
