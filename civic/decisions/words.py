"""What methods, positions, rules and results are called on the page."""

from civic.decisions.counting import CODES, Code, Majority, Method, Tally, Verdict
from civic.decisions.models import Decision, DecisionStatus, Option
from civic.i18n import _, _n, languages, speaking
from civic.web.formats import percent

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
    """What a position means here; the usual words in the language of the page, whatever it was opened in."""
    for language in languages():
        with speaking(language):
            usual = usual_meaning(option.code)
        if option.meaning == usual:
            return usual_meaning(option.code)
    return option.meaning


def method_words(decision: Decision) -> str:
    """« Par consentement », « À la majorité »."""
    return _("Par consentement") if decision.method == Method.CONSENT else _("À la majorité")


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
    return " ".join(sentences)


def _carrying(decision: Decision) -> str:
    if decision.method == Method.CONSENT:
        return _(
            "La proposition est adoptée si personne ne maintient d’objection et qu’une personne au moins l’approuve."
        )
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
            DecisionStatus.WITHDRAWN: (_("Retirée"), ""),
        }.get(decision.status, (_("En cours"), "voix"))  # fmt: skip
    return {
        Verdict.ADOPTED: (_("Adoptée"), "ok"), Verdict.REJECTED: (_("Écartée"), "err"),
        Verdict.OBJECTED: (_("Bloquée par une objection"), "err"), Verdict.NO_QUORUM: (_("Quorum non atteint"), "warn"),
    }[decision.verdict]  # fmt: skip


def bars(decision: Decision, tally: Tally) -> list[tuple[str, str, float]]:
    """The count for the page: position, « 7 voix, 58 % », share of those who answered in percent."""
    found = []
    for code in CODES[decision.method]:
        n = tally.of(code)
        part = n * 100 / tally.answers if tally.answers else 0
        found.append((code_words(code), f"{_n('%(n)s voix', '%(n)s voix', n)}, {percent(part)}", part))
    return found
