"""Choosing among several options, in words: the rule before, what one person said, what came out."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from babel.lists import format_list

from civic.counting.count import Count
from civic.counting.dots import DotsResult
from civic.counting.rules import Method, Verdict
from civic.decisions.models import Decision, Option
from civic.i18n import _, _n, locale
from civic.web.formats import money, number


def when_to_use(method: Method) -> tuple[str, str]:
    """The method for whoever asks a question: what one wants to do, and when this is the way."""
    return {
        Method.CONSENT: (
            _("Se mettre d’accord"),
            _("Une proposition, améliorée jusqu’à ce que plus personne n’y voie de danger."),
        ),
        Method.MAJORITY: (_("Trancher"), _("Une proposition, pour ou contre : on compte les voix.")),
        Method.DOTS: (
            _("Choisir entre plusieurs"), _("Chacun a quelques points et les place sur ce qu’il préfère.")
        ),
        Method.RANKED: (
            _("Classer"), _("Chacun met les choix dans son ordre : sort celui qui convient le mieux à l’ensemble.")
        ),
        Method.BUDGET: (
            _("Partager un budget"), _("Chaque voix reçoit la même part d’une somme, pour les choix qu’elle coche.")
        ),
    }[method]  # fmt: skip


def rule_words(decision: Decision) -> str:
    """How it is counted, in sentences, as stated at the opening."""
    if decision.method == Method.BUDGET:
        return _(
            "%(sum)s sont partagés également entre les voix. Chacun coche ce qu’il soutient, et chaque voix ne paie "
            "que ce qu’elle a coché. À égalité, le moins cher passe ; si l’égalité reste, le comité départage.",
            sum=money(decision.budget_cents or 0),
        )  # fmt: skip
    if decision.is_crossed:
        most = _n(
            "%(n)s choix au plus sera retenu : celui qui a le plus de voix, et aucun sans voix. Une égalité n’est "
            "jamais tirée au sort : le comité départage.",
            "%(n)s choix au plus seront retenus : ceux qui ont le plus de voix, et aucun sans voix. Une égalité n’est "
            "jamais tirée au sort : le comité départage.",
            decision.chosen_most,
        )  # fmt: skip
        return f"{_placing(decision)} {most}"
    most = _n(
        "%(n)s choix est retenu. Une égalité n’est jamais tirée au sort : le comité départage.",
        "%(n)s choix sont retenus. Une égalité n’est jamais tirée au sort : le comité départage.",
        decision.chosen_most,
    )
    return f"{_placing(decision)} {most}"


def _placing(decision: Decision) -> str:
    if decision.method == Method.RANKED:
        return _(
            "Chacun classe les choix ; on les compare deux à deux (méthode de Schulze). Un choix non classé vient "
            "après ceux qui le sont."
        )
    if decision.is_crossed:
        return _n("Chacun coche un choix.", "Chacun coche au plus %(n)s choix.", decision.dots)
    dots = _n("Chacun a %(n)s point à placer.", "Chacun a %(n)s points à placer.", decision.dots)
    if not decision.dots_on_one or decision.dots_on_one >= decision.dots:
        return dots + " " + _("Il peut les mettre tous sur un même choix.")
    return dots + " " + _n("Au plus %(n)s sur un même choix.", "Au plus %(n)s sur un même choix.", decision.dots_on_one)


def quoted(title: str) -> str:
    """A title in the language's own quotation marks."""
    return _("« %(title)s »", title=title)


def listed(titles: Iterable[str]) -> str:
    """« A », « B » et « C »."""
    return format_list([quoted(title) for title in titles], locale=locale())


def said(decision: Decision, options: Sequence[Option], choices: Any) -> str:
    """What one person chose, on one line; a paper may choose nothing."""
    if not choices:
        return _("Blanc ou nul")
    titles = {option.id: option.title for option in options}
    if decision.is_crossed:
        return ", ".join(titles[one] for one in sorted(int(one) for one in choices))
    if decision.method == Method.DOTS:
        placed = sorted(((n, int(one)) for one, n in choices.items()), key=lambda pair: (-pair[0], pair[1]))
        return ", ".join(_("%(title)s : %(n)s", title=titles[one], n=n) for n, one in placed)
    if decision.method == Method.BUDGET:
        return ", ".join(titles[one] for one in choices)
    groups = [" = ".join(titles[one] for one in group) for group in choices]
    return ", ".join(f"{place}. {group}" for place, group in enumerate(groups, 1))


def figures(decision: Decision, found: Count, options: Sequence[Option]) -> list[str]:
    """« Odile Martin : 15 voix », the most chosen first; nothing where the count is withheld or not by dots."""
    if not isinstance(found.of_method, DotsResult):
        return []
    scores = found.of_method.scores
    return [
        _("%(title)s : %(n)s", title=option.title, n=dotted(decision, found, scores[option.id]))
        for option in sorted(options, key=lambda one: -scores[one.id])
    ]


def dotted(decision: Decision, found: Count, score: Fraction) -> str:
    """How much an option was given: dots, or voices where each puts one cross."""
    if found.weights:
        if decision.is_crossed:
            return _("%(n)s %% des voix pesées", n=number(round(float(score), 2)))
        return _("%(n)s points par voix", n=number(round(float(score / 100), 2)))
    if decision.is_crossed:
        return _n("%(n)s voix", "%(n)s voix", int(score))
    return _n("%(n)s point", "%(n)s points", int(score))


def outcome(found: Count, options: Sequence[Option]) -> str:
    """What came out, in one or two sentences."""
    titles = {option.id: option.title for option in options}
    if found.verdict == Verdict.NO_QUORUM:
        return _("Le quorum n’est pas atteint : rien n’est décidé.")
    if found.verdict == Verdict.REJECTED:
        return _("Aucun choix n’est retenu.")
    parts = []
    if found.chosen:
        names = listed(titles[one] for one in found.chosen)
        parts.append(
            _("Retenu : %(names)s.", names=names) if len(found.chosen) == 1 else _("Retenus : %(names)s.", names=names)
        )
    if found.tied:
        names = listed(titles[one] for one in found.tied)
        parts.append(_("À égalité : %(names)s. Rien n’est tiré au sort : le comité départage.", names=names))
    return " ".join(parts)
