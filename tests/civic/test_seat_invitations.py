"""Joining a committee by invitation: the mail, its link, accepting without an account, what is kept of the address."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.committees import invitations, queries
from civic.committees.joining import Invitation, InvitationStatus
from civic.committees.models import College, CollegeKind, Committee, Seat
from civic.committees.service import join
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_organisation
from tests.factories.steering import a_committee, a_member, an_invitation

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def a_wish(**others: str) -> dict[str, str]:
    """The form of an invitation among the residents."""
    until = (clock.today() + timedelta(days=14)).isoformat()
    return {"email": "adele@exemple.fr", "college": "residents", "until_on": until, **others}


def link_of(invitation: Invitation) -> str:
    """The page behind the mailed link."""
    return f"/invitations/{invitations.token_of(invitation)}"


async def test_somebody_without_an_account_is_invited_and_sits(client: Client, sign_in: SignIn, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, joining="invitation")
    mine = await sign_in(lead)
    path = f"/comites/{committee.slug}/invitations"
    assert (await mine.get(path)).status_code == 200
    said = a_wish(title="trésorière", message="Votre regard nous manque.", designated="election",
                  designated_note="assemblée du 12 mars")  # fmt: skip
    assert (await mine.submit(path, said)).status_code == 303
    assert "adele@exemple.fr" in (await mine.get(path)).text
    await jobs.run_due()
    letter = await OutboxMessage.get(to="adele@exemple.fr")
    link = next(word for word in letter.text.split() if "/invitations/" in word).removeprefix("http://testserver")
    assert "Votre regard nous manque." in letter.text
    assert "Sélim L. vous invite" in (await client.get(link)).text
    assert await Seat.all().count() == 1  # looking changes nothing
    assert (await client.submit(f"{link}/accepter", {"name": ""})).status_code == 422
    for _ in range(2):
        assert (await client.submit(f"{link}/accepter", {"name": "Adèle Fournier"})).status_code == 303
    adele = await Person.get(email="adele@exemple.fr")
    assert adele.has_account  # the link has proved her address
    held = await queries.seat_of(adele, committee.id)
    assert held is not None
    assert (held.title, held.designated.value) == ("trésorière", "election")
    assert "Vous avez accepté" in (await client.get(link)).text
    assert "par élection, assemblée du 12 mars" in (await client.get(f"/comites/{committee.slug}")).text
    kept = await Invitation.get(committee_id=committee.id)
    assert (kept.email, kept.person_id, kept.status) == ("", adele.id, InvitationStatus.ACCEPTED)
    await jobs.run_due()
    assert "Adèle F." in (await OutboxMessage.get(to=lead.email)).text


async def test_who_is_signed_in_accepts_as_herself(sign_in: SignIn) -> None:
    lead, odile = await a_person("Sélim Laurent"), await a_person("Odile Perrin")
    committee = await a_committee(lead)
    invitation = await an_invitation(committee, lead)
    hers = await sign_in(odile)
    assert "Accepter en tant que Odile P." in (await hers.get(link_of(invitation))).text
    answer = await hers.submit(f"{link_of(invitation)}/accepter")
    assert answer.headers["location"] == f"/comites/{committee.slug}"
    assert await queries.seat_of(odile, committee.id) is not None


async def test_who_sits_already_takes_no_second_seat_by_an_invitation(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    member, invitation = await a_member(committee), await an_invitation(committee, lead)
    answer = await (await sign_in(member)).submit(f"{link_of(invitation)}/accepter")
    assert answer.status_code == 422
    assert "Vous siégez déjà" in answer.text
    assert await Seat.filter(person_id=member.id).count() == 1
    assert (await Invitation.get(id=invitation.id)).status == InvitationStatus.PENDING


async def test_an_invitation_is_declined_once_and_its_address_forgotten(client: Client, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    invitation = await an_invitation(committee, lead)
    for _ in range(2):
        assert (await client.submit(f"{link_of(invitation)}/refuser")).status_code == 303
    assert "Vous avez décliné" in (await client.get(link_of(invitation))).text
    assert (await client.submit(f"{link_of(invitation)}/accepter", {"name": "Adèle Fournier"})).status_code == 303
    assert not await Person.filter(name="Adèle Fournier").exists()
    kept = await Invitation.get(id=invitation.id)
    assert (kept.email, kept.status) == ("", InvitationStatus.DECLINED)
    await jobs.run_due()
    letter = await OutboxMessage.get(to=lead.email)
    assert "a…@exemple.fr" in letter.text
    assert "adele@" not in letter.text


async def test_too_late_is_too_late_and_the_address_goes(client: Client, sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    invitation = await an_invitation(committee, await a_person("Rose Martin"))
    clock.travel(timedelta(days=15))
    assert "n’est plus valable" in (await client.get(link_of(invitation))).text
    await client.submit(f"{link_of(invitation)}/accepter", {"name": "Adèle Fournier"})
    await (await sign_in(await a_person("Odile Perrin"))).submit(f"{link_of(invitation)}/accepter")
    assert await Seat.filter(committee_id=committee.id).count() == 1
    await invitations.lapse()
    kept = await Invitation.get(id=invitation.id)
    assert (kept.email, kept.status) == ("", InvitationStatus.LAPSED)


async def test_an_invitation_waits_until_the_end_of_its_last_day(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    invitation = await an_invitation(committee, lead, until_on=clock.today() + timedelta(days=1))
    clock.travel(timedelta(days=1))
    await invitations.lapse()
    assert [one.id for one in await invitations.waiting(committee)] == [invitation.id]
    clock.travel(timedelta(days=2))
    assert await invitations.waiting(committee) == [], "whether or not the hourly job has come by"
    assert (await Invitation.get(id=invitation.id)).status == InvitationStatus.PENDING
    await invitations.lapse()
    over = await Invitation.get(id=invitation.id)
    assert (over.status, over.email) == (InvitationStatus.LAPSED, "")


@pytest.mark.parametrize(("college", "is_discreet"), [("contributors", True), ("residents", False)])
async def test_only_a_contributor_sits_without_her_name(
    database: object, app: object, college: str, is_discreet: bool
) -> None:
    lead, odile = await a_person("Sélim Laurent"), await a_person("Odile Perrin")
    invitation = await an_invitation(await a_committee(lead), lead, college=college)
    seat = await invitations.accept(invitation, odile, discreet=True)
    assert (await Seat.get(id=seat.id)).is_discreet is is_discreet


async def test_an_invitation_is_sent_again_the_next_day_and_taken_back(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    invitation = await an_invitation(committee, lead)
    mine, other = await sign_in(lead), await sign_in(await a_member(committee))
    again, back = (f"/comites/invitations/{invitation.id}/{act}" for act in ("relancer", "retirer"))
    assert (await other.submit(again)).status_code == 403
    await mine.submit(again)
    await jobs.run_due()
    assert await OutboxMessage.filter(to="adele@exemple.fr").count() == 1
    clock.travel(timedelta(days=1))
    await mine.submit(again)
    await jobs.run_due()
    assert await OutboxMessage.filter(to="adele@exemple.fr").count() == 2
    assert (await Invitation.get(id=invitation.id)).until_on == clock.today() + timedelta(days=14)
    assert (await other.submit(back)).status_code == 403
    assert (await mine.submit(back)).status_code == 303
    assert "n’est plus valable" in (await client.get(link_of(invitation))).text


async def test_one_address_waits_once_and_is_not_written_to_all_day_long(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/invitations"
    assert (await mine.submit(path, a_wish(email="Adele@exemple.fr"))).status_code == 303
    refused = await mine.submit(path, a_wish())
    assert refused.status_code == 422
    assert "déjà une invitation" in refused.text
    for status in (303, 429):
        await mine.submit(f"/comites/invitations/{(await Invitation.get(status='pending')).id}/retirer")
        assert (await mine.submit(path, a_wish())).status_code == status
        if status == 429:
            break
    assert (await mine.submit(path, a_wish(email="autre@exemple.fr"))).status_code == 303


@pytest.mark.one_engine
async def test_a_form_that_cannot_be_says_why(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, residents=1)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/invitations"
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for wrong in (
        {"email": "adele"}, {"until_on": yesterday}, {"organisation": "Personne ne la connaît", "college": "contributors"},
        {"college": "authorities"}, {"college": "residents"},
    ):  # fmt: skip
        answer = await mine.submit(path, a_wish(**wrong))
        assert answer.status_code == 422, wrong
    assert not await Invitation.all().exists()


async def test_a_college_that_filled_up_keeps_the_invitation_waiting(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, residents=2)
    invitation = await an_invitation(committee, lead)
    residents = College.filter(committee_id=committee.id, kind="residents")
    await residents.update(taken=2)
    answer = await client.submit(f"{link_of(invitation)}/accepter", {"name": "Adèle Fournier"})
    assert answer.status_code == 422
    assert (await Invitation.get(id=invitation.id)).status == InvitationStatus.PENDING
    await residents.update(taken=1)
    assert (await client.submit(f"{link_of(invitation)}/accepter", {"name": "Adèle Fournier"})).status_code == 303


async def test_an_organisations_invitation_is_accepted_by_who_represents_it(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, organisations=2)
    farm = await an_organisation("La Ferme")
    wish = {"college": "organisations", "organisation": "la ferme"}
    invitation = await an_invitation(committee, lead, **wish)
    mariam, stranger = await a_person("Mariam Koné"), await a_person("Nadia Faure")
    await name_representative(farm, mariam)
    path = f"{link_of(invitation)}/accepter"
    assert "ne dit pas encore" in (await (await sign_in(stranger)).get(link_of(invitation))).text
    assert (await (await sign_in(stranger)).submit(path)).status_code == 422
    assert (await client.submit(path, {"name": "Adèle Fournier"})).status_code == 422
    assert (await (await sign_in(mariam)).submit(path)).status_code == 303
    assert (await Seat.get(organisation_id=farm.id)).person_id == mariam.id


async def test_the_team_seats_at_the_counter_who_has_no_address_to_be_invited_at(database: object) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"), joining="invitation")
    yvette, animator = await a_person("Yvette Charvet", None), await a_person("Anne Moreau", "", RoleName.ANIMATOR)
    with pytest.raises(DomainError):
        await join(Actor(yvette), committee, CollegeKind.RESIDENTS, "Je veux bien.")
    seated = await join(Actor(yvette, recorded_by=animator), committee, CollegeKind.RESIDENTS, "")
    assert isinstance(seated, Seat)


@pytest.mark.one_engine
async def test_a_forged_link_leads_nowhere(client: Client) -> None:
    assert (await client.get("/invitations/jeton")).status_code == 404
    assert (await client.submit("/invitations/jeton/accepter")).status_code == 404


async def test_the_database_itself_keeps_no_address_of_an_answered_invitation(database: object) -> None:
    lead = await a_person("Sélim Laurent")
    invitation = await an_invitation(await a_committee(lead), lead)
    with pytest.raises(IntegrityError):
        await Invitation.filter(id=invitation.id).update(status=InvitationStatus.DECLINED)
    assert await Committee.all().count() == 1
