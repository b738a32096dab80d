"""« Ce qui a changé »: how the rules of a committee changed, read back from the audit log, which nobody can rewrite.

A change is said by its field, the college it concerns, and what stood before and after; of longer texts only that they
were written anew. Decisions that were open keep their electorate and their weights.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.models import Model

from civic.committees.joining import Joining
from civic.committees.models import CollegeKind, Committee
from civic.i18n import _, _n
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.queries import audited
from civic.web.formats import percent

ACT = "committee_changed"
SHOWN = 30
_TEXTS = ("purpose", "decides_what", "decides_how", "decides_who", "definition")

Change = dict[str, Any]


@dataclass(slots=True, frozen=True)
class Moment:
    """What changed in one go."""

    at: datetime
    changes: list[str]


def differences(before: Model, after: dict[str, Any], college: str = "") -> list[Change]:
    """What is not as it was, field by field; longer texts without their words."""
    found: list[Change] = []
    for field, value in after.items():
        old = getattr(before, field)
        if old != value:
            words = {} if field in _TEXTS else {"before": old, "after": value}
            found.append({"field": field, "college": college, **words})
    return found


async def note(actor: Actor, committee: Committee, changes: list[Change]) -> None:
    """Write down what changed, in the caller's transaction; nothing when nothing did."""
    if changes:
        await people.audit(actor, ACT, f"committee:{committee.id}", changes=changes)


async def of(committee: Committee) -> list[Moment]:
    """The last changes of the rules, the latest first."""
    found = []
    for entry in await audited(f"committee:{committee.id}", ACT, SHOWN):
        changes = entry.details.get("changes")
        if isinstance(changes, list):
            found.append(Moment(entry.at, [_words(change) for change in changes]))
    return found


def _words(change: Change) -> str:
    field = str(change["field"])
    kind = CollegeKind(change["college"]).words if change.get("college") else ""
    name = _("%(what)s, %(college)s", what=_names()[field], college=kind) if kind else _names()[field]
    if "after" not in change:
        return _("%(what)s : texte réécrit", what=name)
    before, after = _said(field, change["before"]), _said(field, change["after"]) or _("plus rien")
    if not before or field == "is_weighted":
        return _("%(what)s : %(after)s", what=name, after=after)
    return _("%(what)s : %(after)s, au lieu de %(before)s", what=name, before=before, after=after)


def _names() -> dict[str, str]:
    return {
        "name": _("Nom du comité"), "purpose": _("À quoi il sert"), "decides_what": _("Ce qui se décide ici"),
        "decides_how": _("Comment il décide"), "decides_who": _("Avec qui"), "joining": _("Comment on y entre"),
        "mandate_months": _("Durée d’un mandat"), "is_weighted": _("Poids des collèges"), "places": _("Places"),
        "label": _("Nom du collège"), "definition": _("Qui en fait partie"), "weight": _("Part des voix"),
    }  # fmt: skip


def _said(field: str, value: Any) -> str:
    if field == "joining":
        return Joining(value).words
    if field == "is_weighted":
        return _("chaque collège pèse sa part") if value else _("une voix est une voix")
    if field == "mandate_months":
        return _n("%(n)s mois", "%(n)s mois", int(value))
    if value is None or value == "":
        return _("sans limite") if field == "places" else ""
    return percent(value) if field == "weight" else str(value)
