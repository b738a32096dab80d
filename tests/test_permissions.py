"""Who may do what: every cell of permissions.txt, tried over HTTP; a route without a row fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Route
from starlette.types import ASGIApp

from app import routes
from campaigns.board.models import Delivery
from campaigns.board.queries import ADDRESS
from campaigns.coaching.service import STOP
from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.matching import queries as matching_links
from campaigns.news.models import News, Question, Word
from campaigns.news.queries import CONFIRM, NO_MORE
from campaigns.offline.deposits import prepare
from campaigns.offline.donors import LINK
from campaigns.offline.models import BankLine, Mode, OfflineGift, OfflineSlip
from campaigns.offline.papers import make_slips
from campaigns.offline.statements import receive
from campaigns.payees.models import Payee
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import queries as pledge_links
from campaigns.pledges.models import Pledge
from campaigns.receipts.models import DonorKind, Receipt
from campaigns.refunds.models import Refund
from campaigns.settlement.pages import ticket
from civic import clock
from civic.assemblies.models import Assembly, Resolution
from civic.committees.invitations import token_of as invitation_token
from civic.committees.joining import SeatRequest
from civic.committees.models import College, Committee, Seat
from civic.counting.rules import Code
from civic.decisions import answers
from civic.decisions.closing import close
from civic.decisions.models import Decision, Elector, Proxy, Stance
from civic.decisions.positions import Position
from civic.discussions.letters import purpose
from civic.events.service import announce
from civic.ideas import letters as idea_letters
from civic.ideas.models import Idea, IdeaStep, IdeaSupport
from civic.ideas.service import support as support_idea
from civic.initiatives.models import Initiative
from civic.media.documents import path_of
from civic.media.models import Picture
from civic.media.service import folder
from civic.meetings import answers as meeting_answers
from civic.meetings.agenda import propose as propose_point
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.checkin import door_of
from civic.meetings.dates import DateOption
from civic.meetings.forms import ProposalForm
from civic.meetings.letters import dates_token
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.moderation.models import Judgement
from civic.moderation.queries import APPEAL
from civic.needs import service as needs
from civic.needs.models import Need, NeedKind
from civic.organisations.service import name_representative
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.proposals.service import accept as take_in
from civic.settings import Settings
from civic.web.assets import address
from tests.campaigns.sandbox_server import Harness, running_sandbox
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories import a_commune, a_person, an_organisation
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_reward, an_offer
from tests.factories.commitments import a_commitment, a_paper
from tests.factories.convening import a_convened_meeting, a_poll, a_prepared_meeting, expected
from tests.factories.hours import some_hours
from tests.factories.ideas import an_accepted_idea, an_idea
from tests.factories.ideas import an_offer as offer_to_idea
from tests.factories.matching import a_due_agreement
from tests.factories.meetings import a_meeting
from tests.factories.offline import a_gift, a_treasurer, a_verified_gift, an_announced_gift
from tests.factories.payouts import a_tranche, an_expense
from tests.factories.proposals import a_proposal, a_question, an_amendment
from tests.factories.recurring import a_support
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation, an_invitation, an_open_decision
from tests.factories.steering import a_draft as a_decision_draft
from tests.factories.talking import is_hidden, says
from tests.factories.volunteering import a_mission, a_signup, the_shift
from volunteering.attestations.content import Content
from volunteering.attestations.jobs import STOP as NO_REMINDERS
from volunteering.attestations.models import Attestation
from volunteering.attestations.queries import token_of as token_of_paper
from volunteering.boards.messages import draft as a_word
from volunteering.calls.letters import token_of as call_token
from volunteering.calls.models import RescueCall
from volunteering.feeds.service import renew, secret_of
from volunteering.hours.letters import first_token_of
from volunteering.hours.letters import token_of as hours_token
from volunteering.lifts.models import Lift
from volunteering.shifts.models import Shift
from volunteering.signups.letters import guardian_token, token_of
from volunteering.signups.models import GuardianConsent, Signup

TABLE = Path(__file__).parent / "permissions.txt"
ROOM = (
    "door", "at_the_door", "room", "screen", "notes", "state", "versions", "sheet", "open", "desk", "arrive", "leave",
    "undo", "refuse", "guest", "walk_in", "remote", "gone", "code", "point", "vote", "again", "save_notes", "commit", "close",
    "share", "approve",
)  # fmt: skip
ROLES = ("visitor", "stranger", "lead", "animator", "treasurer")
REFUSED = {403, 404}
FORMS: dict[str, dict[str, str]] = {
    "offline.enter": {"name_1": "Odile Blanc", "amount_1": "30", "mode_1": "cheque"},
    "commitments.commit": {"what": "Demander trois devis d’assurance", "due_on": "2099-12-31"},
    "commitments.answer": {"answer": "yes"},
    "polling.note": {"option": "agree"},
    "people.send_link": {"email": "une@exemple.fr"},
    "pledges.choose_gift": {"amount": "3000", "reward": "0"},
}  # fmt: skip
"""Fields without which the answer would say nothing about rights; all other forms are sent empty."""


def table() -> dict[str, str]:
    """Each route's five cells, in the order of ROLES."""
    rows: dict[str, str] = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, *cells = line.split()
            assert len(cells) == len(ROLES), line
            assert name not in rows, f"{name} stands twice"
            rows[name] = "".join(cells)
    return rows


def all_routes(settings: Settings) -> dict[str, Route]:
    """The application's real routes by name."""
    return {route.name: route for route in routes(settings) if isinstance(route, Route)}


def test_every_route_has_a_row_and_every_row_a_route(settings: Settings) -> None:
    assert sorted(set(all_routes(settings)) ^ set(table())) == []


@pytest.fixture
async def gate(app: ASGIApp, tmp_path: Path) -> AsyncIterator[Harness]:
    async with running_sandbox(tmp_path / "sandbox.sqlite3") as sandbox, open_till(sandbox) as till:
        yield till


async def somebody(role: str, lead: Person) -> Person | None:
    """The person of a column; the lead is the initiative's own."""
    if role == "visitor":
        return None
    if role == "lead":
        return lead
    roles = {"stranger": (), "animator": (RoleName.ANIMATOR,), "treasurer": (RoleName.TREASURER,)}[role]
    return await a_person("Dominique Blanc", "", *roles)


CONTENT = (
    "issuer", "issuer_address", "issuer_number", "issuer_purpose", "issuer_category", "ground", "ground_on", "signatory",
    "donor", "legal_form", "number", "street", "postcode", "city", "country", "paid_by", "campaign", "reference", "words",
)  # fmt: skip


async def a_payee_of(lead: Person) -> int:
    """An organisation that she represents, without an account yet."""
    organisation = await an_organisation("La Régie des Hameaux")
    await name_representative(organisation, lead)
    return (await Payee.create(organisation_id=organisation.id, created_at=clock.now())).id


async def world(lead: Person) -> dict[str, dict[str, Any]]:
    """One of everything around one initiative; what each family of routes, or one route, needs in its path."""
    live = await a_live_campaign(lead)
    initiative = live.initiative
    await initiative.fetch_related("commune")
    draft = await a_draft(lead=lead)
    mission = await a_mission(initiative=initiative, lead=lead)
    shift = await the_shift(mission)
    signup = await a_signup(shift)
    pledge = await a_confirmed_pledge(live)
    attempt = await Attempt.create(
        pledge=pledge, n=1, key="k", amount_cents=3_000, status=AttemptStatus.FAILED, created_at=clock.now(),
        updated_at=clock.now(),
    )  # fmt: skip
    steering = await a_vote(lead, initiative)
    event = await announce(
        "La fête de la navette", clock.now() + timedelta(days=3), clock.now() + timedelta(days=3, hours=2),
        initiative=initiative, commune=initiative.commune,
    )  # fmt: skip
    await Pledge.filter(id=pledge.id).update(session_ref="cs_42")
    token = links.make(pledge_links.MANAGE, pledge.id)
    agreement = await a_due_agreement(live, lead)
    match_token = links.make(matching_links.LINK, agreement.id)
    of_draft, of_shift = {"slug": draft.slug}, {"slug": mission.slug, "id": shift.id}
    await Campaign.filter(id=draft.id).update(payee_id=await a_payee_of(lead))
    line = await CostLine.filter(campaign_id=draft.id).order_by("-id").first()
    assert line
    offer = await an_offer(live)
    given, body = await some_hours(initiative), {"organisation": (await an_organisation("Les Voisins")).slug}
    return steering | {
        "initiatives": {"slug": initiative.slug}, "events": {"slug": event.slug},
        "events.new": {"slug": initiative.slug}, "events.create": {"slug": initiative.slug},
        "missions": {"slug": mission.slug}, "missions.new": {"slug": initiative.slug},
        "missions.forget": {"slug": initiative.slug, "id": 1},
        "missions.create": {"slug": initiative.slug}, "shifts": of_shift,
        "signups": of_shift | {"signup": signup.id, "code": (await a_signup(shift, await a_person())).code},
        "boards": of_shift | {"message": (await a_word(shift, "Bonjour", "une-cle-de-message", Actor(lead))).id},
        **await one_who_comes(signup), **await some_papers(initiative, lead),
        "calls": of_shift | {"token": await a_call(shift)}, "lifts": await a_lift(shift), "lifts.index": of_shift,
        "hours.first": {"token": first_token_of(lead.id)}, "hours.first_confirm": {"token": first_token_of(lead.id)},
        "hours": {"slug": initiative.slug, "id": given.id, "token": hours_token(int(given.person_id or 0))},
        "valuation": {"slug": initiative.slug}, "valuation.organisation": body, "valuation.organisation_paper": body,
        "valuation.organisation_sheet": body,
        "feeds": {"slug": mission.slug, "secret": secret_of(await renew(signup.person))},
        "feeds.commune": {"slug": initiative.commune.slug},
        "needs": {"slug": initiative.slug, "id": (await a_thing(initiative)).id}, "campaigns.qr": {"slug": live.slug},
        "campaigns": of_draft, "campaigns.show": {"slug": live.slug}, "campaigns.new": {"slug": initiative.slug},
        "campaigns.create": {"slug": initiative.slug}, "campaigns.remove_cost": of_draft | {"line": line.id},
        "campaigns.remove_reward": of_draft | {"reward": (await a_reward(draft)).id},
        "pledges": {"slug": live.slug, "token": token}, "receipts": {"token": token, "year": clock.today().year, "id": (await a_receipt(pledge)).id},
        "proof": {"slug": live.slug}, "onboarding": of_draft,
        **await some_spending(live),
        "payments": {"slug": live.slug, "session": "cs_42", "token": links.make(pledge_links.PAY, pledge.id)},
        **await money_by_hand(live),
        "matching": {"slug": live.slug, "id": agreement.id, "token": match_token},
        "settlement.leave": {"slug": live.slug, "token": links.make(pledge_links.PAY, pledge.id)},
        "recurring": {"slug": initiative.slug, "token": links.make("support", (await a_support(initiative)).id)},
        "settlement": {"slug": live.slug, "token": token, "ticket": ticket(attempt)},
        "api": {"kind": "initiatives", "id": initiative.id, "part": 1},
        "communes": {"slug": initiative.commune.slug}, "organisations": {"slug": (await an_organisation()).slug},
        **await around(live, pledge), **await some_talk(lead, initiative),
        **await some_ideas(lead),
        "refunds": {"id": (await a_refund(pledge, attempt)).id}, "refunds.show": {"id": pledge.id},
        "refunds.ask": {"id": pledge.id},
        "campaigns.supervise": {"slug": live.slug}, "campaigns.suspend": {"slug": live.slug},
        "campaigns.resume": {"slug": live.slug}, "campaigns.cancel": {"slug": live.slug},
        **{f"campaigns.{act}": {"slug": live.slug} for act in ("history", "ending", "answer_cancel", "take_back_cancel")},
        "campaigns.move_cost": of_draft | {"line": line.id}, "campaigns.tick": of_draft | {"remark": 1},
        **{f"campaigns.{act}_picture": of_draft | {"photo": 1} for act in ("describe", "move", "remove", "put_back")},
        "offers": {"slug": live.slug, "offer": offer.id, "token": links.make("offer", offer.id)},
        "campaigns.add_picture": of_draft, "coaching": {"token": links.make(STOP, lead.id)},
        "web.static": {"version": address("civic.css").split("/")[2], "name": "civic.css"},
        "media": {"name": a_photo()}, "landscapes": {"motif": "panorama", "seed": "1"},
        "people": {"link": "inconnu", "id": 999}, "desk": {"token": "0" * 32}, "mail": {"id": 1}, "demo": {"key": "lead"},
    }  # fmt: skip


async def one_who_comes(signup: Signup) -> dict[str, dict[str, Any]]:
    """A sign-up by its links: her own, the one that only shows, her guardian's."""
    minor = await GuardianConsent.create(signup=signup, age=16, name="Paul Rey", asked_at=clock.now())
    acts = ("show", "qr", "calendar", "confirm", "correct", "accept", "seek", "keep", "fewer", "cancel", "come_back")
    return {
        **{f"signups.{act}": {"token": token_of(signup)} for act in acts},
        **{f"signups.{act}": {"token": guardian_token(minor)} for act in ("guardian", "guardian_answer")},
    }


async def a_call(shift: Shift) -> str:
    """The link of somebody who was asked to come."""
    return call_token(await RescueCall.create(shift=shift, person=await a_person(), asked_at=clock.now()))


async def a_lift(shift: Shift) -> dict[str, Any]:
    """The link of somebody who comes, and the offer of another."""
    here, there = await a_signup(shift, await a_person()), await a_signup(shift, await a_person())
    lift = await Lift.create(signup=there, commune=await a_commune(), seats=2, created_at=clock.now())
    return {"token": token_of(here), "id": lift.id}


async def a_receipt(pledge: Pledge | None = None, gift: OfflineGift | None = None) -> Receipt:
    """The receipt of a gift, promised or by hand, as it was issued."""
    today = clock.today()
    return await Receipt.create(
        issuer="W012345678", year=today.year, number=1 if pledge else 2, pledge=pledge, gift=gift, turn=1,
        person_id=pledge.person_id if pledge else None,
        kind=DonorKind.PERSON, amount_cents=3_000, given_on=today, issued_at=clock.now(),
        content=dict.fromkeys(CONTENT, "x") | {"ground_on": "2025-03-12"} | {"reward": "", "reward_cents": "0"},
    )  # fmt: skip


async def some_papers(initiative: Initiative, lead: Person) -> dict[str, dict[str, Any]]:
    """The attestation of somebody who is none of the columns, and the link that stops her reminders."""
    said = Content(name="Rose Martin", body="La navette", body_kind="", lines=[], entries=[], signatory="x", function="x")
    paper = await Attestation.create(
        code="7K3QD9XW2M", person=await a_person("Rose Martin"), initiative_id=initiative.id, first_day=clock.today(),
        last_day=clock.today(), minutes=60, content=said.model_dump(mode="json"), issued_at=clock.now(),
    )  # fmt: skip
    of_paper = {"code": paper.code, "token": token_of_paper(paper), "slug": initiative.slug}
    stop = {"token": links.make(NO_REMINDERS, lead.id)}
    return {"attestations": of_paper, **{f"attestations.{act}": stop for act in ("reminders", "stop", "start_again")}}


async def some_spending(campaign: Campaign) -> dict[str, dict[str, Any]]:
    """A sum asked for and an expense declared by somebody who is none of the columns."""
    tranche, expense = await a_tranche(campaign, await a_person()), await an_expense(campaign, await a_person())
    of_expense = {"slug": campaign.slug, "id": expense.id}
    picture = await Picture.get(id=expense.evidence_id)
    await Picture.filter(id=picture.id).update(pages=1)
    path_of(picture).write_bytes(b"%PDF-")
    return {
        "payouts": of_expense, "payouts.answer": {"slug": campaign.slug, "id": tranche.id},
        **{f"payouts.{act}": {"slug": campaign.slug, "id": tranche.id} for act in ("lift", "bind", "unbind")},
    }


async def money_by_hand(live: Campaign) -> dict[str, dict[str, Any]]:
    """A received cheque, a verified one, a slip, a deposit, a statement with a line."""
    received, treasurer = await a_gift(live), await a_treasurer()
    deposit = await prepare(Mode.CHEQUE, [(await a_verified_gift(live)).id], treasurer)
    batch = await make_slips(live, 1, Actor(await Person.get(id=live.lead_id)))
    slip = await OfflineSlip.filter(batch=batch).first()
    statement = await receive("releve.csv", b"Date;Libelle;Montant\n18/11/2026;VIR;30,00\n", treasurer)
    line = await BankLine.create(hash="h", statement=statement, number=2, on=clock.today(), label="VIR", amount_cents=1)
    assert slip
    of_gift = {"slug": live.slug, "id": received.id}
    await a_receipt(gift=received)
    by_hand = {"token": links.make(LINK, received.id), "year": clock.today().year}
    return {
        **{f"receipts.{act}": by_hand for act in ("gift", "tell_gift", "issue_gift", "gift_paper", "gift_statement")},
        **{f"receipts.{act}": {"id": received.id} for act in ("by_hand", "tell_by_hand", "issue_by_hand", "slip")},
        "offline": of_gift | {"batch": batch, "code": slip.code},
        **{
            f"offline.{act}": {"token": links.make(LINK, (await an_announced_gift(live)).id)}
            for act in ("own", "own_slip", "sure", "own_edit", "own_change", "own_cancel")
        },
        **{f"offline.{act}": {"id": deposit.id} for act in ("deposit_paper", "bank", "take_apart")},
        **{f"offline.{act}": {"id": statement.id} for act in ("statement", "columns", "confirm", "match")},
        **{f"offline.{act}": {"id": line.id} for act in ("propose", "line_undo", "aside")},
    }


async def around(live: Campaign, pledge: Pledge) -> dict[str, dict[str, Any]]:
    """A news, a question, a word, a reward to deliver."""
    news = await News.create(
        campaign=live, author_id=live.lead_id, title="Le minibus roule", body="Il roule.", created_at=clock.now(),
        published_at=clock.now(), sends_at=clock.now(),
    )  # fmt: skip
    question = await Question.create(
        campaign=live, person_id=pledge.person_id, text="Combien de places ?", asked_at=clock.now(),
        confirmed_at=clock.now(),
    )  # fmt: skip
    word = await Word.create(campaign=live, pledge=pledge, text="Bravo", written_at=clock.now())
    reward = await a_reward(live)
    delivery = await Delivery.create(campaign=live, pledge=pledge, changed_at=clock.now())
    await Pledge.filter(id=pledge.id).update(reward_id=reward.id)
    slug, token = {"slug": live.slug}, links.make(pledge_links.MANAGE, pledge.id)
    out = {"token": links.make(NO_MORE, pledge.id)}
    return {
        "news": slug | {"id": news.id}, "news.no_more": out, "news.stop": out, "news.resume": out,
        "questions": slug | {"id": question.id, "token": links.make(CONFIRM, question.id)},
        "reports": slug | {"kind": "question", "id": question.id}, "wall": slug | {"id": word.id, "token": token}, "sharing": slug,
        "board": slug | {"reward": reward.id, "token": links.make(ADDRESS, delivery.id)},
    }  # fmt: skip


async def some_talk(lead: Person, initiative: Initiative) -> dict[str, dict[str, Any]]:
    """A comment of the lead, and one that the team hides and whose author appeals."""
    said, gone = await says(lead, initiative, "Bonjour à tous."), await says(await a_person("Rose Martin"), initiative, "Oh !")
    await is_hidden(await a_person("Marc Petit", "", RoleName.ANIMATOR), gone)
    judgement = await Judgement.get()
    await Judgement.filter(id=judgement.id).update(appeal="Non.", appealed_at=clock.now())
    talk, mine = {"kind": "initiative", "id": initiative.id}, {"id": said.id}
    mails = {"thread": said.thread_id, "token": links.make(purpose(said.thread_id), lead.id)}
    acts = ("comment", "reply_form", "reply", "edit", "save", "take_back")
    return {
        "discussions": talk, **{f"discussions.{act}": mine for act in acts},
        **{f"discussions.{act}": mails for act in ("no_more", "stop", "resume")},
        "moderation": {"kind": "commentaire", "id": gone.id, "token": links.make(APPEAL, judgement.id)},
        **{f"moderation.{act}": {"id": judgement.id} for act in ("show_again", "answer_appeal")},
    }  # fmt: skip


async def some_ideas(lead: Person) -> dict[str, dict[str, Any]]:
    """An idea of somebody else, which the lead walks with; one of her own; one that asks for a référent."""
    idea, mine, other = await an_accepted_idea(), await an_idea(lead, "Une ressourcerie"), await an_idea(title="Un verger")
    await Idea.filter(id=idea.id).update(referent_id=lead.id)
    invited = await a_person()
    await Idea.filter(id__in=[idea.id, mine.id, other.id]).update(invited_id=invited.id)
    neighbour = await a_person("Rose Martin")
    await support_idea(neighbour, idea, confirmed=False)
    offer, step = await offer_to_idea(idea, neighbour), await IdeaStep.filter(idea_id=idea.id).first()
    support = await IdeaSupport.get(idea_id=idea.id)
    assert step
    of_support, of_offer = {"token": idea_letters.support_token(support)}, {"token": idea_letters.offer_token(offer)}
    return {
        "ideas": {"slug": idea.slug, "token": idea_letters.token_of(idea), "id": step.id},
        "ideas.answer_offer": {"token": idea_letters.token_of(idea), "id": offer.id},
        **{f"ideas.{act}": of_support for act in ("my_support", "confirm_support", "follow_child", "withdraw_support")},
        **{f"ideas.{act}": of_offer for act in ("my_offer", "confirm_offer", "withdraw_offer")},
        "ideas.invitation": {"token": idea_letters.referent_token(idea.id, invited.id)},
        "ideas.accept_invitation": {"token": idea_letters.referent_token(mine.id, invited.id)},
        "ideas.decline_invitation": {"token": idea_letters.referent_token(other.id, invited.id)},
        "ideas.manage": {"slug": mine.slug},
    }


async def a_refund(pledge: Pledge, attempt: Attempt) -> Refund:
    """One that waits for its second person."""
    present = clock.now()
    return await Refund.create(pledge=pledge, attempt=attempt, amount_cents=100, requested_at=present)


async def a_thing(initiative: Initiative) -> Need:
    """Something the initiative looks for."""
    await needs.ask(initiative, "Un pétrin", 40, None)
    return await Need.get(initiative_id=initiative.id, kind=NeedKind.THING)


def a_photo() -> str:
    """The name of a kept photo's file."""
    name = f"{'0' * 24}-960.webp"
    (folder() / name).write_bytes(b"RIFF")
    return name


async def some_meetings(committee: Committee, lead: Person, member: Person) -> dict[str, dict[str, Any]]:
    """A meeting in preparation, one that looks for its date, one that was convened, a proxy that the lead carries."""
    prepared, looking = await a_prepared_meeting(committee, lead), await a_poll(committee, lead)
    convened = await a_convened_meeting(committee, lead, proxies_most=2)
    row = await expected(convened, member)
    await meeting_answers.answer(member, convened, row, Coming.PROXY, lead.id)
    item = await Item.filter(meeting_id=prepared.id).first()
    point = await propose_point(member, prepared, ProposalForm(title="Le bruit du soir", minutes=10))
    date = await DateOption.filter(meeting_id=looking.id).first()
    assert item
    assert date
    own = meeting_answers.token_of(await expected(convened, lead))
    of_date, of_item = {"id": looking.id, "date": date.id}, {"id": prepared.id, "item": item.id}
    items = ("edit_item", "save_item", "move_item", "decide_item", "remove_item")
    dates = ("keep_date", "date_calendar")
    asked = ("answer_dates", "nudge_dates")
    ready = ("edit", "save", "dates", "propose_dates", "add_item", "approve_last", "propose_item", "preview", "convene")
    return {
        "meetings": {"id": convened.id, "row": row.id, "token": own},
        **{f"meetings.{act}": {"slug": committee.slug} for act in ("index", "feed", "new", "create")},
        **{f"meetings.{act}": of_item for act in items}, **{f"meetings.{act}": of_date for act in dates},
        **{f"meetings.{act}": {"id": looking.id} for act in asked}, **{f"meetings.{act}": {"id": prepared.id} for act in ready},
        **{f"meetings.{act}": {"id": prepared.id, "proposal": point.id} for act in ("accept_item", "decline_item")},
        **{
            f"meetings.{act}": {"id": looking.id, "token": dates_token(looking.id, member)}
            for act in ("dates_by_link", "answer_dates_by_link")
        },
        **{f"meetings.{act}": {"token": meeting_answers.proxy_token_of(row, row.person_id)} for act in ("proxy", "decline_by_link")},
    }  # fmt: skip


async def a_vote(lead: Person, initiative: Initiative) -> dict[str, dict[str, Any]]:
    """A committee with a member, an open decision with her objection, a draft, a commitment, a request."""
    committee = await a_committee(lead, initiative=initiative)
    member = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    await answers.answer(Actor(member), decision, Position(Code.OBJECT), "L’étang gèle.")
    stance = await Stance.get(decision_id=decision.id)
    given = await a_proxy(decision, lead)
    college = await College.filter(committee_id=committee.id).first()
    request = await SeatRequest.create(
        committee=committee, college=college, person=await a_person(), created_at=clock.now()
    )
    promised = await a_commitment(committee, lead, picture=await a_paper())
    seat = await Seat.get(committee_id=committee.id, person_id=member.id)
    spoken_for = await a_seat_of_an_organisation(committee, lead)
    invited = await an_invitation(committee, lead, college="organisations", organisation="La Ferme des Trois Levées")
    prepared = await a_decision_draft(committee, lead)
    ended = await an_open_decision(committee, lead, question="Le dimanche, la navette se repose")
    await Decision.filter(id=ended.id).update(closes_at=clock.now())
    await close(ended.id)
    return await some_meetings(committee, lead, member) | {
        "committees": {"slug": committee.slug}, "committees.new": {"slug": initiative.slug},
        "committees.create": {"slug": initiative.slug}, "committees.answer": {"id": request.id},
        **{f"committees.{act}": {"id": seat.id} for act in ("renew", "seat", "describe", "dismiss")},
        **{f"committees.{act}": {"id": spoken_for.id} for act in ("speakers", "name_speakers")},
        **{f"committees.{act}": {"id": invited.id} for act in ("invite_again", "uninvite")},
        **{f"committees.{act}": {"token": invitation_token(invited)} for act in ("invitation", "accept", "decline")},
        "committees.hide": {"id": (await Seat.get(committee_id=committee.id, person_id=lead.id)).id}, "decisions": {"id": decision.id, "stance": stance.id},
        "polling": {"id": decision.id, "elector": (await Elector.get(decision_id=decision.id, person_id=member.id)).id},
        "decisions.register": {"slug": committee.slug}, "decisions.register_sheet": {"slug": committee.slug}, "decisions.new": {"slug": committee.slug},
        "decisions.create": {"slug": committee.slug}, "commitments": {"slug": committee.slug, "id": promised.id},
        **{f"commitments.{act}": {"id": ended.id} for act in ("new", "commit")},
        **{f"commitments.of_initiative{what}": {"slug": initiative.slug} for what in ("", "_sheet")},
        "decisions.conclude": {"id": ended.id},
        "decisions.result_csv": {"id": ended.id}, "decisions.result_json": {"id": ended.id},
        **{f"decisions.{act}": {"id": prepared.id} for act in ("edit", "save", "open")},
        **await a_proposal_in_work(committee, lead),
        **{f"proposals.{act}": {"id": decision.id, "stance": stance.id} for act in ("objection", "integrate", "later", "extend")},
        **await a_room(committee),
        **{f"decisions.{act}": {"id": decision.id, "proxy": given.id} for act in ("proxy", "give_proxy", "take_back_proxy", "decline_proxy")},
    }  # fmt: skip


async def a_room(committee: Committee) -> dict[str, dict[str, Any]]:
    """A meeting that runs, with a line of its sheet and a point, and one whose minutes are approved."""
    running, over = await a_meeting(committee, MeetingStatus.RUNNING), await a_meeting(committee, MeetingStatus.CLOSED)
    await Meeting.filter(id=over.id).update(approved_at=clock.now(), published_at=clock.now(), shared_at=clock.now())
    await Attendance.filter(meeting_id=over.id).update(arrived_at=clock.now(), arrived_how="list")
    line = await Attendance.filter(meeting_id=running.id).order_by("-id").first()
    now, then = await Item.filter(meeting_id=running.id).first(), await Item.filter(meeting_id=over.id).first()
    assert line
    assert now
    assert then
    room = {"id": running.id, "line": line.id, "item": now.id, "token": door_of(running)}
    assembly = await Assembly.create(meeting=running, year="2025", created_at=clock.now())
    voted = await Resolution.create(assembly=assembly, item=now, kind="fee", wording="La cotisation est de 10 euros.")
    return {
        "assemblies": {"id": running.id, "resolution": voted.id, "kind": "resolution"},
        **{f"assemblies.{act}": {"slug": committee.slug} for act in ("new", "create")},
        **{f"meetings.{act}": room for act in ROOM},
        **{f"meetings.{act}": {"id": over.id, "item": then.id} for act in ("record", "paper", "remark")},
    }


async def a_proxy(decision: Decision, holder: Person) -> Proxy:
    """Somebody else handed her voice to this member."""
    held = await Elector.get(decision_id=decision.id, person_id=holder.id)
    giver = await Elector.create(decision=decision, person=await a_person(), college=held.college)
    await Elector.filter(id=held.id).update(proxies_held=1)
    return await Proxy.create(decision=decision, giver=giver, holder=held, given_at=clock.now())


async def a_proposal_in_work(committee: Committee, lead: Person) -> dict[str, dict[str, Any]]:
    """A proposal in its first stage, with the lead's question and amendment, and a version of its text."""
    proposal = await a_proposal(committee, lead, question="Le lundi, la navette passe au collège")
    taken = await an_amendment(lead, proposal)
    await take_in(Actor(lead), taken, "Essai de six mois.", 0)
    asked, made = await a_question(lead, proposal), await an_amendment(lead, proposal)
    return {"proposals": {"id": proposal.id, "question": asked.id, "amendment": made.id, "number": 1}}


def verdict(answer: httpx2.Response) -> str:
    """What an answer says about rights, in the table's signs."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/connexion?suite="):
        return "?"
    if answer.status_code in REFUSED:
        return "-"
    return "x" if answer.status_code == 400 else "+"


@pytest.mark.one_engine
@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_the_table_says_and_nothing_else(
    role: str, app: ASGIApp, gate: Harness, settings: Settings
) -> None:
    lead = await a_person("Anne-Marie Lopez")
    person, places = await somebody(role, lead), await world(lead)
    client = Client(app)
    if person:
        await client.sign_in(person)
    known, wrong = all_routes(settings), []
    for name, cells in table().items():
        wanted = cells[ROLES.index(role)]
        answer = await ask(client, known[name], places.get(name) or places.get(name.partition(".")[0]) or {})
        if verdict(answer) != wanted:
            wrong.append(f"{name}: {answer.status_code} for the {role}, the table says {wanted}")
    assert not wrong, "\n".join(wrong)


async def ask(client: Client, route: Route, values: dict[str, Any]) -> httpx2.Response:
    """One request of this route, its form empty unless FORMS says more."""
    path = str(route.url_path_for(route.name, **{key: values[key] for key in route.param_convertors}))
    path += f"?s={values['session']}" if route.name == "payments.thanks" else ""
    if "POST" in (route.methods or ()):
        return await client.submit(path, FORMS.get(route.name, {}))
    return await client.get(path)
