"""What is said about a need of time, money or things: those who lead its initiative answer, as long as it is open.

Voices are talked about where they are given: at the decision, at the committee (PRODUCT S7).
"""

from collections.abc import Sequence

from civic.errors import NotFound
from civic.i18n import _
from civic.initiatives import talk
from civic.needs.models import Need, NeedKind
from civic.people.actor import Actor
from civic.people.models import Person
from civic.slots import Discussed, Topic

KIND = "besoin"


async def topic(need_id: int, actor: Actor | None) -> Topic:
    """A need of an initiative that this reader may see. Raises NotFound."""
    need = await _need(need_id)
    about = await talk.topic(need.initiative.id, actor)
    silent = "" if need.open and not need.is_past else _("Ce besoin n’est plus ouvert : la discussion est fermée.")
    return Topic(KIND, need.id, need.title, need.path, _("Besoin"), about.who, about.answers, silent)


async def answering(need_id: int) -> list[Person]:
    """The leads of its initiative."""
    return await talk.answering((await _need(need_id)).initiative.id)


async def answered_by(person: Person, need_ids: Sequence[int]) -> set[int]:
    """Those of these open needs whose initiative she leads."""
    rows = Need.filter(
        id__in=list(need_ids), open=True, initiative__leads__person_id=person.id, initiative__leads__until__isnull=True
    )  # fmt: skip
    return {int(str(one)) for one in await rows.values_list("id", flat=True)}


async def _need(need_id: int) -> Need:
    need = await Need.get_or_none(id=need_id).select_related("initiative")
    if need is None or need.kind == NeedKind.VOICE:
        raise NotFound(_("Ce besoin n’existe plus."))
    return need


def discussed() -> Discussed:
    """For the slot."""
    return Discussed(KIND, topic, answering, answered_by)
