"""How the rules of a shift are said."""

from civic import clock
from civic.i18n import _, _n
from volunteering.shifts.models import Fairness, Shift, ShiftRole


def fairness_choices() -> list[tuple[str, str, str]]:
    """The rules that a lead may choose, in words, each with the sentence that those who sign up will read."""
    return [
        (Fairness.FIRST_COME.value, _("Dans l’ordre des demandes"), _rule(Fairness.FIRST_COME)),
        (Fairness.NEWCOMERS.value, _("Les personnes qui ne sont jamais venues d’abord"), _rule(Fairness.NEWCOMERS)),
        (Fairness.LEAST_SERVED.value, _("Les personnes venues le moins souvent d’abord"), _rule(Fairness.LEAST_SERVED)),
    ]


def rule_of(shift: Shift) -> str:
    """Who gets a place first, as whoever signs up reads it."""
    return _rule(Fairness.FIRST_COME if shift.opens_to_all_at <= clock.now() else shift.fairness)


def _rule(fairness: Fairness) -> str:
    if fairness == Fairness.FIRST_COME:
        return _("Les places vont dans l’ordre des demandes.")
    if fairness == Fairness.NEWCOMERS:
        return _("Jusqu’à la veille, les places vont d’abord aux personnes qui ne sont jamais venues.")
    return _("Une place qui se libère va à la personne venue le moins souvent ces trois derniers mois. "
             "La veille, l’ordre des demandes décide.")  # fmt: skip


def role_line(role: ShiftRole) -> str:
    """« Accueil, 3 places », « Cuisine, complet, 2 en attente »."""
    if role.waiting:
        state = _n("complet, %(n)s en attente", "complet, %(n)s en attente", role.waiting)
    else:
        state = _n("%(n)s place", "%(n)s places", role.free) if role.free else _("complet")
    return f"{role.title}, {state}" if role.title else state


def too_many(shift: Shift) -> str:
    """« 2 personnes de trop », after a lead has lowered the places; nobody loses hers."""
    return _n("%(n)s personne de trop.", "%(n)s personnes de trop.", shift.overbooked)


def reach_choices() -> list[tuple[str, str]]:
    """How far a change goes, in words; the values are those of `series.Reach`."""
    return [
        ("this", _("Ce créneau seulement")), ("following", _("Celui-ci et les suivants")),
        ("all", _("Tous les créneaux à venir de la série")),
    ]  # fmt: skip
