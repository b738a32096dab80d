"""Things that leads ask for."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock
from civic.initiatives.models import Initiative
from civic.needs.models import BITS, NeedKind
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person, an_initiative

SignIn = Callable[[Person], Awaitable[Client]]


async def test_a_lead_asks_for_two_tables_and_finds_them(sign_in: SignIn, client: Client) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative(lead=lead)
    page, form = f"/initiatives/{initiative.slug}", f"/initiatives/{initiative.slug}/choses/nouvelle"
    mine = await sign_in(lead)
    fields = {"title": "Une grande table", "pieces": "2"}
    assert (await (await sign_in(await a_person("Autre"))).submit(form, fields)).status_code == 403
    assert (await mine.submit(form, {**fields, "until": "2020-01-01"})).status_code == 422
    assert (await mine.submit(form, fields)).status_code == 303
    assert "0 sur 2" in (await client.get(page)).text
    assert (await Initiative.get(id=initiative.id)).needs_mask & BITS[NeedKind.THING]
    found = (await mine.get(page)).text.split("/trouvee")[0].rpartition('"')[2] + "/trouvee"
    await mine.submit(found)
    assert "1 sur 2" in (await client.get(page)).text
    for _ in range(2):
        await mine.submit(found)
    assert "Une grande table" not in (await client.get(page)).text
    assert not (await Initiative.get(id=initiative.id)).needs_mask & BITS[NeedKind.THING]


@pytest.mark.one_engine
async def test_a_thing_is_not_asked_for_after_its_last_day(sign_in: SignIn, client: Client) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative(lead=lead)
    fields = {"title": "Une remorque", "pieces": "1", "until": (clock.today() + timedelta(days=1)).isoformat()}
    await (await sign_in(lead)).submit(f"/initiatives/{initiative.slug}/choses/nouvelle", fields)
    assert "Une remorque" in (await client.get("/")).text
    clock.travel(timedelta(days=2))
    assert "Une remorque" not in (await client.get(f"/initiatives/{initiative.slug}")).text
    assert "Une remorque" not in (await client.get("/")).text
