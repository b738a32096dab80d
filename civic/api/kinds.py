"""What open data is made of: the types of what is answered, and a kind as the routes need to know it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from tortoise.queryset import QuerySet

from civic.initiatives.models import Initiative
from civic.organisations.models import Organisation
from civic.places.models import Commune
from civic.web import urls
from civic.web.plain import without_addresses

LICENCE_NAME = "Licence Ouverte / Open Licence 2.0"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"

Utc = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC).replace(microsecond=0))]
"""A moment in UTC, to the second."""
Words = Annotated[str, AfterValidator(without_addresses)]
"""A text that somebody typed."""


class Said(BaseModel):
    """Base of everything that is answered: nothing but what its type says."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class Money(Said):
    """An amount in whole cents."""

    cents: int
    currency: Literal["EUR"] = "EUR"


class Ref(Said):
    """Another thing: its stable number, its name, its page and its address here."""

    id: int
    title: Words
    url: str
    api_url: str


class Place(Said):
    """A commune by its INSEE code."""

    insee: str
    name: str
    url: str
    api_url: str


class Licence(Said):
    """On which terms this may be used again."""

    name: str = LICENCE_NAME
    url: str = LICENCE_URL


class Links(Said):
    """Where this page of a list stands, and the next one; null on the last."""

    self: str
    next: str | None = None


Row = TypeVar("Row", bound=Said)


class Listing(Said, Generic[Row]):
    """A page of a list, in the order of the key."""

    data: list[Row]
    links: Links
    licence: Licence = Field(default_factory=Licence)


class One(Said, Generic[Row]):
    """One thing."""

    data: Row
    licence: Licence = Field(default_factory=Licence)


@dataclass(slots=True, frozen=True)
class Kind:
    """A list of things that everybody may see, by its word in addresses (« initiatives »).

    `rows` are those things and no others, `told` says them in a number of queries that does not depend on how many
    there are. `commune` and `topic` are the fields by which one asks (`topic` leads to an initiative’s number), `since`
    the field that moves with each change; empty where there is none. `page` is the route of a thing's own page and
    `page_by` what it is found by; empty where another page shows it.
    """

    name: str
    title: Callable[[], str]
    what: Callable[[], str]
    item: type[Said]
    rows: Callable[[], QuerySet[Any]]
    told: Callable[[Sequence[Any]], Awaitable[list[Any]]]
    key: str = "id"
    commune: str = ""
    topic: str = ""
    since: str = "updated_at"
    page: str = ""
    page_by: str = "slug"

    def key_of(self, row: Any) -> int | str:
        """What its list is ordered by."""
        found: int | str = getattr(row, self.key)
        return found

    def changed_at(self, row: Any) -> datetime | None:
        """When it last changed, if it says so."""
        return getattr(row, self.since) if self.since else None

    def address(self, row: Any) -> str:
        """The full address of its page."""
        return urls.absolute(self.page, **{self.page_by: getattr(row, self.page_by)})


def here(kind: str, key: int | str) -> str:
    """The full address of a thing among open data."""
    return urls.absolute("api.one", kind=kind, id=key)


def ref(kind: str, row: Any, title: str, url: str) -> Ref:
    """A thing that another one names."""
    return Ref(id=row.id, title=title, url=url, api_url=here(kind, row.id))


def of_initiative(initiative: Initiative | None) -> Ref | None:
    """An initiative that everybody sees, as others name it."""
    if initiative is None or not initiative.is_public:
        return None
    return ref("initiatives", initiative, initiative.title, urls.absolute("initiatives.show", slug=initiative.slug))


def of_organisation(organisation: Organisation | None) -> Ref | None:
    """An organisation, as others name it."""
    if organisation is None:
        return None
    page = urls.absolute("organisations.show", slug=organisation.slug)
    return ref("organisations", organisation, organisation.name, page)


def of_commune(commune: Commune | None) -> Place | None:
    """A commune, as others name it."""
    if commune is None:
        return None
    page = urls.absolute("communes.show", slug=commune.slug)
    return Place(insee=commune.insee, name=commune.name, url=page, api_url=here("communes", commune.insee))

