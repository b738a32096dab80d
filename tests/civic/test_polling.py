"""The polling station: papers handed out, typed by two persons, the counter, and who may do what."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import httpx2
import pypdfium2
import pytest

from civic import clock, jobs
from civic.committees.models import Committee, Seat
from civic.counting.rules import Code, Method, Verdict
from civic.decisions import answers, closing, paper
from civic.decisions.models import Decision, Elector, Option, Stance
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.mail.models import OutboxMessage
from civic.network import steering
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from civic.polling import counter, privacy, readings
from civic.polling.models import Reading
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


class Market:
    """A committee at its stall: Sélim leads it, Paule facilitates too, Odette has no telephone."""

    selim: Person
    paule: Person
    odette: Person
    committee: Committee
    decision: Decision
    elector: Elector

    @property
    def bureau(self) -> str:
        return f"/decisions/{self.decision.id}/bureau"


async def a_market(**wishes: object) -> Market:
    market = Market()
    market.selim = await a_person("Sélim Laurent")
    market.committee = await a_committee(market.selim)
    market.paule = await a_member(market.committee, "Paule Girard")
    market.odette = await a_member(market.committee, "Odette Berger")
    await Seat.filter(committee_id=market.committee.id, person_id=market.paule.id).update(is_facilitator=True)
    market.decision = await an_open_decision(market.committee, market.selim, **({"method": Method.MAJORITY} | wishes))
    market.elector = await Elector.get(decision_id=market.decision.id, person_id=market.odette.id)
    return market


async def handed_out(**wishes: object) -> Market:
    market = await a_market(**wishes)
    await paper.hand_out(Actor(market.selim), market.decision, market.elector.id)
    return market


async def typed(market: Market, person: Person, said: Position | Code, reason: str = "") -> bool:
    said = Position(said) if isinstance(said, Code) else said
    return await readings.type_in(Actor(person), market.decision, market.elector.id, said, reason)


async def test_a_paper_typed_alike_by_two_persons_is_her_voice(database: object, app: object) -> None:
    market = await handed_out()
    assert not await typed(market, market.selim, Code.YES)
    assert await Stance.filter(decision_id=market.decision.id).count() == 0
    assert await typed(market, market.paule, Code.YES)
    stance = await Stance.get(decision_id=market.decision.id).select_related("option", "recorded_by", "person")
    assert (stance.person.id, stance.code, stance.recorded_by) == (market.odette.id, Code.YES, market.paule)
    assert await Reading.all().count() == 0
    trace = await AuditEntry.get(act="paper_typed_twice")
    assert (trace.details["first"], trace.details["second"]) == (market.selim.id, market.paule.id)
    assert "yes" not in str(trace.details)
    assert (await fresh(market.decision)).answers_count == 1
    await jobs.run_due()
    letter = await OutboxMessage.get(subject__contains="est notée")
    assert "Paule G." in letter.text
    assert "Pour" in letter.text


async def test_one_person_does_not_type_a_paper_twice(database: object, app: object) -> None:
    market = await handed_out()
    assert not await typed(market, market.selim, Code.YES)
    assert not await typed(market, market.selim, Code.YES)
    assert await Reading.all().count() == 1
    await typed(market, market.selim, Code.NO)  # she corrects her own
    assert (await Reading.get(elector_id=market.elector.id)).said == {"code": "no"}
    assert await Stance.all().count() == 0


async def test_two_readings_that_differ_wait_until_one_is_corrected(database: object, app: object) -> None:
    market = await handed_out()
    await typed(market, market.selim, Code.YES)
    assert not await typed(market, market.paule, Code.NO)
    third = await a_person("Camille Roux", "", RoleName.ANIMATOR)
    with pytest.raises(Forbidden):
        await typed(market, third, Code.NO)
    with pytest.raises(Forbidden):
        await readings.adopt(Actor(third), market.decision, market.elector.id)
    assert await readings.adopt(Actor(market.selim), market.decision, market.elector.id)
    assert (await Stance.get(decision_id=market.decision.id).select_related("option")).code == Code.NO


async def test_an_objection_on_paper_needs_its_reason_from_both(database: object, app: object) -> None:
    market = await handed_out(method=Method.CONSENT)
    with pytest.raises(Invalid):
        await typed(market, market.selim, Code.OBJECT)
    await typed(market, market.selim, Code.OBJECT, "Le pont  est étroit.")
    assert not await typed(market, market.paule, Code.OBJECT, "Le pont est fermé.")
    assert await typed(market, market.paule, Code.OBJECT, "Le pont est étroit.")
    assert (await Stance.get(decision_id=market.decision.id)).reason == "Le pont est étroit."


async def test_nobody_types_her_own_paper(database: object, app: object) -> None:
    market = await a_market()
    own = await Elector.get(decision_id=market.decision.id, person_id=market.paule.id)
    await paper.hand_out(Actor(market.selim), market.decision, own.id)
    with pytest.raises(Forbidden, match="C’est votre bulletin"):
        await readings.type_in(Actor(market.paule), market.decision, own.id, Position(Code.YES), "")
    assert not await readings.type_in(Actor(market.selim), market.decision, own.id, Position(Code.YES), "")


async def test_the_screen_refuses_who_has_a_paper_until_it_is_taken_back(
    database: object, app: object, sign_in: SignIn
) -> None:
    market = await handed_out()
    odette = await sign_in(market.odette)
    path = f"/decisions/{market.decision.id}"
    seen = (await odette.get(path)).text
    assert "Un bulletin papier a été remis" in seen
    assert "Donner ma voix" not in seen
    refused = await odette.submit(f"{path}/position", {"option": "yes"})
    assert refused.status_code == 409
    assert "c’est lui qui compte" in refused.text
    await readings.take_back(Actor(market.selim), market.decision, market.elector.id)
    assert (await odette.submit(f"{path}/position", {"option": "yes"})).status_code == 303
    with pytest.raises(DomainError, match="déjà répondu"):
        await paper.hand_out(Actor(market.selim), market.decision, market.elector.id)


async def test_a_paper_that_somebody_typed_is_not_taken_back(database: object, app: object) -> None:
    market = await handed_out()
    await typed(market, market.selim, Code.YES)
    with pytest.raises(DomainError, match="déjà saisi"):
        await readings.take_back(Actor(market.paule), market.decision, market.elector.id)
    with pytest.raises(NotFound):
        await readings.forget(Actor(market.paule), market.decision, market.elector.id)
    await readings.forget(Actor(market.selim), market.decision, market.elector.id)
    await readings.take_back(Actor(market.paule), market.decision, market.elector.id)
    assert (await Elector.get(id=market.elector.id)).on_paper_at is None


async def test_papers_count_until_the_closing_and_not_after(database: object, app: object) -> None:
    market = await handed_out()
    await says(market.selim, market.decision, Code.NO)
    await typed(market, market.selim, Code.YES)
    clock.travel(timedelta(days=3, seconds=1))
    with pytest.raises(DomainError, match="close"):
        await typed(market, market.paule, Code.YES)
    await closing.close(market.decision.id)
    done = await fresh(market.decision)
    assert (done.verdict, done.answers_count) == (Verdict.REJECTED, 1)


async def test_a_blank_paper_abstains_where_one_can_and_else_counts_for_the_quorum(
    database: object, app: object
) -> None:
    market = await handed_out(
        method=Method.DOTS, dots=3, options=[{"title": "Le lavoir"}, {"title": "Le four"}, {"title": "Le pont"}]
    )
    for person in (market.selim, market.paule):
        counted = await typed(market, person, Position(choices={}))
    assert counted
    await closing_time(market)
    done = await fresh(market.decision)
    assert (done.answers_count, done.verdict) == (1, Verdict.REJECTED)  # one of three answered: nothing has a dot
    assert done.counted


async def closing_time(market: Market) -> None:
    clock.travel(timedelta(days=3, seconds=1))
    await closing.close(market.decision.id)


async def test_the_team_notes_what_she_says_at_the_counter_and_nobody_else_does(database: object, app: object) -> None:
    market = await a_market()
    camille = await a_person("Camille Roux", "", RoleName.ANIMATOR)
    team = Actor(camille, frozenset({RoleName.ANIMATOR}))
    with pytest.raises(Forbidden, match="équipe d’animation"):
        await counter.note(Actor(market.selim), market.decision, market.elector.id, Position(Code.YES), "")
    stance = await counter.note(team, market.decision, market.elector.id, Position(Code.YES), "C’est près du marché.")
    assert stance.recorded_by == camille
    assert (await counter.receipt_to_print(market.decision, market.elector.id, team))[1].id == stance.id
    with pytest.raises(NotFound):
        await counter.receipt_to_print(market.decision, market.elector.id, Actor(market.selim))
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__contains="est notée").count() == 1


async def test_the_team_does_not_note_for_herself_or_beside_a_paper(database: object, app: object) -> None:
    market = await handed_out()
    camille = await a_person("Camille Roux", "", RoleName.ANIMATOR)
    team = Actor(camille, frozenset({RoleName.ANIMATOR}))
    with pytest.raises(DomainError, match="c’est lui qui compte"):
        await counter.note(team, market.decision, market.elector.id, Position(Code.YES), "")
    own = Actor(market.odette, frozenset({RoleName.ANIMATOR}))
    with pytest.raises(Forbidden, match="sa propre réponse"):
        await counter.note(own, market.decision, market.elector.id, Position(Code.YES), "")


async def test_an_answer_on_the_screen_comes_first_or_the_paper_does(database: object, app: object) -> None:
    market = await a_market()
    await answers.answer(Actor(market.odette), market.decision, Position(Code.YES), "")
    with pytest.raises(DomainError, match="déjà répondu"):
        await paper.hand_out(Actor(market.selim), market.decision, market.elector.id)


async def test_a_market_day_from_the_list_to_the_voice(
    database: object, app: object, sign_in: SignIn
) -> None:
    """Sélim and Paule at two browsers: they disagree once, then agree."""
    market = await a_market()
    selim, paule = await sign_in(market.selim), await sign_in(market.paule)
    assert "Ouvrir le bureau de vote" in (await selim.get(f"/decisions/{market.decision.id}")).text
    listed = (await selim.get(f"{market.bureau}?q=girard")).text
    assert "Odette Berger" not in listed
    listed = (await selim.get(f"{market.bureau}?q=odette")).text
    assert "Odette Berger" in listed
    assert "Paule Girard" not in listed
    her = f"{market.bureau}/{market.elector.id}"
    await selim.submit(f"{her}/remettre")
    assert "bulletin papier remis" in (await selim.get(f"{market.bureau}?etat=papier")).text
    assert (await selim.submit(f"{her}/saisir", {"blanc": ""})).status_code == 422
    await selim.submit(f"{her}/saisir", {"option": "yes"})
    blind = (await paule.get(f"{her}/saisir")).text
    assert "checked" not in blind
    assert "Pour</strong>" not in (await paule.get(her)).text
    await paule.submit(f"{her}/saisir", {"option": "no"})
    for browser in (selim, paule):
        seen = (await browser.get(her)).text
        assert "<strong>Pour</strong>" in seen
        assert "<strong>Contre</strong>" in seen
    assert "checked" in (await paule.get(f"{her}/saisir")).text
    assert "bulletin papier à compter" in (await selim.get(f"/decisions/{market.decision.id}")).text
    assert "Saisir les bulletins papier" in (await paule.get("/mon-espace")).text
    await paule.submit(f"{her}/meme")
    assert "a voté, sur papier" in (await selim.get(market.bureau)).text
    assert "Saisir les bulletins papier" not in (await paule.get("/mon-espace")).text
    shown = (await (await sign_in(market.odette)).get(f"/decisions/{market.decision.id}")).text
    assert "noté au bureau de vote par Paule G." in shown


@pytest.mark.one_engine
async def test_the_station_is_closed_to_whoever_does_not_run_the_committee(
    database: object, app: object, sign_in: SignIn
) -> None:
    market = await a_market()
    odette = await sign_in(market.odette)
    for path in ("", "/emargement.pdf", "/bulletin.pdf", f"/{market.elector.id}", f"/{market.elector.id}/saisir"):
        assert (await odette.get(market.bureau + path)).status_code == 403
    assert (await odette.submit(f"{market.bureau}/{market.elector.id}/remettre")).status_code == 403
    assert "bureau de vote" not in (await odette.get(f"/decisions/{market.decision.id}")).text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("wishes", "fields"),
    [
        ({"method": Method.DOTS, "dots": 3}, (2, 1)),
        ({"method": Method.RANKED}, (2, 1)),
        ({"method": Method.BUDGET, "budget": "500"}, None),
    ],
)
async def test_each_method_is_typed_from_its_paper(
    database: object, app: object, sign_in: SignIn, wishes: dict[str, object], fields: tuple[int, int] | None
) -> None:
    costs = {"cost": "200"} if wishes["method"] == Method.BUDGET else {}
    market = await handed_out(options=[{"title": "Le lavoir", **costs}, {"title": "Le four", **costs}], **wishes)
    ids = [option.id async for option in Option.filter(decision_id=market.decision.id).order_by("position")]
    said = {f"choix_{one}": n for one, n in zip(ids, fields, strict=True)} if fields else {"choix": [ids[0]]}
    her = f"{market.bureau}/{market.elector.id}/saisir"
    for person in (market.selim, market.paule):
        assert (await (await sign_in(person)).submit(her, said)).status_code == 303
    stance = await Stance.get(decision_id=market.decision.id)
    assert Position(choices=stance.choices).ids
    assert (await fresh(market.decision)).answers_count == 1


@pytest.mark.one_engine
async def test_the_team_notes_an_answer_and_prints_the_receipt(
    database: object, app: object, sign_in: SignIn
) -> None:
    market = await a_market()
    camille = await sign_in(await a_person("Camille Roux", "", RoleName.ANIMATOR))
    her = f"{market.bureau}/{market.elector.id}"
    assert "Noter sa réponse" in (await camille.get(her)).text
    assert (await camille.submit(f"{her}/noter", {})).status_code == 422
    assert (await camille.submit(f"{her}/noter", {"option": "yes", "reason": "Près du marché."})).status_code == 303
    assert "Imprimer le reçu" in (await camille.get(her)).text
    receipt = text_of(await camille.get(f"{her}/recu.pdf"))
    for words in ("Odette Berger", "Pour", "Près du marché.", "Camille R.", market.decision.question):
        assert words in receipt
    selim = await sign_in(market.selim)
    assert (await selim.get(f"{her}/recu.pdf")).status_code == 404
    assert (await selim.get(f"{her}/noter")).status_code == 403


@pytest.mark.one_engine
async def test_the_blank_ballot_says_all_one_needs_and_the_sheet_has_everybody(
    database: object, app: object, sign_in: SignIn
) -> None:
    market = await handed_out(method=Method.CONSENT)
    selim = await sign_in(market.selim)
    ballot = text_of(await selim.get(f"{market.bureau}/bulletin.pdf"))
    for words in ("Prénom et nom", "Cochez une seule case", "Objection", "compte comme une abstention", "avant la clôture"):
        assert ballot.count(words) == 2  # two on a sheet
    sheet = text_of(await selim.get(f"{market.bureau}/emargement.pdf"))
    for words in ("Odette Berger", "Paule Girard", "Sélim Laurent", "bulletin papier remis"):
        assert words in sheet


def text_of(answer: httpx2.Response) -> str:
    """The words of a PDF, on one line."""
    assert answer.headers["content-type"] == "application/pdf"
    pages = pypdfium2.PdfDocument(answer.content)
    words = " ".join(page.get_textpage().get_text_range() for page in pages)
    return " ".join(words.replace("\u00a0", " ").split())


@pytest.mark.one_engine
async def test_the_station_waits_for_the_second_stage_of_a_proposal(
    database: object, app: object, sign_in: SignIn
) -> None:
    market = await a_market(method=Method.CONSENT)
    selim = await sign_in(market.selim)
    await Decision.filter(id=market.decision.id).update(positions_at=clock.now() + timedelta(hours=2))
    assert (await selim.get(market.bureau)).status_code == 404
    await Decision.filter(id=market.decision.id).update(positions_at=clock.now() - timedelta(hours=2))
    assert (await selim.get(market.bureau)).status_code == 200


async def test_what_is_typed_and_does_not_count_yet_is_hers_to_take_away_and_goes_with_her(database: object, app: object) -> None:
    market = await handed_out()
    assert await privacy.personal_data(market.odette) == {
        "papers": [], "papers_typed": [], "boxes_typed": [], "boxes_emptied": []
    }
    await typed(market, market.selim, Code.NO, "Trop tôt.")
    (paper_of_hers,) = (await privacy.personal_data(market.odette))["papers"]
    assert (paper_of_hers["said"], paper_of_hers["reason"]) == ({"code": "no"}, "Trop tôt.")
    told = await privacy.personal_data(market.selim)
    assert [one["question"] for one in told["papers_typed"]] == [market.decision.question]
    assert "Trop tôt" not in str(told)  # what somebody else said is not his to take away
    await privacy.erasures(market.selim)
    assert await Reading.all().count() == 0
    await typed(market, market.paule, Code.NO)
    await privacy.erasures(market.paule)
    await typed(market, market.selim, Code.NO)
    for _twice in range(2):
        await privacy.erasures(market.odette)
    assert await Reading.all().count() == 0
    for person in (market.selim, market.paule):
        await typed(market, person, Code.NO)  # the paper is still there, and counts
    assert await Stance.filter(decision_id=market.decision.id, person_id=market.odette.id).count() == 1


def test_the_polling_station_hands_out_and_erases_what_it_keeps() -> None:
    assert privacy in steering.PARTS
