"""Missions kept as models for the next one, for those who run the same initiative (PRODUCT V1)."""

from typing import Any

from civic import clock, database
from civic.errors import NotFound
from civic.i18n import _
from volunteering.missions.forms import filled
from volunteering.missions.models import Mission, MissionTemplate


async def keep(mission: Mission, slot: dict[str, Any] | None) -> MissionTemplate:
    """Keep a mission's words, and the hours and roles of one of its shifts, under its title; a second time renews it.

    Needs the mission's commune. `slot` is what a series would remember of the shift, no day. How to reach the contact
    (« appelez le … ») is hers, not the model's: it is not kept.
    """
    words = {name: value for name, value in filled(mission).items() if name not in ("seen", "contact_note")}
    content = {"mission": words, "slot": slot}
    async with database.transaction():
        there = await MissionTemplate.get_or_none(initiative_id=mission.initiative_id, name=mission.title)
        if there is None:
            return await MissionTemplate.create(
                initiative_id=mission.initiative_id, name=mission.title, content=content, created_at=clock.now()
            )
        there.content = content
        await there.save(update_fields=["content"])
    return there


async def kept_of(mission: Mission) -> MissionTemplate | None:
    """The model that was made of this mission, if any: it has its title."""
    return await MissionTemplate.get_or_none(initiative_id=mission.initiative_id, name=mission.title)


async def of(initiative_id: int) -> list[MissionTemplate]:
    """The models of an initiative, by name."""
    return await MissionTemplate.filter(initiative_id=initiative_id).order_by("name")


async def asked_for(initiative_id: int, asked: str | None) -> MissionTemplate | None:
    """The model that an address names, None when it names none. Raises NotFound for another initiative's."""
    if not asked:
        return None
    known = asked.isdecimal() and len(asked) < 18
    model = await MissionTemplate.get_or_none(id=int(asked), initiative_id=initiative_id) if known else None
    if model is None:
        raise NotFound(_("Ce modèle n’existe plus."))
    return model


async def forget(initiative_id: int, template_id: int) -> None:
    """Drop a model; twice is no harm."""
    await MissionTemplate.filter(id=template_id, initiative_id=initiative_id).delete()
