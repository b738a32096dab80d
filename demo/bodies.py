"""The network's own bodies in the demonstration: its assembly, its board, a working group, a seat with a substitute."""

from datetime import timedelta

from civic import clock
from civic.committees import invitations, queries, rules, seats, service, voices
from civic.committees.forms import CollegesForm, FoundingForm, InviteForm, NewBodyForm, SeatForm, VoicesForm
from civic.committees.joining import Designation, Joining
from civic.committees.models import CollegeKind, Committee, CommitteeKind, Seat
from civic.contributions.models import Contribution
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from demo.people import DOMAIN
from demo.world import Scene, World

ASSEMBLY = NewBodyForm(
    kind=CommitteeKind.ASSEMBLY, name="L’assemblée générale du réseau", joining=Joining.OPEN, mandate_months=36,
    purpose="Elle réunit tous les membres une fois par an : comptes, rapport, élection du conseil.",
    decides_what="Les comptes, les cotisations, les statuts, l’élection du conseil.",
    decides_how="À la majorité, chaque collège pesant sa part.", decides_who="Tous les membres à jour.",
    residents=60, organisations=40, authorities=12, employees=4, contributors=True,
)  # fmt: skip
PARTS = CollegesForm(
    is_weighted=True, residents=60, organisations=40, authorities=12, employees=4, contributors=True,
    residents_weight=25, contributors_weight=15, organisations_weight=35, employees_weight=5, authorities_weight=20,
    organisations_label="Collège des adhérents",
    organisations_definition="Les associations, coopératives et entreprises à jour de cotisation.",
)  # fmt: skip
BOARD = NewBodyForm(
    kind=CommitteeKind.BOARD, name="Le conseil d’administration", joining=Joining.INVITATION, mandate_months=36,
    purpose="Il fait vivre le réseau entre deux assemblées : budget, équipe, projets soutenus.",
    decides_what="Le budget, les embauches, les projets soutenus.", decides_how="Par consentement.",
    decides_who="Les personnes élues par l’assemblée.", residents=3, organisations=5, authorities=2,
)  # fmt: skip
GROUP = FoundingForm(
    name="Le groupe des horaires", purpose="Il essaie des horaires d’été avec les chauffeurs et rend compte au comité.",
    joining=Joining.OPEN, residents=6, contributors=True, college=CollegeKind.RESIDENTS,
)  # fmt: skip
SEATED = (("naima", "residents", "", "présidente"), ("hugo", "residents", "", ""), ("leila", "organisations", "grange", "trésorière"),
          ("baptiste", "organisations", "fournil", ""), ("etienne", "authorities", "eaux", ""))  # fmt: skip
"""Who the assembly elected to the board: key, college, organisation, title."""
ELECTED = "assemblée générale de printemps"


def scenes() -> list[Scene]:
    """The assembly is founded, then the board it elects; a group sets to work; an invitation waits for its answer."""
    return [
        Scene(330, 10, _assembly), Scene(300, 18, _board), Scene(60, 20, _group), Scene(40, 9, _substitute),
        Scene(3, 9, _invite), Scene(2, 9, _discreet),
    ]  # fmt: skip


async def _assembly(world: World) -> None:
    body = await service.found_body(_team(world), ASSEMBLY)
    await rules.change_colleges(_team(world), body, PARTS)
    for who in ("camille", "naima", "hugo", "odile", "colette"):
        await service.join(world.actor(who), body, CollegeKind.RESIDENTS, "")
    for who, hat in (("leila", "grange"), ("baptiste", "fournil"), ("selim", "voisins"), ("thomas", "plessis")):
        organisation = world.organisations[hat]
        await service.join(world.actor(who), body, CollegeKind.ORGANISATIONS, "", hat_id=organisation.id)
    town = world.organisations["aubin"]
    await service.join(world.actor("gerard"), body, CollegeKind.AUTHORITIES, "", hat_id=town.id)


async def _board(world: World) -> None:
    body = await service.found_body(_team(world), BOARD)
    for who, college, hat, title in SEATED:
        wish = InviteForm(
            email=world.people[who].email, college=CollegeKind(college), title=title, designated=Designation.ELECTION,
            designated_note=ELECTED, organisation=world.organisations[hat].name if hat else "",
            until_on=clock.today() + timedelta(days=14),
        )  # fmt: skip
        made = await invitations.invite(_team(world), body, wish)
        found = await invitations.invitation_of_link(invitations.token_of(made))
        await invitations.accept(found, world.people[who])
    chair = await Seat.get(committee_id=body.id, person_id=world.people["naima"].id).select_related("committee")
    wish_ = SeatForm(
        title="présidente", designated=Designation.ELECTION, designated_note=ELECTED, is_facilitator=True
    )  # fmt: skip
    await seats.describe(_team(world), chair, wish_)


async def _group(world: World) -> None:
    parent = await _navette(world)
    group = await service.found_group(world.actor("anne-marie"), parent, GROUP)
    for who in ("fatou", "rose"):
        await service.join(world.actor(who), group, CollegeKind.RESIDENTS, "")


async def _substitute(world: World) -> None:
    committee, farm = await _navette(world), world.organisations["levees"]
    seat = await Seat.get(committee_id=committee.id, organisation_id=farm.id).select_related(
        "committee", "person", "organisation"
    )
    wish = VoicesForm(titular=seat.person_id, substitute=world.people["amadou"].id)
    await voices.name(world.actor("mariam"), seat, wish)


async def _invite(world: World) -> None:
    body = await Committee.get(kind=CommitteeKind.BOARD)
    wish = InviteForm(
        email=f"adele@{DOMAIN}", college=CollegeKind.RESIDENTS, message="Votre regard sur les transports nous manque.",
        until_on=clock.today() + timedelta(days=14),
    )  # fmt: skip
    await invitations.invite(world.actor("naima"), body, wish)


async def _discreet(world: World) -> None:
    """Somebody who gave to the shuttle takes her place without her name in the register, if anybody gave."""
    committee = await _navette(world)
    held = await queries.seats_of(committee.id)
    seated = [person_id for seat in held for person_id in (seat.person_id, seat.substitute_id) if person_id]
    gifts = Contribution.filter(initiative_id=committee.initiative_id, revoked_at__isnull=True)
    gift = await gifts.exclude(person_id__in=seated).order_by("id").first().select_related("person")
    if gift:
        giver: Person = gift.person
        await service.join(Actor(giver), committee, CollegeKind.CONTRIBUTORS, "", discreet=True)


async def _navette(world: World) -> Committee:
    return await Committee.get(initiative_id=world.initiatives["navette"].id, kind=CommitteeKind.STEERING)


def _team(world: World) -> Actor:
    return world.actor("agathe", RoleName.ANIMATOR)
