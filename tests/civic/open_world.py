"""One of everything that open data tells, and many of each."""

from __future__ import annotations

import itertools
from typing import Any

from tortoise.models import Model

from civic import clock
from civic.api.kinds import Kind
from civic.counting.rules import Code
from civic.decisions.closing import close
from civic.decisions.models import Decision
from civic.events.service import announce
from civic.initiatives.models import Initiative
from civic.needs import service as needs
from civic.people.models import Person
from civic.places.models import Commune
from tests.factories import a_person, an_organisation
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.commitments import a_commitment
from tests.factories.convening import a_convened_meeting
from tests.factories.steering import a_committee, a_member, an_open_decision, says
from tests.factories.volunteering import a_mission, a_signup, the_shift

REACH = "écrivez à camille.rey@exemple.fr ou au 06 12 34 56 78"


async def one_of_each() -> Person:
    """A lead with an initiative that has everything; texts say how to reach her, as people type it."""
    lead = await a_person("Anne-Marie Lopez")
    live = await a_live_campaign(lead)
    await a_confirmed_pledge(live)
    initiative = await Initiative.get(id=live.initiative_id).select_related("commune")
    await Initiative.filter(id=initiative.id).update(summary=f"Un minibus : {REACH}.")
    mission = await a_mission(initiative=initiative, lead=lead)
    await a_signup(await the_shift(mission))
    await needs.ask(initiative, f"Une remorque, {REACH}", 2, None)
    start = clock.now() + clock.SECOND * 86_400
    await announce(f"Fête, {REACH}", start, start + clock.SECOND * 7200, initiative=initiative, commune=initiative.commune)
    await an_organisation("Les Voisins", summary=REACH, email="voisins@exemple.fr", phone="04 74 00 11 22")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    await says(rose, decision, Code.AGREE, "Oui, dit Rose")
    await Decision.filter(id=decision.id).update(closes_at=clock.now() - clock.SECOND)
    await close(decision.id)
    await Decision.filter(id=decision.id).update(outcome="Rose Martin nous représente.", outcome_at=clock.now())
    await a_convened_meeting(committee, lead)
    await a_commitment(committee, rose)
    return lead


_counted = itertools.count()


def _numbers(count: int) -> list[int]:
    return [next(_counted) for _ in range(count)]


async def more_of(kind: Kind, count: int) -> None:
    """So many more rows like the first of this kind, each with its own name."""
    first = await kind.rows().first()
    assert first is not None, kind.name
    if isinstance(first, Commune):
        return await _more_communes(first, count)
    model: type[Model] = type(first)
    values = {name: getattr(first, name) for name in model._meta.fields_db_projection if name != "id"}
    if kind.name == "committees":
        values |= {"kind": "board", "initiative_id": None}
    await model.bulk_create([model(**values | _own(model, values, number)) for number in _numbers(count)])
    return None


def _own(model: type[Model], values: dict[str, Any], number: int) -> dict[str, Any]:
    """What no two rows may have in common."""
    fields = model._meta.fields_map
    own = {name: f"{values[name] or name}-{number}"[-60:] for name in values if fields[name].unique}
    return own | ({"note": f"n° {number}"} if "note" in values else {})


async def _more_communes(first: Commune, count: int) -> None:
    known = {name: getattr(first, name) for name in Commune._meta.fields_db_projection}
    rows = [Commune(**known | {"insee": f"{20000 + number}", "name": f"Village {number}"}) for number in _numbers(count)]
    await Commune.bulk_create(rows)
    for row in rows:
        await an_organisation(f"Foyer de {row.name}", commune_id=row.insee)
