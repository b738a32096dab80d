"""Ideas under attack: other people's links and mailboxes, bots, one mailbox with many names, words that bite."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable

from PIL import Image

from civic import jobs
from civic.ideas import service
from civic.ideas.letters import offer_token, referent_token, support_token, token_of
from civic.ideas.models import Idea, IdeaOffer, IdeaSupport, OfferState, Status
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.ideas import an_accepted_idea, an_animator, an_idea, an_offer, fresh

SignIn = Callable[[Person], Awaitable[Client]]
WRITTEN = {
    "title": "Un four à pain pour le village", "what": "Rallumer le four communal une fois par mois et cuire ensemble.",
    "for_whom": "Les familles du bourg.", "commune": "Trévoux", "needed": "Du bois.", "topics": "alimentation",
}  # fmt: skip
VICTIM = {"name": "Odile Perrin", "email": "odile@exemple.fr"}
HELP = {"kind": "skill", "words": "Deux samedis en mars, je suis maçonne."}


async def mails_to(address: str) -> list[OutboxMessage]:
    await jobs.run_due()
    return await OutboxMessage.filter(to=address).order_by("id")


async def test_who_was_invited_first_answers_for_nobody_who_is_invited_after(client: Client, sign_in: SignIn) -> None:
    team, idea = await an_animator(), await an_accepted_idea()
    first, second = await a_person("Marc Petit", "marc@exemple.fr"), await a_person("Rose Roy", "rose@exemple.fr")
    desk, invited = await sign_in(team.person), []
    for person in (first, second):
        await desk.submit(f"/idees/{idea.slug}/referent", {"email": person.email})
        found = re.search(r"http://testserver(/referents/\S+)", (await mails_to(person.email or ""))[-1].text)
        assert found
        invited.append(found[1])
    assert (await client.get(invited[0])).status_code == 404
    assert (await client.submit(f"{invited[0]}/accepter")).status_code == 404
    forged = referent_token(idea.id, first.id).replace(f"{first.id}-", f"{second.id}-", 1)
    assert (await client.submit(f"/referents/{forged}/accepter")).status_code == 404
    assert (await fresh(idea)).referent is None
    assert (await client.submit(f"{invited[1]}/accepter")).status_code == 303
    referent = (await fresh(idea)).referent
    assert referent is not None
    assert referent.id == second.id


async def test_a_link_opens_nothing_but_its_own_thing(client: Client) -> None:
    idea, other = await an_idea(), await an_idea(title="Une ressourcerie")
    helper = await a_person("Marc Petit", "marc@exemple.fr")
    offered = await an_offer(other, helper)
    await service.support(helper, idea, confirmed=False)
    support = await IdeaSupport.get(idea_id=idea.id)
    for token in (support_token(support), offer_token(offered), referent_token(idea.id, helper.id)):
        assert (await client.get(f"/mes-idees/{token}")).status_code == 404
    assert (await client.get(f"/mes-soutiens/{token_of(idea)}")).status_code == 404
    assert (await client.get(f"/propositions-aide/{support_token(support)}")).status_code == 404
    answer = f"/mes-idees/{token_of(idea)}/aides/{offered.id}"
    assert (await client.submit(answer, {"answer": "accepted"})).status_code == 404
    assert (await IdeaOffer.get(id=offered.id)).state == OfferState.OPEN
    own = await client.submit(f"/mes-idees/{token_of(other)}/aides/{offered.id}", {"answer": "accepted"})
    assert own.status_code == 303


async def test_a_stranger_fills_no_mailbox_and_locks_nobody_out(client: Client, sign_in: SignIn) -> None:
    odile, idea = await a_person(**VICTIM), await an_idea(await a_person("Marc Petit"))
    answers = []
    for turn in range(12):
        answers += [
            await client.submit(f"/idees/{idea.slug}/soutenir", {"name": f"Odile {'P' * (turn + 1)}", "email": "Odile@exemple.fr"}),
            await client.submit(f"/idees/{idea.slug}/aider", {"name": f"Odile {'P' * (turn + 1)}", "email": "odile@exemple.fr"} | HELP),
        ]  # fmt: skip
    assert {answers[0].status_code, answers[1].status_code} == {303}
    assert {answer.status_code for answer in answers[-2:]} == {422}
    assert len(await mails_to("odile@exemple.fr")) <= 6
    hers = await sign_in(odile)
    assert (await hers.submit(f"/idees/{idea.slug}/soutenir")).status_code == 303
    assert (await hers.submit(f"/idees/{idea.slug}/aider", HELP)).status_code == 303
    assert ((await fresh(idea)).supports, (await fresh(idea)).helpers) == (1, 1)


async def test_proposals_under_her_address_do_not_take_hers_away(client: Client, sign_in: SignIn) -> None:
    await a_commune()
    odile = await a_person(**VICTIM)
    sent = [
        await client.submit("/idees/nouvelle", WRITTEN | VICTIM | {"title": f"Une idée numéro {turn}", "seen": "1"})
        for turn in range(8)
    ]  # fmt: skip
    assert (sent[0].status_code, sent[-1].status_code) == (303, 422)
    assert len(await mails_to("odile@exemple.fr")) <= 5
    hers = await (await sign_in(odile)).submit("/idees/nouvelle", WRITTEN | {"seen": "1"})
    assert hers.status_code == 303
    assert (await Idea.get(title=WRITTEN["title"])).status == Status.SUBMITTED


async def test_a_machine_that_was_stopped_leaves_nobody_behind(client: Client) -> None:
    idea = await an_idea()
    before = await Person.all().count()
    for turn in range(83):
        last = await client.submit(
            f"/idees/{idea.slug}/soutenir", {"name": "Robot Rapide", "email": f"robot{turn}@exemple.fr"}
        )
    assert last.status_code == 422
    assert await Person.all().count() == before + await IdeaSupport.all().count() == before + 80
    refused = WRITTEN | {"name": "Robot Lent", "email": "robot@exemple.fr", "commune": "Nulle Part"}
    assert (await client.submit("/idees/nouvelle", refused)).status_code == 422
    assert not await Person.exists(email="robot@exemple.fr"), "who is refused is not kept"


async def test_one_mailbox_with_many_names_is_a_household_not_a_crowd(client: Client) -> None:
    idea = await an_idea(await a_person("Marc Petit"))
    for turn in range(12):
        person = await a_person(f"Nom {chr(65 + turn)}", "foule@exemple.fr")
        await service.support(person, idea, confirmed=False)
    rows = await IdeaSupport.filter(idea_id=idea.id)
    for row in rows:
        await client.submit(f"/mes-soutiens/{support_token(row)}")
    assert (await fresh(idea)).supports == len(rows) == service.HOUSEHOLD
    other = await a_person("Rose Roy", "rose@exemple.fr")
    await service.support(other, idea, confirmed=False)
    assert await IdeaSupport.exists(idea_id=idea.id, person_id=other.id)


async def test_neighbours_with_the_same_title_in_the_same_second_both_have_a_page(client: Client) -> None:
    await a_commune()
    answers = await asyncio.gather(*(
        client.submit("/idees/nouvelle", WRITTEN | {"name": f"Rose {chr(65 + turn) * 3}", "email": f"rose{turn}@exemple.fr"})
        for turn in range(6)
    ))  # fmt: skip
    assert [answer.status_code for answer in answers] == [303] * 6
    assert len({idea.slug for idea in await Idea.all()}) == 6


async def test_help_taken_back_and_offered_again_says_what_she_writes_now(client: Client) -> None:
    idea = await an_idea(await a_person("Marc Petit", "marc@exemple.fr"))
    path = f"/idees/{idea.slug}/aider"
    await client.submit(path, VICTIM | HELP)
    row = await IdeaOffer.get(idea_id=idea.id)
    own = f"/propositions-aide/{offer_token(row)}"
    await client.submit(own)
    await client.submit(f"{own}/retirer")
    await client.submit(own)
    assert (await IdeaOffer.get(id=row.id)).state == OfferState.WITHDRAWN, "her words are gone: nothing to confirm"
    await client.submit(path, VICTIM | HELP | {"words": "Plutôt en avril, avec ma fille."})
    assert "Plutôt en avril" in (await client.get(own)).text
    await client.submit(own)
    assert [(one.state, one.words) for one in await IdeaOffer.all()] == [
        (OfferState.OPEN, "Plutôt en avril, avec ma fille.")
    ]
    assert (await fresh(idea)).helpers == 1


async def test_no_mail_to_a_stranger_carries_an_address_to_go_to(client: Client) -> None:
    await a_commune()
    for title in ("Gagnez sur ailleurs.example", "https://ailleurs.example", "Écrivez à rose@ailleurs.example"):
        assert (await client.submit("/idees/nouvelle", WRITTEN | VICTIM | {"title": title})).status_code == 422, title
    broken = {"title": "Un four\r\nBcc: rose@ailleurs"}
    assert (await client.submit("/idees/nouvelle", WRITTEN | VICTIM | broken)).status_code == 422
    assert not await mails_to("odile@exemple.fr")
    fine = {"title": "Un café/épicerie à St. Jean\nX-Autre: 1"}
    assert (await client.submit("/idees/nouvelle", WRITTEN | VICTIM | fine)).status_code == 303
    assert len(await mails_to("odile@exemple.fr")) == 1
    assert "\n" not in (await Idea.get()).title


async def test_words_that_bite_are_only_words(client: Client) -> None:
    bite = '</script><script>alert(1)</script> [ici](javascript:alert(1)) <img src=x onerror=alert(1)> "onfocus="x'
    words = {"what": bite, "for_whom": bite, "needed": bite, "place": bite[:150]}
    idea = await an_idea(await a_person("Marc Petit"), '"><script>x()</script>', **words)
    for path in (f"/idees/{idea.slug}", "/idees", f"/mes-idees/{token_of(idea)}/modifier"):
        text = (await client.get(path)).text
        assert "<script>" not in text, path
        assert "<img src=x" not in text, path
        assert 'href="javascript' not in text, path


async def test_what_the_team_hides_is_served_no_more_not_even_its_photo(client: Client) -> None:
    await a_commune()
    held = io.BytesIO()
    Image.new("RGB", (900, 600), "#884422").save(held, "JPEG")
    sent = {"picture": ("four.jpg", held.getvalue(), "image/jpeg")}
    await client.submit("/idees/nouvelle", WRITTEN | VICTIM, files=sent)
    idea = await Idea.get()
    await service.publish(idea)
    page = (await client.get(f"/idees/{idea.slug}")).text
    photo = re.search(r'src="(/media/[^"]+)"', page)
    assert photo
    assert (await client.get(photo[1])).status_code == 200
    assert await service.hide(idea.id, idea.version, "Un enfant se reconnaît.")
    assert (await client.get(photo[1])).status_code == 404
    await service.show_again(idea.id)
    again = re.search(r'src="(/media/[^"]+)"', (await client.get(f"/idees/{idea.slug}")).text)
    assert again
    assert (await client.get(again[1])).status_code == 200
