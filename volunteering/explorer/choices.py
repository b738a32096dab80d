"""The facets' options, and the ways out of a search that finds too little."""

from datetime import date
from typing import Any

from civic.i18n import _
from civic.initiatives.topics import topic_labels
from civic.web import formats, urls
from volunteering.explorer.forms import NO_SKILL, Wanted
from volunteering.missions.skills import words
from volunteering.missions.words import efforts
from volunteering.volunteers.words import availability_words

FARTHEST = 100


def choices() -> dict[str, list[tuple[str, str]]]:
    """The facets' options."""
    return {
        "topics": list(topic_labels().items()),
        "when": [("", _("Peu importe")), ("semaine", _("Cette semaine")), ("week-end", _("Ce week-end"))],
        "moments": list(availability_words().items()),
        "kinds": [("", _("Peu importe")), ("date", _("À une date fixée")), ("annee", _("Toute l’année"))],
        "efforts": efforts(),
        "skills": [("", _("Peu importe")), (NO_SKILL, _("Aucune compétence exigée")), *words().items()],
        "sorts": [("", _("Les prochaines d’abord")), ("proche", _("Les plus proches")),
                  ("besoin", _("Là où il manque du monde"))],
        "radii": [(str(km), formats.km(km)) for km in (5, 10, 15, 30, 50, FARTHEST)],
    }  # fmt: skip


def wider(wanted: Wanted, state: dict[str, Any]) -> tuple[str, str] | None:
    """« Élargir à 30 km » where that can help."""
    if wanted.commune is None or wanted.data.rayon >= FARTHEST:
        return None
    km = 30 if wanted.data.rayon < 30 else FARTHEST
    return _("Élargir à %(n)s km", n=km), urls.path("missions.index", **{**state, "rayon": km})


def without_each(wanted: Wanted, names: str, state: dict[str, Any]) -> list[tuple[str, str]]:
    """What is asked for, each with the address of the same search without it."""
    found = []
    for name, label, value in _asked(wanted, names):
        kept = state.get(name)
        left = [one for one in kept if one != value] if isinstance(kept, list) and name != "lieu" else None
        found.append((label, urls.path("missions.index", **{**state, name: left or None})))
    return found


def _asked(wanted: Wanted, names: str) -> list[tuple[str, str, str]]:
    """(parameter, words, value) of each condition in force."""
    data, offered = wanted.data, choices()
    asked = [("q", _("« %(words)s »", words=data.q), data.q)] if data.q else []
    if wanted.commune:
        near = _("%(place)s, %(km)s km", place=wanted.commune.name, km=data.rayon)
        asked.append(("commune", near, ""))
    asked += [("lieu", names, "")] if names else []
    for name, kind, values in (
        ("quand", "when", [data.quand]), ("moment", "moments", data.moment), ("genre", "kinds", [data.genre]),
        ("sujet", "topics", data.sujet), ("effort", "efforts", data.effort),
        ("competence", "skills", [data.competence]),
    ):  # fmt: skip
        known = dict(offered[kind])
        asked += [(name, known[value], value) for value in values if value and value in known]
    return [*asked, *_days(data.du, data.au), *[(name, words, "") for name, words, on in _yes(wanted) if on]]


def _days(first: date | None, last: date | None) -> list[tuple[str, str, str]]:
    asked = [("du", _("à partir du %(day)s", day=formats.day(first)), "")] if first else []
    return [*asked, ("au", _("jusqu’au %(day)s", day=formats.day(last)), "")] if last else asked


def _yes(wanted: Wanted) -> list[tuple[str, str, bool]]:
    data = wanted.data
    return [
        ("places", _("Des places libres"), data.places),
        ("sans_voiture", _("Possible sans voiture"), data.sans_voiture),
        ("a_distance", _("À distance"), data.a_distance), ("mineurs", _("Ouvert aux moins de 18 ans"), data.mineurs),
    ]  # fmt: skip
