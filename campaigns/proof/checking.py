"""Check a public export without the database: what is wrong, at which entry, in plain words (`civic verify-export`)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.ledger.chain import GENESIS, Link, hash_of, seal_of
from campaigns.ledger.models import AccountKind
from campaigns.proof.export import FORMAT
from civic.errors import Invalid
from civic.i18n import _
from civic.web.formats import money


@dataclass(slots=True)
class Checked:
    """What a file holds: entries read, how many of them are sealed, where a given hash stands, what is wrong.

    The sums of gifts and of spending, in cents, are those of the open entries.
    """

    entries: int = 0
    sealed: int = 0
    head: str = GENESIS
    found_at: int | None = None
    gifts_cents: int = 0
    spent_cents: int = 0
    problems: list[str] = field(default_factory=list)


def check(text: str, wanted: str = "") -> Checked:
    """Check an export; `wanted` is the hash from somebody's mail. Raises Invalid for another kind of file."""
    first, *rest = text.splitlines() or [""]
    top = _read(first)
    if top is None or top.get("format") != FORMAT:
        raise Invalid(_("Ce fichier n’est pas un export des comptes d’une collecte."))
    done = Checked()
    for line in rest:
        _check_entry(done, _read(line), wanted.strip().lower())
    if top.get("entries") != done.entries:
        done.problems.append(_(
            "Le fichier annonce %(said)s écritures et en contient %(found)s.", said=top.get("entries"),
            found=done.entries,
        ))  # fmt: skip
    if top.get("head") != (done.head if done.entries else ""):
        done.problems.append(_("La dernière empreinte n’est pas celle que le fichier annonce."))
    return done


def _check_entry(done: Checked, entry: dict[str, Any] | None, wanted: str) -> None:
    done.entries += 1
    place = done.entries
    if entry is None:
        done.problems.append(_("Écriture %(n)s : la ligne est illisible.", n=place))
        return
    if entry.get("n") != place:
        said = entry.get("n")
        done.problems.append(_(
            "Écriture %(n)s : elle porte le numéro %(said)s ; une écriture manque ou est en trop.", n=place, said=said
        ))  # fmt: skip
    if entry.get("prev") != done.head:
        done.problems.append(_("Écriture %(n)s : elle ne suit pas l’écriture d’avant.", n=place))
    done.sealed += "salt" not in entry
    if "salt" in entry:
        found = _content_problems(entry, place)
        done.problems += found
        if not found:
            _add(done, entry)
    own = hash_of(str(entry.get("seal")), place, str(entry.get("prev")))
    if entry.get("hash") != own:
        done.problems.append(_("Écriture %(n)s : son empreinte n’est pas la bonne.", n=place))
    done.head = str(entry.get("hash"))
    if wanted and done.head == wanted:
        done.found_at = place


def _content_problems(entry: dict[str, Any], place: int) -> list[str]:
    """What an open entry says, against its seal and against the rule of double entry."""
    try:
        postings = tuple((str(key), _whole(cents)) for key, cents in entry["postings"])
        link = Link(
            entry["campaign"], entry["n"], entry["kind"], entry["source_type"], entry["source_id"], entry["at"],
            postings,
        )  # fmt: skip
        problems = []
        if seal_of(link, entry["salt"]) != entry.get("seal"):
            problems.append(_("Écriture %(n)s : son contenu a été changé.", n=place))
        if sum(cents for _key, cents in postings):
            problems.append(_("Écriture %(n)s : ce qui entre n’égale pas ce qui sort.", n=place))
    except (KeyError, TypeError, ValueError):
        return [_("Écriture %(n)s : il manque une partie de son contenu.", n=place)]
    return problems


def _add(done: Checked, entry: dict[str, Any]) -> None:
    """Count what an open entry says of gifts and of spending."""
    sums: dict[str, int] = {}
    for key, cents in entry["postings"]:
        kind = str(key).partition(":")[0]
        sums[kind] = sums.get(kind, 0) + cents
    done.spent_cents += sums.get(AccountKind.EXPENSE_PAID.value, 0)
    if entry["source_type"] == "charge":
        done.gifts_cents -= sums.get(AccountKind.CAMPAIGN_FUND.value, 0)


def _whole(cents: object) -> int:
    if type(cents) is not int:
        raise ValueError(cents)
    return cents


def _read(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _totals(done: Checked) -> list[str]:
    """What a reader may compare with the page, and what the file alone cannot tell."""
    said = [_(
        "Dans les écritures ouvertes (%(open)s) : %(given)s de dons et %(spent)s de dépenses.",
        open=done.entries - done.sealed, given=money(done.gifts_cents), spent=money(done.spent_cents),
    ), _("Comparez les dépenses à la ligne « Dépensé » de la page : c’est le même total.")]  # fmt: skip
    if done.sealed:
        said.append(_(
            "Les dons, les frais et les remboursements scellés ne sont pas dans ces totaux : leur montant dirait ce "
            "qu’une personne a donné. Les autres lignes de la page ne se recomptent donc pas avec ce fichier seul."
        ))  # fmt: skip
    return said


def report(done: Checked, wanted: str = "") -> Sequence[str]:
    """The sentences that the command says."""
    said = [*done.problems]
    if not said:
        said.append(_(
            "Tout est juste : %(n)s écritures, dont %(sealed)s scellées. Dernière empreinte : %(head)s", n=done.entries,
            sealed=done.sealed, head=done.head,
        ))  # fmt: skip
        said += _totals(done)
    if wanted and done.found_at:
        said.append(_("Votre empreinte est celle de l’écriture %(n)s.", n=done.found_at))
    elif wanted:
        said.append(_("Votre empreinte n’est dans aucune écriture de ce fichier."))
    return said
