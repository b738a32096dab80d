"""What persons do about themselves: appear, sign in, sign out, hold roles."""

import asyncio
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from civic import clock, database, i18n, mail
from civic.database import Prepared, attempt, transaction
from civic.errors import DomainError, Gone, Invalid, NotFound
from civic.i18n import _
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, Role, RoleName, Session, SignInCode
from civic.people.queries import persons_of_address, secret_hash
from civic.places.folding import fold
from civic.settings import settings

CODE_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=60)
MOST_TRIES = 5
_of_name = Prepared(lambda email, name: Person.filter(email=email, name_folded=name, erased_at__isnull=True))
_hashing = asyncio.Semaphore(2)
_HOLD = "UPDATE person SET name = name WHERE id = ?"


async def meet(name: str, email: str | None, *, commune_insee: str | None = None) -> Person:
    """The person of this name at this address, created when new (PRODUCT A2: act first, account later).

    Nothing is confirmed by this: the caller holds what was done until the e-mailed link is used.
    """
    email = email.strip().lower() if email else None
    name = " ".join(name.split())
    if known := await _namesake(email, name):
        return known
    try:
        async with attempt():
            return await Person.create(
                name=name, name_folded=fold(name), email=email, commune_id=commune_insee or None,
                locale=i18n.locale(), created_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:  # another tab was faster
        twin = await _namesake(email, name)
        if twin is None:
            raise
        return twin


async def _namesake(email: str | None, name: str) -> Person | None:
    if email is None:
        return None
    found = await _of_name(email, fold(name))
    return found[0] if found else None


async def confirm_address(person: Person) -> None:
    """A link sent to her address was used: the address is hers."""
    if person.email_verified_at is None:
        await Person.filter(id=person.id, email_verified_at__isnull=True).update(email_verified_at=clock.now())
        person.email_verified_at = clock.now()


async def send_way_in(email: str, next_path: str = "/", *, name: str = "", commune_insee: str = "") -> None:
    """Mail a link and a six-digit code (PRODUCT A1). Known and unknown addresses take the same path."""
    email = email.strip().lower()
    link, code = secrets.token_urlsafe(24), f"{secrets.randbelow(1_000_000):06d}"
    known = bool(await persons_of_address(email))
    async with transaction():
        row = await SignInCode.create(
            email=email, link_hash=secret_hash(link), code_hash=_code_hash(email, code), next_path=next_path[:500],
            name=name, commune_insee=commune_insee, expires_at=clock.now() + CODE_LIFE,
        )  # fmt: skip
        await mail.send(
            "civic/sign_in" if known or name else "civic/no_account", to=email, key=f"sign-in-{row.id}", link=link,
            code=f"{code[:3]} {code[3:]}",
        )  # fmt: skip


async def use_link(link: str) -> tuple[SignInCode, list[Person]]:
    """Use an e-mailed link once. Answers the way in and the persons the address serves. Raises Gone."""
    row = await SignInCode.get_or_none(link_hash=secret_hash(link))
    if row is None:
        raise Gone(_("Ce lien n’est plus valable. Demandez-en un nouveau."))
    return await _use(row)


async def use_code(email: str, code: str) -> tuple[SignInCode, list[Person]]:
    """Use the six digits, five tries at most. Raises Invalid (wrong) or Gone (too old, used, too many tries)."""
    email, digits = email.strip().lower(), "".join(filter(str.isdigit, code))
    row = await SignInCode.filter(email=email, used_at__isnull=True).order_by("-id").first()
    if row is None or row.expires_at <= clock.now():
        raise Gone(_("Ce code n’est plus valable. Demandez-en un nouveau."))
    if not await SignInCode.filter(id=row.id, tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        raise Gone(_("Trop d’essais avec ce code. Demandez-en un nouveau."))
    if not secrets.compare_digest(row.code_hash, _code_hash(email, digits)):
        raise Invalid(_("Ce n’est pas le bon code. Vérifiez les six chiffres du dernier message."), field="code")
    return await _use(row)


async def _use(row: SignInCode) -> tuple[SignInCode, list[Person]]:
    async with transaction():
        fresh = SignInCode.filter(id=row.id, used_at__isnull=True, expires_at__gt=clock.now())
        if not await fresh.update(used_at=clock.now()):
            raise Gone(_("Ce lien n’est plus valable. Demandez-en un nouveau."))
        persons = await persons_of_address(row.email)
        if row.name:
            persons = [await meet(row.name, row.email, commune_insee=row.commune_insee or None)]
        for person in persons:
            await confirm_address(person)
    return row, persons


async def check_password(email: str, password: str) -> Person:
    """The person of this address whose password this is. Raises Invalid, in the same time for unknown addresses."""
    persons = [person for person in await persons_of_address(email) if person.password_hash]
    hashes = [person.password_hash or "" for person in persons[:3]] or [_dummy()]
    for position, kept in enumerate(hashes):
        if await _matches(kept, password) and persons:
            return persons[position]
    raise Invalid(_("L’adresse ou le mot de passe ne correspond pas."), field="password")


async def hold(*person_ids: int) -> None:
    """The write first, in the caller’s transaction: who adds up what these persons gave waits for the one before."""
    for person_id in sorted(person_ids):
        await database.execute(_HOLD, [person_id])


async def set_password(person: Person, password: str) -> None:
    """Choose a password, 10 characters at least. Raises Invalid."""
    if len(password) < 10:
        raise Invalid(_("Il faut au moins 10 caractères. Une phrase fait un bon mot de passe."), field="password")
    async with _hashing:
        person.password_hash = await asyncio.to_thread(_hasher().hash, password)
    await person.save(update_fields=["password_hash"])


async def change_profile(person: Person, name: str, commune_insee: str | None, locale: str) -> None:
    """Change name, commune and language. Raises Invalid when another person at this address has that name."""
    name = " ".join(name.split())
    twin = Person.filter(email=person.email, name_folded=fold(name)).exclude(id=person.id)
    if person.email and await twin.exists():
        raise Invalid(_("Une autre personne porte déjà ce nom à cette adresse."), field="name")
    locale = locale if locale in i18n.languages() else i18n.SOURCE
    await Person.filter(id=person.id).update(
        name=name, name_folded=fold(name), commune_id=commune_insee, locale=locale
    )


async def say_commune(person: Person, insee: str) -> None:
    """She says where she lives on the way; what her profile says already stays."""
    await Person.filter(id=person.id, commune_id__isnull=True).update(commune_id=insee)


async def open_session(person: Person, browser: str) -> str:
    """Sign a browser in; answers the secret for its cookie."""
    token = secrets.token_urlsafe(32)
    present = clock.now()
    await Session.create(
        token_hash=secret_hash(token), person=person, browser=browser[:120], created_at=present,
        last_used_at=present, expires_at=present + SESSION_LIFE,
    )  # fmt: skip
    return token


async def close_session(person: Person, session_id: int) -> None:
    """Sign one browser of hers out."""
    await Session.filter(id=session_id, person_id=person.id).delete()


async def revoke_session(person: Person, session_id: int) -> None:
    """She signs another browser of hers out: what it may have opened by a mailed link ends too."""
    async with transaction():
        if await Session.filter(id=session_id, person_id=person.id).delete():
            await end_links(person)


async def close_other_sessions(person: Person, kept_id: int | None) -> None:
    """Sign all other browsers of hers out, and end the links of her mails."""
    async with transaction():
        await Session.filter(person_id=person.id).exclude(id=kept_id or 0).delete()
        await end_links(person)


async def end_links(person: Person) -> None:
    """The secret links mailed to her so far open nothing any more; new ones do. Also for who gets another address."""
    person.links_since = links.from_now_on()
    await Person.filter(id=person.id).update(links_since=person.links_since)


async def grant(email: str, role: RoleName) -> Person:
    """Give a network role to the person of this address (`civic grant`). Raises NotFound."""
    person = await _only_person(email)
    async with transaction():
        if not await Role.filter(person_id=person.id, name=role, revoked_at__isnull=True).exists():
            await Role.create(person=person, name=role, granted_at=clock.now())
            await audit(None, "role_granted", f"person:{person.id}", role=role.value)
    return person


async def revoke(email: str, role: RoleName) -> Person:
    """Take a network role back (`civic revoke`). Raises NotFound."""
    person = await _only_person(email)
    async with transaction():
        held = Role.filter(person_id=person.id, name=role, revoked_at__isnull=True)
        if not await held.update(revoked_at=clock.now()):
            raise NotFound(_("Cette personne n’a pas ce rôle."))
        await audit(None, "role_revoked", f"person:{person.id}", role=role.value)
    return person


async def audit(actor: Actor | None, act: str, subject: str, **details: Any) -> None:
    """Write a privileged act into the audit log, in the caller's transaction (PRODUCT N8)."""
    await AuditEntry.create(
        at=clock.now(), actor_id=actor.person.id if actor else None,
        recorded_by_id=actor.recorded_by.id if actor and actor.recorded_by else None,
        act=act, subject=subject, details=details,
    )  # fmt: skip


async def _only_person(email: str) -> Person:
    persons = await persons_of_address(email)
    if not persons:
        raise NotFound(_("Personne n’a cette adresse. La personne doit d’abord créer son compte."))
    if len(persons) > 1:
        raise DomainError(_("Plusieurs personnes partagent cette adresse. Donnez une adresse personnelle."))
    return persons[0]


async def _matches(kept: str, password: str) -> bool:
    async with _hashing:
        try:
            return await asyncio.to_thread(_hasher().verify, kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if settings().argon2_cheap else PasswordHasher()





@cache
def _dummy() -> str:
    """A hash that matches nothing, so that an unknown address takes as long as a known one."""
    return _hasher().hash(secrets.token_hex(8))


def _code_hash(email: str, code: str) -> str:
    """Six digits are few: the hash is keyed with the site's secret."""
    return secret_hash(f"{settings().secret_key}:{email}:{code}")
