"""Voting in secret: once, with a code to change one's mind, nothing to see before the end and no name after it."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from civic import clock, jobs
from civic.ballots import codes, keys
from civic.ballots import jobs as ballots_jobs
from civic.ballots.models import BallotBox, CountedBallot, SealedBallot
from civic.committees.models import College, CollegeKind, Committee
from civic.counting.count import Vote, count
from civic.counting.published import recount
from civic.counting.rules import Code, Method
from civic.database import transaction
from civic.decisions import closing, electors, privacy, proxies, queries, secret, service
from civic.decisions.models import Decision, DecisionStatus, Elector, Option, Proxy, Stance
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import Settings
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import (
    a_committee,
    a_draft,
    a_member,
    an_open_decision,
    fresh,
    seat,
    votes,
)

SignIn = Callable[[Person], Awaitable[Client]]
NAMES = ["Rose Martin", "Odile Blanc", "Karim Benali", "Lucie Favre", "Paul Morel"]
PERSONS = [{"title": "Agathe"}, {"title": "Basile"}, {"title": "Colette"}]
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _asked(
    method: Method = Method.MAJORITY, members: int = 5, **wishes: object
) -> tuple[Decision, Person, list[Person]]:
    """An open secret decision, its lead (who sits too) and its other members."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    crowd = [await a_member(committee, NAMES[n] if n < len(NAMES) else f"Prénom{n} Nom{n}") for n in range(members)]
    if method != Method.MAJORITY:
        wishes.setdefault("options", PERSONS)
    return await an_open_decision(committee, lead, method=method, secret=True, **wishes), lead, crowd


async def _closed(decision: Decision) -> Decision:
    await _time_is_up(decision)
    assert await closing.close(decision.id)
    return await fresh(decision)


async def _time_is_up(decision: Decision) -> None:
    await Decision.filter(id=decision.id).update(closes_at=clock.now())


def _code_on(page: str) -> str:
    found = re.search(r'class="ballot-code"[^>]*>([^<]+)<', page)
    return found.group(1) if found else ""


@pytest.mark.one_engine
async def test_a_member_votes_sees_her_code_once_and_changes_with_it(sign_in: SignIn) -> None:
    decision, _lead, (rose, *_others) = await _asked()
    hers, booth = await sign_in(rose), f"/decisions/{decision.id}/isoloir"
    page = await hers.get(f"/decisions/{decision.id}")
    assert "Voter dans l’isoloir" in page.text
    assert "Pourquoi ?" not in page.text
    form = await hers.get(booth)
    code = re.search(r'name="code" value="(\w+)"', form.text)
    assert code
    nothing = await hers.submit(booth, {"code": code[1]})
    assert nothing.status_code == 422
    voted = await hers.submit(booth, {"code": code[1], "option": "yes"})
    assert voted.status_code == 303
    assert codes.read(code[1]) not in voted.headers["location"] + voted.headers["set-cookie"]
    shown = await hers.get(voted.headers["location"])
    assert codes.read(_code_on(shown.text)) == code[1]
    assert shown.headers["cache-control"] == "no-store"
    again = await hers.get(voted.headers["location"])
    assert not _code_on(again.text)
    assert code[1] not in again.text
    assert "Remplacer le bulletin" in again.text
    wrong = await hers.submit(f"{booth}/changer", {"option": "no", "code": "ACDE FGHJ KMNP"})
    assert wrong.status_code == 422
    assert "Ce code n’est pas celui d’un bulletin" in wrong.text
    changed = await hers.submit(f"{booth}/changer", {"option": "no", "code": codes.shown(code[1]).lower()})
    assert changed.status_code == 303
    decision = await _closed(decision)
    assert decision.answers_count == 1


async def test_who_has_voted_does_not_vote_again_without_the_code(sign_in: SignIn) -> None:
    decision, _lead, (rose, *_others) = await _asked()
    code = await votes(rose, decision, Code.YES)
    hers = await sign_in(rose)
    second = await hers.submit(f"/decisions/{decision.id}/isoloir", {"option": "no", "code": codes.new()})
    assert second.status_code == 409
    assert "il faut son code" in second.text
    again = await hers.submit(f"/decisions/{decision.id}/isoloir", {"option": "no", "code": code})
    assert again.status_code == 303
    assert await SealedBallot.all().count() == 1
    assert (await fresh(decision)).answers_count == 1
    assert (await _heads(await _crowd_says(decision)))["no"] == 1


async def _crowd_says(decision: Decision) -> Decision:
    """All who have not voted say yes, then it closes."""
    for elector in await Elector.filter(decision_id=decision.id, answered_at__isnull=True).select_related("person"):
        await votes(elector.person, decision, Code.YES)
    return await _closed(decision)


async def _heads(decision: Decision) -> dict[str, int]:
    assert decision.tally is not None
    return decision.tally


@pytest.mark.one_engine
async def test_guessing_codes_is_slowed_down(sign_in: SignIn, a_new_hour: None) -> None:
    decision, _lead, (rose, *_others) = await _asked()
    await votes(rose, decision, Code.YES)
    hers, path = await sign_in(rose), f"/decisions/{decision.id}/isoloir/changer"
    answers = [(await hers.submit(path, {"option": "no", "code": codes.new()})).status_code for _try in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.one_engine
async def test_a_code_of_another_decision_or_college_changes_nothing() -> None:
    decision, _lead, (rose, *_others) = await _asked()
    code = await votes(rose, decision, Code.YES)
    other = await an_open_decision(decision.committee, rose, method=Method.MAJORITY, secret=True)
    await votes(rose, other, Code.YES)
    elector = await electors.to_speak_for(other, rose, None)
    with pytest.raises(Invalid, match="Ce code"):
        await secret.change(Actor(rose), other, elector, Position(Code.NO), code)
    assert codes.hash_of(1, code, "residents") != codes.hash_of(1, code, "contributors")


@pytest.mark.one_engine
async def test_nobody_votes_in_secret_at_the_counter_for_another(sign_in: SignIn) -> None:
    decision, lead, (rose, *_others) = await _asked()
    elector = await electors.to_speak_for(decision, rose, None)
    with pytest.raises(Forbidden, match="bulletin papier"):
        await secret.vote(Actor(rose, recorded_by=lead), decision, elector, Position(Code.YES), codes.new())
    with pytest.raises(Forbidden, match="bulletin papier"):
        await secret.change(Actor(rose, recorded_by=lead), decision, elector, Position(Code.YES), codes.new())
    assert not await SealedBallot.all().count()


async def test_a_proxy_holder_puts_in_one_ballot_for_each_voice() -> None:
    decision, _lead, (rose, odile, *_others) = await _asked()
    await votes(rose, decision, Code.YES)
    hers = await Elector.get(decision_id=decision.id, person_id=odile.id)
    await Elector.filter(id=hers.id).update(substitute_id=rose.id)
    elector = await electors.to_speak_for(decision, rose, hers.id)
    await secret.vote(Actor(rose), decision, elector, Position(Code.NO), codes.new())
    assert await SealedBallot.all().count() == 2
    assert (await fresh(decision)).answers_count == 2


async def test_who_votes_herself_leaves_her_proxy_nothing_to_cast_and_who_holds_paper_votes_on_paper() -> None:
    decision, _lead, (rose, odile, karim, *_others) = await _asked(proxies_most=1)
    await proxies.give(decision, rose.id, odile.id)
    assert len(await electors.spoken_for(decision, odile)) == 2
    await votes(rose, decision, Code.YES)
    hers = await Elector.get(decision_id=decision.id, person_id=rose.id)
    with pytest.raises(DomainError, match="déjà dans l’urne"):
        await secret.vote(Actor(odile), decision, hers, Position(Code.NO), codes.new())
    assert await Proxy.filter(revoked_at__isnull=True).count() == 1  # its end would say when she voted
    await Elector.filter(person_id=karim.id).update(on_paper_at=clock.now())
    with pytest.raises(DomainError, match="bulletin papier"):
        await votes(karim, decision, Code.YES)
    assert await SealedBallot.all().count() == 1


@pytest.mark.one_engine
async def test_a_secret_decision_takes_no_signed_answer_and_an_open_one_no_sealed_one(sign_in: SignIn) -> None:
    decision, lead, (rose, *_others) = await _asked()
    hers = await sign_in(rose)
    signed = await hers.submit(f"/decisions/{decision.id}/position", {"option": "yes"})
    assert signed.status_code == 409
    assert "isoloir" in signed.text
    plain = await an_open_decision(decision.committee, lead, method=Method.MAJORITY)
    assert (await hers.submit(f"/decisions/{plain.id}/isoloir", {"option": "yes"})).status_code == 409
    assert (await hers.get(f"/decisions/{plain.id}/isoloir")).headers["location"] == f"/decisions/{plain.id}"
    assert not await Stance.all().count() + await SealedBallot.all().count()


@pytest.mark.one_engine
async def test_nothing_shows_before_the_end_and_no_name_after_it(sign_in: SignIn, client: Client) -> None:
    decision, lead, crowd = await _asked(Method.RANKED)
    for n, person in enumerate(crowd):
        await votes(person, decision, [["Basile"], ["Agathe"]] if n else [["Colette"]])
    for reader in (client, await sign_in(lead), await sign_in(crowd[0])):
        page = await reader.get(f"/decisions/{decision.id}")
        assert "5 voix sur 6" in page.text.replace("\u202f", " ")
        assert "Rien ne paraît avant la clôture." in page.text
        assert "Positions et raisons" not in page.text
        assert "Retenu" not in page.text
    assert (await client.get(f"/decisions/{decision.id}/resultat.csv")).status_code == 404
    decision = await _closed(decision)
    pages = [f"/decisions/{decision.id}{end}" for end in ("", "/resultat.csv", "/resultat.json")]
    for path in (*pages, f"/comites/{decision.committee.slug}/registre"):
        text = (await client.get(path)).text
        assert not [name for name in NAMES if name.split()[0] in text or name.split()[1] in text], path
    file = json.loads((await client.get(pages[2])).text)
    assert [line["name"] for line in file["ballots"]] == [None] * 5
    assert recount(file).agrees
    sheet = (await client.get(pages[1])).text
    assert "Bulletin" in sheet
    assert "Retenu : « Basile »" in (await client.get(pages[0])).text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.one_engine
async def test_my_own_space_and_my_data_say_that_i_voted_and_no_more(sign_in: SignIn) -> None:
    decision, _lead, crowd = await _asked()
    for n, person in enumerate(crowd):
        await votes(person, decision, Code.NO if n == 0 else Code.YES)
    await _closed(decision)
    text = (await (await sign_in(crowd[0])).get("/mon-espace")).text
    assert "J’ai voté" in text
    assert "Contre" not in text
    found = await privacy.personal_data(crowd[0])
    assert found["positions"] == []
    assert found["secret_votes"] == [{"question": decision.question, "voted": True}]


@pytest.mark.one_engine
async def test_consent_needs_names_so_it_is_not_secret(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    closes = clock.local(clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    form = {
        "question": "La navette s’arrête-t-elle à l’étang ?", "method": "consent", "closes_at": closes, "secret": "1",
        "cle": "clef-du-formulaire",
    }  # fmt: skip
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/decisions/nouvelle"
    assert "Moins de cinq personnes siègent" in (await mine.get(path)).text
    refused = await mine.submit(path, form)
    assert refused.status_code == 422
    assert "le vote ne peut pas être secret" in refused.text
    made = await mine.submit(path, form | {"method": "majority"})
    assert made.status_code == 303
    decision = await Decision.get()
    assert decision.is_secret
    page = await mine.get(f"/decisions/{decision.id}")
    assert "le résultat dira ce qu’elle a voté" in page.text
    assert 'name="secret" value="1" checked' in (await mine.get(f"/decisions/{decision.id}/modifier")).text


async def test_a_small_college_that_weighs_keeps_a_secret_decision_from_opening() -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await Committee.filter(id=committee.id).update(is_weighted=True)
    await College.filter(committee_id=committee.id, kind=CollegeKind.RESIDENTS).update(weight=50)
    await College.filter(committee_id=committee.id, kind=CollegeKind.CONTRIBUTORS).update(weight=50)
    for n in range(5):
        await a_member(committee, f"Prénom{n} Nom{n}")
    draft = await a_draft(await Committee.get(id=committee.id), lead, method=Method.MAJORITY, secret=True)
    with pytest.raises(DomainError, match=r"au moins cinq personnes.*Trop petit.*Habitants"):
        await service.open_or_schedule(Actor(lead), draft)
    assert (await fresh(draft)).status == DecisionStatus.DRAFT
    assert not await BallotBox.all().count()
    plain = await a_draft(await Committee.get(id=committee.id), lead, method=Method.MAJORITY)
    assert await service.open_or_schedule(Actor(lead), plain) == DecisionStatus.OPEN


async def _weighted(residents: int, contributors: int) -> tuple[Decision, list[Person], list[Person]]:
    from civic.committees import seats
    from civic.committees.joining import Designation

    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await Committee.filter(id=committee.id).update(is_weighted=True)
    for kind, weight in ((CollegeKind.RESIDENTS, 60), (CollegeKind.CONTRIBUTORS, 40)):
        await College.filter(committee_id=committee.id, kind=kind).update(weight=weight, places=None)
    first, second = [lead], []
    for n in range(residents - 1):
        first.append(await a_person(f"Prénom{n} Nom{n}"))
        await seats.sit(committee, first[-1], CollegeKind.RESIDENTS, Designation.REQUEST)
    for n in range(contributors):
        second.append(await a_person(f"Autre{n} Nom{n}"))
        await seat(committee, second[-1])
    committee = await Committee.get(id=committee.id).select_related("initiative")
    return await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True), first, second


async def test_weighing_colleges_keep_their_ballots_when_five_of_each_voted(client: Client) -> None:
    decision, residents, contributors = await _weighted(5, 6)
    for n, person in enumerate(residents + contributors):
        await votes(person, decision, Code.YES if n % 2 else Code.NO)
    decision = await _closed(decision)
    ballots = await CountedBallot.filter(decision_id=decision.id)
    assert sorted(one.college for one in ballots) == ["contributors"] * 6 + ["residents"] * 5
    said = [Vote(Code.YES if n % 2 else Code.NO, college="residents" if n < 5 else "contributors") for n in range(11)]
    assert decision.counted == count(decision.rule, {}, 11, said).as_json()
    assert recount(json.loads((await client.get(f"/decisions/{decision.id}/resultat.json")).text)).agrees


async def test_where_few_of_a_college_voted_only_the_result_is_kept(client: Client) -> None:
    decision, residents, contributors = await _weighted(5, 5)
    for person in residents:
        await votes(person, decision, Code.YES)
    await votes(contributors[0], decision, Code.NO)
    decision = await _closed(decision)
    assert (decision.verdict, decision.tally, decision.is_withheld) == ("adopted", None, True)
    assert not await CountedBallot.all().count()
    page = await client.get(f"/decisions/{decision.id}")
    assert "seul le résultat est gardé" in page.text
    assert "Contre" not in re.sub(r"<dl.*?</dl>", "", page.text, flags=re.S)
    assert (await client.get(f"/decisions/{decision.id}/resultat.json")).status_code == 404
    assert (await client.get(f"/comites/{decision.committee.slug}/registre")).status_code == 200
    await jobs.run_due()


@pytest.mark.parametrize("method", [Method.DOTS, Method.RANKED, Method.BUDGET])
async def test_four_voices_leave_the_name_of_who_was_chosen_and_no_detail(client: Client, method: Method) -> None:
    options = [{"title": one["title"], "cost": 100} for one in PERSONS]
    decision, _lead, crowd = await _asked(method, options=options, budget=100, dots=3)
    said = {Method.DOTS: {"Basile": 3}, Method.RANKED: [["Basile"]], Method.BUDGET: ["Basile"]}[method]
    for person in crowd[:4]:
        await votes(person, decision, said)
    decision = await _closed(decision)
    assert not await CountedBallot.all().count()
    page = (await client.get(f"/decisions/{decision.id}")).text
    assert "« Basile »" in page.replace("\xa0", " ").replace("\u202f", " ")
    assert "Comment on a compté" not in page
    assert (await client.get(f"/comites/{decision.committee.slug}/registre")).status_code == 200


async def test_every_ballot_of_a_decision_is_as_long_as_any_other() -> None:
    decision, lead, crowd = await _asked(Method.RANKED)
    said = [[["Agathe"]], [["Colette"], ["Basile"], ["Agathe"]], [["Colette", "Basile", "Agathe"]], [["Basile"]], [["Colette"]]]
    for person, one in zip(crowd, said, strict=True):
        await votes(person, decision, one)
    sealed = [bytes(one) for one in await SealedBallot.all().values_list("sealed", flat=True)]
    assert len({len(one) for one in sealed}) == 1
    await votes(lead, decision, [["Agathe"]])
    assert len({bytes(one) for one in await SealedBallot.all().values_list("sealed", flat=True)}) == 6


async def test_the_count_is_that_of_the_votes_whatever_their_order() -> None:
    chance, results = Random(7), []
    said: list[object] = [[["Agathe"], ["Basile"]], [["Basile"], ["Colette"]], [["Colette"], ["Basile"]], [["Basile"]], [["Agathe"], ["Colette"]]]
    for _turn in range(3):
        decision, _lead, crowd = await _asked(Method.RANKED)
        chance.shuffle(said)
        chance.shuffle(crowd)
        for person, one in zip(crowd, said, strict=True):
            await votes(person, decision, one)
        decision = await _closed(decision)
        titles = {option.id: option.title async for option in Option.filter(decision_id=decision.id)}
        ids = {title: option for option, title in titles.items()}
        plain = [Vote(choices=[[ids[name] for name in group] for group in one]) for one in said]  # type: ignore[attr-defined]
        assert decision.counted == count(decision.rule, dict.fromkeys(titles, 0), 6, plain).as_json()
        assert decision.counted
        results.append([titles[one] for one in decision.counted["chosen"]])
    assert results == [results[0]] * 3


async def test_closing_twice_counts_once_and_a_crash_before_the_key_is_destroyed_is_made_good(settings: Settings) -> None:
    decision, _lead, crowd = await _asked()
    for person in crowd:
        await votes(person, decision, Code.YES)
    folder = settings.data / keys.FOLDER
    (key,) = folder.iterdir()
    assert (key.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    decision = await _closed(decision)
    assert key.exists()  # the process died between the commit and the job
    assert not await closing.close(decision.id)
    assert await CountedBallot.all().count() == 5
    assert (await _heads(decision))["yes"] == 5
    await jobs.run_due()
    assert not list(folder.iterdir())
    assert not await BallotBox.all().count() + await SealedBallot.all().count()


async def _undone(verb: Awaitable[object]) -> None:
    """The process loses its database at the end of the verb."""
    async with transaction():
        await verb
        raise RuntimeError


async def test_a_closing_that_is_undone_keeps_the_box_and_its_key(settings: Settings) -> None:
    decision, _lead, crowd = await _asked()
    for person in crowd:
        await votes(person, decision, Code.YES)
    await _time_is_up(decision)
    with pytest.raises(RuntimeError):
        await _undone(closing.close(decision.id))
    await jobs.run_due()
    assert list((settings.data / keys.FOLDER).iterdir())
    assert await closing.close(decision.id)
    assert (await _heads(await fresh(decision)))["yes"] == 5


async def test_an_opening_that_is_undone_leaves_a_key_that_the_sweep_destroys(settings: Settings) -> None:
    import os

    lead = await a_person("Sélim Laurent")
    draft = await a_draft(await a_committee(lead), lead, method=Method.MAJORITY, secret=True)
    with pytest.raises(RuntimeError):
        await _undone(service.open_or_schedule(Actor(lead), draft))
    (key,) = (settings.data / keys.FOLDER).iterdir()
    await ballots_jobs.sweep_keys()
    assert key.exists()  # perhaps a transaction that is not over
    await service.open_or_schedule(Actor(lead), draft)
    hour_ago = clock.now().timestamp() - 2 * keys.ORPHAN_SECONDS
    for file in key.parent.iterdir():
        os.utime(file, (hour_ago, hour_ago))
    await ballots_jobs.sweep_keys()
    box = await BallotBox.get()
    assert [file.name for file in key.parent.iterdir()] == [box.key_name]


async def test_a_withdrawn_decision_leaves_no_ballot_and_no_key(settings: Settings) -> None:
    decision, lead, crowd = await _asked()
    await votes(crowd[0], decision, Code.YES)
    assert await service.withdraw(Actor(lead), decision, "La question était mal posée.")
    await jobs.run_due()
    assert not await SealedBallot.all().count()
    assert not list((settings.data / keys.FOLDER).iterdir())


async def test_a_vote_whose_key_is_gone_says_so_and_starts_again(
    sign_in: SignIn, settings: Settings, client: Client
) -> None:
    decision, lead, (rose, odile, *_others) = await _asked()
    old = await votes(rose, decision, Code.YES)
    (key,) = (settings.data / keys.FOLDER).iterdir()
    refused = await (await sign_in(lead)).submit(f"/decisions/{decision.id}/recommencer")
    assert refused.headers["location"] == f"/decisions/{decision.id}"
    assert await SealedBallot.all().count() == 1
    keys.destroy(key.name)
    keys.destroy(key.name)
    assert await secret.verify() == [f"decision {decision.id}: the key of its ballot box is gone"]
    assert "Cette urne ne peut pas être ouverte" in (await client.get(f"/decisions/{decision.id}")).text
    hers = await sign_in(odile)
    assert (await hers.submit(f"/decisions/{decision.id}/isoloir", {"option": "yes"})).status_code == 409
    assert (await hers.submit(f"/decisions/{decision.id}/recommencer")).status_code == 403
    await _time_is_up(decision)
    with pytest.raises(keys.KeyIsGone):
        await closing.close(decision.id)
    started = await (await sign_in(lead)).submit(f"/decisions/{decision.id}/recommencer")
    assert started.status_code == 303
    decision = await fresh(decision)
    assert (decision.status, decision.answers_count, decision.takes_answers(clock.now())) == (DecisionStatus.OPEN, 0, True)
    assert not await Elector.filter(answered_at__isnull=False).count() + await SealedBallot.all().count()
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__contains="Il faut voter à nouveau").count() == 6
    assert await secret.verify() == []
    elector = await electors.to_speak_for(decision, rose, None)
    with pytest.raises(Invalid):
        await secret.change(Actor(rose), decision, elector, Position(Code.NO), old)
    await votes(rose, decision, Code.NO)
    assert len(await queries.voted_in_secret(rose)) == 1


def test_a_code_is_read_as_people_type_it() -> None:
    code = codes.new()
    assert codes.read(f" {codes.shown(code).lower()} ") == code
    assert codes.read(code.replace(code[0], "O")) == ""
    assert codes.read("") == ""


def test_the_cookie_of_a_code_says_nothing_and_opens_for_its_decision_only(settings: Settings) -> None:
    code = codes.new()
    cookie = codes.wrap(7, code)
    assert code not in cookie
    assert codes.unwrap(7, cookie) == code
    assert codes.unwrap(8, cookie) == codes.unwrap(7, cookie[:-2]) == codes.unwrap(7, "é") == ""


def test_no_backup_reads_the_folder_of_the_keys() -> None:
    from civic.hosting import archive

    assert keys.FOLDER not in Path(archive.__file__).read_text()
