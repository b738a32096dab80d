"""Sentences about assemblies: the usual resolutions with their wording, ways of voting, results."""

from civic.assemblies.models import Casting, Resolution, ResolutionKind
from civic.counting.rules import Code, Majority, Tally, Verdict
from civic.decisions import results
from civic.i18n import _, _n

USUAL = (
    ResolutionKind.ACTIVITY, ResolutionKind.ACCOUNTS, ResolutionKind.RESULT, ResolutionKind.DISCHARGE,
    ResolutionKind.BUDGET, ResolutionKind.FEE,
)  # fmt: skip
"""What an ordinary assembly votes every year."""
MINUTES = {ResolutionKind.ACTIVITY: 30, ResolutionKind.ACCOUNTS: 20, ResolutionKind.ELECTION: 20}
"""How long a resolution usually takes; ten minutes when it is not named."""


def title_of(kind: ResolutionKind) -> str:
    """The point of the agenda."""
    return {
        ResolutionKind.ACTIVITY: _("Rapport moral et rapport d’activité"),
        ResolutionKind.ACCOUNTS: _("Rapport financier et comptes de l’exercice"),
        ResolutionKind.RESULT: _("Affectation du résultat"),
        ResolutionKind.DISCHARGE: _("Quitus aux administrateurs"),
        ResolutionKind.BUDGET: _("Budget prévisionnel"),
        ResolutionKind.FEE: _("Montant de la cotisation"),
        ResolutionKind.ELECTION: _("Élection au conseil d’administration"),
        ResolutionKind.OTHER: _("Autre résolution"),
    }[kind]  # fmt: skip


def wording_of(kind: ResolutionKind, year: str) -> str:
    """The text that is usually voted, to be completed where the association writes its own figures."""
    texts = {
        ResolutionKind.ACTIVITY: _(
            "L’assemblée générale, après avoir entendu le rapport moral et le rapport d’activité de l’exercice "
            "%(year)s, les approuve.", year=year),
        ResolutionKind.ACCOUNTS: _(
            "L’assemblée générale, après avoir entendu le rapport financier, approuve les comptes de l’exercice "
            "%(year)s.", year=year),
        ResolutionKind.RESULT: _(
            "L’assemblée générale décide d’affecter le résultat de l’exercice %(year)s au report à nouveau.",
            year=year),
        ResolutionKind.DISCHARGE: _(
            "L’assemblée générale donne quitus aux administrateurs pour leur gestion de l’exercice %(year)s.",
            year=year),
        ResolutionKind.BUDGET: _("L’assemblée générale adopte le budget prévisionnel qui lui a été présenté."),
        ResolutionKind.FEE: _("L’assemblée générale maintient le montant de la cotisation annuelle."),
    }  # fmt: skip
    return texts.get(kind, "")


def casting_words(casting: Casting) -> str:
    """How a resolution is voted."""
    return {
        Casting.HANDS: _("À main levée"), Casting.SCREENS: _("Sur les écrans, avec les noms"),
        Casting.SECRET: _("À bulletin secret"),
    }[casting]  # fmt: skip


def majority_words(majority: Majority) -> str:
    """The share that carries."""
    return {
        Majority.HALF: _("plus de la moitié des voix exprimées"),
        Majority.TWO_THIRDS: _("au moins les deux tiers des voix exprimées"),
        Majority.THREE_QUARTERS: _("au moins les trois quarts des voix exprimées"),
    }[majority]


def rule_of(resolution: Resolution) -> str:
    """How it is voted and what carries it, in one sentence."""
    if resolution.kind == ResolutionKind.ELECTION and len(resolution.candidates) == 1:
        return _(
            "%(casting)s. Pour ou contre : il faut %(majority)s.", casting=casting_words(resolution.casting),
            majority=majority_words(resolution.majority),
        )  # fmt: skip
    if resolution.kind == ResolutionKind.ELECTION and 1 < len(resolution.candidates) <= resolution.places:
        return _(
            "%(casting)s. Il n’y a pas plus de candidats que de places : qui a au moins une voix est élu, qui n’en a "
            "aucune ne l’est pas.", casting=casting_words(resolution.casting),
        )  # fmt: skip
    if resolution.kind == ResolutionKind.ELECTION:
        return _n(
            "%(casting)s. La personne qui a le plus de voix est élue.",
            "%(casting)s. Les %(n)s personnes qui ont le plus de voix sont élues.", resolution.places,
            casting=casting_words(resolution.casting),
        )  # fmt: skip
    return _(
        "%(casting)s. Il faut %(majority)s.", casting=casting_words(resolution.casting),
        majority=majority_words(resolution.majority),
    )  # fmt: skip


def verdict_of(resolution: Resolution) -> tuple[str, str] | None:
    """What came out, as words and the look of their label; None before the vote."""
    found = resolution.verdict
    if found is None:
        return None
    if resolution.kind == ResolutionKind.ELECTION:
        return {
            Verdict.ADOPTED: (_("Élection faite"), "ok"), Verdict.CHOSEN: (_("Élection faite"), "ok"),
            Verdict.TIED: (_("Égalité : à départager"), "warn"),
        }.get(found, (_("Personne n’est élu"), "warn"))
    return {
        Verdict.ADOPTED: (_("Adoptée"), "ok"), Verdict.REJECTED: (_("Rejetée"), "warn"),
    }.get(found, (_("Sans résultat"), "warn"))


def vacancy_of(resolution: Resolution) -> str:
    """The places of an election that nobody fills; empty when all are filled, before the vote and while it is tied."""
    if not resolution.vacant:
        return ""
    return _n("%(n)s place reste à pourvoir.", "%(n)s places restent à pourvoir.", resolution.vacant)


def hands_of(resolution: Resolution) -> list[str]:
    """The count of the hands in sentences, college by college where they weigh; nothing before it."""
    tally, weighed = resolution.hands, resolution.weighed
    if tally is None:
        return []
    if weighed is None:
        return [_raised(tally)]
    found = [
        _("%(college)s (%(percent)s %%) : %(counted)s", college=one.college.words, percent=one.percent,
          counted=_raised(one.tally) if one.tally.electorate else _("aucune voix dans la salle."))
        for one in resolution.by_college
    ]  # fmt: skip
    if any(one.percent and not one.tally.of(Code.YES, Code.NO) for one in resolution.by_college):
        found.append(_("Un collège sans voix exprimée ne pèse pas : les autres se partagent son poids."))
    return [*found, results.weighted_majority(resolution.majority, weighed)]


def _raised(tally: Tally) -> str:
    return _n(
        "%(yes)s pour, %(no)s contre, %(n)s abstention, sur %(voices)s voix présentes ou représentées.",
        "%(yes)s pour, %(no)s contre, %(n)s abstentions, sur %(voices)s voix présentes ou représentées.",
        tally.of(Code.ABSTAIN), yes=tally.of(Code.YES), no=tally.of(Code.NO), voices=tally.electorate,
    )  # fmt: skip


def title_for(year: str) -> str:
    """The name of the assembly that looks back on this year."""
    return _("Assemblée générale ordinaire, exercice %(year)s", year=year)
