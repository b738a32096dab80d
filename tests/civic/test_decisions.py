"""Decisions: preparing, opening, answering, hidden positions, concluding."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.activity.models import Activity
from civic.counting.rules import Code, Method
from civic.decisions.models import Decision, DecisionStatus, Elector, Option, Stance
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people.models import Person, RoleName
from civic.web.formats import until
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.steering import a_committee, a_draft, a_member, an_open_decision, fresh, says
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]
SECRET = "Raison que personne ne doit lire"


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def _after_closing() -> None:
    clock.travel(timedelta(days=3, seconds=1))


def _form(**changes: str) -> dict[str, str]:
    closes = clock.local(clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    return {
        "question": "Le samedi, la navette s’arrête à l’étang", "method": "consent", "quorum_percent": "50",
        "closes_at": closes, "cle": "clef-du-formulaire", **changes,
    }  # fmt: skip


async def test_a_question_is_prepared_read_again_and_opened(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    mine, hers = await sign_in(lead), await sign_in(rose)
    assert (await mine.get(f"/comites/{committee.slug}/decisions/nouvelle")).status_code == 200
    for _ in range(2):
        answer = await mine.submit(f"/comites/{committee.slug}/decisions/nouvelle", _form())
    decision = await Decision.get()
    path = f"/decisions/{decision.id}"
    assert answer.headers["location"] == path
    assert (await hers.get(path)).status_code == 404
    read_again = plain((await mine.get(path)).text)
    for said in ("2 personnes siègent", plain(f"On répond jusqu’au {until(decision.closes_at)}.")):
        assert said in read_again
    for _ in range(2):
        assert (await mine.submit(f"{path}/ouvrir")).status_code == 303
    decision = await fresh(decision)
    assert (decision.status, decision.electorate) == (DecisionStatus.OPEN, 2)
    assert await Elector.filter(decision_id=decision.id).count() == 2
    need = await Need.get(source=f"decision:{decision.id}")
    assert (need.target, need.reached, need.open, need.ends_at) == (2, 0, True, decision.closes_at)
    assert await Activity.filter(kind="decision_opened").count() == 1
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__contains="Votre voix est attendue").count() == 2
    assert "Donner ma voix" in (await hers.get(path)).text


async def test_a_draft_is_thrown_away_and_an_open_question_is_not(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    draft, asked = await a_draft(committee, lead), await an_open_decision(committee, lead)
    mine, hers = await sign_in(lead), await sign_in(rose)
    assert (await hers.submit(f"/decisions/{draft.id}/jeter")).status_code in (403, 404)
    assert "Jeter le brouillon" in (await mine.get(f"/decisions/{draft.id}")).text
    assert "Jeter le brouillon" not in (await mine.get(f"/decisions/{asked.id}")).text
    assert (await mine.submit(f"/decisions/{draft.id}/jeter")).headers["location"] == f"/comites/{committee.slug}"
    assert (await mine.submit(f"/decisions/{asked.id}/jeter")).headers["location"] == f"/decisions/{asked.id}"
    assert [one.id for one in await Decision.all()] == [asked.id]
    assert await Option.filter(decision_id=draft.id).count() == 0


async def test_options_are_frozen_once_the_decision_is_open(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    draft = await a_draft(committee, lead)
    mine = await sign_in(lead)
    changed = _form(question="La navette s’arrête aussi au lac", meaning_agree="Oui, essayons")
    assert (await mine.submit(f"/decisions/{draft.id}/modifier", changed)).status_code == 303
    assert (await Option.get(decision_id=draft.id, code=Code.AGREE)).meaning == "Oui, essayons"
    await mine.submit(f"/decisions/{draft.id}/ouvrir")
    assert (await mine.submit(f"/decisions/{draft.id}/modifier", _form())).status_code == 409
    assert (await fresh(draft)).question == "La navette s’arrête aussi au lac"
    option = await Option.get(decision_id=draft.id, code=Code.AGREE)
    with pytest.raises(IntegrityError):
        await Option.filter(id=option.id).update(meaning="Tout autre chose")
    with pytest.raises(IntegrityError):
        await Option.filter(id=option.id).delete()


async def test_a_decision_opens_at_its_exact_moment_to_who_sits_then(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    draft = await a_draft(committee, lead, opens_at=clock.now() + timedelta(days=1))
    from civic.decisions import service
    from civic.people.actor import Actor

    assert await service.open_or_schedule(Actor(lead), draft) == DecisionStatus.SCHEDULED
    await jobs.run_due()
    assert (await fresh(draft)).status == DecisionStatus.SCHEDULED
    await a_member(committee)
    clock.travel(timedelta(days=1, seconds=1))
    await asyncio.gather(jobs.run_due(), jobs.run_due())
    decision = await fresh(draft)
    assert (decision.status, decision.electorate) == (DecisionStatus.OPEN, 2)


async def test_a_person_changes_her_mind_and_the_history_is_kept(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    hers, path = await sign_in(rose), f"/decisions/{decision.id}/position"
    for _ in range(2):
        answer = await hers.submit(path, {"option": "object", "reason": "Le car scolaire passe là."})
        assert answer.status_code == 303
    assert await Stance.filter(person_id=rose.id).count() == 1
    assert (await fresh(decision)).answers_count == 1
    await hers.submit(path, {"option": "reserve", "reason": "À revoir en hiver."})
    assert await Stance.filter(person_id=rose.id).count() == 2
    current = await Stance.get(person_id=rose.id, superseded_at__isnull=True).select_related("option")
    assert current.code == Code.RESERVE
    assert (await fresh(decision)).answers_count == 1
    assert (await Need.get(source=f"decision:{decision.id}")).reached == 1
    with pytest.raises(IntegrityError):
        await Stance.create(decision=decision, person=rose, option=current.option, at=clock.now())


@pytest.mark.one_engine
async def test_the_reason_of_a_former_position_is_not_given_for_the_new_one(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    hers, path = await sign_in(rose), f"/decisions/{decision.id}/position"
    reason = "Le car scolaire passe là."
    assert (await hers.submit(path, {"option": "object", "reason": reason})).status_code == 303
    asked = await hers.submit(path, {"option": "agree", "reason": reason})
    assert asked.status_code == 422
    assert "votre raison d’avant est retirée" in asked.text
    assert reason not in asked.text[asked.text.index("<textarea") : asked.text.index("</textarea>")]
    assert (await hers.submit(path, {"option": "agree", "reason": ""})).status_code == 303
    current = await Stance.get(person_id=rose.id, superseded_at__isnull=True).select_related("option")
    assert (current.code, current.reason) == (Code.AGREE, "")


@pytest.mark.one_engine
async def test_an_objection_needs_a_reason(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    decision = await an_open_decision(await a_committee(lead), lead)
    mine = await sign_in(lead)
    refused = await mine.submit(f"/decisions/{decision.id}/position", {"option": "object", "reason": " "})
    assert refused.status_code == 422
    assert "a besoin d’une raison" in refused.text
    assert not await Stance.all().count()
    accepted = await mine.submit(f"/decisions/{decision.id}/position", {"option": "agree"})
    assert accepted.status_code == 303


@pytest.mark.one_engine
async def test_who_did_not_sit_at_the_opening_is_refused_beside_a_member(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    late, stranger = await a_member(committee), await a_person("Nadia Faure")
    animator = await a_person("Anne Moreau", "", RoleName.ANIMATOR)
    path = f"/decisions/{decision.id}/position"
    for person in (late, stranger, animator):
        assert (await (await sign_in(person)).submit(path, {"option": "agree"})).status_code == 403
    assert "/connexion" in (await client.submit(path, {"option": "agree"})).headers["location"]
    assert (await (await sign_in(lead)).submit(path, {"option": "agree"})).status_code == 303
    assert await Stance.all().count() == 1


@pytest.mark.one_engine
async def test_only_who_runs_the_committee_opens_integrates_and_concludes(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    draft = await a_draft(committee, lead)
    decision = await an_open_decision(committee, lead)
    await says(lead, decision, Code.OBJECT, "Trop cher.")
    stance = await Stance.get()
    hers = await sign_in(rose)
    assert (await hers.submit(f"/comites/{committee.slug}/decisions/nouvelle", _form())).status_code == 403
    assert (await hers.submit(f"/decisions/{draft.id}/ouvrir")).status_code == 404
    words = {"integration": "On paie à deux.", "text": "On paie à deux.", "outcome": "On le fait.", "reason": "Mal posée."}
    for verb in (f"objections/{stance.id}", "suite", "retirer"):
        assert (await hers.submit(f"/decisions/{decision.id}/{verb}", words)).status_code == 403
    mine = await sign_in(lead)
    assert (await mine.submit(f"/decisions/{draft.id}/ouvrir")).status_code == 303
    assert (await mine.submit(f"/decisions/{decision.id}/objections/{stance.id}", words)).status_code == 303


async def test_hidden_positions_never_leak_before_the_closing(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee, "Rose Martin"), await a_member(committee, "Odile Perrin")
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, results_hidden=True)
    shown = await an_open_decision(committee, lead, method=Method.MAJORITY)
    for one in (decision, shown):
        await says(rose, one, Code.NO, SECRET if one is decision else "Raison que chacun peut lire")
    pages = [
        f"/decisions/{decision.id}", f"/comites/{committee.slug}", f"/comites/{committee.slug}/registre", "/comites",
    ]  # fmt: skip
    fragments = [{"hx-request": "true", "hx-target": target} for target in ("ballot", "register", "committees")]
    for reader in (client, await sign_in(odile), await sign_in(lead)):
        for path in pages:
            for headers in ({}, *fragments):
                text = (await reader.get(path, headers=headers)).text
                assert SECRET not in text
        hidden = (await reader.get(f"/decisions/{decision.id}")).text
        assert "1 voix sur 3" in hidden
        assert "position-" not in hidden
        assert "Raison que chacun peut lire" in (await reader.get(f"/decisions/{shown.id}")).text
    assert SECRET in (await (await sign_in(rose)).get(f"/decisions/{decision.id}")).text
    refused = await (await sign_in(odile)).submit(f"/decisions/{decision.id}/position", {"option": "agree"})
    assert refused.status_code == 422
    assert SECRET not in refused.text
    _after_closing()
    assert SECRET not in (await client.get(f"/decisions/{decision.id}")).text  # the job is late: still hidden
    await jobs.run_due()
    assert SECRET in (await client.get(f"/decisions/{decision.id}")).text


@pytest.mark.one_engine
async def test_a_withdrawn_question_says_why_and_keeps_hidden_positions_hidden(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, results_hidden=True)
    await says(lead, decision, Code.NO, SECRET)
    mine = await sign_in(lead)
    assert (await mine.submit(f"/decisions/{decision.id}/retirer", {"reason": ""})).status_code == 422
    for _ in range(2):
        await mine.submit(f"/decisions/{decision.id}/retirer", {"reason": "La question était mal posée."})
    text = (await client.get(f"/decisions/{decision.id}")).text
    assert "La question était mal posée." in text
    assert SECRET not in text
    _after_closing()
    await jobs.run_due()
    assert (await fresh(decision)).status == DecisionStatus.WITHDRAWN


async def test_the_outcome_is_written_once_after_the_closing(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    await says(lead, decision, Code.AGREE)
    mine, path = await sign_in(lead), f"/decisions/{decision.id}"
    await mine.submit(f"{path}/suite", {"outcome": "On commence samedi."})
    assert (await fresh(decision)).outcome_at is None
    _after_closing()
    await jobs.run_due()
    assert (await mine.submit(f"{path}/suite", {"outcome": ""})).status_code == 422
    for text in ("On commence samedi.", "Autre chose."):
        await mine.submit(f"{path}/suite", {"outcome": text, "review_on": "2027-09-30"})
    done = await fresh(decision)
    assert done.outcome == "On commence samedi."
    assert await Activity.filter(kind="outcome_published").count() == 1
    register = await client.get(f"/comites/{committee.slug}/registre")
    for expected in ("On commence samedi.", "Adoptée", "30\u00a0septembre 2027"):
        assert expected in register.text


@pytest.mark.one_engine
async def test_consent_cannot_hide_its_objections_and_time_is_left_to_answer(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/decisions/nouvelle"
    hidden = await mine.submit(path, _form(results_hidden="1"))
    assert hidden.status_code == 422
    assert "lire les objections" in hidden.text
    short = await mine.submit(path, _form(closes_at=clock.local(clock.now()).strftime("%Y-%m-%dT%H:%M")))
    assert "au moins une heure" in short.text
    assert (await mine.submit(path, _form())).status_code == 303


@pytest.mark.one_engine
async def test_hours_are_those_of_paris(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine = await sign_in(lead)
    await mine.submit(f"/comites/{committee.slug}/decisions/nouvelle", _form(closes_at="2030-07-04T20:00"))
    decision = await Decision.get()
    assert decision.closes_at.isoformat() == "2030-07-04T18:00:00+00:00"
    assert "2030-07-04T20:00" in (await mine.get(f"/decisions/{decision.id}/modifier")).text


@pytest.mark.one_engine
async def test_pages_cost_the_same_with_few_and_with_many_decisions(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    members = [lead, *[await a_member(committee, f"Membre {n}") for n in "ab"]]
    counts: list[list[int]] = []
    for more in (1, 6):
        for _ in range(more):
            decision = await an_open_decision(committee, lead)
            for person in members:
                await says(person, decision, Code.AGREE)
        made = []
        for path in (
            "/comites",
            f"/comites/{committee.slug}",
            f"/comites/{committee.slug}/registre",
            f"/decisions/{decision.id}",
        ):
            with query_count() as queries:
                assert (await client.get(path)).status_code == 200
            made.append(len(queries))
        counts.append(made)
    assert (await (await sign_in(lead)).get(f"/comites/{committee.slug}")).text.count("Changer ma voix") == 7
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 16, "with what stands on the committee’s page beside its decisions"


async def test_an_objection_without_a_reason_is_refused_by_the_service_too(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    decision = await an_open_decision(await a_committee(lead), lead)
    with pytest.raises(Invalid):
        await says(lead, decision, Code.OBJECT, "  ")
    await says(lead, decision, Code.OBJECT, "Trop cher.")
