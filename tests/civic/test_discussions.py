"""Discussions: writing, replying, correcting, taking back, questions and their official answers, closing."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest

from civic import clock, slots
from civic.decisions.closing import close
from civic.discussions import panels, queries, service
from civic.discussions.models import Comment, Draft, Thread
from civic.errors import DomainError
from civic.initiatives.models import Stage
from civic.initiatives.service import change_stage
from civic.needs import service as needs
from civic.needs.models import Need
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.steering import a_committee, an_open_decision, fresh
from tests.factories.talking import says

SignIn = Callable[[Person], Awaitable[Client]]


async def test_a_resident_writes_and_everybody_reads(client: Client, sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person("Sélim Laurent"))
    hers, path = await sign_in(await a_person("Odile Perrin")), f"/discussions/initiative/{initiative.id}"
    assert "Personne n’a encore écrit ici" in (await client.get(path)).text
    answer = await hers.submit(path, {"text": "Le minibus prend-il les **vélos** ?"})
    comment = await Comment.get()
    assert answer.headers["location"] == f"/commentaires/{comment.id}#commentaire-{comment.id}"
    assert "Vous suivez maintenant la discussion" in (await hers.get(f"/commentaires/{comment.id}")).text
    shown = (await client.get(path)).text
    assert "Odile P." in shown
    assert "Perrin" not in shown
    assert "<strong>vélos</strong>" in shown
    assert "1 commentaire" in shown
    assert "pos--marked" in (await client.get(f"/commentaires/{comment.id}")).text
    assert "prend-il les vélos" in (await client.get(f"/initiatives/{initiative.slug}")).text


async def test_the_same_words_sent_twice_are_one_comment(sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person())
    hers, path = await sign_in(await a_person("Odile Perrin")), f"/discussions/initiative/{initiative.id}"
    places = [(await hers.submit(path, {"text": "Merci à tous !"})).headers["location"] for _ in range(2)]
    assert places[0] == places[1]
    assert await Comment.all().count() == 1
    assert (await Thread.get()).comments == 1


async def test_a_visitor_who_must_sign_in_finds_her_text_again(client: Client, sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person())
    path = f"/discussions/initiative/{initiative.id}"
    answer = await client.submit(path, {"text": "Je prête ma remorque le samedi.", "question": "1"})
    door = answer.headers["location"]
    assert door.startswith("/connexion?suite=%2Fdiscussions%2Finitiative%2F")
    assert not await Comment.exists()
    back = parse_qs(urlsplit(door).query)["suite"][0]
    assert "remorque" not in back
    hers = await sign_in(await a_person("Odile Perrin"))
    page = (await hers.get(back)).text
    assert "Je prête ma remorque le samedi." in page
    assert "remorque" not in (await hers.get(f"{path}?brouillon=un-autre-secret-bien-long")).text
    clock.travel(timedelta(days=3))
    await service.forget()
    assert not await Draft.exists()


@pytest.mark.one_engine
async def test_a_reply_whose_session_has_ended_is_kept_too(client: Client) -> None:
    lead = await a_person()
    asked = await says(await a_person("Rose Martin"), await an_initiative(lead=lead))
    answer = await client.submit(f"/commentaires/{asked.id}/repondre", {"text": "Oui, à dix heures."})
    assert f"suite=%2Fcommentaires%2F{asked.id}%2Frepondre%3Fbrouillon%3D" in answer.headers["location"]
    refused = await client.submit(f"/commentaires/{asked.id}/repondre", {"text": "O"})
    assert refused.status_code == 422


@pytest.mark.one_engine
async def test_who_writes_too_much_is_stopped_and_keeps_her_words(sign_in: SignIn, a_new_hour: None) -> None:
    initiative = await an_initiative(lead=await a_person())
    hers, path = await sign_in(await a_person("Odile Perrin")), f"/discussions/initiative/{initiative.id}"
    for n in range(10):
        assert (await hers.submit(path, {"text": f"Message {n}"})).status_code == 303
    stopped = await hers.submit(path, {"text": "Encore un mot"})
    assert stopped.status_code == 422
    assert "Encore un mot" in stopped.text
    assert await Comment.all().count() == 10


async def test_a_reply_to_a_reply_stays_one_level_deep_and_quotes(client: Client) -> None:
    initiative = await an_initiative(lead=await a_person("Sélim Laurent"))
    rose, odile = await a_person("Rose Martin"), await a_person("Odile Perrin")
    first = await says(rose, initiative)
    second = await says(odile, initiative, "Non, le samedi seulement.", to=first)
    third = await says(rose, initiative, "Dommage.", to=second)
    assert (third.parent_id, third.quoted_id) == (first.id, second.id)
    shown = (await client.get(f"/discussions/initiative/{initiative.id}")).text
    assert "quote" in shown
    assert shown.count("Non, le samedi seulement.") == 2


async def test_a_representative_chooses_her_hat_and_nobody_takes_anothers(sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person())
    ferme, autre = await an_organisation("La Ferme des Levées"), await an_organisation("Le Fournil")
    rose = await a_person("Rose Martin")
    await name_representative(ferme, rose)
    hers, path = await sign_in(rose), f"/discussions/initiative/{initiative.id}"
    assert "Pour La Ferme des Levées" in (await hers.get(path)).text
    refused = await hers.submit(path, {"text": "La ferme peut aider.", "hat": str(autre.id)})
    assert refused.status_code == 422
    assert "La ferme peut aider." in refused.text
    assert (await hers.submit(path, {"text": "La ferme peut aider.", "hat": str(ferme.id)})).status_code == 303
    assert "Rose M., pour La Ferme des Levées" in (await hers.get(path)).text


async def test_a_comment_is_corrected_for_fifteen_minutes_by_its_author_only(sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose = await a_person("Rose Martin")
    said = await says(rose, initiative)
    hers, other = await sign_in(rose), await sign_in(await a_person("Nadia Faure"))
    path = f"/commentaires/{said.id}/modifier"
    assert (await other.submit(path, {"text": "Je triche."})).status_code == 403
    assert (await hers.submit(path, {"text": "Passe-t-il le lundi ?"})).status_code == 303
    shown = (await hers.get(f"/commentaires/{said.id}")).text
    assert "Passe-t-il le lundi" in shown
    assert "modifié" in shown
    clock.travel(timedelta(minutes=15))
    late = await hers.submit(path, {"text": "Et le mardi ?"})
    assert late.status_code == 422
    assert "Et le mardi" in late.text
    assert (await Comment.get()).text == "Passe-t-il le lundi ?"


async def test_who_takes_her_comment_back_leaves_the_replies(sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose = await a_person("Rose Martin")
    said = await says(rose, initiative, "Un mot de trop.")
    await says(await a_person("Odile Perrin"), initiative, "Cela arrive.", to=said)
    hers, other = await sign_in(rose), await sign_in(await a_person("Nadia Faure"))
    assert (await other.submit(f"/commentaires/{said.id}/retirer")).status_code == 403
    for _ in range(2):
        assert (await hers.submit(f"/commentaires/{said.id}/retirer")).status_code == 303
    shown = (await hers.get(f"/discussions/initiative/{initiative.id}")).text
    assert "Retiré par son auteur" in shown
    assert "Un mot de trop" not in shown
    assert "Cela arrive." in shown
    assert (await Comment.get(id=said.id)).text == ""
    assert (await Thread.get()).comments == 1


async def test_a_lead_answers_a_question_officially_and_it_stands_on_top(client: Client, sign_in: SignIn) -> None:
    lead, rose = await a_person("Sélim Laurent"), await a_person("Rose Martin")
    initiative = await an_initiative(lead=lead)
    asked = await says(rose, initiative, question=True)
    await says(await a_person("Odile Perrin"), initiative, "Je crois que non.", to=asked)
    assert [todo.href for todo in await panels.person_todos(lead)] == [service.page_of(asked)]
    assert await panels.person_todos(rose) == []
    his, path = await sign_in(lead), f"/commentaires/{asked.id}/repondre"
    assert 'name="official" value="1" checked' in (await his.get(path)).text
    assert (await his.submit(path, {"text": "Oui, dès avril.", "official": "1"})).status_code == 303
    assert await panels.person_todos(lead) == []
    shown = (await client.get(f"/discussions/initiative/{initiative.id}")).text
    assert "Répondu" in shown
    assert shown.index("Oui, dès avril.") < shown.index("Je crois que non.")


async def test_nobody_else_gives_an_official_answer(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    asked = await says(await a_person("Rose Martin"), initiative, question=True)
    hers = await sign_in(await a_person("Nadia Faure"))
    await hers.submit(f"/commentaires/{asked.id}/repondre", {"text": "Oui, moi je le dis.", "official": "1"})
    assert not (await Comment.get(parent_id=asked.id)).is_official
    assert len(await panels.person_todos(lead)) == 1


async def test_who_runs_closes_with_a_reason_and_reopens(client: Client, sign_in: SignIn) -> None:
    lead, rose = await a_person("Sélim Laurent"), await a_person("Rose Martin")
    initiative = await an_initiative(lead=lead)
    said = await says(rose, initiative)
    his, hers, path = await sign_in(lead), await sign_in(rose), f"/discussions/initiative/{initiative.id}"
    assert (await hers.submit(f"{path}/fermer", {"reason": "J’ai raison."})).status_code == 403
    assert (await his.submit(f"{path}/fermer", {"reason": ""})).status_code == 422
    assert (await his.submit(f"{path}/fermer", {"reason": "Tout est dit, merci."})).status_code == 303
    shown = (await client.get(path)).text
    assert "Tout est dit, merci." in shown
    assert "Fermée par Sélim L." in shown
    assert "Fermée par Sélim L." in (await client.get(f"/commentaires/{said.id}")).text
    late = await hers.submit(path, {"text": "Un dernier mot"})
    assert late.status_code == 422
    assert "Un dernier mot" in late.text
    assert (await hers.submit(f"{path}/rouvrir")).status_code == 403
    assert (await his.submit(f"{path}/rouvrir")).status_code == 303
    assert (await hers.submit(path, {"text": "Un dernier mot"})).status_code == 303
    acts = await AuditEntry.filter(subject=f"initiative:{initiative.id}").order_by("id").values_list("act", flat=True)
    assert acts == ["thread_closed", "thread_reopened"]


async def test_a_decision_is_talked_about_for_two_weeks_after_it_is_taken(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    decision = await an_open_decision(await a_committee(lead), lead)
    hers, path = await sign_in(await a_person("Rose Martin")), f"/discussions/decision/{decision.id}"
    assert (await hers.submit(path, {"text": "Et pour les fauteuils ?", "question": "1"})).status_code == 303
    assert "Et pour les fauteuils" in (await client.get(f"/decisions/{decision.id}")).text
    assert len(await panels.person_todos(lead)) == 1
    clock.travel(decision.closes_at - clock.now() + timedelta(minutes=1))
    await close(decision.id)
    closed_at = (await fresh(decision)).closed_at
    assert closed_at is not None
    clock.travel(closed_at + timedelta(days=14) - clock.now() + timedelta(days=3, minutes=1) - timedelta(minutes=5))
    assert "on peut encore en parler jusqu’au" in (await client.get(path)).text
    assert (await hers.submit(path, {"text": "Bravo."})).status_code == 303
    clock.travel(timedelta(days=18))
    assert "plus de deux semaines" in (await client.get(path)).text
    assert (await hers.submit(path, {"text": "Trop tard."})).status_code == 422
    assert await panels.person_todos(lead) == []


@pytest.mark.one_engine
async def test_a_need_and_a_committee_are_talked_about_until_they_end(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    committee = await a_committee(lead, initiative=initiative)
    await needs.ask(initiative, "Une remorque", 1, None)
    need = await Need.get(kind="chose")
    hers = await sign_in(await a_person("Rose Martin"))
    assert f"/discussions/besoin/{need.id}" in (await client.get(f"/initiatives/{initiative.slug}")).text
    for path in (f"/discussions/besoin/{need.id}", f"/discussions/comite/{committee.id}"):
        assert (await hers.submit(path, {"text": "De quelle taille ?", "question": "1"})).status_code == 303
    assert "De quelle taille" in (await client.get(f"/comites/{committee.slug}")).text
    assert len(await panels.person_todos(lead)) == 2
    await needs.withdraw(need)
    assert (await hers.submit(f"/discussions/besoin/{need.id}", {"text": "J’en ai une."})).status_code == 422
    assert len(await panels.person_todos(lead)) == 1
    assert (await client.get("/discussions/ovni/1")).status_code == 404
    assert (await client.get("/discussions/besoin/999999")).status_code == 404
    voices = await Need.get(kind="voix")
    assert (await client.get(f"/discussions/besoin/{voices.id}")).status_code == 404


async def test_a_draft_is_talked_about_by_nobody_but_those_who_see_it(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    hidden = await an_initiative(lead=lead, published_at=None)
    said = await says(lead, hidden, "Relis ce brouillon.")
    for path in (f"/discussions/initiative/{hidden.id}", f"/commentaires/{said.id}", f"/signaler/commentaire/{said.id}"):
        assert (await client.get(path)).status_code == 404
        assert (await (await sign_in(lead)).get(path)).status_code == 200


@pytest.mark.one_engine
async def test_an_idea_is_called_an_idea_and_one_that_ended_is_still_talked_about(client: Client, sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person(), stage=Stage.IDEA)
    path = f"/discussions/initiative/{initiative.id}"
    assert "Idée" in (await client.get(path)).text
    await change_stage(initiative, Stage.STOPPED, ending="Faute de minibus.")
    hers = await sign_in(await a_person("Rose Martin"))
    assert (await hers.submit(path, {"text": "Merci d’avoir essayé."})).status_code == 303


async def test_a_page_of_five_hundred_comments_costs_what_one_of_five_does(client: Client) -> None:
    initiative = await an_initiative(lead=await a_person())
    path = f"/discussions/initiative/{initiative.id}"
    people = [await a_person(f"Prénom{n} Nom") for n in range(5)]
    top = await says(people[0], initiative, "Le premier")
    await says(people[1], initiative, "Une réponse", to=top)
    with query_count() as few:
        await client.get(path)
    present = clock.now()
    await Comment.bulk_create([
        Comment(thread_id=top.thread_id, author_id=people[n % 5].id, text=f"Commentaire {n}", at=present)
        for n in range(100)
    ])  # fmt: skip
    tops = await Comment.filter(parent_id__isnull=True)
    await Comment.bulk_create([
        Comment(thread_id=top.thread_id, parent_id=tops[n % len(tops)].id, author_id=people[n % 5].id, text=f"R{n}", at=present)
        for n in range(400)
    ])  # fmt: skip
    with query_count() as many:
        first = await client.get(path)
    assert len(many) == len(few)
    assert len(few) <= 8
    assert "Commentaire 98" in (await client.get(f"{path}?ordre=recent")).text
    seen, after = set(), first.text
    for _page in range(11):
        seen |= set(re.findall(r'id="commentaire-(\d+)"', after))
        found = re.search(r'rel="next" href="([^"]+)"', after)
        if not found:
            break
        after = (await client.get(found[1].replace("&amp;", "&"))).text
    assert {str(one.id) for one in tops} <= seen


async def test_a_reply_far_down_is_found_by_its_own_address(client: Client) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    top = await says(rose, initiative)
    present = clock.now()
    await Comment.bulk_create([
        Comment(thread_id=top.thread_id, parent_id=top.id, author_id=rose.id, text=f"R{n}", at=present) for n in range(120)
    ])  # fmt: skip
    last = await Comment.all().order_by("-id").first()
    assert last is not None
    shown = (await client.get(f"/commentaires/{last.id}")).text
    assert "R119" in shown
    assert "depuis le début" in shown
    assert "R0<" in (await client.get(f"/commentaires/{top.id}")).text


async def test_an_erased_person_is_nobody_and_her_words_stay(client: Client) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    said = await says(rose, initiative)
    assert (await panels.personal_data(rose))["comments"][0]["text"] == said.text
    for erase in slots.erasures:
        await erase(rose)
    shown = (await client.get(f"/discussions/initiative/{initiative.id}")).text
    assert "Une personne" in shown
    assert "Rose M." not in shown
    assert "Le minibus passe-t-il" in shown
    assert (await panels.personal_data(rose))["comments"] == []
    assert not (await queries.written_by(rose))
    for erase in slots.erasures:
        await erase(rose)


HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[clic](javascript:alert(1))", "[clic](//mal.example)",
    "![image](https://mal.example/p.png)", "<a href='https://mal.example' onclick=alert(1)>x</a>", "<svg/onload=alert(1)>",
    "[clic](data:text/html;base64,PHNjcmlwdD4=)", "`</textarea><script>alert(1)</script>`", "<iframe src=//mal.example></iframe>",
    "[x](<javascript:alert(1)>)", "<style>*{display:none}</style>", "[a](https://mal.example\" onmouseover=\"alert(1))",
    "<div hx-get=/deconnexion hx-trigger=load>", "# <b>titre</b>", "<https://javascript:alert(1)>", "[x](vbscript:msgbox)",
)  # fmt: skip


@pytest.mark.one_engine
async def test_hostile_words_stay_words(client: Client, sign_in: SignIn) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    for n, text in enumerate(HOSTILE):
        await says(rose, initiative, f"{text}\n\n{n}")
    pages = [f"/discussions/initiative/{initiative.id}", f"/discussions/initiative/{initiative.id}?ordre=recent", f"/initiatives/{initiative.slug}"]
    one = await Comment.all().order_by("id").first()
    assert one is not None
    pages += [f"/commentaires/{one.id}", f"/signaler/commentaire/{one.id}"]
    for path in pages:
        tree = html5lib.parse((await client.get(path)).text, namespaceHTMLElements=False)
        main = next(node for node in tree.iter("main"))
        tags = {str(node.tag) for node in main.iter()}
        assert not tags & {"script", "iframe", "style", "object", "embed"}, path
        for node in main.iter():
            assert not [name for name in node.attrib if str(name).lower().startswith("on")], path
            href = str(node.get("href", ""))
            assert not href.lower().replace("\t", "").startswith(("javascript:", "data:", "vbscript:", "//")), path
            if href.startswith("https://mal"):
                assert "nofollow" in str(node.get("rel"))
        assert not [node for node in main.iter("img") if "mal.example" in str(node.get("src"))]
        assert not [node for node in main.iter() if "prose" in str(node.get("class")) and node.get("hx-ignore") is None]


async def test_the_service_refuses_what_the_page_no_longer_offers(database: object, app: object) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    said = await says(rose, initiative)
    await service.take_back(Actor(rose), said)
    with pytest.raises(DomainError):
        await says(await a_person("Odile Perrin"), initiative, "Ah bon ?", to=said)
    assert (await Thread.get()).comments == 0
    with pytest.raises(DomainError):
        await service.correct(Actor(rose), said, "Un autre texte")


async def test_a_question_waits_again_once_its_answer_is_withdrawn(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    asked = await says(await a_person("Rose Martin"), initiative, question=True)
    answer = await says(lead, initiative, "Oui.", to=asked, official=True)
    assert (await Comment.get(id=asked.id)).answered_at == answer.at
    await service.take_back(Actor(lead), answer)
    assert (await Comment.get(id=asked.id)).answered_at is None
    assert len(await panels.person_todos(lead)) == 1


@pytest.mark.one_engine
async def test_only_a_question_has_an_official_answer_and_its_box_is_ticked_while_it_waits(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    rose, his = await a_person("Rose Martin"), await sign_in(lead)
    opinion = await says(rose, initiative, "Bravo pour le minibus.")
    assert "Réponse officielle" not in (await his.get(f"/commentaires/{opinion.id}/repondre")).text
    await his.submit(f"/commentaires/{opinion.id}/repondre", {"text": "Merci !", "official": "1"})
    assert not (await Comment.get(parent_id=opinion.id)).is_official
    asked = await says(rose, initiative, question=True)
    await says(lead, initiative, "Oui.", to=asked, official=True)
    again = (await his.get(f"/commentaires/{asked.id}/repondre")).text
    assert "Réponse officielle" in again
    assert 'name="official" value="1" checked' not in again


@pytest.mark.one_engine
async def test_a_text_in_english_pages_says_it_is_french(client: Client) -> None:
    initiative = await an_initiative(lead=await a_person())
    await says(await a_person("Rose Martin"), initiative, question=True)
    page = (await client.get(f"/discussions/initiative/{initiative.id}", headers={"accept-language": "en"})).text
    assert "1 comment<" in page
    assert 'class="say" lang="fr"' in page
    assert "Sign in to publish" in page
