"""How the rules of a shift are said."""

from civic import clock
from civic.i18n import _, _n
from volunteering.shifts.models import Fairness, Shift, ShiftRole


def fairness_choices() -> list[tuple[str, str]]:
    """The rules that a lead may choose, in words."""
    return [
        (Fairness.FIRST_COME.value, _("Dans l’ordre des demandes")),
        (Fairness.NEWCOMERS.value, _("Les personnes qui ne sont jamais venues d’abord")),
        (Fairness.LEAST_SERVED.value, _("Les personnes venues le moins souvent d’abord")),
    ]


def rule_of(shift: Shift) -> str:
    """Who gets a place first, as whoever signs up reads it."""
    if shift.fairness == Fairness.FIRST_COME or shift.opens_to_all_at <= clock.now():
        return _("Les places vont dans l’ordre des demandes.")
    if shift.fairness == Fairness.NEWCOMERS:
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
