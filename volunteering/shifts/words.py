"""How the rules of a shift are said."""

from collections.abc import Sequence

from civic import clock
from civic.i18n import _, _n
from volunteering.shifts.models import Fairness, Shift, ShiftRole
from volunteering.shifts.roles import RoleWish


def fairness_choices() -> list[tuple[str, str, str]]:
    """The rules that a lead may choose, in words, each with the sentence that those who sign up will read."""
    return [
        (Fairness.FIRST_COME.value, _("Dans l’ordre des demandes"),
         _("Qui s’inscrit d’abord a sa place. C’est le plus simple.")),
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


def role_counts(roles: Sequence[ShiftRole]) -> str:
    """« Service 2/3 · Cuisine 1/2 », for who runs the shift; empty for a simple shift."""
    return " · ".join(f"{role.title} {role.taken}/{role.capacity}" for role in roles) if len(roles) > 1 else ""


def role_news(former: list[ShiftRole], wishes: Sequence[RoleWish]) -> list[str]:
    """« Bar : 1 place au lieu de 3 », « nouveau poste : Cuisine, 2 places », for who reads before she saves."""
    known, kept = {role.id: role for role in former}, {wish.id for wish in wishes}
    news = [_("poste retiré : %(title)s", title=role.title) for role in former if role.id not in kept]
    for wish in wishes:
        news += _news_of(known[wish.id], wish) if wish.id in known else [_new_role(wish)]
    return news


def _new_role(wish: RoleWish) -> str:
    return _n("nouveau poste : %(title)s, %(n)s place", "nouveau poste : %(title)s, %(n)s places", wish.capacity,
              title=wish.title)  # fmt: skip


def _news_of(role: ShiftRole, wish: RoleWish) -> list[str]:
    title, news = wish.title.strip(), list[str]()
    if title and title != role.title:
        renamed = _("%(old)s devient %(new)s", old=role.title, new=title)
        news.append(renamed if role.title else _("le poste s’appelle %(title)s", title=title))
    if wish.capacity != role.capacity:
        places = _n("%(n)s place au lieu de %(old)s", "%(n)s places au lieu de %(old)s", wish.capacity,
                    old=role.capacity)  # fmt: skip
        news.append(_of(title, places))
    if wish.minimum != role.minimum:
        least = _("un minimum de %(new)s au lieu de %(old)s", new=wish.minimum, old=role.minimum)
        news.append(_of(title, least))
    return news


def _of(title: str, text: str) -> str:
    return _("%(title)s : %(text)s", title=title, text=text) if title else text


def too_many(shift: Shift) -> str:
    """« 2 personnes de trop », after a lead has lowered the places; nobody loses hers."""
    return _n("%(n)s personne de trop.", "%(n)s personnes de trop.", shift.overbooked)


def reach_choices() -> list[tuple[str, str]]:
    """How far a change goes, in words; the values are those of `series.Reach`."""
    return [
        ("this", _("Ce créneau seulement")), ("following", _("Celui-ci et les suivants")),
        ("all", _("Tous les créneaux à venir de la série")),
    ]  # fmt: skip
