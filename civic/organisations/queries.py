"""Reads about organisations."""

from collections.abc import Iterable
from typing import Any

from tortoise.expressions import Q

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.organisations.models import Membership, Organisation, OrganisationKind, Representative
from civic.people.models import Person
from civic.places.folding import fold


async def organisation_to_show(slug: str) -> Organisation:
    """An organisation of the directory. Raises NotFound."""
    found = await Organisation.get_or_none(slug=slug).select_related("commune")
    if found is None:
        raise NotFound(_("Cette organisation n’est pas dans l’annuaire."))
    return found


async def directory(
    *, text: str = "", kind: OrganisationKind | None = None, membership: Membership | None = None,
    after: list[Any] | None = None, limit: int,
) -> list[Organisation]:  # fmt: skip
    """Organisations by name, from the key (`name_folded`, `id`) on."""
    query = Organisation.all().order_by("name_folded", "id").select_related("commune")
    if text:
        query = query.filter(name_folded__contains=fold(text))
    if kind:
        query = query.filter(kind=kind)
    if membership:
        query = query.filter(membership=membership)
    if after:
        name, last = after
        query = query.filter(Q(name_folded__gt=name) | Q(name_folded=name, id__gt=last))
    return await query.limit(limit)


async def representatives_of(organisation: Organisation) -> list[Representative]:
    """Who speaks for it today, titulars first."""
    today = clock.today()
    return await (
        Representative.filter(Q(until_on__isnull=True) | Q(until_on__gte=today), organisation=organisation)
        .filter(from_on__lte=today).order_by("-is_titular", "id").select_related("person")
    )  # fmt: skip


async def organisation_named(name: str) -> Organisation | None:
    """The one organisation of the directory of this name, however it is accented; None for none or several."""
    found = await Organisation.filter(name_folded=fold(name)).limit(2)
    return found[0] if len(found) == 1 else None


async def hats_of(person: Person) -> list[Organisation]:
    """The organisations a person may speak for today."""
    today = clock.today()
    rows = await (
        Representative.filter(Q(until_on__isnull=True) | Q(until_on__gte=today), person_id=person.id)
        .filter(from_on__lte=today).select_related("organisation")
    )  # fmt: skip
    return [row.organisation for row in rows]


async def representing(organisation_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Who speaks today for which of these: pairs of organisation and person."""
    today = clock.today()
    rows = Representative.filter(Q(until_on__isnull=True) | Q(until_on__gte=today), from_on__lte=today)
    found = await rows.filter(organisation_id__in=list(organisation_ids) or [0]).values_list(
        "organisation_id", "person_id"
    )
    return {(int(organisation), int(person)) for organisation, person in found}


async def represented_no_more(person: Person) -> set[int]:
    """The organisations this person spoke for until a day that is past, by id."""
    today = clock.today()
    rows = await Representative.filter(person_id=person.id, from_on__lte=today).values_list(
        "organisation_id", "until_on"
    )
    speaks = {int(id) for id, until in rows if until is None or until >= today}
    return {int(id) for id, _until in rows} - speaks


async def former_representatives(organisations: Iterable[int]) -> set[tuple[int, int]]:
    """Who spoke for these organisations until a day that is past, as (organisation, person): letters for the
    organisation go to them no more."""
    today = clock.today()
    rows = Representative.filter(organisation_id__in=list(organisations) or [0], from_on__lte=today)
    found = await rows.values_list("organisation_id", "person_id", "until_on")
    speak = {(int(one), int(who)) for one, who, until in found if until is None or until >= today}
    return {(int(one), int(who)) for one, who, _until in found} - speak


def kind_labels() -> dict[str, str]:
    """Kind → name on the screen."""
    return {
        OrganisationKind.ASSOCIATION: _("Association"), OrganisationKind.COOPERATIVE: _("Coopérative"),
        OrganisationKind.COMPANY: _("Entreprise"), OrganisationKind.COMMUNE: _("Commune"),
        OrganisationKind.PUBLIC_BODY: _("Organisme public"), OrganisationKind.INFORMAL: _("Collectif d’habitants"),
    }  # fmt: skip


def membership_labels() -> dict[str, str]:
    """Membership → name on the screen."""
    return {
        Membership.MEMBER: _("Adhérent"), Membership.ASSOCIATE: _("Membre associé"),
        Membership.PARTNER: _("Partenaire"), Membership.NONE: "",
    }  # fmt: skip
