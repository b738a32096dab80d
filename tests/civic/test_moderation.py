"""Reports without an account, the team's reasoned answer, undoing it, and the author's appeal."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs, slots
from civic.discussions import service as talking
from civic.discussions.models import Comment, Thread
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.moderation import panels, queries, service
from civic.moderation.models import Judgement, Report
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative
from tests.factories.talking import is_hidden, reports, says

SignIn = Callable[[Person], Awaitable[Client]]
QUEUE = "/pupitre/signalements"
REASON = "Les insultes sont contraires à la règle 3."


async def an_animator(name: str = "Anne Moreau") -> Person:
    return await a_person(name, "", RoleName.ANIMATOR)


async def test_a_visitor_reports_and_the_team_hides_with_a_reason(client: Client, sign_in: SignIn) -> None:
    rose, anne = await a_person("Rose Martin"), await an_animator()
    initiative = await an_initiative(lead=await a_person())
    said = await says(rose, initiative, "Espèce de **malotru**.")
    path = f"/signaler/commentaire/{said.id}"
    assert "malotru" in (await client.get(path)).text
    sent = {"ground": "insulte", "words": "C’est blessant.", "email": "voisine@exemple.fr"}
    assert (await client.submit(path, sent)).headers["location"] == f"/commentaires/{said.id}#commentaire-{said.id}"
    hers = await sign_in(anne)
    assert "1 texte signalé à relire" in (await hers.get("/pupitre")).text
    queue = (await hers.get(QUEUE)).text
    assert "malotru" in queue
    assert "C’est blessant." in queue
    bare = await hers.submit(f"{QUEUE}/commentaire/{said.id}/masquer", {"reason": "", "version": "1"})
    assert bare.status_code == 422
    done = await hers.submit(f"{QUEUE}/commentaire/{said.id}/masquer", {"reason": REASON, "version": str(said.version)})
    assert done.status_code == 303
    shown = (await client.get(f"/discussions/initiative/{initiative.id}")).text
    assert f"Masqué par l’équipe\u00a0: {REASON}" in shown
    assert "malotru" not in shown
    assert "malotru" not in (await client.get(path)).text
    assert "malotru" not in (await client.get(f"/initiatives/{initiative.slug}")).text
    assert (await Thread.get()).comments == 0
    await jobs.run_due()
    letters = {mail.to: mail.text for mail in await OutboxMessage.all()}
    assert REASON in letters[str(rose.email)]
    assert "/recours/" in letters[str(rose.email)]
    assert REASON in letters["voisine@exemple.fr"]
    assert (await Report.get()).email == ""
    assert await AuditEntry.filter(act="text_hidden", subject=f"commentaire:{said.id}").count() == 1
    assert await panels.desk_todos(anne) == []


async def test_the_team_keeps_a_text_and_says_so(sign_in: SignIn) -> None:
    said = await says(await a_person("Rose Martin"), await an_initiative(lead=await a_person()))
    await reports(said, "voisine@exemple.fr")
    await reports(said, "voisine@exemple.fr")
    hers = await sign_in(await an_animator())
    for _ in range(2):
        assert (await hers.submit(f"{QUEUE}/commentaire/{said.id}/garder")).status_code == 303
    await jobs.run_due()
    assert "laisse en place" in (await OutboxMessage.get(to="voisine@exemple.fr")).text
    assert await AuditEntry.filter(act="text_kept").count() == 1
    assert "Aucun signalement n’attend" in (await hers.get(QUEUE)).text


async def test_only_the_team_judges_and_never_its_own_words(client: Client, sign_in: SignIn) -> None:
    anne, lead = await an_animator(), await a_person("Sélim Laurent")
    said = await says(anne, await an_initiative(lead=lead))
    await reports(said)
    hide = f"{QUEUE}/commentaire/{said.id}/masquer"
    sent = {"reason": REASON, "version": "1"}
    assert (await client.get(QUEUE)).status_code == 303
    for person in (lead, await a_person("Nadia Faure"), await a_person("Irène Bon", "", RoleName.TREASURER)):
        his = await sign_in(person)
        assert (await his.get(QUEUE)).status_code == 403
        assert (await his.submit(hide, sent)).status_code == 403
    hers = await sign_in(anne)
    assert "une autre personne de l’équipe décide" in (await hers.get(QUEUE)).text
    assert (await hers.submit(hide, sent)).status_code == 403
    assert (await (await sign_in(await an_animator("Marc Petit"))).submit(hide, sent)).status_code == 303


async def test_the_team_hides_what_it_has_read(sign_in: SignIn) -> None:
    rose = await a_person("Rose Martin")
    said = await says(rose, await an_initiative(lead=await a_person()), "Un texte rude.")
    await reports(said)
    await talking.correct(Actor(rose), said, "Un texte plus doux.")
    hers = await sign_in(await an_animator())
    late = await hers.submit(f"{QUEUE}/commentaire/{said.id}/masquer", {"reason": REASON, "version": "1"})
    assert late.status_code == 422
    assert "a changé depuis" in late.text
    assert not await Judgement.exists()
    assert (await Comment.get()).hidden_at is None


async def test_a_hidden_text_can_neither_be_changed_nor_replied_to(database: object, app: object) -> None:
    rose, initiative = await a_person("Rose Martin"), await an_initiative(lead=await a_person())
    said = await says(rose, initiative)
    assert await is_hidden(await an_animator(), said)
    assert not await is_hidden(await an_animator("Marc Petit"), said)
    with pytest.raises(DomainError):
        await talking.correct(Actor(rose), said, "Autre chose.")
    with pytest.raises(DomainError):
        await says(await a_person("Odile Perrin"), initiative, "Comment ?", to=said)
    await talking.take_back(Actor(rose), said)
    assert (await Thread.get()).comments == 0


async def test_hiding_is_undone(client: Client, sign_in: SignIn) -> None:
    lead, rose, anne = await a_person("Sélim Laurent"), await a_person("Rose Martin"), await an_animator()
    initiative = await an_initiative(lead=lead)
    asked = await says(rose, initiative, "Où est l’arrêt ?", question=True)
    answer = await says(lead, initiative, "Devant la mairie.", to=asked, official=True)
    await is_hidden(anne, answer)
    assert (await Comment.get(id=asked.id)).answered_at is None
    hers, judgement = await sign_in(anne), await Judgement.get()
    for _ in range(2):
        assert (await hers.submit(f"{QUEUE}/{judgement.id}/remontrer")).status_code == 303
    assert "Devant la mairie." in (await client.get(f"/discussions/initiative/{initiative.id}")).text
    assert (await Comment.get(id=asked.id)).answered_at == answer.at
    assert (await Thread.get()).comments == 2
    assert await AuditEntry.filter(act="text_shown_again").count() == 1
    assert await is_hidden(anne, await Comment.get(id=answer.id))


async def test_the_author_appeals_by_link_and_another_person_answers(client: Client, sign_in: SignIn) -> None:
    rose, anne, marc = await a_person("Rose Martin"), await an_animator(), await an_animator("Marc Petit")
    initiative = await an_initiative(lead=await a_person())
    said = await says(rose, initiative, "Ce tarif est une honte.")
    await is_hidden(anne, said)
    judgement = await Judgement.get()
    path = f"/recours/{links.make(queries.APPEAL, judgement.id)}"
    assert "Ce tarif est une honte." in (await client.get(path)).text
    assert (await client.submit(path, {"words": "Non"})).status_code == 422
    assert (await client.submit(path, {"words": "C’est une opinion, pas une insulte."})).status_code == 303
    assert "est arrivé le" in (await client.get(path)).text
    again = await client.submit(path, {"words": "C’est une opinion, pas une insulte."})
    assert again.status_code == 422
    hers, his = await sign_in(anne), await sign_in(marc)
    answer = {"upheld": "montre", "answer": "Vous avez raison, nous remontrons votre texte."}
    assert "1 recours attend une réponse" in (await his.get("/pupitre")).text
    assert "Une autre personne de l’équipe répond" in (await hers.get(QUEUE)).text
    assert (await hers.submit(f"{QUEUE}/{judgement.id}/recours", answer)).status_code == 403
    assert (await his.submit(f"{QUEUE}/{judgement.id}/recours", {})).status_code == 422
    for _ in range(2):
        assert (await his.submit(f"{QUEUE}/{judgement.id}/recours", answer)).status_code == 303
    assert "Ce tarif est une honte." in (await client.get(f"/discussions/initiative/{initiative.id}")).text
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, subject__contains="recours").count() == 1
    assert await AuditEntry.filter(act="appeal_granted").count() == 1
    for erase in slots.erasures:
        await erase(rose)
    assert (await Judgement.get()).appeal == ""


@pytest.mark.one_engine
async def test_a_team_of_one_answers_the_appeal_herself_and_may_refuse(client: Client, sign_in: SignIn) -> None:
    rose, anne = await a_person("Rose Martin"), await an_animator()
    said = await says(rose, await an_initiative(lead=await a_person()), "Une insulte bien sentie.")
    await is_hidden(anne, said)
    judgement = await Judgement.get()
    path = f"/recours/{links.make(queries.APPEAL, judgement.id)}"
    await client.submit(path, {"words": "Je ne suis pas d’accord."})
    hers = await sign_in(anne)
    answer = {"upheld": "masque", "answer": "Le mot vise une personne."}
    assert (await hers.submit(f"{QUEUE}/{judgement.id}/recours", answer)).status_code == 303
    assert (await Comment.get()).hidden_at is not None
    assert "Le mot vise une personne." in (await client.get(path)).text


@pytest.mark.one_engine
async def test_an_appeal_has_its_time(client: Client) -> None:
    said = await says(await a_person("Rose Martin"), await an_initiative(lead=await a_person()))
    await is_hidden(await an_animator(), said)
    path = f"/recours/{links.make(queries.APPEAL, (await Judgement.get()).id)}"
    clock.travel(timedelta(days=184))
    assert "six mois, est passé" in (await client.get(path)).text
    assert (await client.submit(path, {"words": "Je ne suis pas d’accord."})).status_code == 422
    assert (await client.get("/recours/faux")).status_code == 404


@pytest.mark.one_engine
async def test_another_reason_is_explained_and_floods_are_stopped(client: Client, a_new_hour: None) -> None:
    said = await says(await a_person("Rose Martin"), await an_initiative(lead=await a_person()))
    path = f"/signaler/commentaire/{said.id}"
    bare = await client.submit(path, {"ground": "autre"})
    assert bare.status_code == 422
    assert "Dites en quelques mots" in bare.text
    assert (await client.submit(path, {})).status_code == 422
    assert (await client.submit(path, {"ground": "ovni"})).status_code == 422
    for _ in range(10):
        assert (await client.submit(path, {"ground": "publicite"})).status_code == 303
    assert (await client.submit(path, {"ground": "publicite"})).status_code == 429
    assert (await client.get("/signaler/ovni/1")).status_code == 404


async def test_a_queue_of_twenty_texts_costs_what_one_does(sign_in: SignIn) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    anne = await an_animator()
    await reports(await says(rose, initiative))
    await is_hidden(anne, await says(rose, initiative, "Le premier masqué"))
    hers = await sign_in(anne)
    with query_count() as few:
        await hers.get(QUEUE)
    for n in range(20):
        await reports(await says(rose, initiative, f"Texte {n}"))
        await is_hidden(anne, await says(rose, initiative, f"Masqué {n}"))
    with query_count() as many:
        await hers.get(QUEUE)
    assert len(many) == len(few)


async def test_reports_are_forgotten_after_a_year_and_her_data_go_with_her(database: object, app: object) -> None:
    rose, nadia = await a_person("Rose Martin"), await a_person("Nadia Faure")
    said = await says(rose, await an_initiative(lead=await a_person()))
    made = await reports(said, str(nadia.email))
    await Report.filter(id=made.id).update(reporter_id=nadia.id)
    assert (await panels.personal_data(nadia))["reports"][0]["words"] == made.words
    for erase in slots.erasures:
        await erase(nadia)
    assert (await Report.get()).email == ""
    await is_hidden(await an_animator(), said)
    clock.travel(timedelta(days=366))
    await service.forget()
    assert not await Report.exists()
    assert await Judgement.all().count() == 1  # it still hides the text
    await service.show_again(Actor(await an_animator("Marc Petit")), await Judgement.get())
    clock.travel(timedelta(days=740))
    await service.forget()
    assert not await Judgement.exists()


async def test_the_database_refuses_a_second_hiding_and_one_without_reason(database: object, app: object) -> None:
    present = clock.now()
    await Judgement.create(kind="commentaire", subject_id=1, hidden=True, reason=REASON, at=present)
    for wrong in ({"hidden": True, "reason": REASON}, {"hidden": True, "reason": "", "subject_id": 2}):
        with pytest.raises(IntegrityError):
            await Judgement.create(**{"kind": "commentaire", "subject_id": 1, "at": present, **wrong})
