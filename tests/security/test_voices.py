"""One voice each, and no way to somebody else's: what a hostile member, secretary or outsider tried on decisions."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.types import ASGIApp

from civic import clock
from civic.assemblies import service as assembly_service
from civic.assemblies.forms import ResolutionForm
from civic.assemblies.models import Assembly, Casting
from civic.ballots import codes
from civic.ballots.models import SealedBallot
from civic.committees import voices
from civic.committees.forms import VoicesForm
from civic.committees.models import Seat
from civic.counting.rules import Code, Method
from civic.decisions import secret
from civic.decisions.models import Decision, DecisionStatus, Elector, Option
from civic.meetings import answers, sheet
from civic.meetings import privacy as meetings_privacy
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting, MeetingStatus, Proposal
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly, begun
from tests.factories.convening import a_convened_meeting, a_poll, a_prepared_meeting, expected
from tests.factories.meetings import a_meeting
from tests.factories.steering import (
    a_committee,
    a_member,
    a_seat_of_an_organisation,
    an_open_decision,
    fresh,
    votes,
)
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def test_two_electors_who_send_the_same_code_put_one_ballot_under_it(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Morel")
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True)
    code, booth = codes.new(), f"/decisions/{decision.id}/isoloir"
    assert (await (await sign_in(rose)).submit(booth, {"code": code, "option": "yes"})).status_code == 303
    his = await sign_in(paul)
    refused = await his.submit(booth, {"code": code, "option": "no"})
    assert refused.status_code == 409
    assert "Rouvrez l’isoloir" in refused.text
    assert await SealedBallot.all().count() == (await fresh(decision)).answers_count == 1
    assert (await Elector.get(decision_id=decision.id, person_id=paul.id)).answered_at is None
    assert (await his.submit(booth, {"code": codes.new(), "option": "no"})).status_code == 303
    assert await SealedBallot.all().count() == 2


async def test_a_form_s_key_takes_nothing_from_another_committee(sign_in: SignIn) -> None:
    """Keys that the site gives its own drafts (« resolution-7 ») or that another committee used are nobody's to take."""
    selim, odile = await a_person("Sélim Laurent"), await a_person("Odile Blanc")
    here, there = await a_committee(selim), await a_committee(odile, name="Le comité du four")
    wish = {
        "question": "Le four chauffe le samedi", "method": "consent", "closes_at": "2030-01-15T20:00",
        "meaning_agree": "D’accord", "cle": "resolution-7",
    }  # fmt: skip
    made = []
    for person, committee in ((selim, here), (odile, there), (odile, there)):
        answer = await (await sign_in(person)).submit(f"/comites/{committee.slug}/decisions/nouvelle", wish)
        assert answer.status_code == 303, answer.text
        made.append(answer.headers["location"])
    assert made[0] != made[1] == made[2]
    assert not await Decision.filter(form_key="resolution-7").exists()
    meeting = {"title": "La réunion du four", "cle": "une-cle-de-form"}
    for person, committee in ((selim, here), (odile, there)):
        answer = await (await sign_in(person)).submit(f"/comites/{committee.slug}/reunions/nouvelle", meeting)
        assert answer.status_code == 303, answer.text


async def test_a_vote_whose_closing_is_late_is_counted_not_started_again(sign_in: SignIn) -> None:
    """Whoever runs the committee cannot use a worker that slept to throw readable ballots away."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    crowd = [await a_member(committee, f"Votante{n} Nom") for n in range(5)]
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True)
    for person in crowd:
        await votes(person, decision, Code.YES)
    await Decision.filter(id=decision.id).update(closes_at=clock.now() - 2 * secret.LATE)
    browser = await sign_in(lead)
    answer = await browser.submit(f"/decisions/{decision.id}/recommencer")
    assert answer.status_code == 303
    done = await fresh(decision)
    assert (done.status, done.answers_count, done.verdict) == (DecisionStatus.CLOSED, 5, "adopted")


@pytest.mark.parametrize("written", ["²", "١٢", "9" * 19, "-1", ""])
async def test_a_voice_that_is_no_number_is_nobody_s(sign_in: SignIn, written: str) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True)
    meeting, looking = await a_meeting(committee), await a_poll(committee, lead)
    hers = await sign_in(rose)
    assert (await hers.get(f"/decisions/{decision.id}/isoloir?pour={written}")).status_code == 200
    answered = await hers.submit(f"/reunions/{meeting.id}/reponse", {"pour": written, "coming": "present"})
    assert answered.status_code == 303
    said = await hers.submit(f"/reunions/{looking.id}/dates/reponses", {f"date_{written}": "yes"})
    assert said.status_code in (303, 422)
    former = await (await sign_in(lead)).get(f"/comites/{committee.slug}/decisions/nouvelle?suite={written}")
    assert former.status_code == 200


async def test_an_organisation_with_a_new_titular_has_one_voice_in_the_room(sign_in: SignIn) -> None:
    lead, spokesman = await a_person("Sélim Laurent"), await a_person("Marc Petit")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, spokesman)
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    former = await Attendance.get(meeting_id=meeting.id, person_id=seat.person_id)
    seat = await voices.name(Actor(spokesman), seat, VoicesForm(titular=spokesman.id, substitute=None))
    selim = await sign_in(lead)
    await selim.submit(f"/reunions/{meeting.id}/presences/{former.id}/arrivee")
    twice = await selim.submit(f"/reunions/{meeting.id}/sieges", {"seat": seat.id})
    assert twice.status_code == 409
    assert "une voix chacun" in plain(twice.text)
    await selim.submit(f"/reunions/{meeting.id}/presences/{former.id}/depart")
    assert (await selim.submit(f"/reunions/{meeting.id}/sieges", {"seat": seat.id})).status_code == 303
    again = await selim.submit(f"/reunions/{meeting.id}/presences/{former.id}/arrivee")
    assert again.status_code == 303
    found = sheet.quorum_of(meeting, await sheet.sheet_of(meeting))
    assert (found.expected, found.present) == (2, 1)  # the lead has not arrived; the former titular listens
    assert (await Meeting.get(id=meeting.id)).expected == 2


async def test_undoing_a_departure_does_not_seat_somebody_twice(sign_in: SignIn) -> None:
    lead, paul = await a_person("Sélim Laurent"), await a_person("Paul Morel")
    committee = await a_committee(lead)
    held = await a_seat_of_an_organisation(committee, paul)
    await Seat.filter(id=held.id).update(substitute_id=paul.id)
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    hers = await Attendance.get(meeting_id=meeting.id, person_id=held.person_id)
    own = await Attendance.create(meeting=meeting, person=paul, college="residents")  # his own seat, taken since
    selim, row = await sign_in(lead), f"/reunions/{meeting.id}/presences"
    await selim.submit(f"{row}/{hers.id}/arrivee", {"came": paul.id})
    await selim.submit(f"{row}/{hers.id}/depart")
    await selim.submit(f"{row}/{own.id}/arrivee")
    refused = await selim.submit(f"{row}/{hers.id}/annuler")
    assert refused.status_code == 409
    assert not (await Attendance.get(id=hers.id)).is_here
    await selim.submit(f"{row}/{own.id}/depart")
    assert (await selim.submit(f"{row}/{hers.id}/annuler")).status_code == 303
    assert (await Attendance.get(id=hers.id)).came_id == paul.id


async def test_who_is_erased_gives_the_proxies_of_a_meeting_back(database: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Morel")
    meeting = await a_convened_meeting(committee, lead, proxies_most=2)
    await answers.answer(rose, meeting, await expected(meeting, rose), Coming.PROXY, paul.id)
    await meetings_privacy.erasures(paul)
    await meetings_privacy.erasures(paul)
    given = await expected(meeting, rose)
    assert (given.coming, given.holder_id) == (None, None)
    assert (await expected(meeting, paul)).proxies_held == 0


async def test_signs_that_nobody_types_are_left_out_of_choices_and_dates(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    prepared = await a_prepared_meeting(committee, lead)
    selim = await sign_in(lead)
    wish = {
        "question": "Quel pain le\x00 samedi ?", "method": "dots", "closes_at": "2030-01-15T20:00", "dots": "3",
        "title_1": "Le\x00 seigle", "meaning_1": "\x01Bis", "title_2": "Le\x08 blé", "cle": "une\x00-cle-de-form",
    }  # fmt: skip
    answer = await selim.submit(f"/comites/{committee.slug}/decisions/nouvelle", wish)
    assert answer.status_code == 303, answer.text
    titles = await Option.all().order_by("position").values_list("title", flat=True)
    assert list(titles) == ["Le seigle", "Le blé"]
    refused = await selim.submit(f"/reunions/{prepared.id}/dates", {"starts_at_1": "2030-\x0001-15", "lasts_1": "9" * 5000})
    assert refused.status_code == 422


async def test_an_assembly_that_voted_on_its_screens_is_not_called_again(sign_in: SignIn) -> None:
    body, _people, animator = await a_general_assembly()
    assembly = await an_assembly(body, animator)
    wish = ResolutionForm(title="La cotisation", wording="La cotisation est de dix euros.", casting=Casting.SCREENS)
    one = await assembly_service.add(assembly, wish)
    assembly = await begun(assembly, here=2)
    anne = await sign_in(animator)
    path = f"/reunions/{assembly.meeting_id}/assemblee/resolutions/{one.id}/vote"
    assert (await anne.submit(path, {"minutes": "9" * 5000})).status_code == 422
    assert (await anne.submit(path, {"minutes": "5"})).status_code == 303
    await Attendance.filter(meeting_id=assembly.meeting_id).update(left_at=clock.now())  # the quorum is lost
    again = await anne.submit(f"/reunions/{assembly.meeting_id}/assemblee/seconde")
    assert again.status_code == 409
    assert "L'assemblée a voté" in plain(again.text)
    assert await Assembly.all().count() == 1


@pytest.mark.parametrize("name", ["Gagnez sur gagnez.example", "Rose https://a.fr", "Rose\u202eelgoog"])
async def test_a_guest_s_name_carries_no_link_to_a_stranger_s_mailbox(sign_in: SignIn, name: str) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    convened, running = await a_convened_meeting(committee, lead), await a_meeting(committee, MeetingStatus.RUNNING)
    selim = await sign_in(lead)
    guest = {"email": "inconnue@exemple.fr", "cle": "une-cle-de-form"}
    for path in (f"/reunions/{convened.id}/invitations", f"/reunions/{running.id}/presences/invites"):
        assert (await selim.submit(path, guest | {"name": name})).status_code == 422
    assert not await Person.filter(email="inconnue@exemple.fr").exists()
    for path in (f"/reunions/{convened.id}/invitations", f"/reunions/{running.id}/presences/invites"):
        assert (await selim.submit(path, guest | {"name": "Rose Martin"})).status_code == 303


async def test_whoever_votes_next_at_the_same_machine_does_not_see_the_code_before(app: ASGIApp) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Morel")
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True)
    booth = f"/decisions/{decision.id}/isoloir"
    async with Client(app) as machine:
        await machine.sign_in(rose)
        voted = await machine.submit(booth, {"option": "yes"})  # the page that shows her code is never opened
        await machine.sign_in(paul)
        assert "ballot-code" not in (await machine.get(booth)).text
        await machine.sign_in(rose)
        assert "ballot-code" in (await machine.get(voted.headers["location"])).text


async def test_a_point_that_a_discreet_member_proposed_does_not_name_her_on_the_public_agenda(sign_in: SignIn, client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Morel")
    await Seat.filter(committee_id=committee.id, person_id=rose.id).update(is_discreet=True)
    prepared = await a_prepared_meeting(committee, lead)
    selim = await sign_in(lead)
    for person in (rose, paul):
        await (await sign_in(person)).submit(f"/reunions/{prepared.id}/propositions", {"title": f"Le bruit, dit {person.name[:1]}", "minutes": "10"})
    for proposal in await Proposal.all():
        await selim.submit(f"/reunions/{prepared.id}/propositions/{proposal.id}/retenir")
    await selim.submit(f"/reunions/{prepared.id}/convoquer")
    agenda = (await client.get(f"/reunions/{prepared.id}")).text
    assert "Le bruit, dit R" in agenda
    assert "Paul M." in agenda
    assert "Rose M." not in agenda
