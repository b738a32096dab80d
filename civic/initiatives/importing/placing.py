"""Where a row stands: the commune that its words mean, else the nearest one to its point (PRODUCT D8)."""

from civic.i18n import _
from civic.initiatives.importing.rows import ParsedRow
from civic.places import queries as places
from civic.places.distance import distance_km
from civic.places.models import Commune

NAMED_MOST = 5
FAR_KM = 30.0


async def commune_of(row: ParsedRow) -> Commune | str:
    """The commune of a row, or the sentence that says why there is none: nothing written, unknown, or several."""
    said = f"{row.city} {row.postcode}".strip()
    found = await places.find(said) if said else None
    has_point = row.latitude is not None and row.longitude is not None
    if isinstance(found, Commune) and (row.postcode or not has_point or _is_near(found, row)):
        return found
    if row.latitude is not None and row.longitude is not None:
        nearest = await places.nearest(row.latitude, row.longitude)
        return nearest or _("Aucune commune n’est à moins de 160\u00a0km de cette position.")
    if not said:
        return _("Cette ligne ne dit ni commune, ni code postal, ni position.")
    if isinstance(found, list):
        names = ", ".join(places.full_label(commune) for commune in found[:NAMED_MOST])
        return _("Plusieurs communes répondent à «\u00a0%(said)s\u00a0»\u00a0: %(names)s.", said=said, names=names)
    return _("Nous ne connaissons pas de commune «\u00a0%(said)s\u00a0».", said=said)


def _is_near(commune: Commune, row: ParsedRow) -> bool:
    km = distance_km(commune, row)
    return km is None or km <= FAR_KM
