"""What is said about a committee: who runs it answers (PRODUCT S7)."""

from collections.abc import Sequence

from civic.committees import queries
from civic.committees.models import Committee
from civic.discussions import panels
from civic.discussions.topics import actor_for
from civic.errors import NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.slots import Discussed, Panel, Topic
from civic.web import urls

KIND = "comite"


def _topic(committee: Committee, *, runs: bool) -> Topic:
    silent = _("Ce comité a terminé : la discussion est fermée.") if committee.ended_at else ""
    return Topic(
        KIND, committee.id, committee.name, urls.path("committees.show", slug=committee.slug), _("Comité"),
        _("les personnes qui animent le comité"), runs, silent,
    )  # fmt: skip


async def topic(committee_id: int, actor: Actor | None) -> Topic:
    """A committee that this reader may see. Raises NotFound."""
    known = await Committee.get_or_none(id=committee_id)
    if known is None:
        raise NotFound(_("Ce comité n’existe pas, ou son initiative n’est pas encore publiée."))
    committee = await queries.committee_to_show(known.slug, actor)
    return _topic(committee, runs=await queries.may_run(actor, committee))


async def answering(committee_id: int) -> list[Person]:
    """Leads and facilitators; for a body of the network without any, the team."""
    return await queries.runners_of(await Committee.get(id=committee_id))


async def answered_by(person: Person, committee_ids: Sequence[int]) -> set[int]:
    """Those of these that she runs."""
    return set(await queries.run_by(person)) & set(committee_ids)


async def committee_panels(committee: Committee, person: Person | None) -> list[Panel]:
    """« On en parle », on a committee's page."""
    runs = await queries.may_run(await actor_for(person), committee)
    return [await panels.panel(_topic(committee, runs=runs), person)]


def discussed() -> Discussed:
    """For the slot."""
    return Discussed(KIND, topic, answering, answered_by)
