"""The animator brings in initiatives made elsewhere (PRODUCT D8)."""

import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from civic.initiatives.importing import parse, topics_of
from civic.initiatives.importing.applying import Action, apply, plan
from civic.initiatives.models import Initiative, InitiativeTopic
from civic.people.models import Person, RoleName
from civic.places import service as places
from tests.client import Client
from tests.engines import Database
from tests.factories import a_commune, a_person, an_initiative

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


async def test_what_a_person_wrote_is_kept_unless_the_animator_ticks_it(sign_in: SignIn) -> None:
    mine = await an_initiative("Le Four de la Halle", lead=await a_person("Jeanne Perrin"))
    animator = await sign_in(await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR))
    content = b"titre;commune;resume;sujets\nLe Four de la Halle;Tr\xc3\xa9voux;Autre chose.;culture\n"
    files = {"file": ("carte.csv", content, "text/csv")}
    for ticked, summary in ((False, mine.summary), (True, "Autre chose.")):
        address = (await animator.submit("/pupitre/import", files=files)).headers["location"]
        preview = (await animator.get(address)).text
        assert "elle la tient à jour elle-même" in preview
        assert mine.summary in preview
        key = re.search(r'name="mise_a_jour" value="([^"]+)">', preview)
        assert key, "not ticked by itself"
        sent = {"mise_a_jour": key[1]} if ticked else {}
        assert (await animator.submit(address, sent)).status_code == 303
        assert (await Initiative.get(id=mine.id)).summary == summary
    assert await InitiativeTopic.filter(initiative_id=mine.id).values_list("topic", flat=True) == ["culture"]


async def test_an_update_of_what_was_imported_is_ticked_and_can_be_left_out(sign_in: SignIn) -> None:
    made = await an_initiative("Le Four de la Halle", source_name="carte", external_id="a1")
    animator = await sign_in(await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR))
    content = b"id;titre;commune;resume\na1;Le Four de la Halle;Tr\xc3\xa9voux;Autre chose.\n"
    for take, summary in ((False, made.summary), (True, "Autre chose.")):
        sent = await animator.submit("/pupitre/import", files={"file": ("carte.csv", content, "text/csv")})
        address = sent.headers["location"]
        key = re.search(r'name="mise_a_jour" value="([^"]+)" checked>', (await animator.get(address)).text)
        assert key
        await animator.submit(address, {"mise_a_jour": key[1]} if take else {})
        assert (await Initiative.get(id=made.id)).summary == summary


@pytest.mark.one_engine
async def test_a_refused_line_says_its_title_and_what_is_wrong_with_its_place(database: Database) -> None:
    for insee in ("24585", "42330"):
        await a_commune(insee, "Villars", epci="", postcodes=f"{insee[:2]}000", departement=insee[:2])
    content = "titre;commune\nSans lieu;\nInconnue;Atlantide\nAmbiguë;Villars\n".encode()
    made = await plan(parse(content, "carte.csv"))
    assert [(one.title, one.reason) for one in made.refused] == [
        ("Sans lieu", "Cette ligne ne dit ni commune, ni code postal, ni position."),
        ("Inconnue", "Nous ne connaissons pas de commune «\u00a0Atlantide\u00a0»."),
        ("Ambiguë", "Plusieurs communes répondent à «\u00a0Villars\u00a0»\u00a0: Villars (24000), Villars (42000)."),
    ]


def test_a_topic_that_the_file_names_wins_over_its_words() -> None:
    row = parse("titre;sujets\nLa forêt et la biodiversité des haies;Énergie\n".encode(), "carte.csv").rows[0]
    assert topics_of(row) == ["energie"]
    labelled = replace(row, categories=("Culture et lieux de rencontre, mobilite",))
    assert topics_of(labelled) == ["culture", "mobilite"]
    assert topics_of(replace(row, categories=("une chose inconnue",))) == ["nature"]


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
