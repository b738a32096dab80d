"""By invitation: who runs a committee asks somebody to sit, by mail; the link in it answers without an account (S1).

An invitation holds no place: the place is taken when it is accepted, as everywhere. Its address is blanked as soon as
it is over, whatever the answer was.
"""

from datetime import date, timedelta

from tortoise.exceptions import IntegrityError

from civic import clock, mail
from civic.committees import queries, seats
from civic.committees.forms import InviteForm
from civic.committees.joining import Invitation, InvitationStatus
from civic.committees.models import CollegeKind, Committee, Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Gone, Invalid, NotFound
from civic.i18n import _
from civic.organisations.models import Organisation
from civic.organisations.queries import hats_of, organisation_named
from civic.people import links
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web.formats import day

LINK = "seat_invitation"
USUAL = timedelta(days=14)
_NEVER_SENT_TWICE_WITHIN = timedelta(hours=20)


def token_of(invitation: Invitation) -> str:
    """The secret of its link."""
    return links.make(LINK, invitation.id)


@retrying
async def invite(actor: Actor, committee: Committee, wish: InviteForm) -> Invitation:
    """Ask somebody to sit.

    Raises Invalid for an organisation that is not in the directory, a full college, or an address asked already.
    """
    organisation = await _organisation(wish.organisation)
    email = wish.email.strip().lower()
    try:
        async with transaction():
            await seats.take(committee)
            college = await seats.college_of(committee, wish.college)
            if college.is_full:
                raise Invalid(_("Ce collège n’a plus de place libre pour l’instant."), field="college")
            present = clock.now()
            invitation = await Invitation.create(
                committee=committee, college=college, email=email, organisation=organisation, title=wish.title,
                designated=wish.designated, designated_note=wish.designated_note, message=wish.message,
                invited_by=actor.person, until_on=wish.until_on, created_at=present, sent_at=present,
            )  # fmt: skip
            await _write(invitation, actor.person)
            await people.audit(actor, "seat_invited", f"seat_invitation:{invitation.id}")
    except IntegrityError:
        said = _("Cette adresse a déjà une invitation qui attend. Vous pouvez la relancer.")
        raise Invalid(said, field="email") from None
    return invitation


async def _organisation(name: str) -> Organisation | None:
    if not name:
        return None
    found = await organisation_named(name)
    if found is None:
        said = _("Cette organisation n’est pas dans l’annuaire. Choisissez son nom dans la liste.")
        raise Invalid(said, field="organisation")
    return found


async def _write(invitation: Invitation, host: Person) -> None:
    whole = await Invitation.get(id=invitation.id).select_related("committee", "college", "organisation")
    await mail.send(
        "civic/seat_invited", to=invitation.email, key=f"seat-invited-{invitation.id}-{whole.sent_at.isoformat()}",
        locale=host.locale, who=host.short_name, committee=whole.committee.name, college=whole.college.kind.value,
        label=whole.college.label, title=whole.title, message=whole.message,
        organisation=whole.organisation.name if whole.organisation else "", until=day(whole.until_on),
        token=token_of(whole),
    )  # fmt: skip


@retrying
async def send_again(actor: Actor, invitation: Invitation) -> bool:
    """Send the mail once more, with a fortnight at least to answer; False when it went within the day."""
    present = clock.now()
    async with transaction():
        await seats.take(invitation.committee)
        until_on: date = max(invitation.until_on, clock.today() + USUAL)
        waiting = Invitation.filter(
            id=invitation.id, status=InvitationStatus.PENDING, sent_at__lte=present - _NEVER_SENT_TWICE_WITHIN
        )
        if not await waiting.update(sent_at=present, until_on=until_on):
            return False
        await _write(await Invitation.get(id=invitation.id), actor.person)
    return True


@retrying
async def withdraw(actor: Actor, invitation: Invitation) -> bool:
    """Take an invitation back; its link says so. False when it was over."""
    async with transaction():
        if not await _over(invitation, InvitationStatus.WITHDRAWN):
            return False
        await people.audit(actor, "seat_invitation_withdrawn", f"seat_invitation:{invitation.id}")
    return True


@retrying
async def accept(invitation: Invitation, person: Person, *, discreet: bool = False) -> Seat:
    """Take the seat one was invited to. Repeated, it answers the seat that is held.

    Raises Gone when it is too late, Forbidden for an organisation one does not represent, DomainError when one sits
    already or the college is full meanwhile: the invitation then waits on.
    """
    organisation_id = invitation.organisation_id
    if organisation_id and organisation_id not in {hat.id for hat in await hats_of(person)}:
        raise Forbidden(
            _("L’annuaire ne dit pas encore que vous représentez cette organisation. L’équipe peut l’ajouter.")
        )
    async with transaction():
        await seats.take(invitation.committee)
        fresh = await Invitation.get(id=invitation.id)
        held = await queries.seat_of(person, invitation.committee_id)
        if fresh.status == InvitationStatus.ACCEPTED and held and fresh.person_id == person.id:
            return held
        if held:
            raise DomainError(_("Vous siégez déjà à ce comité."))
        if not fresh.waits_on(clock.today()) or not await _over(fresh, InvitationStatus.ACCEPTED, person):
            raise Gone(_("Cette invitation n’est plus valable. Demandez-en une autre au comité."))
        kind = invitation.college.kind
        hidden = discreet and kind == CollegeKind.CONTRIBUTORS
        said = seats.Said(organisation_id, fresh.title, fresh.designated_note, hidden)
        seat = await seats.sit(invitation.committee, person, kind, fresh.designated, said)
        await seats.count(invitation.committee)
        await _tell(invitation, who=person.short_name, accepted=True)
    return seat


@retrying
async def decline(invitation: Invitation) -> bool:
    """Say no; False when it was over."""
    async with transaction():
        if not await _over(invitation, InvitationStatus.DECLINED):
            return False
        await _tell(invitation, who=_masked(invitation.email), accepted=False)
    return True


async def _over(invitation: Invitation, status: InvitationStatus, person: Person | None = None) -> bool:
    waiting = Invitation.filter(id=invitation.id, status=InvitationStatus.PENDING)
    person_id = person.id if person else None
    return bool(await waiting.update(status=status, email="", person_id=person_id, answered_at=clock.now()))


async def _tell(invitation: Invitation, *, who: str, accepted: bool) -> None:
    host = await Person.get_or_none(id=invitation.invited_by_id)
    if host and host.email:
        await mail.send(
            "civic/seat_invitation_answered", to=host.email, key=f"seat-invitation-{invitation.id}",
            locale=host.locale, who=who, accepted=accepted, committee=invitation.committee.name,
            slug=invitation.committee.slug,
        )  # fmt: skip


def _masked(email: str) -> str:
    """Enough for who typed it to know which one: « o…@exemple.fr »."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host}"


async def lapse(**_payload: object) -> None:
    """Blank the addresses of invitations nobody answered in time (a job, every hour)."""
    late = Invitation.filter(status=InvitationStatus.PENDING, until_on__lt=clock.today())
    await late.update(status=InvitationStatus.LAPSED, email="", answered_at=clock.now())


async def invitation_of_link(token: str) -> Invitation:
    """The invitation behind a mailed link. Raises NotFound."""
    found = await Invitation.get_or_none(id=links.read(LINK, token)).select_related(
        "committee", "committee__initiative", "college", "organisation", "invited_by"
    )
    if found is None:
        raise NotFound(_("Cette invitation n’existe plus."))
    return found


async def invitation_to_follow(invitation_id: int, actor: Actor) -> Invitation:
    """An invitation of a committee this person runs. Raises NotFound or Forbidden."""
    found = await Invitation.get_or_none(id=invitation_id).select_related("committee", "college")
    if found is None:
        raise NotFound(_("Cette invitation n’existe pas."))
    await queries.committee_to_run(found.committee.slug, actor)
    return found


async def waiting(committee: Committee) -> list[Invitation]:
    """Those nobody has answered yet, the oldest first."""
    rows = Invitation.filter(committee_id=committee.id, status=InvitationStatus.PENDING, until_on__gte=clock.today())
    return await rows.order_by("id").select_related("college", "organisation")


def in_the_way(invitation: Invitation) -> str:
    """What stands in the way of accepting now, in a sentence; empty when nothing does."""
    if invitation.college.is_full:
        return _("Ce collège est complet pour l’instant. L’invitation reste valable si une place se libère.")
    return ""


async def organisation_names() -> list[str]:
    """The directory by name, for the list one chooses from."""
    rows = Organisation.all().order_by("name_folded").limit(500)
    return [str(one) for one in await rows.values_list("name", flat=True)]
