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
from civic.committees.models import College, Seat, SeatRequest
from civic.decisions import answers
from civic.decisions.closing import close
from civic.decisions.counting import Code
from civic.decisions.models import Commitment, Decision, Stance
from civic.events.service import announce
from civic.initiatives.models import Initiative
from civic.media.documents import path_of
from civic.media.models import Picture
from civic.media.service import folder
from civic.needs import service as needs
from civic.needs.models import Need, NeedKind
from civic.organisations.service import name_representative
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.settings import Settings
from civic.web.assets import address
from tests.campaigns.sandbox_server import Harness, running_sandbox
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories import a_commune, a_person, an_organisation
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_reward, an_offer
from tests.factories.hours import some_hours
from tests.factories.matching import a_due_agreement
from tests.factories.offline import a_gift, a_treasurer, a_verified_gift, an_announced_gift
from tests.factories.payouts import a_tranche, an_expense
from tests.factories.recurring import a_support
from tests.factories.steering import a_committee, a_member, an_open_decision
from tests.factories.steering import a_draft as a_decision_draft
from tests.factories.volunteering import a_mission, a_signup, the_shift
from volunteering.attestations.content import Content
from volunteering.attestations.jobs import STOP as NO_REMINDERS
from volunteering.attestations.models import Attestation
from volunteering.attestations.queries import token_of as token_of_paper
from volunteering.boards.messages import draft as a_word
from volunteering.calls.letters import token_of as call_token
from volunteering.calls.models import RescueCall
from volunteering.feeds.service import renew, secret_of
from volunteering.hours.letters import token_of as hours_token
from volunteering.lifts.models import Lift
from volunteering.shifts.models import Shift
from volunteering.signups.letters import guardian_token, token_of
from volunteering.signups.models import GuardianConsent, Signup

TABLE = Path(__file__).parent / "permissions.txt"
ROLES = ("visitor", "stranger", "lead", "animator", "treasurer")
REFUSED = {403, 404}
FORMS: dict[str, dict[str, str]] = {
    "offline.enter": {"name_1": "Odile Blanc", "amount_1": "30", "mode_1": "cheque"},
    "decisions.commit": {"what": "Demander trois devis d’assurance", "due_on": "2099-12-31"},
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
    given = await some_hours(initiative)
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
        "hours": {"slug": initiative.slug, "id": given.id, "token": hours_token(int(given.person_id or 0))},
        "valuation": {"slug": initiative.slug},
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
        "communes": {"slug": initiative.commune.slug}, "organisations": {"slug": (await an_organisation()).slug},
        **await around(live, pledge),
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
    acts = ("show", "qr", "calendar", "confirm", "accept", "seek", "keep", "fewer", "cancel", "come_back")
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


async def a_vote(lead: Person, initiative: Initiative) -> dict[str, dict[str, Any]]:
    """A committee with a member, an open decision with her objection, a draft, a commitment, a request."""
    committee = await a_committee(lead, initiative=initiative)
    member = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    await answers.answer(Actor(member), decision, Code.OBJECT, "L’étang gèle.")
    stance = await Stance.get(decision_id=decision.id)
    college = await College.filter(committee_id=committee.id).first()
    request = await SeatRequest.create(
        committee=committee, college=college, person=await a_person(), created_at=clock.now()
    )
    promised = await Commitment.create(
        decision=decision, person=lead, what="Demander trois devis", due_on=clock.today(), made_at=clock.now()
    )
    seat = await Seat.get(committee_id=committee.id, person_id=member.id)
    prepared = await a_decision_draft(committee, lead)
    ended = await an_open_decision(committee, lead, question="Le dimanche, la navette se repose")
    await Decision.filter(id=ended.id).update(closes_at=clock.now())
    await close(ended.id)
    return {
        "committees": {"slug": committee.slug}, "committees.new": {"slug": initiative.slug},
        "committees.create": {"slug": initiative.slug}, "committees.answer": {"id": request.id},
        "committees.renew": {"id": seat.id}, "decisions": {"id": decision.id, "stance": stance.id},
        "decisions.register": {"slug": committee.slug}, "decisions.new": {"slug": committee.slug},
        "decisions.create": {"slug": committee.slug}, "decisions.keep": {"id": promised.id},
        "decisions.commit": {"id": ended.id}, "decisions.conclude": {"id": ended.id},
        **{f"decisions.{act}": {"id": prepared.id} for act in ("edit", "save", "open")},
    }  # fmt: skip


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
