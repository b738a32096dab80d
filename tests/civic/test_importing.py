"""The animator brings in initiatives made elsewhere (PRODUCT D8)."""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from civic.initiatives.importing import parse
from civic.initiatives.importing.applying import Action, apply, plan
from civic.initiatives.models import Initiative, InitiativeTopic
from civic.people.models import Person, RoleName
from civic.places import service as places
from tests.client import Client
from tests.engines import Database
from tests.factories import a_commune, a_person

SignIn = Callable[[Person], Awaitable[Client]]
SAMPLE = Path(__file__).parent / "samples" / "initiatives.json"


async def test_a_file_comes_in_once_and_an_updated_one_updates(database: Database, settings: object) -> None:
    await a_commune()
    first = await plan(parse(SAMPLE.read_bytes(), SAMPLE.name))
    assert [one.row.title for one in first.of(Action.CREATE)] == ["Le Four de la Halle", "La Recyclerie du Carron"]
    assert [refused.line for refused in first.refused] == [3, 4]
    assert await Initiative.all().count() == 0
    await apply(first, SAMPLE.name)
    again = await plan(parse(SAMPLE.read_bytes(), SAMPLE.name))
    assert len(again.of(Action.KEEP)) == 2
    rows = json.loads(SAMPLE.read_text())
    rows[0] |= {"id": "autre", "title": "Le Four à pain de la Halle", "location": {"lat": 45.9399, "lon": 4.7724}}
    renamed = await plan(parse(json.dumps(rows).encode(), "export.json"))
    assert [one.known_title for one in renamed.of(Action.UPDATE)] == ["Le Four de la Halle"]
    await apply(renamed, "export.json")
    assert await Initiative.all().count() == 2


async def test_the_animator_looks_before_she_imports(sign_in: SignIn) -> None:
    await a_commune()
    animator = await sign_in(await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR))
    files = {"file": (SAMPLE.name, SAMPLE.read_bytes(), "application/json")}
    answer = await animator.submit("/pupitre/import", files=files)
    assert answer.status_code == 303
    preview = await animator.get(answer.headers["location"])
    assert "Le Four de la Halle" in preview.text
    assert await Initiative.all().count() == 0
    assert (await animator.submit(answer.headers["location"])).status_code == 303
    assert await Initiative.all().count() == 2
    assert (await animator.submit(answer.headers["location"])).status_code == 410
    resident = await sign_in(await a_person())
    assert (await resident.get("/pupitre/import")).status_code == 403


@pytest.mark.one_engine
async def test_an_unreadable_file_is_refused_beside_its_field(sign_in: SignIn) -> None:
    animator = await sign_in(await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR))
    answer = await animator.submit("/pupitre/import", files={"file": ("x.json", b"{not json", "application/json")})
    assert answer.status_code == 422
    assert (await animator.submit("/pupitre/import")).status_code == 422


async def test_the_hundred_real_initiatives_come_in(database: Database, settings: object) -> None:
    name = os.environ.get("CIVIC_IMPORT_SAMPLE")
    print(f"\nCIVIC_IMPORT_SAMPLE: {'read' if name else 'not set, the real file was not read'}")
    if not name:
        return
    await places.load(["79", "86", "85", "17", "16", "49"])
    content = Path(name).read_bytes()  # noqa: ASYNC240
    made = await plan(parse(content, name))
    assert not made.refused, made.refused
    assert len(made.of(Action.CREATE)) == 100
    await apply(made, "Transiscope")
    assert await Initiative.filter(commune_id__isnull=True).count() == 0
    assert await InitiativeTopic.filter(topic="autre").count() <= 5
    again = await plan(parse(content, name))
    assert len(again.of(Action.KEEP)) == 100
