"""Proxies: somebody who cannot answer hands her voice over, takes it back, or answers after all."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.ballots import codes
from civic.committees.models import Seat
from civic.counting.rules import Code, Method, Verdict
from civic.decisions import answers, electors, privacy, proxies, queries, secret, words
from civic.decisions import jobs as decisions_jobs
from civic.decisions.closing import close
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision, Elector, Proxy, Stance
from civic.decisions.panels import person_todos
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, NotFound
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_draft, a_member, a_seat_of_an_organisation, an_open_decision, fresh
from tests.factories.steering import says as answer_herself

SignIn = Callable[[Person], Awaitable[Client]]
NAMES = ("Jeanne Perrin", "Paul Rey", "Odile Blanc", "Karim Haddad")


async def a_question(most: int = 2, **wishes: object) -> tuple[Decision, list[Person]]:
    """A decision open to a lead and four members, each of whom may carry `most` proxies."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    people = [await a_member(committee, name) for name in NAMES]
    wishes = {"method": Method.MAJORITY, "proxies_most": most, **wishes}
    return await an_open_decision(committee, lead, **wishes), people


async def says_for(holder: Person, giver: Person, decision: Decision, code: Code) -> None:
    """A holder answers in the giver's name."""
    elector = await Elector.get(decision_id=decision.id, person_id=giver.id)
    await answers.answer(Actor(holder), decision, Position(code), "", elector)


async def letters_to(person: Person) -> list[str]:
    """The subjects of what she was sent."""
    await jobs.run_due()
    return [one.subject for one in await OutboxMessage.filter(to=person.email).order_by("id")]


async def test_the_holder_answers_twice_and_each_voice_counts_once(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question(quorum_percent=40)
    proxy = await proxies.give(decision, jeanne.id, paul.id)
    assert (await proxies.give(decision, jeanne.id, paul.id)).id == proxy.id
    assert any("vous confie sa voix" in one for one in await letters_to(paul))
    await answer_herself(paul, decision, Code.YES)
    assert (await fresh(decision)).answers_count == 1
    await says_for(paul, jeanne, decision, Code.NO)
    assert (await fresh(decision)).answers_count == 2
    said = {one.person_id: one.spoken_by_id for one in await Stance.filter(decision_id=decision.id)}
    assert said == {jeanne.id: paul.id, paul.id: None}
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    await close(decision.id)
    closed = await fresh(decision)
    assert closed.verdict == Verdict.REJECTED  # one for, one against; the quorum of two of five is reached
    names = {name for name, _vote in await queries.published_votes(closed)}
    assert names == {"Jeanne P., par Paul R.", "Paul R."}


async def test_only_the_holder_of_a_standing_proxy_speaks_with_it(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, _karim) = await a_question()
    await proxies.give(decision, jeanne.id, paul.id)
    with pytest.raises(Forbidden):
        await says_for(odile, jeanne, decision, Code.YES)
    await proxies.take_back(decision, jeanne.id)
    with pytest.raises(Forbidden):
        await says_for(paul, jeanne, decision, Code.YES)
    assert await Stance.filter(decision_id=decision.id).count() == 0


async def test_nobody_carries_more_than_the_cap_and_there_are_no_chains(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, karim) = await a_question(most=1)
    await proxies.give(decision, jeanne.id, paul.id)
    for giver, holder, word in (
        (odile, paul, "le plus possible"), (odile, jeanne, "a confié sa propre voix"), (paul, odile, "Rendez d’abord"),
        (odile, odile, "une autre personne"),
    ):  # fmt: skip
        with pytest.raises(DomainError, match=word):
            await proxies.give(decision, giver.id, holder.id)
    stranger = await a_person("Nadia Faure")
    with pytest.raises(DomainError, match="ne siégeait pas"):
        await proxies.give(decision, odile.id, stranger.id)
    with pytest.raises(Forbidden):
        await proxies.give(decision, stranger.id, odile.id)
    await proxies.give(decision, odile.id, karim.id)
    held = {one.person_id: one.proxies_held for one in await Elector.filter(decision_id=decision.id)}
    assert (held[paul.id], held[karim.id], held[odile.id]) == (1, 1, 0)


async def test_a_decision_without_proxies_and_a_voice_that_was_used_refuse(database: object, app: object) -> None:
    without, (jeanne, paul, *_rest) = await a_question(most=0)
    with pytest.raises(DomainError, match="ne prend pas de procurations"):
        await proxies.give(without, jeanne.id, paul.id)
    await Decision.filter(id=without.id).update(proxies_most=1)
    await answer_herself(jeanne, without, Code.YES)
    with pytest.raises(DomainError, match="déjà répondu"):
        await proxies.give(await fresh(without), jeanne.id, paul.id)
    await Elector.filter(person_id=paul.id).update(on_paper_at=clock.now())
    with pytest.raises(DomainError, match="bulletin en papier"):
        await proxies.give(await fresh(without), paul.id, jeanne.id)


async def test_taking_it_back_withdraws_what_the_holder_said(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, _karim) = await a_question()
    await proxies.give(decision, jeanne.id, paul.id)
    await says_for(paul, jeanne, decision, Code.NO)
    assert await proxies.take_back(decision, jeanne.id)
    assert not await proxies.take_back(decision, jeanne.id)
    assert (await fresh(decision)).answers_count == 0
    assert not await Stance.filter(decision_id=decision.id, superseded_at__isnull=True).exists()
    assert (await Elector.get(decision_id=decision.id, person_id=paul.id)).proxies_held == 0
    assert any("reprend sa voix" in one for one in await letters_to(paul))
    await proxies.give(decision, jeanne.id, odile.id)
    await says_for(odile, jeanne, decision, Code.YES)
    assert (await fresh(decision)).answers_count == 1


async def test_who_answers_after_all_ends_her_proxy_and_is_counted_once(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question()
    await proxies.give(decision, jeanne.id, paul.id)
    await says_for(paul, jeanne, decision, Code.NO)
    await answer_herself(jeanne, decision, Code.YES)
    current = await Stance.get(decision_id=decision.id, superseded_at__isnull=True)
    assert (current.person_id, current.spoken_by_id) == (jeanne.id, None)
    assert (await fresh(decision)).answers_count == 1
    assert (await Elector.get(decision_id=decision.id, person_id=paul.id)).proxies_held == 0
    assert any("reprend sa voix" in one for one in await letters_to(paul))
    with pytest.raises(Forbidden):
        await says_for(paul, jeanne, decision, Code.NO)


async def test_the_holder_declines_and_the_giver_is_told(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, _karim) = await a_question()
    proxy = await proxies.give(decision, jeanne.id, paul.id)
    for other in (odile, jeanne):
        with pytest.raises(NotFound):
            await proxies.decline(decision, proxy.id, other)
    await says_for(paul, jeanne, decision, Code.NO)
    assert await proxies.decline(decision, proxy.id, paul)
    assert not await proxies.decline(decision, proxy.id, paul)
    assert (await fresh(decision)).answers_count == 0
    assert any("Votre voix vous revient" in one for one in await letters_to(jeanne))


@pytest.mark.one_engine
async def test_an_objection_said_by_proxy_and_integrated_is_told_to_both(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, _karim) = await a_question(method=Method.CONSENT)
    await proxies.give(decision, jeanne.id, paul.id)
    elector = await Elector.get(decision_id=decision.id, person_id=jeanne.id)
    said = await answers.answer(Actor(paul), decision, Position(Code.OBJECT), "Le mardi, c’est trop tôt.", elector)
    await answers.integrate(Actor(odile), decision, said.id, "Ce sera le mercredi.")
    for one in (jeanne, paul):
        assert any("a changé la proposition" in subject for subject in await letters_to(one))


async def test_another_holder_takes_the_place_of_the_first(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, _karim) = await a_question()
    await proxies.give(decision, jeanne.id, paul.id)
    await says_for(paul, jeanne, decision, Code.NO)
    await proxies.give(decision, jeanne.id, odile.id)
    held = {one.person_id: one.proxies_held for one in await Elector.filter(decision_id=decision.id)}
    assert (held[paul.id], held[odile.id]) == (0, 1)
    assert (await fresh(decision)).answers_count == 0
    assert await Proxy.filter(decision_id=decision.id, revoked_at__isnull=True).count() == 1


async def test_nothing_moves_from_the_closing_on(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, karim) = await a_question()
    proxy = await proxies.give(decision, jeanne.id, paul.id)
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    for late in (
        proxies.give(decision, odile.id, karim.id), proxies.take_back(decision, jeanne.id),
        proxies.decline(decision, proxy.id, paul), says_for(paul, jeanne, decision, Code.YES),
    ):  # fmt: skip
        with pytest.raises(DomainError):
            await late
    assert (await Proxy.get(id=proxy.id)).revoked_at is None


async def test_a_secret_ballot_cast_by_proxy_does_not_leave_the_box(database: object, app: object) -> None:
    decision, (jeanne, paul, odile, karim) = await a_question(secret=True)
    proxy = await proxies.give(decision, jeanne.id, paul.id)
    elector = await Elector.get(decision_id=decision.id, person_id=jeanne.id)
    await secret.vote(Actor(paul), decision, elector, Position(Code.NO), codes.new())
    for act in (
        proxies.take_back(decision, jeanne.id), proxies.decline(decision, proxy.id, paul),
        proxies.give(decision, jeanne.id, odile.id),
    ):  # fmt: skip
        with pytest.raises(DomainError, match="dans l’urne"):
            await act
    await proxies.give(decision, odile.id, karim.id)
    hers = await Elector.get(decision_id=decision.id, person_id=odile.id)
    await proxies.take_back(decision, odile.id)
    with pytest.raises(Forbidden):
        await secret.vote(Actor(karim), decision, hers, Position(Code.NO), codes.new())
    assert (await fresh(decision)).answers_count == 1


async def test_who_votes_in_secret_after_all_leaves_no_moment_and_is_counted_once(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question(secret=True)
    proxy = await proxies.give(decision, jeanne.id, paul.id)
    elector = await Elector.get(decision_id=decision.id, person_id=jeanne.id)
    await secret.vote(Actor(jeanne), decision, elector, Position(Code.YES), codes.new())
    with pytest.raises(DomainError, match="déjà dans l’urne"):
        await secret.vote(Actor(paul), decision, elector, Position(Code.NO), codes.new())
    assert (await Proxy.get(id=proxy.id)).revoked_at is None  # its moment would be that of her vote
    assert (await fresh(decision)).answers_count == 1


async def test_the_voices_carried_by_who_is_erased_go_back(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question()
    proxy = await proxies.give(decision, jeanne.id, paul.id)
    for one in (jeanne, paul):
        assert len((await privacy.personal_data(one))["proxies"]) == 1
    for _twice in range(2):
        await privacy.erasures(paul)
    assert (await Proxy.get(id=proxy.id)).revoked_at
    assert any("Votre voix vous revient" in one for one in await letters_to(jeanne))


async def test_ten_hands_reach_for_the_last_proxy_and_one_holds_it(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    crowd = [await a_member(committee, f"Membre {n}") for n in range(8)]
    decision = await an_open_decision(committee, lead, proxies_most=2)
    found = await asyncio.gather(
        *(proxies.give(decision, one.id, lead.id) for one in crowd), return_exceptions=True
    )  # fmt: skip
    assert sum(isinstance(one, Proxy) for one in found) == 2
    assert all(isinstance(one, Proxy | DomainError) for one in found)
    assert (await Elector.get(decision_id=decision.id, person_id=lead.id)).proxies_held == 2


async def test_two_who_hand_their_voice_to_each_other_do_not_both_succeed(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question()
    found = await asyncio.gather(
        proxies.give(decision, jeanne.id, paul.id), proxies.give(decision, paul.id, jeanne.id), return_exceptions=True
    )
    assert sum(isinstance(one, Proxy) for one in found) == 1
    assert await Proxy.filter(decision_id=decision.id).count() == 1


async def test_giver_and_holder_answering_at_once_leave_one_stance(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question()
    await proxies.give(decision, jeanne.id, paul.id)
    hands = [says_for(paul, jeanne, decision, Code.NO) for _n in range(4)]
    await asyncio.gather(*hands, answer_herself(jeanne, decision, Code.YES), return_exceptions=True)
    current = await Stance.get(decision_id=decision.id, superseded_at__isnull=True)
    assert (current.person_id, current.spoken_by_id) == (jeanne.id, None)
    assert (await fresh(decision)).answers_count == 1


@pytest.mark.one_engine
async def test_the_rule_is_stated_before_anybody_answers(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    draft = await a_draft(await a_committee(lead), lead, proxies_most=2)
    assert "qui en porte 2 au plus" in words.rule_words(draft)
    draft.proxies_most = 0
    assert "confie sa voix" not in words.rule_words(draft)
    wish = {"question": "Où va la navette ?", "method": "consent", "closes_at": clock.now() + timedelta(days=3)}
    with pytest.raises(ValueError, match="less than or equal to 3"):
        DecisionForm.model_validate({**wish, "proxies_most": 4})


async def test_a_day_before_the_end_one_mail_goes_to_whoever_may_speak(database: object, app: object) -> None:
    lead, robert = await a_person("Sélim Laurent"), await a_person("Robert Cottin")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, robert)
    await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    jeanne, paul = await a_member(committee, "Jeanne Perrin"), await a_member(committee, "Paul Rey")
    decision = await an_open_decision(committee, lead, proxies_most=1)
    await jobs.run_due()
    opened = await OutboxMessage.get(to=robert.email)
    assert "vous pouvez répondre pour : La Ferme des Trois Levées" in opened.text.replace("\u00a0", " ")
    await proxies.give(decision, jeanne.id, paul.id)
    await jobs.run_due()
    await OutboxMessage.all().delete()
    await Decision.filter(id=decision.id).update(closes_at=clock.now() + timedelta(hours=20))
    for _twice in range(2):
        await decisions_jobs.nudge(decision_id=decision.id)
        await jobs.run_due()
    to_paul = await OutboxMessage.get(to=paul.email)
    assert "vous-même, Jeanne P." in to_paul.text
    assert await OutboxMessage.filter(to=robert.email).count() == 1
    assert await OutboxMessage.all().count() == 5  # lead, titular, substitute, giver, holder


@pytest.mark.one_engine
async def test_my_space_asks_who_may_answer_and_for_whom(database: object, app: object) -> None:
    decision, (jeanne, paul, *_rest) = await a_question()
    await proxies.give(decision, jeanne.id, paul.id)
    assert await person_todos(jeanne) == []
    asked = sorted(one.text.split(":")[0].strip() for one in await person_todos(paul))
    assert asked == ["Donner ma voix", "Répondre pour Jeanne P."]
    await says_for(paul, jeanne, decision, Code.YES)
    assert len(await person_todos(paul)) == 1


@pytest.mark.one_engine
async def test_jeanne_hands_her_voice_over_on_the_page_and_paul_answers_for_two(sign_in: SignIn) -> None:
    decision, (jeanne, paul, odile, _karim) = await a_question(most=1, method=Method.CONSENT)
    path = f"/decisions/{decision.id}"
    hers, his, odiles = await sign_in(jeanne), await sign_in(paul), await sign_in(odile)
    assert "Confier ma voix" in (await hers.get(path)).text
    assert "Paul R." in (await hers.get(f"{path}/procuration")).text
    assert (await hers.submit(f"{path}/procuration", {"holder": ""})).status_code == 422
    assert (await hers.submit(f"{path}/procuration", {"holder": str(paul.id)})).status_code == 303
    assert "Paul R. a votre procuration" in (await hers.get(path)).text
    assert "Paul R." not in (await odiles.get(f"{path}/procuration")).text.split("<select")[1].split("</select>")[0]
    full = await odiles.submit(f"{path}/procuration", {"holder": str(paul.id)})
    assert full.status_code == 422
    assert "le plus possible" in full.text
    both = (await his.get(path)).text
    assert "Par procuration de Jeanne P." in both
    assert "Vous portez la voix de Jeanne P." in both
    elector = await Elector.get(decision_id=decision.id, person_id=jeanne.id)
    for said in ({"option": "agree"}, {"option": "reserve", "reason": "Le mardi aussi.", "pour": str(elector.id)}):
        assert (await his.submit(f"{path}/position", {"reason": "", **said})).status_code == 303
    assert "Jeanne P., par Paul R." in (await hers.get(path)).text
    wrong = await his.submit(f"{path}/position", {"option": "object", "reason": "", "pour": str(elector.id)})
    assert wrong.status_code == 422
    assert f'href="#reason-pour-{elector.id}"' in wrong.text
    assert (await hers.submit(f"{path}/procuration/reprendre", {})).status_code == 303
    assert "Jeanne P., par Paul R." not in (await hers.get(path)).text
    assert (await odiles.submit(f"{path}/procuration", {"holder": str(paul.id)})).status_code == 303
    proxy = await Proxy.get(decision_id=decision.id, revoked_at__isnull=True)
    assert (await hers.submit(f"{path}/procurations/{proxy.id}/rendre", {})).status_code == 404
    assert (await his.submit(f"{path}/procurations/{proxy.id}/rendre", {})).status_code == 303
    stranger = await sign_in(await a_person("Nadia Faure"))
    for route in ("procuration", "procuration/reprendre", f"procurations/{proxy.id}/rendre"):
        assert (await stranger.submit(f"{path}/{route}", {"holder": str(paul.id)})).status_code == 403


@pytest.mark.one_engine
async def test_who_only_substitutes_gives_no_proxy_but_answering_ends_one(sign_in: SignIn) -> None:
    lead, robert = await a_person("Sélim Laurent"), await a_person("Robert Cottin")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, robert)
    await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    decision = await an_open_decision(committee, lead, proxies_most=1)
    his, path = await sign_in(robert), f"/decisions/{decision.id}"
    assert (await his.submit(f"{path}/procuration", {"holder": str(lead.id)})).status_code == 403
    await proxies.give(decision, seat.person_id, lead.id)
    assert "répond par procuration" in (await his.get(path)).text
    (elector,) = await electors.spoken_for(decision, robert)
    assert (await his.submit(f"{path}/position", {"option": "agree", "reason": ""})).status_code == 303
    assert await proxies.current(elector) is None
