"""What is said about an initiative or an idea: who sees it, who answers officially (PRODUCT S7)."""

from collections.abc import Sequence

from civic.errors import NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative, Lead, Stage
from civic.initiatives.queries import leads_of, may_edit
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import team
from civic.slots import Discussed, Topic
from civic.web import urls

KIND = "initiative"


async def topic_of(initiative: Initiative, actor: Actor | None) -> Topic:
    """An initiative as something to talk about; it stays so when it has ended: people thank, and ask what became."""
    return Topic(
        KIND, initiative.id, initiative.title, urls.path("initiatives.show", slug=initiative.slug),
        _("Idée") if initiative.stage == Stage.IDEA else _("Initiative"),
        _("les personnes qui portent l’initiative"), answers=await may_edit(actor, initiative),
    )  # fmt: skip


async def topic(initiative_id: int, actor: Actor | None) -> Topic:
    """A published initiative, or a draft for its leads and the team. Raises NotFound."""
    initiative = await Initiative.get_or_none(id=initiative_id)
    if initiative is None or not (initiative.is_public or await may_edit(actor, initiative)):
        raise NotFound(_("Cette initiative n’existe pas, ou n’est pas encore publiée."))
    return await topic_of(initiative, actor)


async def answering(initiative_id: int) -> list[Person]:
    """Its leads; the team for an initiative that nobody leads."""
    return await leads_of(initiative_id) or await team(RoleName.ANIMATOR)


async def answered_by(person: Person, initiative_ids: Sequence[int]) -> set[int]:
    """Those of these that she leads."""
    rows = Lead.filter(person_id=person.id, until__isnull=True, initiative_id__in=list(initiative_ids))
    return {int(str(one)) for one in await rows.values_list("initiative_id", flat=True)}


def discussed() -> Discussed:
    """For the slot."""
    return Discussed(KIND, topic, answering, answered_by)
