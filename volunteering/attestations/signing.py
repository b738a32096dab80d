"""Who signs an attestation.

The body that the time was given to speaks, through somebody who may speak for it today: a coordinator who makes the
paper out signs it herself; when the volunteer takes it with one tap, it is signed for an organisation by its first
titular representative, else by whoever runs the initiative. These persons are the only ones the organisation itself
named to us; a stranger, the software, or the network that hosts the page can vouch for nothing. Nobody ever signs for
her own hours: then the next one does, and when nobody is left a member of the team makes the paper out. The signatory
is told by mail and may revoke it. What stands behind the name are hours that a coordinator validated one by one.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from civic.i18n import _
from civic.initiatives import queries as initiatives
from civic.organisations import queries as organisations
from civic.organisations.models import Organisation
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import settings


@dataclass(slots=True, frozen=True)
class Body:
    """Whom the time was given to: an organisation, or an initiative that none carries. `key` names it in forms."""

    key: str
    name: str
    organisation: Organisation | None = None
    initiative_id: int | None = None

    @property
    def organisation_id(self) -> int | None:
        """The organisation's id, None for an initiative."""
        return self.organisation.id if self.organisation else None


@dataclass(slots=True, frozen=True)
class Signatory:
    """Who signs, and by which right."""

    person: Person
    function: str


async def who_signs(body: Body, volunteer_id: int, initiative_ids: list[int]) -> Signatory | None:
    """For a paper that the volunteer takes herself; `initiative_ids`: those her hours were for. None: nobody else."""
    async for one in _able(body, initiative_ids):
        if one.person.id != volunteer_id:
            return one
    return None


async def signs_herself(actor: Actor, body: Body, initiative_ids: list[int]) -> Signatory:
    """A coordinator who makes the paper out, in her best right; a member of the team signs for the network."""
    async for one in _able(body, initiative_ids):
        if one.person.id == actor.person.id:
            return one
    return Signatory(actor.person, _("équipe d’animation de %(site)s", site=settings().site_name))


async def _able(body: Body, initiative_ids: list[int]) -> AsyncIterator[Signatory]:
    """Everybody who may speak for the body, the best right first; read only as far as one looks."""
    if body.organisation:
        for row in await organisations.representatives_of(body.organisation):
            right = _("titulaire, représente %(who)s") if row.is_titular else _("représente %(who)s")
            yield Signatory(row.person, right % {"who": body.name})
    for initiative_id in initiative_ids:
        for person in await initiatives.leads_of(initiative_id):
            yield Signatory(person, _("porte l’initiative"))
