"""Who acts now."""

from dataclasses import dataclass, field

from starlette.requests import Request

from civic.errors import Forbidden, SignInNeeded
from civic.i18n import _
from civic.people.models import Person, RoleName


@dataclass(slots=True, frozen=True)
class Actor:
    """A person with her hat: `hat_id` is the organisation she speaks for, `recorded_by` the animator at the counter."""

    person: Person
    roles: frozenset[RoleName] = field(default_factory=frozenset)
    hat_id: int | None = None
    recorded_by: Person | None = None
    session_id: int | None = None

    @property
    def hand(self) -> Person:
        """Who really acts: at the counter the animator, not the person she helps."""
        return self.recorded_by or self.person

    @property
    def is_animator(self) -> bool:
        """Member of the network's team."""
        return RoleName.ANIMATOR in self.roles

    @property
    def is_treasurer(self) -> bool:
        """The second pair of eyes on money."""
        return RoleName.TREASURER in self.roles


def visitor_or_actor(request: Request) -> Actor | None:
    """Who is signed in, or None."""
    actor: Actor | None = request.state.actor
    return actor


def person_of(request: Request) -> Person | None:
    """The person who is signed in, or None for a visitor."""
    actor = visitor_or_actor(request)
    return actor.person if actor else None


def actor_of(request: Request) -> Actor:
    """Who is signed in. Raises SignInNeeded for a visitor."""
    actor = visitor_or_actor(request)
    if actor is None:
        raise SignInNeeded(_("Connectez-vous pour continuer. Vous reviendrez ici ensuite."))
    return actor


def animator_of(request: Request) -> Actor:
    """A member of the team. Raises SignInNeeded or Forbidden."""
    actor = actor_of(request)
    if not actor.is_animator:
        raise Forbidden(_("Cette page est réservée à l’équipe d’animation."))
    return actor


def treasurer_of(request: Request) -> Actor:
    """The treasurer. Raises SignInNeeded or Forbidden."""
    actor = actor_of(request)
    if not actor.is_treasurer:
        raise Forbidden(_("Cette page est réservée à la trésorerie."))
    return actor


def must_be_another(actor: Actor, first_id: int | None, sentence: str) -> None:
    """The second pair of eyes is never the first one's, nor is the hand. Raises Forbidden with this sentence."""
    if first_id is not None and first_id in (actor.person.id, actor.hand.id):
        raise Forbidden(sentence)
