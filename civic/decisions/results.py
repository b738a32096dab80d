"""The result of a choice, explained: each step in a sentence, and the same figures as bars and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from civic.committees.models import CollegeKind
from civic.counting.count import Count
from civic.counting.dots import DotsResult
from civic.counting.ranked import RankedResult
from civic.counting.rules import Majority
from civic.counting.shares import SharesResult
from civic.counting.weights import Weights, published_apart
from civic.decisions import choices
from civic.decisions.models import Decision, Option
from civic.i18n import _, _n
from civic.web.formats import money, number

Bar = tuple[str, str, float]


@dataclass(slots=True)
class Explained:
    """For the page: `steps` in order, `bars` (label, figure, percent), and a table of the same.

    `duels` of a ranking: both titles, then how many prefer the one and the other.
    """

    outcome: str
    steps: list[str] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    duels: list[list[str]] = field(default_factory=list)


def explain(decision: Decision, options: Sequence[Option], found: Count) -> Explained:
    """The count of a closed decision that chose among several options."""
    known = [option for option in options if option.code is None]
    page = Explained(choices.outcome(found, known))
    if isinstance(found.of_method, DotsResult):
        _dots(page, decision, known, found, found.of_method)
    elif isinstance(found.of_method, RankedResult):
        _ranked(page, known, found, found.of_method)
    elif isinstance(found.of_method, SharesResult):
        _shares(page, decision, known, found.of_method)
    return page


def _dots(page: Explained, decision: Decision, options: Sequence[Option], found: Count, result: DotsResult) -> None:
    total = sum(result.scores.values())
    if found.weights:
        page.steps.append(_("On prend la moyenne des points dans chaque collège, puis on pèse les collèges."))
    else:
        page.steps.append(
            _n("%(n)s voix a été donnée en tout.", "%(n)s voix ont été données en tout.", int(total))
            if decision.is_crossed
            else _n("%(n)s point a été placé en tout.", "%(n)s points ont été placés en tout.", int(total))
        )
    places = [one for group in result.standing.order for one in group]
    unit = _("Voix") if decision.is_crossed else _("Points")
    page.head = [_("Choix"), _("Points, en moyenne pesée") if found.weights else unit]
    for option in sorted(options, key=lambda one: places.index(one.id)):
        score = result.scores[option.id]
        shown = number(round(float(score / 100), 2)) if found.weights else number(int(score))
        part = float(score * 100 / total) if total else 0.0
        page.bars.append((option.title, choices.dotted(decision, found, score), part))
        page.rows.append([option.title, shown])


def _ranked(page: Explained, options: Sequence[Option], found: Count, result: RankedResult) -> None:
    titles = {option.id: option.title for option in options}
    places = [one for group in result.standing.order for one in group]
    duels = {one: len(_beaten(one, places, result)) for one in places}
    page.steps.append(_("On compare les choix deux à deux : lequel de chaque paire est préféré par le plus de voix ?"))
    for one in found.chosen or found.tied[:1]:
        page.steps += _why(one, places, titles, result, found)
    ranks = {one: rank for rank, group in enumerate(result.standing.order, 1) for one in group}
    page.head = [_("Place"), _("Choix"), _("Duels gagnés")]
    for one in places:
        won = _n("%(n)s duel gagné sur %(all)s", "%(n)s duels gagnés sur %(all)s", duels[one], all=len(places) - 1)
        page.bars.append((titles[one], won, duels[one] * 100 / max(1, len(places) - 1)))
        page.rows.append([str(ranks[one]), titles[one], str(duels[one])])
    for one, other in combinations(places, 2):
        figures = [_strength(result.duels[pair], found) for pair in ((one, other), (other, one))]
        page.duels.append([titles[one], titles[other], *figures])


def _beaten(one: int, places: Sequence[int], result: RankedResult) -> list[int]:
    """The options that lose their duel against this one."""
    return [two for two in places if two != one and result.duels[one, two] > result.duels[two, one]]


def _why(one: int, places: Sequence[int], titles: dict[int, str], result: RankedResult, found: Count) -> list[str]:
    """Why it comes before the others: it wins the duel, or a stronger chain of duels."""
    won = _beaten(one, places, result)
    if len(won) == len(places) - 1:
        return [_("%(title)s gagne tous ses duels.", title=choices.quoted(titles[one]))]
    chains = [two for two in places if two not in (one, *won) and result.paths[one, two] > result.paths[two, one]]
    steps = []
    if won:
        steps.append(
            _("%(title)s gagne ses duels contre %(others)s.", title=choices.quoted(titles[one]),
              others=choices.listed(titles[two] for two in won))
        )  # fmt: skip
    for two in chains:
        steps.append(_(
            "%(title)s devance %(other)s par une chaîne de duels : son duel le plus faible vaut %(strong)s, contre "
            "%(weak)s dans l’autre sens.", title=choices.quoted(titles[one]), other=choices.quoted(titles[two]),
            strong=_strength(result.paths[one, two], found), weak=_strength(result.paths[two, one], found),
        ))  # fmt: skip
    return steps


def _strength(weight: Fraction, found: Count) -> str:
    return _percent(weight) if found.weights else number(int(weight))


def _shares(page: Explained, decision: Decision, options: Sequence[Option], result: SharesResult) -> None:
    costs = {option.id: option.cost_cents or 0 for option in options}
    titles = {option.id: option.title for option in options}
    budget = decision.budget_cents or 0
    page.steps.append(_n(
        "%(sum)s pour %(n)s voix : elle reçoit %(part)s.", "%(sum)s pour %(n)s voix : chacune reçoit %(part)s.",
        decision.answers_count, sum=money(budget), part=_cents(result.first_share),
    ))  # fmt: skip
    if result.share > result.first_share:
        page.steps.append(_(
            "Des voix gardaient de l’argent sans emploi : pour le calcul, la part de chacune est montée à %(part)s, "
            "tant que le total tient dans le budget.", part=_cents(result.share),
        ))  # fmt: skip
    for bought in result.purchases:
        page.steps.append(_n(
            "%(title)s coûte %(cost)s : %(n)s voix le paie, %(price)s.",
            "%(title)s coûte %(cost)s : %(n)s voix le paient, %(price)s chacune au plus.", bought.voices,
            title=choices.quoted(titles[bought.option]), cost=money(costs[bought.option]), price=_cents(bought.price),
        ))  # fmt: skip
    left = budget - sum(costs[one] for one in result.chosen)
    page.steps.append(_left(left, result))
    _shares_table(page, options, result)


def _left(left: int, result: SharesResult) -> str:
    if result.tied:
        return _("Il reste %(sum)s, mais pas assez pour tous les choix à égalité.", sum=money(left))
    if not left:
        return _("Tout le budget est employé.")
    return _(
        "Il reste %(sum)s : aucun autre choix ne peut être payé par celles et ceux qui le soutiennent.", sum=money(left)
    )


def _shares_table(page: Explained, options: Sequence[Option], result: SharesResult) -> None:
    voices = max(1, *result.approvals.values())
    page.head = [_("Choix"), _("Coût"), _("Voix"), _("Résultat")]
    order = {one: at for at, one in enumerate(result.chosen)}
    for option in sorted(options, key=lambda one: (order.get(one.id, len(order)), -result.approvals[one.id])):
        n = result.approvals[option.id]
        state = _("retenu") if option.id in order else _("à égalité") if option.id in result.tied else _("non retenu")
        cost = money(option.cost_cents or 0)
        told = _n("%(n)s voix, %(cost)s, %(state)s", "%(n)s voix, %(cost)s, %(state)s", n, cost=cost, state=state)
        page.bars.append((option.title, told, n * 100 / voices))
        page.rows.append([option.title, cost, str(n), state])


def weighing(weights: Weights) -> list[tuple[str, str]]:
    """The arithmetic of the weights by college: what was agreed, how many voted, the weight then, one voice's weight.

    Colleges under five voices stand together, never apart.
    """
    apart, together = published_apart(weights)
    rows = [(CollegeKind(name).words, _weight(weights, [name])) for name in apart]
    if together:
        joined = _("Les collèges de peu de voix, ensemble") if apart else _("Tous les collèges, ensemble")
        rows.append((joined, _weight(weights, together)))
    silent = [name for name, one in weights.colleges.items() if not one.voices and one.percent]
    return rows + [(CollegeKind(name).words, _weight(weights, [name])) for name in silent]


def _weight(weights: Weights, names: Sequence[str]) -> str:
    found = [weights.colleges[name] for name in names]
    voices, agreed = sum(one.voices for one in found), _percent(Fraction(sum(one.percent for one in found)))
    if not voices:
        return _("poids fixé %(agreed)s, aucune voix.", agreed=agreed)
    scaled = _percent(sum((one.scaled for one in found), Fraction(0)))
    if len(found) > 1:
        return _(
            "poids fixé %(agreed)s, %(n)s voix, %(scaled)s dans ce compte.", agreed=agreed, n=voices, scaled=scaled
        )
    return _n(
        "poids fixé %(agreed)s, %(n)s voix, %(scaled)s dans ce compte : elle pèse %(each)s.",
        "poids fixé %(agreed)s, %(n)s voix, %(scaled)s dans ce compte : chacune pèse %(each)s.", voices, agreed=agreed,
        scaled=scaled, each=_percent(found[0].each),
    )  # fmt: skip


def weighted_majority(majority: Majority, found: Count) -> str:
    """« 45 % pour : il en faut plus de la moitié. »"""
    if found.yes is None or found.cast is None:
        return ""
    share = found.yes * 100 / found.cast if found.cast else Fraction(0)
    needed = {
        Majority.HALF: _("plus de la moitié"), Majority.TWO_THIRDS: _("au moins les deux tiers"),
        Majority.THREE_QUARTERS: _("au moins les trois quarts"),
    }[majority]  # fmt: skip
    sentence = _("Avec le poids des collèges : %(share)s pour. Il fallait %(needed)s.")
    return sentence % {"share": _percent(share), "needed": needed}


def _percent(value: Fraction) -> str:
    """Exact to two decimals where whole percents would hide the arithmetic."""
    return _("%(n)s %%", n=number(round(float(value), 2)))


def _cents(value: Fraction) -> str:
    return money(round(value))
