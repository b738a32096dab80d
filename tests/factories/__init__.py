"""Rows for tests, made through the services where a service exists."""

import itertools

from civic import clock
from civic.initiatives.models import Initiative, InitiativeTopic, Lead, Stage
from civic.organisations.models import Organisation, OrganisationKind
from civic.people import service as people
from civic.people.models import Person, RoleName
from civic.places.folding import fold
from civic.places.models import Commune

_numbers = itertools.count(1)


async def a_commune(insee: str = "01427", name: str = "Trévoux", **values: object) -> Commune:
    """A commune, Trévoux unless told."""
    known = await Commune.get_or_none(insee=insee)
    if known:
        return known
    defaults: dict[str, object] = {
        "folded": fold(name), "departement": insee[:2], "region": "84", "epci": "200042497", "postcodes": "01600",
        "epci_name": "CC Dombes Saône Vallée", "population": 6900, "latitude": 45.9397, "longitude": 4.7722,
        "precision": "nom",
    }  # fmt: skip
    return await Commune.create(insee=insee, name=name, **{**defaults, **values})


async def a_person(name: str = "Camille Rey", email: str | None = "", *roles: RoleName) -> Person:
    """A person with a confirmed address and the network roles named."""
    email = f"personne{next(_numbers)}@exemple.fr" if email == "" else email
    person = await people.meet(name, email)
    await people.confirm_address(person)
    for role in roles:
        await people.grant(str(email), role)
    return person


async def an_organisation(name: str = "Les Jardins du Carron", **values: object) -> Organisation:
    """An association."""
    present = clock.now()
    defaults: dict[str, object] = {"kind": OrganisationKind.ASSOCIATION, "created_at": present, "updated_at": present}
    slug = f"{fold(name).replace(' ', '-')}-{next(_numbers)}"
    return await Organisation.create(name=name, name_folded=fold(name), slug=slug, **{**defaults, **values})


async def an_initiative(
    title: str = "La Navette des Hameaux", *, lead: Person | None = None, topics: tuple[str, ...] = ("mobilite",),
    **values: object,
) -> Initiative:  # fmt: skip
    """A published initiative in Trévoux with one lead."""
    present = clock.now()
    commune = await a_commune()
    slug = f"{fold(title).replace(' ', '-')}-{next(_numbers)}"
    defaults: dict[str, object] = {
        "summary": "Un minibus relie sept hameaux au marché.", "stage": Stage.ALIVE, "commune": commune,
        "latitude": commune.latitude, "longitude": commune.longitude, "published_at": present,
        "created_at": present, "updated_at": present,
    }  # fmt: skip
    initiative = await Initiative.create(title=title, slug=slug, **{**defaults, **values})
    for topic in topics:
        await InitiativeTopic.create(initiative=initiative, topic=topic)
    if lead:
        await Lead.create(initiative=initiative, person=lead, since=present)
    return initiative
