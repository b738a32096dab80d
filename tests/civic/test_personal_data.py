"""Every link from steering to a person is in what she takes away, and known to what happens when her data are erased.

The tables are walked, not listed: a new link to a person fails here until it is exported or has its reason not to be.
"""

from datetime import timedelta
from typing import Any

from tortoise import Tortoise
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from civic import clock, slots
from civic.assemblies.models import Assembly, Resolution, ResolutionKind
from civic.commitments import service
from civic.commitments.models import Step
from civic.committees.joining import Invitation, SeatRequest
from civic.committees.models import College, CollegeKind, Seat
from civic.counting.rules import Code
from civic.decisions import answers, electors
from civic.decisions.models import Elector, Stance
from civic.decisions.positions import Position
from civic.meetings.attendance import Attendance, Coming, Movement, Way
from civic.meetings.dates import DateAnswer, DateOption, Suits
from civic.meetings.models import Item, MeetingStatus, NotesVersion, Proposal, Remark
from civic.people.actor import Actor
from civic.people.models import Person
from civic.polling.models import Batch, Emptied, Reading
from civic.proposals.models import AmendmentStatus, Revision
from tests.factories import a_person, an_organisation
from tests.factories.commitments import a_commitment
from tests.factories.meetings import a_meeting
from tests.factories.proposals import a_proposal, a_question, an_amendment
from tests.factories.steering import a_committee, a_member, an_open_decision
from tests.factories.talking import says

SLICES = (
    "assemblies", "ballots", "commitments", "committees", "decisions", "discussions", "meetings", "polling", "proposals"
)  # fmt: skip
GONE, FREED, STAYS = "the row is gone", "it leads to nobody", "it leads to a person without a name"

TOLD = {
    "Batch.typed_by": ("boxes_typed", GONE),
    "Reading.typed_by": ("papers_typed", GONE),
    "Resolution.counted_by": ("hands_counted", STAYS),
    "Commitment.offered_to": ("commitments_offered", FREED),
    "Commitment.person": ("commitments", STAYS),
    "Commitment.kept_by": ("commitments_said_kept", STAYS),
    "Step.by": ("commitment_steps", STAYS),
    "Step.person": ("commitment_steps", STAYS),
    "SeatRequest.person": ("seat_requests", GONE),
    "SeatRequest.answered_by": ("seat_requests_answered", STAYS),
    "Invitation.invited_by": ("seat_invitations_sent", FREED),
    "Invitation.person": ("seat_invitations", FREED),
    "Seat.substitute": ("seats", FREED),
    "Seat.person": ("seats", STAYS),
    "Decision.author": ("decisions_run", STAYS),
    "Decision.outcome_by": ("decisions_run", STAYS),
    "Elector.person": ("electorates", STAYS),
    "Elector.substitute": ("electorates", STAYS),
    "Stance.person": ("positions", STAYS),
    "Stance.recorded_by": ("positions_for_others", STAYS),
    "Stance.spoken_by": ("positions_for_others", STAYS),
    "Thread.closed_by": ("discussions_closed", FREED),
    "Comment.author": ("comments", FREED),
    "Comment.recorded_by": ("comments_typed_for_others", FREED),
    "Attendance.person": ("meetings", STAYS),
    "Attendance.substitute": ("meetings_for_others", FREED),
    "Attendance.answered_by": ("meetings_for_others", STAYS),
    "Attendance.holder": ("meetings_for_others", STAYS),
    "Attendance.came": ("meetings_for_others", STAYS),
    "Movement.person": ("meeting_movements", STAYS),
    "DateAnswer.person": ("meeting_dates", GONE),
    "Meeting.author": ("meetings_run", STAYS),
    "Meeting.chair": ("meetings_run", STAYS),
    "Meeting.secretary": ("meetings_run", STAYS),
    "Proposal.person": ("meeting_points", GONE),
    "NotesVersion.by": ("minutes_written", STAYS),
    "Remark.person": ("minutes_remarks", GONE),
    "Emptied.first_typist": ("boxes_emptied", STAYS),
    "Emptied.second_typist": ("boxes_emptied", STAYS),
    "ProposalQuestion.person": ("proposal_questions", STAYS),
    "ProposalQuestion.answered_by": ("proposal_answers", FREED),
    "Amendment.person": ("amendments", STAYS),
    "Amendment.settled_by": ("amendments_settled", FREED),
    "Revision.made_by": ("proposal_revisions", FREED),
}
"""By link: under which kind she finds it, and what becomes of it. What stays leads to a row of `Person` that has lost
its name: a register, minutes or a count must stay whole. In the order in which rows can be handed from one to the next."""

NOT_TOLD = {
    "Item.notes_by": "who wrote the last version of a point; each version is hers among `minutes_written`",
}

WORDLESS = {
    "Commitment.kept_by": {"evidence": "", "link": ""}, "Step.by": {"reason": ""},
    "Invitation.invited_by": {"message": ""}, "Seat.person": {"title": "", "designated_note": ""},
    "ProposalQuestion.person": {"text": ""}, "Amendment.person": {"change": "", "why": ""},
    "Comment.author": {"organisation_id": None},
}  # fmt: skip
"""Words of hers that go while the row stays."""


def _slice_of(model: type[Model]) -> str:
    return model.__module__.split(".")[1] if model.__module__.startswith("civic.") else ""


def links_to_a_person() -> set[str]:
    """« Model.field » of every foreign key of steering to a person."""
    return {
        f"{model.__name__}.{name}"
        for model in Tortoise.apps["civic"].values() if _slice_of(model) in SLICES
        for name, field in model._meta.fields_map.items()
        if isinstance(field, ForeignKeyFieldInstance) and field.related_model is Person
    }  # fmt: skip


async def test_every_link_to_a_person_is_told_to_her_or_has_its_reason(database: object, app: object) -> None:
    found = links_to_a_person()
    assert found == TOLD.keys() | NOT_TOLD.keys()
    assert not TOLD.keys() & NOT_TOLD.keys()
    assert all(NOT_TOLD.values())


async def test_sealed_and_counted_ballots_lead_to_no_person(database: object, app: object) -> None:
    ballots = [model for model in Tortoise.apps["civic"].values() if _slice_of(model) == "ballots"]
    assert len(ballots) >= 3
    for model in ballots:
        for field in model._meta.fields_map.values():
            if isinstance(field, ForeignKeyFieldInstance):
                assert field.related_model not in (Person, Elector, Attendance)


async def test_each_link_shows_in_what_she_takes_away_and_ends_as_foreseen(database: object, app: object) -> None:
    world = await _world()
    for link, (kind, end) in TOLD.items():
        name, field = link.split(".")
        row, her = world[name], await a_person("Odile Perrin")
        assert await _told(her, kind) == [], link
        await type(row).filter(id=row.id).update(**{f"{field}_id": her.id})
        assert len(await _told(her, kind)) == 1, link
        for _twice in range(2):
            for erase in slots.erasures:
                await erase(her)
        after = await type(row).get_or_none(id=row.id)
        if end == GONE:
            assert after is None, link
            world |= {name: await _remade(row)}
            continue
        assert after is not None, link
        leads_to = getattr(after, f"{field}_id")
        assert leads_to == (None if end == FREED else her.id), link
        words = {word: getattr(after, word) for word in WORDLESS.get(link, {})}
        assert words == WORDLESS.get(link, {}), link


async def _told(person: Person, kind: str) -> list[dict[str, Any]]:
    """What all slices together tell her under this kind."""
    found = [await part(person) for part in slots.personal_data]
    assert sum(kind in one for one in found) == 1, kind
    return next(one[kind] for one in found if kind in one)


async def _remade(row: Model) -> Model:
    """The same row again, for somebody else."""
    values = {name: getattr(row, name) for name in row._meta.fields_db_projection if name != "id"}
    return await type(row).create(**values)


async def _world() -> dict[str, Any]:
    """One row of each kind that leads to a person, all of them Rose's to begin with."""
    present = clock.now()
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    firm = await an_organisation()
    college = await College.get(committee_id=committee.id, kind=CollegeKind.RESIDENTS)
    seat = await Seat.create(
        committee=committee, college=college, person=await a_person("Mariam Koné"), organisation=firm,
        substitute=rose, title="Trésorière", designated_note="élue", designated="appointment", from_on=clock.today(),
    )  # fmt: skip
    decision = await an_open_decision(committee, lead)
    option = await _agrees(lead, decision)
    improved = await a_proposal(committee, lead)
    asked = await a_question(rose, improved)
    await type(asked).filter(id=asked.id).update(answer="La commune.", answered_at=present, answered_by_id=lead.id)
    changed = await an_amendment(rose, improved)
    await type(changed).filter(id=changed.id).update(
        status=AmendmentStatus.ACCEPTED, settled_at=present, settled_by_id=lead.id
    )
    meeting = await a_meeting(committee, MeetingStatus.CLOSED)
    item = await Item.filter(meeting_id=meeting.id).order_by("id").first()
    assert item is not None
    sheet = await Attendance.get(meeting_id=meeting.id, person_id=lead.id)
    await Attendance.filter(id=sheet.id).update(coming=Coming.PROXY)
    date = await DateOption.create(meeting=meeting, starts_at=present, ends_at=present + timedelta(hours=2))
    assembly = await Assembly.create(meeting=meeting, year="2025", created_at=present)
    elector = await Elector.get(decision_id=decision.id, person_id=rose.id)
    made = await a_commitment(committee, rose)
    comment = await says(rose, await committee.initiative, "Bonjour.")
    await type(comment.thread).filter(id=comment.thread_id).update(closed_at=present, closed_reason="Assez parlé.")
    rows: dict[str, Any] = {
        "Seat": seat, "Decision": decision, "Elector": elector, "Stance": option, "Meeting": meeting,
        "ProposalQuestion": asked, "Amendment": changed, "Commitment": made, "Comment": comment,
        "Thread": comment.thread, "Attendance": sheet,
        "Step": await Step.get(commitment_id=made.id),
        "Resolution": await Resolution.create(
            assembly=assembly, item=item, kind=ResolutionKind.ACTIVITY, wording="Le rapport est adopté."
        ),
        "SeatRequest": await SeatRequest.create(
            committee=committee, college=college, person=lead, message="Je viens.", created_at=present
        ),
        "Invitation": await Invitation.create(
            committee=committee, college=college, email="adele@exemple.fr", message="Venez !", sent_at=present,
            until_on=clock.today(), created_at=present,
        ),
        "Movement": await Movement.create(attendance=sheet, way=Way.IN, at=present),
        "DateAnswer": await DateAnswer.create(date=date, person=rose, suits=next(iter(Suits))),
        "Proposal": await Proposal.create(meeting=meeting, person=rose, title="Les gobelets", created_at=present),
        "NotesVersion": await NotesVersion.create(item=item, number=1, text="On a dit.", at=present),
        "Remark": await Remark.create(item=item, person=rose, text="Non, onze.", at=present),
        "Reading": await Reading.create(elector=elector, turn=1, said={"code": "agree"}, typed_by=lead, typed_at=present),
        "Batch": await Batch.create(decision=decision, opened_at=present, turn=1, sealed=b"-", typed_by=lead),
        "Emptied": await Emptied.create(decision=decision, opened_at=present, papers=7),
        "Revision": await Revision.create(
            decision=improved, number=1, before="Avant", after="Après", made_at=present, made_by=lead
        ),
    }  # fmt: skip
    return rows


async def _agrees(person: Person, decision: Any) -> Stance:
    elector = await electors.to_speak_for(decision, person, None)
    await answers.answer(Actor(person), decision, Position(Code.AGREE), "Onze minutes.", elector)
    return await Stance.get(decision_id=decision.id, person_id=person.id)


async def test_a_reason_to_drop_a_promise_goes_with_who_wrote_it_alone(database: object, app: object) -> None:
    """Hers goes; the one of who dropped it after her stays."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee), await a_member(committee, "Paul Rey")
    hers, his = await a_commitment(committee, paul), await a_commitment(committee, paul, "Chercher un minibus")
    await service.drop(Actor(rose), hers, "Mon mari a vendu le sien.")
    await service.drop(Actor(paul), his, "Trop cher.")
    for erase in slots.erasures:
        await erase(rose)
    kept = {one.id: one.dropped_reason for one in await type(hers).all()}
    assert kept == {hers.id: "La personne n’est plus sur le site.", his.id: "Trop cher."}

