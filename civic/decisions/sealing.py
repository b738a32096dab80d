"""Secret decisions at their opening and closing: what must hold, and what of the count may be kept and published.

Under five voices, in all or in a college that weighs, who voted and what came out would tell what somebody voted:
then only the result is kept, and no ballot (docs/decisions/0024).
"""

from collections import Counter
from collections.abc import Sequence

from civic import database
from civic.ballots import service as ballots
from civic.ballots.service import Ballot
from civic.counting.count import Count, Vote
from civic.counting.rules import Code
from civic.counting.weights import SMALL
from civic.decisions.models import Decision, Elector, Option
from civic.decisions.positions import Position
from civic.errors import DomainError
from civic.i18n import _

_REWRITE = """UPDATE elector SET nudged_at = NULL,
answered_at = (SELECT d.opened_at FROM decision d WHERE d.id = elector.decision_id AND elector.answered_at IS NOT NULL),
on_paper_at = (SELECT d.opened_at FROM decision d WHERE d.id = elector.decision_id AND elector.on_paper_at IS NOT NULL)
WHERE decision_id = ?"""


async def make_box(decision: Decision) -> None:
    """The box of a secret decision that opens, its electorate taken and its weights known; in the same transaction.

    Raises DomainError when a college that is counted apart has fewer than five electors.
    """
    if decision.weights is not None:
        colleges = Counter([elector.college for elector in await Elector.filter(decision_id=decision.id)])
        small = [college.words for college, n in colleges.items() if n < SMALL]
        if small:
            raise DomainError(
                _(
                    "À bulletin secret, un collège qui pèse doit compter au moins cinq personnes, sinon on devine qui "
                    "a voté quoi. Trop petit : %(names)s. Renoncez au bulletin secret, attendez d’être plus nombreux, "
                    "ou retirez les poids des collèges avant d’ouvrir.", names=", ".join(small),
                )
            )  # fmt: skip
    options = await Option.filter(decision_id=decision.id).count()
    await ballots.make_box(decision.id, options=options, keeps_college=decision.weights is not None)


def said_of(position: Position) -> dict[str, object]:
    """A position as it is sealed."""
    return {"code": position.code.value} if position.code else {"choices": position.choices}


def vote_of(ballot: Ballot) -> Vote:
    """A ballot as it is counted; an empty one counts for the quorum only."""
    code = ballot.said.get("code")
    return Vote(Code(code) if code else None, ballot.said.get("choices"), ballot.college)


async def keep(decision: Decision, opened: Sequence[Ballot], found: Count) -> None:
    """Keep the ballots that were counted, unless there are too few; write all electors anew in one statement.

    `decision` gets its `tally` and `counted`; the caller saves it.
    """
    decision.counted = found.as_json()
    if too_few(decision, opened):
        decision.tally = None
        decision.counted = {"withheld": True, "chosen": list(found.chosen), "tied": list(found.tied)}
    else:
        await ballots.keep(decision.id, opened)
    await database.execute(_REWRITE, [decision.id])


def too_few(decision: Decision, opened: Sequence[Ballot]) -> bool:
    """Whether somebody stands nearly alone: fewer than five voices in all, or in a college that is counted apart."""
    groups = [len(opened)]
    if decision.weights is not None:
        groups += Counter(ballot.college for ballot in opened).values()
    return any(0 < n < SMALL for n in groups)


async def published(decision: Decision) -> list[tuple[str | None, Vote]]:
    """The ballots of a closed secret decision, without names and in no order."""
    return [(None, vote_of(ballot)) for ballot in await ballots.counted(decision.id)]
