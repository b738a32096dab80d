"""A made-up territory of any size, the same at each run: communes, people, organisations, initiatives with their needs,
campaigns, missions, gatherings. Written in bulk past the services, since only reading is measured here."""

import random
from datetime import timedelta
from typing import Any

from tortoise.models import Model

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine, Reward
from civic import clock, database
from civic.activity.models import Activity
from civic.events.models import Event
from civic.initiatives.models import Initiative, InitiativeTopic, Lead, Stage
from civic.initiatives.topics import TOPICS
from civic.needs.models import BITS, Need, NeedKind
from civic.organisations.models import Organisation, OrganisationKind
from civic.people import service as people
from civic.people.models import Person
from civic.places import service as places
from civic.places.models import Commune
from civic.settings import settings
from volunteering.missions.models import Mission, MissionStatus
from volunteering.shifts.models import Shift

SEED = 2026
WORDS = (
    "navette", "marché", "verger", "atelier", "épicerie", "étang", "haie", "four", "pain", "vélo", "jardin", "bistrot",
    "école", "moulin", "ferme", "partage",
)  # fmt: skip
STORY = "Nous sommes quelques voisins. **Chaque samedi**, on se retrouve pour avancer, et l’on boit le café.\n\n" * 4

Rows = dict[type[Model], list[Any]]


async def fill(initiatives: int) -> str:
    """Fill the connected, empty database; answers the cookie of a person who is signed in."""
    await places.load(["01"])
    communes = await Commune.filter(epci__in=settings().territory, latitude__isnull=False).order_by("insee")
    dice = random.Random(SEED)
    rows: Rows = {}
    folk = [_person(id) for id in range(1, initiatives // 3 + 2)]
    bodies = [_organisation(id, dice.choice(communes)) for id in range(1, initiatives // 10 + 2)]
    _put(rows, *folk, *bodies)
    for id in range(1, initiatives + 1):
        one = _initiative(id, dice, dice.choice(communes), dice.choice(bodies))
        _put(rows, one, Lead(id=id, initiative_id=one.id, person_id=dice.choice(folk).id, since=one.published_at))
        _put(rows, InitiativeTopic(id=id, initiative_id=one.id, topic=dice.choice(sorted(TOPICS))))
        _put(rows, *_around(one, dice, folk))
    async with database.transaction():
        for model, made in rows.items():
            await model.bulk_create(made, batch_size=500)
    await database.execute("ANALYZE")
    return f"__Host-session={await people.open_session(await Person.get(id=1), 'bench')}"


def _put(rows: Rows, *made: Model) -> None:
    for row in made:
        rows.setdefault(type(row), []).append(row)


def _title(dice: random.Random, id: int) -> str:
    return f"Le {dice.choice(WORDS)} du {dice.choice(WORDS)} n° {id}"


def _person(id: int) -> Person:
    values = {"name": f"Camille Rey {id}", "name_folded": f"camille rey {id}", "email": f"p{id}@exemple.fr"}
    return Person(id=id, **values, created_at=clock.now(), email_verified_at=clock.now())


def _organisation(id: int, commune: Commune) -> Organisation:
    values: dict[str, Any] = {"name": f"Les Voisins {id}", "name_folded": f"les voisins {id}", "slug": f"voisins-{id}"}
    return Organisation(id=id, **values, kind=OrganisationKind.ASSOCIATION, commune=commune, created_at=clock.now(),
                        updated_at=clock.now())  # fmt: skip


def _initiative(id: int, dice: random.Random, commune: Commune, body: Organisation) -> Initiative:
    published = clock.now() - timedelta(minutes=dice.randint(10, 500_000))
    return Initiative(
        id=id, slug=f"initiative-{id}", title=_title(dice, id), story=STORY,
        summary="Un rendez-vous de voisins, ouvert à tous. " * 3,
        stage=dice.choice([Stage.LAUNCHED, Stage.ALIVE, Stage.ALIVE, Stage.INCUBATION]), commune=commune,
        organisation_id=body.id, latitude=commune.latitude, longitude=commune.longitude, published_at=published,
        created_at=published, updated_at=published, car_free=dice.random() < 0.4, followers_count=dice.randint(0, 90),
    )  # fmt: skip


def _around(one: Initiative, dice: random.Random, folk: list[Person]) -> list[Model]:
    """What belongs to an initiative: its last news, a campaign for one in five, a mission for one in four …"""
    parts: list[Model] = [
        Activity(id=one.id * 3 + n, at=one.published_at, kind="initiative_published", way="voix", initiative_id=one.id,
                 parameters={"slug": one.slug, "title": one.title})
        for n in range(2)
    ]  # fmt: skip
    kinds = [kind for kind in NeedKind if dice.random() < 0.35]
    kinds += [NeedKind.MONEY] if one.id % 5 == 0 and NeedKind.MONEY not in kinds else []
    one.needs_mask = sum(BITS[kind] for kind in kinds)
    parts += [_need(one, kind, dice) for kind in kinds]
    if one.id % 5 == 0:
        parts += _campaign(one, dice.choice(folk), dice)
    if one.id % 4 == 0:
        parts += _mission(one, dice)
    if one.id % 10 == 0:
        starts = clock.now().replace(microsecond=0) + timedelta(hours=dice.randint(5, 2000))
        parts.append(Event(id=one.id, slug=f"rendez-vous-{one.id}", title="Grande journée ouverte",
                           initiative_id=one.id, commune_id=one.commune_id, starts_at=starts,
                           ends_at=starts + timedelta(hours=3), created_at=clock.now()))  # fmt: skip
    return parts


def _need(one: Initiative, kind: NeedKind, dice: random.Random) -> Need:
    target = 600_000 if kind == NeedKind.MONEY else 12
    ends = clock.now() + timedelta(days=dice.randint(2, 60))
    return Need(
        id=one.id * 8 + list(NeedKind).index(kind), initiative_id=one.id, kind=kind, source=f"bench:{one.id}:{kind}",
        title="Des bras pour samedi matin", path="/", target=target, reached=dice.randint(0, target), ends_at=ends,
        updated_at=clock.now(),
    )  # fmt: skip


def _campaign(one: Initiative, lead: Person, dice: random.Random) -> list[Model]:
    confirmed = dice.randint(0, 600_000)
    made = Campaign(
        id=one.id, slug=f"collecte-{one.id}", initiative_id=one.id, lead_id=lead.id, title="Un minibus",
        summary="Relier sept hameaux au marché.", story=STORY, use_of_funds="Achat en juin.", beneficiary="Les Voisins",
        status=CampaignStatus.LIVE, minimum_cents=600_000, optimum_cents=800_000, confirmed_cents=confirmed,
        backers_count=confirmed // 3000, starts_at=clock.now() - timedelta(days=9), created_at=clock.now(),
        deadline=clock.at(clock.today() + timedelta(days=dice.randint(2, 40)), 0), updated_at=clock.now(),
    )  # fmt: skip
    lines = [("Le minibus", 600_000, True), ("La rampe", 200_000, False)]
    costs = [
        CostLine(id=one.id * 2 + n, campaign_id=made.id, title=title, amount_cents=cents, required=required, position=n)
        for n, (title, cents, required) in enumerate(lines)
    ]  # fmt: skip
    return [made, *costs, Reward(id=one.id, campaign_id=made.id, title="Une carte postale", from_cents=2000)]


def _mission(one: Initiative, dice: random.Random) -> list[Model]:
    starts = clock.now().replace(microsecond=0) + timedelta(hours=dice.randint(5, 900))
    mission = Mission(
        id=one.id, slug=f"mission-{one.id}", initiative_id=one.id, title="Accompagner la navette",
        commune_id=one.commune_id, status=MissionStatus.OPEN, listed_at=starts, last_at=starts,
        coming_capacity=8, coming_shifts=1, created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    shift = Shift(id=one.id, mission_id=mission.id, starts_at=starts, ends_at=starts + timedelta(hours=3), capacity=8,
                  ceiling=8, taken=dice.randint(0, 7), created_at=clock.now(), updated_at=clock.now())  # fmt: skip
    mission.coming_taken = shift.taken
    return [mission, shift]
