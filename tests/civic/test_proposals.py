"""Working on a proposal by consent: questions, amendments, revisions, integrated objections, and their pages."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.counting.rules import Code, Verdict
from civic.decisions.models import Decision, Elector, Stance
from civic.errors import DomainError, Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from civic.proposals import panels, privacy, revisions, service
from civic.proposals.models import Amendment, AmendmentStatus, ProposalQuestion, Revision
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.proposals import TEXT, a_proposal, a_question, an_amendment, integrates
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]
KEY = "clef-du-formulaire"


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def _stage_two() -> None:
    clock.travel(timedelta(days=1, seconds=1))


async def _letters(subject: str) -> list[str]:
    return sorted(message.to for message in await OutboxMessage.filter(subject__contains=subject))


@pytest.mark.one_engine
async def test_a_member_asks_and_who_runs_the_committee_answers(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    hers, mine, path = await sign_in(rose), await sign_in(lead), f"/decisions/{decision.id}"
    assert (await hers.get(f"{path}/questions/nouvelle")).status_code == 200
    assert (await hers.submit(f"{path}/questions/nouvelle", {"text": "?"})).status_code == 422
    for _ in range(2):
        sent = {"text": "Qui paie le gazole ?", "cle": KEY}
        assert (await hers.submit(f"{path}/questions/nouvelle", sent)).status_code == 303
    asked = await ProposalQuestion.get()
    await jobs.run_due()
    assert await _letters("Une question sur votre proposition") == [lead.email]
    assert "1 question à laquelle répondre" in (await panels.person_todos(lead))[0].text
    answer = f"{path}/questions/{asked.id}"
    assert (await hers.submit(answer, {"answer": "Moi."})).status_code == 403
    assert "Qui paie le gazole" in (await mine.get(answer)).text
    assert (await mine.submit(answer, {"answer": ""})).status_code == 422
    typo = await a_question(rose, decision, "Qui pai")
    assert (await mine.submit(f"{path}/questions/{typo.id}/retirer")).status_code == 403
    assert "Retirer ma question" in (await hers.get(path)).text
    assert "Retirer ma question" not in (await mine.get(path)).text
    assert (await hers.submit(f"{path}/questions/{typo.id}/retirer")).status_code == 303
    await jobs.run_due()  # nobody is told of what was taken back
    assert [one.id for one in await ProposalQuestion.all()] == [asked.id]
    assert await _letters("Une question sur votre proposition") == [lead.email]
    for said in ("La commune, jusqu’en juin.", "Personne."):
        assert (await mine.submit(answer, {"answer": said})).status_code == 303
    await jobs.run_due()
    assert await _letters("Une réponse à votre question") == [rose.email]
    assert (await hers.submit(f"{answer}/retirer")).status_code == 303
    assert await ProposalQuestion.filter(id=asked.id).exists()  # answered: it stays for everybody
    text = (await client.get(path)).text
    for expected in ("Qui paie le gazole", "Réponse de Sélim", "La commune, jusqu’en juin."):
        assert expected in text
    assert "Personne." not in text
    assert await panels.person_todos(lead) == []


async def test_an_accepted_amendment_rewrites_the_text_and_both_versions_stay(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    hers, mine, path = await sign_in(rose), await sign_in(lead), f"/decisions/{decision.id}"
    sent = {"change": "L’essai dure six mois.", "why": "L’hiver compte.", "cle": KEY}
    for _ in range(2):
        assert (await hers.submit(f"{path}/ameliorations/nouvelle", sent)).status_code == 303
    made = await Amendment.get()
    settle = f"{path}/ameliorations/{made.id}"
    assert (await hers.get(settle)).status_code == 403
    assert "onze minutes" in (await mine.get(settle)).text
    new = TEXT.replace("trois mois", "six mois")
    same = await mine.submit(f"{settle}/reprendre", {"text": TEXT, "version": "0"})
    assert same.status_code == 422
    assert "pas changé" in same.text
    assert (await Amendment.get()).status == AmendmentStatus.PROPOSED
    for _ in range(2):
        assert (await mine.submit(f"{settle}/reprendre", {"text": new, "version": "0"})).status_code == 303
    (revision,) = await Revision.all()
    assert (revision.before, revision.after, revision.number) == (TEXT, new, 1)
    assert (await fresh(decision)).explanation == new
    await jobs.run_due()
    assert await _letters("Votre amélioration est reprise") == [rose.email]
    assert "Repris dans le texte" in (await client.get(path)).text
    shown = (await client.get(f"{path}/versions/1")).text
    assert "<del>" in shown
    assert "trois" in shown
    assert (await client.get(f"{path}/versions/2")).status_code == 404
    with pytest.raises(IntegrityError):
        await Revision.create(
            decision=decision, number=1, before="a", after="b", made_at=clock.now(), made_by=lead
        )


async def test_a_text_changed_meanwhile_is_not_overwritten(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await a_proposal(committee, lead)
    one, other = await an_amendment(lead, decision), await an_amendment(lead, decision, "L’arrêt est au lac.")
    assert await service.accept(Actor(lead), one, "Essai de six mois.", 0)
    mine, path = await sign_in(lead), f"/decisions/{decision.id}/ameliorations/{other.id}/reprendre"
    refused = await mine.submit(path, {"text": "L’arrêt est au lac.", "version": "0"})
    assert refused.status_code == 422
    assert "Le texte a changé pendant que vous écriviez" in refused.text
    assert "Essai de six mois." in refused.text
    assert (await fresh(decision)).explanation == "Essai de six mois."
    assert (await mine.submit(path, {"text": "Six mois, au lac.", "version": "1"})).status_code == 303
    assert (await fresh(decision)).explanation == "Six mois, au lac."


@pytest.mark.one_engine
async def test_a_declined_amendment_says_why_and_its_author_may_take_hers_back(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    refused, mine_back = await an_amendment(rose, decision), await an_amendment(rose, decision, "Un arrêt au lac.")
    hers, mine, path = await sign_in(rose), await sign_in(lead), f"/decisions/{decision.id}/ameliorations"
    assert (await mine.submit(f"{path}/{mine_back.id}/retirer")).status_code == 403
    assert (await hers.submit(f"{path}/{mine_back.id}/retirer")).status_code == 303
    assert (await Amendment.get(id=mine_back.id)).status == AmendmentStatus.WITHDRAWN
    assert (await mine.submit(f"{path}/{refused.id}/ecarter", {"reason": ""})).status_code == 422
    for _ in range(2):
        answer = await mine.submit(f"{path}/{refused.id}/ecarter", {"reason": "La subvention finit en juin."})
        assert answer.status_code == 303
    await jobs.run_due()
    assert await _letters("n’est pas reprise") == [rose.email]
    assert "La subvention finit en juin." in (await client.get(f"/decisions/{decision.id}")).text
    assert not await Revision.all().count()
    with pytest.raises(IntegrityError):
        await Amendment.filter(id=refused.id).update(reason="")


@pytest.mark.one_engine
async def test_who_does_not_belong_to_the_electorate_only_reads(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    await an_amendment(rose, decision)
    late, stranger = await a_member(committee, "Odile Perrin"), await a_person("Nadia Faure")
    path = f"/decisions/{decision.id}"
    for person in (late, stranger):
        theirs = await sign_in(person)
        page = (await theirs.get(path)).text
        assert "L’essai dure six mois." in page
        assert "Proposer un changement" not in page
        for verb, sent in (("questions", {"text": "Qui paie ?"}), ("ameliorations", {"change": "Tout autre chose"})):
            assert (await theirs.get(f"{path}/{verb}/nouvelle")).status_code == 403
            assert (await theirs.submit(f"{path}/{verb}/nouvelle", {**sent, "cle": KEY})).status_code == 403
    hers = await sign_in(rose)
    assert "Proposer un changement" in (await hers.get(path)).text
    assert (await hers.submit(f"{path}/questions/nouvelle", {"text": "Qui paie ?", "cle": KEY})).status_code == 303


async def test_a_substitute_of_the_electorate_takes_part(database: object, app: object, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await a_member(committee)
    decision = await a_proposal(committee, lead)
    substitute = await a_person("Paul Rey")
    theirs, sent = await sign_in(substitute), {"text": "Qui paie ?", "cle": KEY}
    assert (await theirs.submit(f"/decisions/{decision.id}/questions/nouvelle", sent)).status_code == 403
    await Elector.filter(decision_id=decision.id).exclude(person_id=lead.id).update(substitute_id=substitute.id)
    assert (await theirs.submit(f"/decisions/{decision.id}/questions/nouvelle", sent)).status_code == 303


async def test_amendments_end_at_the_very_moment_positions_begin(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    made, asked = await an_amendment(rose, decision), await a_question(rose, decision)
    _stage_two()
    with pytest.raises(DomainError):
        await service.accept(Actor(lead), made, "Essai de six mois.", 0)
    with pytest.raises(DomainError):
        await an_amendment(rose, decision, "Encore autre chose.")
    assert (await fresh(decision)).explanation == TEXT
    assert await service.reply(Actor(lead), asked, "La commune.")  # an answer still helps
    assert await service.decline(Actor(lead), made, "C’est trop tard.")
    clock.travel(timedelta(days=3, seconds=1))
    other = await ProposalQuestion.create(
        decision=decision, person=rose, form_key="une-autre-clef", text="Et après ?", asked_at=clock.now()
    )
    with pytest.raises(DomainError):
        await service.reply(Actor(lead), other, "Trop tard.")


async def test_an_integrated_objection_makes_a_version_and_tells_who_had_spoken_once(
    client: Client, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee, "Rose Martin"), await a_member(committee, "Odile Perrin")
    silent = await a_member(committee, "Fatou Sarr")
    decision = await a_proposal(committee, lead)
    _stage_two()
    await says(odile, decision, Code.AGREE)
    await says(rose, decision, Code.OBJECT, "Le car scolaire passe là.")
    stance = await Stance.get(person_id=rose.id)
    mine, path = await sign_in(lead), f"/decisions/{decision.id}"
    for who, hers in ((rose, True), (odile, False)):
        assert ("C’est votre objection." in (await (await sign_in(who)).get(path)).text) is hers
    form = f"{path}/objections/{stance.id}"
    assert "Le car scolaire passe là." in (await mine.get(form)).text
    unchanged = await mine.submit(form, {"integration": "Après le car.", "text": TEXT, "version": "0"})
    assert unchanged.status_code == 422
    assert (await Stance.get(id=stance.id)).integrated_at is None
    sent = {"integration": "La navette passe après le car.", "text": TEXT + "\n\nAprès le car.", "version": "0"}
    for _ in range(2):
        assert (await mine.submit(form, sent)).status_code == 303
        await jobs.run_due()
    assert await Revision.all().count() == 1
    assert await _letters("La proposition a changé") == [odile.email]
    assert await _letters("Votre objection a changé la proposition") == [rose.email]
    text = (await client.get(path)).text
    for expected in ("2 avis ont été donnés avant la dernière version", "intégrée", "Version 2"):
        assert expected in text
    assert "Le texte a changé depuis votre avis" in (await (await sign_in(odile)).get(path)).text
    assert "Le texte a changé depuis votre avis" not in (await (await sign_in(silent)).get(path)).text
    assert await Stance.filter(superseded_at__isnull=True).count() == 2  # what was said stands
    await says(odile, decision, Code.RESERVE, "Je relis.")
    assert "1 avis a été donné avant la dernière version" in (await client.get(path)).text
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    assert (await fresh(decision)).verdict == Verdict.ADOPTED


@pytest.mark.one_engine
async def test_a_withdrawn_objection_is_told_without_its_words(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    await says(rose, decision, Code.OBJECT, "Le car scolaire passe là.")
    assert "ouverte : elle bloque" in (await client.get(f"/decisions/{decision.id}")).text.replace("\u00a0", " ")
    await says(rose, decision, Code.AGREE)
    text = (await client.get(f"/decisions/{decision.id}")).text
    assert "retirée" in text
    assert "Le car scolaire" not in text


@pytest.mark.one_engine
async def test_a_discreet_elector_who_asks_and_amends_is_not_named_to_strangers(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    await Elector.filter(decision_id=decision.id, person_id=rose.id).update(is_discreet=True)
    made = await an_amendment(rose, decision)
    await a_question(rose, decision)
    await service.accept(Actor(lead), made, "Essai de six mois.", 0)
    path = f"/decisions/{decision.id}"
    assert "Rose" not in (await client.get(path)).text
    assert "Rose" in (await (await sign_in(lead)).get(path)).text


async def test_her_words_go_when_she_has_her_data_erased_and_the_committees_stay(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    asked, _unanswered = await a_question(rose, decision), await a_question(rose, decision, "Et le gasoil du soir ?")
    taken, _waiting = await an_amendment(rose, decision), await an_amendment(rose, decision, "Un arrêt au lac.")
    await service.reply(Actor(lead), asked, "La commune.")
    await service.accept(Actor(lead), taken, "Essai de six mois.", 0)
    kept = await privacy.personal_data(rose)
    assert [len(kept[kind]) for kind in ("proposal_questions", "amendments", "proposal_answers")] == [2, 2, 0]
    for person in (rose, lead):
        for _ in range(2):
            await privacy.erasures(person)
    text = (await client.get(f"/decisions/{decision.id}")).text
    for gone in ("gazole", "gasoil", "L’essai dure six mois.", "Un arrêt au lac."):
        assert gone not in text
    for stays in ("La commune.", "Essai de six mois.", "Repris dans le texte"):
        assert stays in text
    assert (await ProposalQuestion.get()).answered_by_id is None


@pytest.mark.one_engine
async def test_a_page_costs_the_same_with_one_amendment_and_with_ten(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await a_proposal(committee, lead)
    counts: list[int] = []
    for _ in range(2):
        for n in range(5):
            made = await an_amendment(lead, decision)
            await service.accept(Actor(lead), made, f"Version {n} {len(counts)}", await revisions.version_of(decision))
            await a_question(lead, decision)
        with query_count() as queries:
            await client.get(f"/decisions/{decision.id}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


@pytest.mark.one_engine
def test_what_changed_is_compared_word_by_word() -> None:
    pieces = revisions.compared("Un essai.\nTrois mois à un euro.", "Un essai.\nSix mois à un euro.\nPuis bilan.")
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == "Un essai.\nTrois mois à un euro."
    assert "".join(piece.text for piece in pieces if piece.kind != "old").startswith("Un essai.\nSix mois à un euro.")
    assert next(piece.text for piece in pieces if piece.kind == "old") == "Trois"
    assert [piece.kind for piece in revisions.compared("", "Tout neuf.")] == ["new"]


async def test_a_text_that_did_not_change_integrates_nothing(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead, explanation=TEXT)
    await says(lead, decision, Code.OBJECT, "Trop cher.")
    stance = await Stance.get()
    with pytest.raises(Invalid):
        await integrates(lead, decision, stance, TEXT)
    assert (await Stance.get()).integrated_at is None
    await integrates(lead, decision, stance, "Moins cher.")
    assert (await Decision.get()).explanation == "Moins cher."
