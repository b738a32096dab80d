"""The register of seats: who is named to whom, what it says, how a seat ends; an organisation's seat."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.committees import panels, privacy, queries, register, seats
from civic.committees.joining import Designation, SeatRequest
from civic.committees.models import College, CollegeKind, Committee, Ending, Seat
from civic.committees.service import join
from civic.contributions.service import contribute, revoke
from civic.decisions.models import Elector
from civic.mail.models import OutboxMessage
from civic.needs.models import NeedKind
from civic.organisations.models import OrganisationKind
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person, an_organisation
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation, an_open_decision

SignIn = Callable[[Person], Awaitable[Client]]
HIDDEN = "Une personne du collège des contributeurs"


async def a_discreet_member(committee: Committee, name: str = "Fatou Diop") -> Person:
    """A contributor who sits without her name in the public register."""
    giver = await a_person(name)
    await contribute(giver.id, committee.initiative_id or 0, NeedKind.MONEY, f"pledge:{giver.id}")
    await join(Actor(giver), committee, CollegeKind.CONTRIBUTORS, "", discreet=True)
    return giver


async def test_a_discreet_contributor_is_named_to_the_committee_only(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    giver, stranger = await a_discreet_member(committee), await a_person("Nadia Faure")
    member = await a_member(committee, "Rose Martin")
    shown = f"/comites/{committee.slug}"
    for outside in (client, await sign_in(stranger)):
        for path in (shown, f"{shown}/sieges.csv"):
            text = (await outside.get(path)).text
            assert HIDDEN in text
            assert "Fatou" not in text
    for inside in (lead, member, giver):
        for path in (shown, f"{shown}/sieges.csv"):
            assert "Fatou D." in (await (await sign_in(inside)).get(path)).text


async def test_a_discreet_seat_of_the_past_stays_discreet(client: Client, sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    giver, other = await a_discreet_member(committee), await a_member(committee, "Rose Martin")
    for person in (giver, other):
        assert (await (await sign_in(person)).submit(f"/comites/{committee.slug}/quitter")).status_code == 303
    past = (await client.get(f"/comites/{committee.slug}/memoire")).text
    assert HIDDEN in past
    assert "Fatou" not in past
    assert "Rose M." in past
    assert "a quitté le comité" in past


async def test_she_shows_and_hides_her_name_whenever_she_likes(client: Client, sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    giver = await a_discreet_member(committee)
    hers, seat = await sign_in(giver), await Seat.get(person_id=giver.id)
    other = await sign_in(await a_member(committee))
    path = f"/comites/sieges/{seat.id}/discretion"
    assert (await other.submit(path)).status_code == 404
    assert (await hers.submit(path)).status_code == 303
    assert "Fatou D." in (await client.get(f"/comites/{committee.slug}")).text
    assert (await hers.submit(path, {"discreet": "1"})).status_code == 303
    assert "Fatou D." not in (await client.get(f"/comites/{committee.slug}")).text


async def test_only_contributors_sit_discreetly_and_who_facilitates_never(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    seat = await Seat.get(person_id=lead.id)
    assert (await (await sign_in(lead)).submit(f"/comites/sieges/{seat.id}/discretion", {"discreet": "1"})).is_redirect
    assert not (await Seat.get(id=seat.id)).is_discreet
    giver = await a_discreet_member(committee)
    hers = await Seat.get(person_id=giver.id)
    sent = {"designated": "contribution", "is_facilitator": "1"}
    assert (await (await sign_in(lead)).submit(f"/comites/sieges/{hers.id}", sent)).status_code == 303
    assert not (await Seat.get(id=hers.id)).is_facilitator


@pytest.mark.one_engine
async def test_a_giver_takes_her_place_from_three_pages_in_two_taps(sign_in: SignIn, client: Client) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    giver = await a_person("Fatou Diop")
    hers, slug = await sign_in(giver), (await committee.initiative).slug  # type: ignore[misc]
    pages = (f"/comites/{committee.slug}", f"/initiatives/{slug}", "/mon-espace")
    for path in pages:
        assert "Prendre ma place" not in (await hers.get(path)).text
    await contribute(giver.id, committee.initiative_id or 0, NeedKind.THING, "thing:1")
    for path in pages:
        text = (await hers.get(path)).text
        assert "Prendre ma place" in text, path
        assert 'name="discreet" value="1">' in text, path  # unticked: nothing says that she gives discreetly
    assert 'href="#sieges"' in (await hers.get(pages[0])).text  # on a phone the seats are far below
    assert "Prendre ma place" not in (await client.get(pages[0])).text
    taken = await hers.submit(f"/comites/{committee.slug}/rejoindre", {"college": "contributors"})
    assert taken.status_code == 303
    for path in pages:
        assert "Prendre ma place" not in (await hers.get(path)).text
    assert 'href="#sieges"' not in (await hers.get(pages[0])).text
    assert committee.name in (await hers.get("/mon-espace")).text


async def test_who_left_is_not_asked_again_in_her_space(database: object, app: object) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    giver = await a_discreet_member(committee)
    await seats.leave(Actor(giver), committee)
    assert await panels.person_panels(giver) == []


async def test_a_seat_taken_by_a_gift_that_was_undone_runs_to_its_end_and_is_not_renewed(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    giver = await a_discreet_member(committee)
    seat = await Seat.get(person_id=giver.id)
    until = clock.today() + timedelta(days=10)
    await Seat.filter(id=seat.id).update(until_on=until)
    await revoke(f"pledge:{giver.id}")
    assert await queries.seat_of(giver, committee.id) is not None
    mine = await sign_in(lead)
    path, sent = f"/comites/sieges/{seat.id}/renouveler", {"until_on": until.isoformat()}
    assert (await mine.submit(path, sent)).status_code == 303
    assert (await Seat.get(id=seat.id)).until_on == until
    await contribute(giver.id, committee.initiative_id or 0, NeedKind.TIME, "hours:9")
    await mine.submit(path, sent)
    assert (await Seat.get(id=seat.id)).until_on != until


async def test_an_election_and_a_title_are_written_in_the_register(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    member = await a_member(committee)
    seat = await Seat.get(person_id=member.id)
    path = f"/comites/sieges/{seat.id}"
    sent = {"title": "trésorière", "designated": "election", "designated_note": "assemblée du 12 mars 2026"}
    assert (await (await sign_in(member)).submit(path, sent)).status_code == 403
    mine = await sign_in(lead)
    assert (await mine.get(path)).status_code == 200
    assert (await mine.submit(path, {"designated": "magie"})).status_code == 422
    assert (await mine.submit(path, sent)).status_code == 303
    shown = (await client.get(f"/comites/{committee.slug}")).text
    assert "trésorière" in shown
    assert "par élection, assemblée du 12 mars 2026" in shown


async def test_a_seat_is_taken_back_with_a_reason_that_only_she_reads(
    client: Client, sign_in: SignIn, app: object
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    member = await a_member(committee)
    seat = await Seat.get(person_id=member.id)
    mine, path = await sign_in(lead), f"/comites/sieges/{seat.id}/reprendre"
    assert (await mine.submit(path, {"reason": ""})).status_code == 422
    assert (await (await sign_in(member)).submit(path, {"reason": "Je m’ennuie."})).status_code == 403
    assert (await Seat.get(id=seat.id)).ended_at is None
    assert (await mine.submit(path, {"reason": "Absente depuis un an."})).status_code == 303
    assert (await mine.submit(path, {"reason": "Absente depuis un an."})).status_code == 404
    assert (await Seat.get(id=seat.id)).ending == Ending.ENDED
    assert (await College.get(id=seat.college_id)).taken == 0
    await jobs.run_due()
    assert "Absente depuis un an." in (await OutboxMessage.get(to=member.email)).text
    assert "Absente" not in (await client.get(f"/comites/{committee.slug}/memoire")).text


@pytest.mark.one_engine
async def test_the_sheet_is_a_table_that_runs_no_formula(client: Client) -> None:
    lead = await a_person("=SOMME(A1) Laurent")
    committee = await a_committee(lead)
    answer = await client.get(f"/comites/{committee.slug}/sieges.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = answer.text.lstrip("\ufeff").splitlines()
    assert rows[0].startswith("Siège;")
    assert rows[1].startswith("'=SOMME(A1) L.;")


async def test_a_representative_asks_for_her_organisations_seat_under_its_hat(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, organisations=1)
    farm, other = await an_organisation("La Ferme"), await an_organisation("Le Garage")
    mariam = await a_person("Mariam Koné")
    await name_representative(farm, mariam)
    hers, path = await sign_in(mariam), f"/comites/{committee.slug}/rejoindre"
    assert "En tant que" in (await hers.get(path)).text
    sent = {"college": "organisations", "message": "Nous prêtons le camion.", "hat": str(farm.id)}
    assert (await hers.submit(path, {**sent, "hat": str(other.id)})).status_code == 422
    assert (await hers.submit(path, {**sent, "hat": ""})).status_code == 422
    assert (await hers.submit(path, {**sent, "college": "residents"})).status_code == 422
    assert not await SeatRequest.all().exists()
    assert (await hers.submit(path, sent)).status_code == 303
    asked = await SeatRequest.get(person_id=mariam.id)
    mine = await sign_in(lead)
    assert "La Ferme" in (await mine.get(f"/comites/{committee.slug}/demandes")).text
    assert (await mine.submit(f"/comites/demandes/{asked.id}/repondre", {"answer": "yes"})).status_code == 303
    shown = (await client.get(f"/comites/{committee.slug}")).text
    assert "La Ferme" in shown
    assert "Mariam K., titulaire" in shown


async def test_an_organisation_sits_once_and_only_while_somebody_represents_it(sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"), organisations=3, joining="open")
    farm = await an_organisation("La Ferme", kind=OrganisationKind.COMPANY)
    path, sent = f"/comites/{committee.slug}/rejoindre", {"college": "organisations", "hat": str(farm.id)}
    for name, status in (("Mariam Koné", 303), ("Robert Cottin", 422)):
        person = await a_person(name)
        await name_representative(farm, person)
        assert (await (await sign_in(person)).submit(path, sent)).status_code == status
    assert await Seat.filter(organisation_id=farm.id).count() == 1
    other = await an_organisation("Le Garage")
    mariam = await Person.get(name="Mariam Koné")
    await name_representative(other, mariam)
    refused = await (await sign_in(mariam)).submit(path, {**sent, "hat": str(other.id)})
    assert refused.status_code == 422
    assert not await Seat.filter(organisation_id=other.id).exists()


async def test_a_substitute_is_named_and_the_titular_changes_while_the_seat_stays(
    client: Client, sign_in: SignIn, app: object
) -> None:
    lead, robert = await a_person("Sélim Laurent"), await a_person("Robert Cottin")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, robert)
    titular, stranger = seat.person, await a_person("Nadia Faure")
    hers, path = await sign_in(titular), f"/comites/sieges/{seat.id}/porte-parole"
    assert (await (await sign_in(lead)).get(path)).status_code == 403  # not even who runs the committee
    assert (await hers.get(path)).status_code == 200
    wrong = {"titular": str(titular.id), "substitute": str(stranger.id)}
    assert (await hers.submit(path, wrong)).status_code == 422
    assert (await hers.submit(path, {"titular": str(titular.id), "substitute": str(titular.id)})).status_code == 422
    named = {"titular": str(titular.id), "substitute": str(robert.id)}
    assert (await hers.submit(path, named)).status_code == 303
    assert "Robert C., suppléant" in (await client.get(f"/comites/{committee.slug}")).text
    assert "Robert C., suppléant" in (await (await sign_in(lead)).get(f"/comites/sieges/{seat.id}")).text
    await jobs.run_due()
    assert await OutboxMessage.filter(to=robert.email).count() == 1
    assert (await hers.submit(path, {"titular": str(robert.id)})).status_code == 303
    held = await Seat.get(organisation_id=seat.organisation_id, ended_at__isnull=True)
    assert (held.person_id, held.until_on, held.substitute_id) == (robert.id, seat.until_on, None)
    assert (await Seat.get(id=seat.id)).ending == Ending.REPLACED
    assert (await College.get(id=seat.college_id)).taken == 1
    assert "Mariam K., titulaire" in (await client.get(f"/comites/{committee.slug}/memoire")).text


async def test_nobody_speaks_twice_at_one_table(sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"), joining="open")
    robert = await a_person("Robert Cottin")
    seat = await a_seat_of_an_organisation(committee, robert)
    his, hers = await sign_in(robert), await sign_in(seat.person)
    path = f"/comites/sieges/{seat.id}/porte-parole"
    named = {"titular": str(seat.person_id), "substitute": str(robert.id)}
    assert (await hers.submit(path, named)).status_code == 303
    sit = f"/comites/{committee.slug}/rejoindre"
    assert (await his.submit(sit, {"college": "residents"})).status_code == 422
    assert (await hers.submit(path, {"titular": str(seat.person_id)})).status_code == 303
    assert (await his.submit(sit, {"college": "residents"})).status_code == 303
    assert (await hers.submit(path, named)).status_code == 422


async def test_the_electorate_knows_the_organisation_its_substitute_and_who_is_discreet(
    database: object, app: object
) -> None:
    lead, robert = await a_person("Sélim Laurent"), await a_person("Robert Cottin")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, robert)
    await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    giver = await a_discreet_member(committee)
    decision = await an_open_decision(committee, lead)
    found = {one.person_id: one for one in await Elector.filter(decision_id=decision.id)}
    assert len(found) == 3
    spoken = found[seat.person_id]
    assert (spoken.organisation_id, spoken.substitute_id) == (seat.organisation_id, robert.id)
    assert found[giver.id].is_discreet
    assert not found[lead.id].is_discreet


async def test_a_member_of_an_organisation_seat_that_lapsed_may_sit_again(database: object) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"), joining="open", organisations=1)
    seat = await a_seat_of_an_organisation(committee, await a_person("Robert Cottin"))
    await College.filter(id=seat.college_id).update(places=1)
    await Seat.filter(id=seat.id).update(until_on=clock.today() - timedelta(days=1))
    again = await join(Actor(seat.person), committee, CollegeKind.ORGANISATIONS, "", hat_id=seat.organisation_id)
    assert isinstance(again, Seat)
    assert again.designated == Designation.OPEN
    assert (await College.get(id=seat.college_id)).taken == 1
    (line,) = register.lines(
        [one for one in await queries.seats_of(committee.id) if one.id == again.id], sees_names=False
    )
    assert line.name == "La Ferme des Trois Levées"


async def test_what_is_kept_about_her_is_hers_to_take_and_to_have_erased(client: Client) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    giver, robert = await a_discreet_member(committee), await a_person("Robert Cottin")
    seat = await a_seat_of_an_organisation(committee, robert)
    await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    (kept,) = (await privacy.personal_data(giver))["seats"]
    assert (kept["committee"], kept["is_discreet"]) == (committee.name, True)
    assert (await privacy.personal_data(robert))["seats"][0]["as"] == "substitute"
    for person in (giver, giver, robert):
        await privacy.erasures(person)
    assert await queries.seat_of(giver, committee.id) is None
    assert (await College.get(committee_id=committee.id, kind=CollegeKind.CONTRIBUTORS)).taken == 0
    assert (await Seat.get(id=seat.id)).substitute_id is None
    assert "Robert" not in (await client.get(f"/comites/{committee.slug}")).text
