"""Offer or seek a seat, take it back, write to each other. The only writer of lifts."""

from tortoise.expressions import Q

from civic import clock, database, mail
from civic.errors import DomainError
from civic.i18n import _, speaking
from civic.places.models import Commune
from volunteering.lifts import queries
from volunteering.lifts.models import Lift
from volunteering.missions.words import when
from volunteering.shifts import places
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.ways import look_for_lift

MOST_SEATS = 8


@database.retrying
async def say(signup: Signup, commune: Commune, seats: int, note: str) -> None:
    """She offers seats from a commune, or seeks one (0); what she said before is replaced.

    Raises DomainError when she does not surely come, or the shift is over.
    """
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        if not await Signup.filter(id=signup.id, status=SignupStatus.CONFIRMED).exists():
            raise DomainError(_("Cette place n’est pas confirmée."))
        await Lift.filter(signup_id=signup.id).delete()
        await Lift.create(signup_id=signup.id, commune=commune, seats=seats, note=note, created_at=clock.now())
        await look_for_lift(signup, looks=seats == 0)


@database.retrying
async def take_back(signup: Signup) -> None:
    """Nothing is offered nor sought any more. Harmless when repeated."""
    async with database.transaction():
        await places.lock(signup.shift_id)
        await Lift.filter(signup_id=signup.id).delete()
        await look_for_lift(signup, looks=False)


async def write(signup: Signup, lift: Lift, text: str, *, with_address: bool, key: str) -> None:
    """Relay a word to whoever offers or seeks a seat; she answers by a button, and learns an address only if given.

    Raises DomainError when the writer has not said where she leaves from: then nobody could answer her. The same form
    twice is one message.
    """
    own = await queries.lift_of(signup.id)
    if own is None:
        raise DomainError(_("Dites d’abord d’où vous partez : la personne pourra vous répondre."))
    reader = lift.signup.person
    if not reader.email:
        raise DomainError(_("Cette personne n’a pas d’adresse électronique. Passez par l’organisation."))
    address = signup.person.email or "" if with_address else ""
    with speaking(reader.locale):
        start = when(signup.shift.starts_at, signup.shift.ends_at)
    async with database.transaction():
        await mail.send(
            "volunteering/lift", to=reader.email, key=f"lift-{own.id}-{lift.id}-{key}", locale=reader.locale,
            reply_to=address, reader=reader.name, who=signup.person.short_name, place=own.commune.label, message=text,
            title=signup.shift.mission.title, when=start, address=address, token=token_of(lift.signup), id=own.id,
        )  # fmt: skip


async def sweep() -> None:
    """Forget the lifts of shifts that have ended, and of sign-ups that were given back."""
    over = await Lift.filter(
        Q(signup__shift__ends_at__lt=clock.now()) | Q(signup__status__in=(SignupStatus.CANCELLED, SignupStatus.LAPSED))
    ).values_list("id", flat=True)
    await Lift.filter(id__in=over).delete()
