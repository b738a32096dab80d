"""Preparing a choice among several options: its lines in the form, and what must hold before it can be opened."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from civic.committees.models import College, Committee
from civic.counting.rules import CODES, WEIGHED, Method
from civic.decisions.forms import MOST_OPTIONS, DecisionForm, OptionWish
from civic.decisions.models import Option
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.web.formats import money
from civic.web.forms import Form, sentence, typed

LINES = range(1, MOST_OPTIONS + 1)
PARTS = ("title", "meaning", "cost")
FEWEST = 2


def read_options(form: Form[DecisionForm], sent: Mapping[str, Any]) -> None:
    """Take the lines « title_1, meaning_1, cost_1 » … into the form: words kept, mistakes beside their field."""
    wishes = []
    for line in LINES:
        written = {part: typed(sent.get(f"{part}_{line}")) for part in PARTS}
        form.values |= {f"{part}_{line}": value for part, value in written.items()}
        if not any(written.values()) or form.values.get("method") in CODES:
            continue
        if form.values.get("method") != Method.BUDGET:
            written["cost"] = ""
        try:
            wishes.append(OptionWish.model_validate({part: value for part, value in written.items() if value}))
        except ValidationError as error:
            for problem in error.errors():
                form.errors.setdefault(f"{problem['loc'][0]}_{line}", sentence(problem))  # type: ignore[arg-type]
    if form.errors:
        form.data = None
    elif form.data:
        form.data.options = wishes


def lines_of(options: Sequence[Option]) -> dict[str, Any]:
    """The lines of the form filled with the options there are."""
    return {
        f"{part}_{line}": value
        for line, option in enumerate((one for one in options if one.code is None), 1)
        for part, value in (("title", option.title), ("meaning", option.meaning), ("cost", in_euros(option.cost_cents)))
    }


def in_euros(cents: int | None) -> str:
    """Cents as they are typed into a field: « 1250,5 » → « 1250,50 »; empty without a sum."""
    if cents is None:
        return ""
    return f"{cents // 100},{cents % 100:02d}" if cents % 100 else str(cents // 100)


def check(wish: DecisionForm, committee: Committee) -> None:
    """Raise Invalid with the field unless the method has the options and numbers that it needs."""
    if wish.method in CODES:
        return
    if len(wish.options) < FEWEST:
        raise Invalid(_("Écrivez au moins deux choix."), field=f"title_{len(wish.options) + 1}")
    titles = [option.title.casefold() for option in wish.options]
    for line, title in enumerate(titles, 1):
        if title in titles[: line - 1]:
            raise Invalid(_("Ce choix est déjà dans la liste."), field=f"title_{line}")
    if wish.method == Method.BUDGET:
        _check_budget(wish, committee)
    elif wish.chosen_most >= len(wish.options) + wish.is_crossed:
        raise Invalid(_("Retenez moins de choix qu’il n’y en a : sinon, il n’y a rien à choisir."), field="chosen_most")


def _check_budget(wish: DecisionForm, committee: Committee) -> None:
    if committee.is_weighted:
        sentence_ = _(
            "Dans ce comité, les collèges n’ont pas tous le même poids. Partager un budget donne la même part à chaque "
            "voix : choisissez une autre façon de décider."
        )
        raise Invalid(sentence_, field="method")
    if wish.budget is None:
        raise Invalid(_("Écrivez le budget à partager."), field="budget")
    for line, option in enumerate(wish.options, 1):
        if option.cost is None:
            raise Invalid(_("Écrivez ce que coûte ce choix."), field=f"cost_{line}")
        if option.cost > wish.budget:
            raise Invalid(_("C’est plus que le budget de %(sum)s.", sum=money(wish.budget)), field=f"cost_{line}")


def weights_at_opening(committee: Committee, colleges: Sequence[College], method: Method) -> dict[str, int] | None:
    """The percents by college that this decision is counted with; None when every voice counts the same.

    Raises DomainError when no college weighs anything.
    """
    if not committee.is_weighted or method not in WEIGHED:
        return None
    weights = {college.kind.value: college.weight or 0 for college in colleges}
    if not sum(weights.values()):
        raise DomainError(_("Les poids des collèges ne sont pas écrits : réglez-les dans le comité avant d’ouvrir."))
    return weights
