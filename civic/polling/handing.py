"""Handing a paper out, and telling whoever it is meant for: nobody gets one without learning of it (PRODUCT S4)."""

from civic import mail
from civic.database import retrying, transaction
from civic.decisions import electors, paper
from civic.decisions.models import Decision
from civic.i18n import speaking
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web.formats import moment


@retrying
async def hand_out(actor: Actor, decision: Decision, elector_id: int) -> None:
    """Hand a paper ballot out and tell by mail who is refused on the screen from now on: her, her substitute.

    Each handing out is told once, not a second click. Raises as `paper.hand_out`.
    """
    async with transaction():
        if not await paper.hand_out(actor, decision, elector_id):
            return
        elector = await paper.elector_of(decision, elector_id)
        await elector.fetch_related("substitute")
        for person, whose in electors.speakers(elector):
            await _tell(actor, decision, elector_id, person, whose, f"{elector.on_paper_at:%Y%m%d%H%M%S%f}")


async def _tell(actor: Actor, decision: Decision, elector_id: int, person: Person, whose: str, when: str) -> None:
    if not person.email or person.erased_at:
        return
    with speaking(person.locale):
        closes = moment(decision.closes_at)
    await mail.send(
        "civic/paper_handed_out", to=person.email, locale=person.locale,
        key=f"paper-handed-out-{elector_id}-{person.id}-{when}", question=decision.question, decision_id=decision.id,
        who=actor.hand.short_name, whose=whose, closes=closes, secret=decision.is_secret,
    )  # fmt: skip
