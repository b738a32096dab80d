"""What methods, positions, rules and results are called on the page."""

from civic import clock
from civic.committees.models import CollegeKind
from civic.counting.rules import CODES, Code, Majority, Method, Tally, Verdict
from civic.decisions import choices
from civic.decisions.models import Decision, DecisionStatus, Option
from civic.decisions.positions import Position
from civic.i18n import _, _n, languages, speaking
from civic.web.formats import day_short, moment, percent

ICONS = {Code.AGREE: "check", Code.RESERVE: "info", Code.OBJECT: "alert", Code.YES: "check", Code.NO: "alert"}
STATES = {
    Code.AGREE: "ok", Code.RESERVE: "warn", Code.OBJECT: "err", Code.ASIDE: "", Code.YES: "ok", Code.NO: "err",
    Code.ABSTAIN: "",
}  # fmt: skip


def code_words(code: Code) -> str:
    """A position in one or two words."""
    return {
        Code.AGREE: _("D’accord"), Code.RESERVE: _("Une réserve"), Code.OBJECT: _("Objection"),
        Code.ASIDE: _("Je m’abstiens"), Code.YES: _("Pour"), Code.NO: _("Contre"), Code.ABSTAIN: _("Abstention"),
    }[code]  # fmt: skip


def usual_meaning(code: Code) -> str:
    """What a position means unless the decision says otherwise."""
    return {
        Code.AGREE: _("Cette proposition me va."),
        Code.RESERVE: _("Je ferais autrement, mais on peut avancer ainsi."),
        Code.OBJECT: _("Cette proposition nuirait au projet. Je dis pourquoi, et elle est retravaillée."),
        Code.ASIDE: _("Je laisse les autres décider. Ma réponse compte pour le quorum."),
        Code.YES: _("Je veux que la proposition soit adoptée."),
        Code.NO: _("Je ne veux pas que la proposition soit adoptée."),
        Code.ABSTAIN: _("Je ne tranche pas. Ma réponse compte pour le quorum."),
    }[code]


def meaning(option: Option) -> str:
    """What an option means here; a position's usual words in the language of the page, whatever it was opened in."""
    if option.code is None:
        return option.meaning
    for language in languages():
        with speaking(language):
            usual = usual_meaning(option.code)
        if option.meaning == usual:
            return usual_meaning(option.code)
    return option.meaning


def method_words(decision: Decision) -> str:
    """« Par consentement », « À la majorité », « Points à placer »…"""
    return _("Par des croix") if decision.is_crossed else method_name(decision.method)


def method_name(method: Method) -> str:
    """A method in a word or two."""
    return {
        Method.CONSENT: _("Par consentement"), Method.MAJORITY: _("À la majorité"),
        Method.DOTS: _("Avec des points"), Method.RANKED: _("Par classement"),
        Method.BUDGET: _("Partage d’un budget"),
    }[method]  # fmt: skip


def rule_words(decision: Decision) -> str:
    """The whole rule in sentences, as it was stated when the decision opened."""
    sentences = [_carrying(decision)]
    if decision.quorum_percent:
        sentences.append(
            _(
                "Il faut la réponse de %(share)s du comité, abstentions comprises.",
                share=percent(decision.quorum_percent),
            )
        )
    else:
        sentences.append(_("Il n’y a pas de quorum, mais il faut au moins une réponse."))
    sentences += _proxies(decision)
    if decision.weights is not None:
        named = [f"{CollegeKind(name).words} {percent(weight)}" for name, weight in decision.weights.items() if weight]
        sentences.append(
            _("Une personne, une voix dans son collège. Les collèges pèsent : %(weights)s.", weights=", ".join(named))
        )
    return " ".join(sentences)


def _proxies(decision: Decision) -> list[str]:
    """Nothing where there are none: that is what people expect."""
    if not decision.proxies_most:
        return []
    return [
        _n(
            "Qui ne peut pas répondre confie sa voix à une personne du comité, qui en porte une au plus.",
            "Qui ne peut pas répondre confie sa voix à une personne du comité, qui en porte %(n)s au plus.",
            decision.proxies_most,
        )
    ]  # fmt: skip


def _carrying(decision: Decision) -> str:
    if decision.method == Method.CONSENT:
        return _(
            "La proposition est adoptée si personne ne maintient d’objection et qu’une personne au moins l’approuve."
        )
    if decision.chooses:
        return choices.rule_words(decision)
    share = {
        Majority.HALF: _("plus de la moitié"), Majority.TWO_THIRDS: _("au moins les deux tiers"),
        Majority.THREE_QUARTERS: _("au moins les trois quarts"),
    }[decision.majority]  # fmt: skip
    if decision.abstentions_count:
        return _("La proposition est adoptée avec %(share)s des voix, abstentions comprises.", share=share)
    return _(
        "La proposition est adoptée avec %(share)s des voix pour et contre. Les abstentions n’y comptent pas.",
        share=share,
    )


def closing_words(decision: Decision) -> str:
    """Whether the hour of the closing may move, as stated before the opening (decision 0033)."""
    if decision.method == Method.CONSENT:
        return _(
            "La clôture ne se repousse qu’une fois, quand une objection vient de changer le texte. Elle n’a lieu avant "
            "l’heure que si toutes les personnes appelées ont répondu, sans objection ouverte."
        )
    if decision.is_secret:
        return _(
            "La clôture peut être reportée, de quatorze jours au plus en tout, et la raison est dite à tout le monde. "
            "Elle n’a jamais lieu avant l’heure : jusque-là, chacun peut changer son bulletin."
        )
    if decision.results_hidden:
        return _(
            "La clôture peut être reportée, de quatorze jours au plus en tout, et la raison est dite à tout le monde. "
            "Elle n’a lieu avant l’heure que si toutes les personnes appelées ont répondu."
        )
    return _("L’heure de la clôture ne change pas : les positions se voient, et la déplacer pèserait sur le résultat.")


def moved_closing(decision: Decision) -> str:
    """That the closing was moved, and why; empty when it was not."""
    if decision.first_closes_at is None:
        return ""
    reason = decision.extension.replace("\n", " / ")
    said = {"before": moment(decision.first_closes_at), "after": moment(decision.closes_at)}
    if decision.closes_at < decision.first_closes_at or not decision.extension:
        return _(
            "Toutes les personnes appelées avaient répondu : la clôture a eu lieu le %(after)s, avant l’heure prévue "
            "(%(before)s).", **said,
        )  # fmt: skip
    return _(
        "La clôture, prévue le %(before)s, a été repoussée au %(after)s : %(reason)s", **said, reason=reason
    )


def participation(decision: Decision) -> str:
    """« 9 voix sur 12. »"""
    return _n(
        "%(n)s voix sur %(total)s.",
        "%(n)s voix sur %(total)s.",
        decision.answers_count,
        total=decision.electorate,
    )


def quorum_words(decision: Decision) -> str:
    """Where the quorum stands; empty without one."""
    if not decision.quorum_percent:
        return ""
    if decision.answers_count >= decision.quorum:
        return _("Le quorum de %(n)s est atteint.", n=decision.quorum)
    if decision.is_closed:
        return _("Le quorum de %(n)s n’est pas atteint.", n=decision.quorum)
    return _n(
        "Il manque %(n)s réponse pour le quorum.", "Il manque %(n)s réponses pour le quorum.",
        decision.quorum - decision.answers_count,
    )  # fmt: skip


def verdict_words(decision: Decision) -> tuple[str, str]:
    """A decision's state for the register: words and the state of its tag."""
    if decision.verdict is None:
        return {
            DecisionStatus.DRAFT: (_("En préparation"), "info"), DecisionStatus.SCHEDULED: (_("Programmée"), "info"),
            DecisionStatus.WITHDRAWN: (_("Retirée"), ""), DecisionStatus.COUNTING: (_("Dépouillement"), "voix"),
        }.get(decision.status, (_("En cours"), "voix"))  # fmt: skip
    return {
        Verdict.ADOPTED: (_("Adoptée"), "ok"),
        Verdict.REJECTED: (_("Rien n’est retenu"), "") if decision.chooses else (_("Écartée"), "err"),
        Verdict.OBJECTED: (_("Bloquée par une objection"), "err"), Verdict.NO_QUORUM: (_("Quorum non atteint"), "warn"),
        Verdict.CHOSEN: (_("Choix fait"), "ok"), Verdict.TIED: (_("À égalité"), "warn"),
    }[decision.verdict]  # fmt: skip


def review_words(decision: Decision) -> str:
    """« À revoir le … », « À revoir depuis le … », « Revue le … », or nothing."""
    if decision.reviewed_at:
        return _("Revue le %(day)s.", day=day_short(decision.reviewed_at))
    if decision.review_on is None:
        return ""
    late = decision.review_on < clock.today()
    day = day_short(decision.review_on)
    return _("À revoir depuis le %(day)s.", day=day) if late else _("À revoir le %(day)s.", day=day)


def counted(decision: Decision, said: Position) -> str:
    """What a voter is told once she has answered."""
    taken = _("Votre voix est comptée. Vous pouvez en changer jusqu’à la clôture.")
    left = decision.dots - sum(said.choices.values()) if decision.method == Method.DOTS else 0
    if not left or decision.is_crossed:
        return taken
    return taken + " " + _n("Il vous reste %(n)s point à placer.", "Il vous reste %(n)s points à placer.", left)


def bars(decision: Decision, tally: Tally) -> list[tuple[str, str, float]]:
    """The count for the page: position, « 7 voix, 58 % », share in percent of the voices that count.

    Where the rule leaves abstentions out, they have no share of it.
    """
    aside = decision.method == Method.MAJORITY and not decision.abstentions_count
    whole = tally.answers - tally.of(Code.ABSTAIN) if aside else tally.answers
    found = []
    for code in CODES[decision.method]:
        n = tally.of(code)
        part = min(100.0, n * 100 / whole) if whole else 0.0
        voices = _n("%(n)s voix, %(part)s", "%(n)s voix, %(part)s", n, part=percent(part))
        if aside and code == Code.ABSTAIN:
            voices = _n("%(n)s voix, à part", "%(n)s voix, à part", n)
        found.append((code_words(code), voices, part))
    return found
