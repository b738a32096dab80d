"""What an update would change, field by field, and whose work it would replace (PRODUCT D8)."""

from dataclasses import dataclass

from civic.i18n import _
from civic.initiatives.importing.rows import ParsedRow
from civic.initiatives.importing.texts import cut
from civic.initiatives.models import Initiative, InitiativeTopic, Lead
from civic.initiatives.topics import topic_label
from civic.places.models import Commune

SHOWN_MOST = 160


@dataclass(slots=True, frozen=True)
class Change:
    """One field of a known initiative: its name on the screen, what stands there, what the file says."""

    label: str
    before: str
    after: str


@dataclass(slots=True, frozen=True)
class Standing:
    """A known initiative as it stands. `led`: someone runs it today; `imported`: it came from a file."""

    initiative: Initiative
    topics: list[str]
    led: bool

    @property
    def imported(self) -> bool:
        """Whether an import made it, and not a person."""
        return bool(self.initiative.source_name)

    def guard(self) -> str:
        """Why an import does not replace it unless told to; empty when it may."""
        if self.led:
            return _("Une personne porte cette initiative\u00a0: elle la tient à jour elle-même.")
        if not self.imported:
            return _("Cette initiative a été écrite sur ce site, et non importée.")
        return ""

    def changes(self, row: ParsedRow, commune: Commune, topics: list[str]) -> list[Change]:
        """The fields that an update would write differently, shortened to be read."""
        known, point = self.initiative, row if row.latitude is not None else commune
        pairs = (
            (_("Titre"), known.title, row.title),
            (_("Résumé"), known.summary, row.summary),
            (_("Présentation"), known.story, row.description),
            (_("Commune"), known.commune.label if known.commune else "", commune.label),
            (_("Adresse"), known.place, row.address),
            (
                _("Position sur la carte"),
                _written(known.latitude, known.longitude), _written(point.latitude, point.longitude),
            ),
            (_("Site web"), known.website, row.website),
            (_("Sujets"), _said(self.topics), _said(topics)),
        )
        return [Change(label, _short(before), _short(after)) for label, before, after in pairs if before != after]


async def standing(ids: list[int]) -> dict[int, Standing]:
    """The known initiatives of an import as they stand, by id. Three queries."""
    wanted = ids or [0]
    topics: dict[int, list[str]] = {}
    for known_id, topic in await InitiativeTopic.filter(initiative_id__in=wanted).order_by("id").values_list(
        "initiative_id", "topic"
    ):
        topics.setdefault(int(known_id), []).append(str(topic))
    led = set(await Lead.filter(initiative_id__in=wanted, until__isnull=True).values_list("initiative_id", flat=True))
    rows = await Initiative.filter(id__in=wanted).select_related("commune")
    return {row.id: Standing(row, topics.get(row.id, []), row.id in led) for row in rows}


def _written(latitude: float | None, longitude: float | None) -> str:
    """A point in degrees, to about ten metres."""
    return "" if latitude is None or longitude is None else f"{latitude:.4f} {longitude:.4f}"


def _said(topics: list[str]) -> str:
    return ", ".join(topic_label(topic) for topic in sorted(topics))


def _short(text: str) -> str:
    return cut(" ".join(text.split()), SHOWN_MOST)
