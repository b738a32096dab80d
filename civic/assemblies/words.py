"""Sentences about assemblies: the usual resolutions with their wording, ways of voting, results."""

from civic.assemblies.models import Casting, Resolution, ResolutionKind
from civic.counting.rules import Code, Majority, Verdict
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
    return {
        Verdict.ADOPTED: (_("Adoptée"), "ok"), Verdict.REJECTED: (_("Rejetée"), "warn"),
        Verdict.CHOSEN: (_("Élection faite"), "ok"), Verdict.TIED: (_("Égalité : à départager"), "warn"),
    }.get(found, (_("Sans résultat"), "warn"))


def hands_of(resolution: Resolution) -> str:
    """The count of the hands in one sentence; empty before it."""
    tally = resolution.hands
    if tally is None:
        return ""
    return _(
        "%(yes)s pour, %(no)s contre, %(abstain)s abstentions, sur %(voices)s voix présentes ou représentées.",
        yes=tally.of(Code.YES), no=tally.of(Code.NO), abstain=tally.of(Code.ABSTAIN), voices=tally.electorate,
    )  # fmt: skip


def title_for(year: str) -> str:
    """The name of the assembly that looks back on this year."""
    return _("Assemblée générale ordinaire, exercice %(year)s", year=year)
