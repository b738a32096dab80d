"""Open data about what lives on the territory: initiatives, organisations, communes, needs, gatherings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from civic.api.kinds import (
    Kind,
    Place,
    Ref,
    Said,
    Utc,
    Words,
    here,
    of_commune,
    of_initiative,
    of_organisation,
)
from civic.events.models import Event
from civic.i18n import _
from civic.initiatives.models import Initiative, InitiativeTopic, Stage
from civic.needs.models import BITS, Need, NeedKind
from civic.organisations.models import Membership, Organisation, OrganisationKind
from civic.places.models import Commune
from civic.settings import settings
from civic.web import urls

Topic = Literal[
    "alimentation", "mobilite", "habitat", "energie", "nature", "culture", "education", "petite-enfance", "emploi",
    "solidarite", "sante", "numerique", "reemploi", "tourisme", "citoyennete", "economie-locale", "autre",
]  # fmt: skip
UNITS: dict[NeedKind, Literal["cents", "places", "answers", "pieces"]] = {
    NeedKind.MONEY: "cents", NeedKind.TIME: "places", NeedKind.VOICE: "answers", NeedKind.THING: "pieces",
}  # fmt: skip

_LIVES = """CASE WHEN EXISTS (SELECT 1 FROM initiative WHERE commune_id = commune.insee AND published_at IS NOT NULL)
OR EXISTS (SELECT 1 FROM organisation WHERE commune_id = commune.insee)
OR EXISTS (SELECT 1 FROM event WHERE commune_id = commune.insee) THEN 1 ELSE 0 END"""


class Source(Said):
    """Where a record was imported from; its own terms go on holding."""

    name: Words
    url: Words


class InitiativeItem(Said):
    """A local project. `needs`: in which of the four ways it can be helped now."""

    id: int
    url: str
    api_url: str
    title: Words
    summary: Words
    stage: Stage
    topics: list[str]
    needs: list[NeedKind]
    commune: Place | None
    latitude: float | None
    longitude: float | None
    organisation: Ref | None
    car_free: bool
    website: Words
    source: Source | None
    example: bool
    published_at: Utc
    updated_at: Utc


class OrganisationItem(Said):
    """A body of the directory. `membership`: its tie to the network."""

    id: int
    url: str
    api_url: str
    name: Words
    kind: OrganisationKind
    membership: Membership
    member_since: date | None
    summary: Words
    offers: Words
    seeks: Words
    website: Words
    commune: Place | None
    example: bool
    updated_at: Utc


class CommuneItem(Said):
    """A commune where something lives: an initiative, an organisation or a gathering."""

    insee: str
    url: str
    api_url: str
    name: str
    postcodes: list[str]
    departement: str
    epci: str
    epci_name: str
    population: int
    latitude: float | None
    longitude: float | None


class NeedItem(Said):
    """What an initiative lacks now, and how far it has come, in `unit`; not since when, which may tell of one gift."""

    id: int
    url: str
    api_url: str
    kind: NeedKind
    title: Words
    initiative: Ref | None
    target: int
    reached: int
    unit: Literal["cents", "places", "answers", "pieces"]
    ends_at: Utc | None


class EventItem(Said):
    """A public gathering. `coming`: how many said so; `capacity` null: without limit."""

    id: int
    url: str
    api_url: str
    ics_url: str
    title: Words
    summary: Words
    starts_at: Utc
    ends_at: Utc
    place: Words
    commune: Place | None
    initiative: Ref | None
    organisation: Ref | None
    capacity: int | None
    coming: int
    cancelled: bool


async def _initiatives(rows: Sequence[Initiative]) -> list[InitiativeItem]:
    topics = defaultdict[int, list[str]](list)
    found = InitiativeTopic.filter(initiative_id__in=[row.id for row in rows] or [0]).order_by("id")
    for initiative_id, topic in await found.values_list("initiative_id", "topic"):
        topics[int(initiative_id)].append(str(topic))
    return [
        InitiativeItem(
            id=row.id, url=INITIATIVES.address(row), api_url=here("initiatives", row.id), title=row.title,
            summary=row.summary, stage=row.stage, topics=topics[row.id],
            needs=[kind for kind in NeedKind if row.needs_mask & BITS[kind]], commune=of_commune(row.commune),
            latitude=row.latitude, longitude=row.longitude, organisation=of_organisation(row.organisation),
            car_free=row.car_free, website=row.website, example=row.is_example, published_at=row.published_at,
            source=Source(name=row.source_name, url=row.source_url) if row.source_name or row.source_url else None,
            updated_at=row.updated_at,
        )
        for row in rows
    ]  # fmt: skip


async def _organisations(rows: Sequence[Organisation]) -> list[OrganisationItem]:
    return [
        OrganisationItem(
            id=row.id, url=ORGANISATIONS.address(row), api_url=here("organisations", row.id), name=row.name,
            kind=row.kind, membership=row.membership, member_since=row.member_since, summary=row.summary,
            offers=row.offers, seeks=row.seeks, website=row.website, commune=of_commune(row.commune),
            example=row.is_example, updated_at=row.updated_at,
        )
        for row in rows
    ]  # fmt: skip


async def _communes(rows: Sequence[Commune]) -> list[CommuneItem]:
    return [
        CommuneItem(
            insee=row.insee, url=COMMUNES.address(row), api_url=here("communes", row.insee), name=row.name,
            postcodes=row.postcode_list, departement=row.departement, epci=row.epci, epci_name=row.epci_name,
            population=row.population, latitude=row.latitude, longitude=row.longitude,
        )
        for row in rows
    ]  # fmt: skip


async def _needs(rows: Sequence[Need]) -> list[NeedItem]:
    return [
        NeedItem(
            id=row.id, url=settings().base_url + row.path, api_url=here("needs", row.id), kind=row.kind,
            title=row.title, initiative=of_initiative(row.initiative), target=row.target, reached=row.reached,
            unit=UNITS[row.kind], ends_at=row.ends_at,
        )
        for row in rows
    ]  # fmt: skip


async def _events(rows: Sequence[Event]) -> list[EventItem]:
    return [
        EventItem(
            id=row.id, url=EVENTS.address(row), api_url=here("events", row.id), title=row.title, summary=row.summary,
            ics_url=urls.absolute("events.calendar", slug=row.slug), starts_at=row.starts_at, ends_at=row.ends_at,
            place=row.place, commune=of_commune(row.commune), initiative=of_initiative(row.initiative),
            organisation=of_organisation(row.organisation), capacity=row.capacity, coming=row.coming,
            cancelled=row.cancelled_at is not None,
        )
        for row in rows
    ]  # fmt: skip


def _public_initiatives() -> QuerySet[Initiative]:
    return Initiative.filter(published_at__isnull=False).select_related("commune", "organisation")


def _public_events() -> QuerySet[Event]:
    shown = Q(initiative_id__isnull=True) | Q(initiative__published_at__isnull=False)
    return Event.filter(shown).select_related("commune", "initiative", "organisation")


def _open_needs() -> QuerySet[Need]:
    return Need.filter(open=True, initiative__published_at__isnull=False).select_related("initiative")


def _lived_in() -> QuerySet[Commune]:
    """The communes where something is: looked up for each in turn, so that the first page costs no more than itself."""
    return Commune.annotate(lives=RawSQL(_LIVES)).filter(lives=1)


INITIATIVES = Kind(
    "initiatives", lambda: _("Initiatives"), lambda: _("Les projets publiés, de l’idée au résultat."), InitiativeItem,
    _public_initiatives, _initiatives, commune="commune_id", topic="id", page="initiatives.show",
)  # fmt: skip
ORGANISATIONS = Kind(
    "organisations", lambda: _("Organisations"), lambda: _("L’annuaire : qui agit sur le territoire."),
    OrganisationItem, lambda: Organisation.all().select_related("commune"), _organisations, commune="commune_id",
    page="organisations.show",
)  # fmt: skip
COMMUNES = Kind(
    "communes", lambda: _("Communes"),
    lambda: _("Celles où il se passe quelque chose : une initiative, une organisation ou un rendez-vous."), CommuneItem,
    _lived_in, _communes, key="insee", commune="insee", since="", page="communes.show",
)  # fmt: skip
NEEDS = Kind(
    "needs", lambda: _("Besoins"), lambda: _("Ce qui manque aujourd’hui aux initiatives, et où chaque jauge en est."),
    NeedItem, _open_needs, _needs, commune="initiative__commune_id", topic="initiative_id", since="",
)  # fmt: skip
EVENTS = Kind(
    "events", lambda: _("Rendez-vous"), lambda: _("L’agenda, passé et à venir ; les rendez-vous annulés le disent."),
    EventItem, _public_events, _events, commune="commune_id", topic="initiative_id", since="", page="events.show",
)  # fmt: skip


def open_data() -> list[Kind]:
    """What this part gives to open data."""
    return [INITIATIVES, ORGANISATIONS, COMMUNES, NEEDS, EVENTS]
