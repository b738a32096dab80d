"""Reads about persons."""

import hashlib

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, Role, RoleName, Session


def secret_hash(secret: str) -> str:
    """What is stored of a secret of ≥ 128 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def actor_of_session(token: str) -> Actor | None:
    """Who holds this session cookie; None when the session is over or revoked. Two queries."""
    found = await Session.filter(token_hash=secret_hash(token), expires_at__gt=clock.now()).select_related(
        "person", "counter_for"
    )
    session = found[0] if found else None
    if session is None or session.person.erased_at:
        return None
    names = frozenset(await _roles(session.person))
    if session.counter_for:
        if RoleName.ANIMATOR not in names:  # a hand that was taken away helps nobody any more
            return None
        return Actor(session.counter_for, frozenset(), None, session.person, session.id)
    return Actor(session.person, names, None, None, session.id)


async def roles_of(person: Person) -> list[RoleName]:
    """The network roles a person holds now."""
    return await _roles(person)


async def persons_of_address(email: str) -> list[Person]:
    """The persons an address serves, oldest first."""
    return await Person.filter(email=email.lower(), erased_at__isnull=True).order_by("id").select_related("commune")


async def person_to_name(person_id: int) -> Person:
    """A person by id. Raises NotFound."""
    person = await Person.get_or_none(id=person_id).select_related("commune")
    if person is None:
        raise NotFound(_("Cette personne n’existe pas."))
    return person


async def team(role: RoleName) -> list[Person]:
    """Who holds a network role now."""
    return [role_.person for role_ in await Role.filter(name=role, revoked_at__isnull=True).select_related("person")]


async def _roles(person: Person) -> list[RoleName]:
    rows = await Role.filter(person_id=person.id, revoked_at__isnull=True).values_list("name", flat=True)
    return [RoleName(str(name)) for name in rows]


async def sessions_of(person: Person) -> list[Session]:
    """Her signed-in browsers, the latest used first."""
    return await Session.filter(person_id=person.id, expires_at__gt=clock.now()).order_by("-last_used_at")


async def audited(subject: str, act: str, limit: int) -> list[AuditEntry]:
    """What the audit log says of one act on one subject, the latest first."""
    return await AuditEntry.filter(subject=subject, act=act).order_by("-id").limit(limit)
