"""From an idea to an initiative: help, the team's review, the référent and the steps, the birth, the end, the silence."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.follows.models import Follow
from civic.ideas import ending, letters, offers, panels, privacy, queries, review, service
from civic.ideas.forms import OfferForm
from civic.ideas.letters import offer_token, token_of
from civic.ideas.models import Idea, IdeaOffer, IdeaStep, IdeaSupport, Kind, OfferState, Status, StepState
from civic.initiatives.models import Initiative, InitiativeTopic, Stage
from civic.initiatives.queries import is_lead
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import AuditEntry, Person
from civic.people.service import end_links
from tests.client import Client
from tests.factories import a_person
from tests.factories.ideas import an_accepted_idea, an_animator, an_idea, an_offer, fresh, judged
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]
HELP = {"kind": "skill", "words": "Deux samedis en mars, je suis maçon."}


async def mails(to: Person | str) -> list[str]:
    """The texts of all mails to this address."""
    await jobs.run_due()
    address = to if isinstance(to, str) else to.email
    return [row.text for row in await OutboxMessage.filter(to=address).order_by("id")]


async def test_help_is_offered_without_account_and_no_address_is_seen_before_both_agree(client: Client) -> None:
    author = await a_person("Odile Perrin", "odile@exemple.fr")
    idea = await an_idea(author)
    answer = await client.submit(f"/idees/{idea.slug}/aider", HELP | {"name": "Paul Rey", "email": "paul@exemple.fr"})
    assert answer.headers["location"] == "/idees/envoyee"
    offer = await IdeaOffer.get()
    assert (offer.state, (await fresh(idea)).helpers) == (OfferState.UNCONFIRMED, 0)
    assert await mails(author) == []
    await client.submit(f"/propositions-aide/{offer_token(offer)}")
    assert (await fresh(idea)).helpers == 1
    (told,) = await mails(author)
    assert "Paul" in told
    assert "maçon" in told
    assert "paul@exemple.fr" not in told
    own = f"/mes-idees/{token_of(idea)}"
    page = (await client.get(own)).text
    assert "maçon" in page
    assert "Rey" not in page
    assert "paul@exemple.fr" not in page
    await client.submit(f"{own}/aides/{offer.id}", {"answer": "accepted"})
    assert "paul@exemple.fr" in (await mails(author))[-1]
    assert "odile@exemple.fr" in (await mails("paul@exemple.fr"))[-1]
    assert "paul@exemple.fr" in (await client.get(own)).text
    assert "paul@exemple.fr" not in (await client.get(f"/idees/{idea.slug}")).text


async def test_a_declined_offer_is_thanked_and_no_address_is_given(client: Client) -> None:
    author, paul = await a_person("Odile Perrin"), await a_person("Paul Rey")
    idea = await an_idea(author)
    offer = await an_offer(idea, paul)
    for _turn in range(2):
        await client.submit(f"/mes-idees/{token_of(idea)}/aides/{offer.id}", {"answer": "declined"})
    (thanks,) = await mails(paul)
    assert str(author.email) not in thanks
    assert (await fresh(idea)).helpers == 0
    assert not any(str(paul.email) in text for text in await mails(author))
    other = await an_offer(await an_idea(author, "Une ressourcerie"), paul)
    assert (await client.submit(f"/mes-idees/{token_of(idea)}/aides/{other.id}", {"answer": "accepted"})).status_code == 404


async def test_a_stranger_who_types_her_address_changes_no_offer(client: Client) -> None:
    paul = await a_person("Paul Rey", "paul@exemple.fr")
    idea = await an_idea()
    offer = await an_offer(idea, paul)
    await client.submit(f"/idees/{idea.slug}/aider", HELP | {"words": "Des bêtises.", "name": "Paul Rey", "email": "paul@exemple.fr"})
    assert (await IdeaOffer.get()).words == offer.words
    assert (await IdeaOffer.get()).state == OfferState.OPEN
    await client.submit(f"/propositions-aide/{offer_token(offer)}/retirer")
    assert ((await IdeaOffer.get()).state, (await IdeaOffer.get()).words) == (OfferState.WITHDRAWN, "")
    assert (await fresh(idea)).helpers == 0
    await offers.offer(paul, await fresh(idea), OfferForm(kind=Kind.SKILL, words="Trois samedis."), confirmed=True)
    assert ((await IdeaOffer.get()).state, (await fresh(idea)).helpers) == (OfferState.OPEN, 1)


async def test_the_team_reviews_with_reasons_and_the_author_comes_back(client: Client, sign_in: SignIn) -> None:
    author, team = await a_person("Odile Perrin"), await an_animator()
    idea = await an_idea(author)
    desk = await sign_in(team.person)
    assert "Relire une idée" in (await desk.get("/pupitre")).text
    assert "Proposée par Odile P.</" in plain((await desk.get("/pupitre")).text), "a short name already ends with a stop"
    path = f"/idees/{idea.slug}/relire"
    owed = await desk.submit(path, {"verdict": "changes"})
    assert owed.status_code == 422
    assert "Dites pourquoi" in owed.text
    await desk.submit(path, {"verdict": "changes", "reason": "Qui garderait la clé du four ?"})
    assert "clé du four" in (await mails(author))[-1]
    assert "Relire une idée" not in (await desk.get("/pupitre")).text
    own = f"/mes-idees/{token_of(idea)}"
    assert "clé du four" in (await client.get(own)).text
    assert "Préciser votre idée" in (await (await sign_in(author)).get("/mon-espace")).text
    for _turn in range(2):
        await client.submit(f"{own}/renvoyer")
    assert (await fresh(idea)).status == Status.SUBMITTED
    await desk.submit(path, {"verdict": "accepted", "reason": ""})
    accepted = await fresh(idea)
    assert accepted.status == Status.ACCEPTED
    assert await IdeaStep.filter(idea_id=idea.id).count() == 7
    page = (await client.get(f"/idees/{idea.slug}")).text
    for words in ("L’idée est proposée", "L’équipe demande de préciser", "L’auteur a précisé", "entre en incubation"):
        assert words in page
    assert await AuditEntry.filter(subject=f"idea:{idea.id}").count() == 2
    late = await desk.submit(path, {"verdict": "declined", "reason": "Trop tard pour dire non."})
    assert late.status_code == 303
    assert (await fresh(idea)).status == Status.ACCEPTED


async def test_a_declined_idea_keeps_its_dignity(client: Client, sign_in: SignIn) -> None:
    idea = await an_idea(await a_person("Odile Perrin"))
    stranger = await sign_in(await a_person("Rose Martin"))
    assert (await stranger.submit(f"/idees/{idea.slug}/relire", {"verdict": "declined"})).status_code == 403
    await judged(idea, Status.DECLINED, "Le four est classé, il ne peut pas être rallumé.")
    page = (await client.get(f"/idees/{idea.slug}")).text
    assert "Merci à Odile P." in page
    assert "Le four est classé" in page
    assert "Je soutiens" not in page
    assert (await client.get(f"/mes-idees/{token_of(idea)}/modifier")).status_code == 410


async def test_nobody_of_the_team_reviews_her_own_idea(sign_in: SignIn) -> None:
    team = await an_animator()
    idea = await an_idea(team.person)
    desk = await sign_in(team.person)
    assert "une autre personne" in (await desk.get(f"/idees/{idea.slug}/relire")).text
    assert (await desk.submit(f"/idees/{idea.slug}/relire", {"verdict": "accepted"})).status_code == 403
    await Idea.filter(id=idea.id).update(status=Status.ACCEPTED)
    assert (await desk.submit(f"/idees/{idea.slug}/devenir")).status_code == 403


async def test_a_reason_is_owed_by_the_database_too(database: object) -> None:
    idea = await an_idea()
    with pytest.raises(IntegrityError):
        await Idea.filter(id=idea.id).update(status=Status.DECLINED, reason="")
    with pytest.raises(IntegrityError):
        await Idea.filter(id=idea.id).update(supports=-1)
    with pytest.raises(IntegrityError):
        await Idea.filter(id=idea.id).update(published_at=None)


async def test_a_referent_accepts_by_mail_and_walks_from_step_to_step(client: Client, sign_in: SignIn) -> None:
    team, guide = await an_animator(), await a_person("Marc Petit", "marc@exemple.fr")
    idea = await an_accepted_idea()
    desk = await sign_in(team.person)
    unknown = await desk.submit(f"/idees/{idea.slug}/referent", {"email": "personne@ailleurs.fr"})
    assert unknown.status_code == 422
    his = await sign_in(guide)
    assert (await his.get(f"/idees/{idea.slug}/etapes")).status_code == 403
    await desk.submit(f"/idees/{idea.slug}/referent", {"email": "marc@exemple.fr"})
    link = re.search(r"http://testserver(/referents/\S+)", (await mails(guide))[-1])
    assert link
    assert "J’accompagne cette idée" in (await client.get(link[1])).text
    assert "Accompagner une idée" in (await his.get("/mon-espace")).text
    await client.submit(f"{link[1]}/accepter")
    assert (await client.get(link[1])).status_code == 404
    assert "Vous l’accompagnez" in (await his.get("/mon-espace")).text
    steps = await queries.steps_of(idea)
    await his.submit(f"/idees/{idea.slug}/etapes/{steps[0].id}", {"state": "done", "note": "Vingt familles ont signé."})
    await his.submit(f"/idees/{idea.slug}/etapes/{steps[4].id}", {"state": "doing"})
    await his.submit(f"/idees/{idea.slug}/etapes/{steps[5].id}/retirer")
    await his.submit(f"/idees/{idea.slug}/etapes", {"title": "La clé du four"})
    page = (await client.get(f"/idees/{idea.slug}")).text
    assert "1 étape franchie sur 7. En cours" in page
    assert "le budget" in page
    assert "Vingt familles ont signé." in page
    assert "La clé du four" in page
    assert "Le statut" not in page
    assert "Marc P." in page
    done = await IdeaStep.get(id=steps[0].id)
    assert (done.state, done.done_on) == (StepState.DONE, clock.today())
    assert [row.words for row in await queries.history_of(idea) if row.kind == "step"] == ["Le besoin"]
    other = await an_accepted_idea(title="Une ressourcerie")
    assert (await his.submit(f"/idees/{other.slug}/etapes/{steps[0].id}", {"state": "todo"})).status_code == 403


async def test_an_idea_becomes_an_initiative_with_all_it_carried(client: Client, sign_in: SignIn) -> None:
    author, rose, paul = await a_person("Odile Perrin"), await a_person("Rose Martin"), await a_person("Paul Rey")
    team = await an_animator()
    idea = await an_accepted_idea(author)
    await service.support(rose, idea, confirmed=True)
    await service.follow(rose, idea)
    await an_offer(idea, paul)
    desk = await sign_in(team.person)
    for _turn in range(2):
        assert (await desk.submit(f"/idees/{idea.slug}/devenir")).status_code == 303
    born = await Initiative.get()
    assert (born.title, born.stage, born.commune_id) == (idea.title, Stage.LAUNCHED, "01427")  # type: ignore[attr-defined]
    assert born.is_public
    assert await is_lead(author, born.id)
    assert [row.topic for row in await InitiativeTopic.all()] == ["alimentation"]
    assert (await fresh(idea)).initiative_id == born.id
    (told,) = await mails(rose)
    assert "n’était qu’une idée" in told
    assert len([text for text in await mails(paul) if "n’était qu’une idée" in text]) == 1
    assert not any("n’était qu’une idée" in text for text in await mails(author))
    link = re.search(r"http://testserver(/mes-soutiens/\S+)", told)
    assert link
    await client.submit(f"{link[1]}/suivre")
    assert await Follow.filter(person_id=rose.id, subject_kind="initiative", subject_id=born.id).exists()
    page = (await client.get(f"/initiatives/{born.slug}")).text
    assert "Née d’une idée" in page
    assert f"/idees/{idea.slug}" in page
    assert "1 personne" in page
    assert "L’idée entre en incubation" in (await client.get(f"/initiatives/{born.slug}/parcours")).text
    hers = await sign_in(author)
    assert "1 aide proposée vous attend" in (await hers.get(f"/initiatives/{born.slug}")).text
    assert "devenue une initiative" in (await client.get(f"/idees/{idea.slug}")).text


async def test_an_idea_that_is_not_ready_becomes_nothing(sign_in: SignIn) -> None:
    idea = await an_idea()
    desk = await sign_in((await an_animator()).person)
    answer = await desk.submit(f"/idees/{idea.slug}/devenir")
    assert answer.headers["location"] == f"/idees/{idea.slug}/relire"
    assert not await Initiative.exists()


async def test_who_stops_says_what_was_learned_and_supporters_read_it(client: Client) -> None:
    rose = await a_person("Rose Martin")
    idea = await an_idea()
    await service.support(rose, idea, confirmed=True)
    own = f"/mes-idees/{token_of(idea)}"
    assert (await client.submit(f"{own}/arreter", {"ending": "Bof"})).status_code == 422
    for _turn in range(2):
        await client.submit(f"{own}/arreter", {"ending": "Il faut d’abord un ramoneur agréé."})
    assert len([text for text in await mails(rose) if "ramoneur" in text]) == 1
    page = (await client.get(f"/idees/{idea.slug}")).text
    assert "Il faut d’abord un ramoneur agréé." in page
    assert "Je soutiens" not in page


async def test_an_idea_that_ended_shows_the_steps_it_reached_and_leaves_none_to_do(client: Client) -> None:
    idea = await an_accepted_idea()
    first = await IdeaStep.filter(idea_id=idea.id).order_by("id").first()
    assert first
    await IdeaStep.filter(id=first.id).update(state=StepState.DONE)
    living = (await client.get(f"/idees/{idea.slug}")).text
    assert "Franchie" in living
    assert "À faire" in living
    await client.submit(f"/mes-idees/{token_of(idea)}/arreter", {"ending": "Il faut d’abord un ramoneur agréé."})
    ended = (await client.get(f"/idees/{idea.slug}")).text
    assert "Franchie" in ended
    assert "À faire" not in ended


async def test_a_silent_idea_is_asked_sleeps_and_wakes(client: Client) -> None:
    author = await a_person("Odile Perrin")
    idea, lively = await an_idea(author), await an_idea(title="Une ressourcerie")
    clock.travel(timedelta(days=184))
    await service.support(await a_person("Rose Martin"), lively, confirmed=True)
    for _turn in range(2):
        await ending.silence_due()
    assert len([text for text in await mails(author) if "six mois" in text]) == 1
    assert (await fresh(lively)).asked_at is None
    own = f"/mes-idees/{token_of(idea)}"
    assert "Elle vit encore" in (await client.get(own)).text
    await client.submit(f"{own}/vit")
    assert (await fresh(idea)).asked_at is None
    clock.travel(timedelta(days=184 * 2 + 1))
    await ending.silence_due()
    clock.travel(timedelta(days=184 * 2 + 40))
    await ending.silence_due()
    assert (await fresh(idea)).asleep_at is not None
    assert "Cette idée dort" in (await client.get(f"/idees/{idea.slug}")).text
    await service.support(await a_person("Marc Petit"), await fresh(idea), confirmed=True)
    assert (await fresh(idea)).asleep_at is None
    await client.submit(f"{own}/dort")
    assert (await fresh(idea)).asleep_at is not None
    await client.submit(f"{own}/vit")
    kinds = [row.kind for row in await queries.history_of(idea)]
    assert kinds == ["proposed", "slept", "slept", "woken"]


async def test_an_idea_is_talked_about_reported_and_hidden(client: Client, sign_in: SignIn) -> None:
    author, team = await a_person("Odile Perrin"), await an_animator()
    idea = await an_idea(author)
    talk = f"/discussions/idee/{idea.id}"
    rose = await sign_in(await a_person("Rose Martin"))
    assert (await rose.submit(talk, {"text": "Qui apporte le bois ?", "question": "1"})).status_code == 303
    assert "Qui apporte le bois ?" in (await client.get(f"/idees/{idea.slug}")).text
    hers = await sign_in(author)
    assert "Répondre à Rose M." in (await hers.get("/mon-espace")).text
    report = f"/signaler/idee/{idea.id}"
    page = await client.get(f"/idees/{idea.slug}")
    assert report in page.text
    assert (await client.get(report)).status_code == 200
    desk = await sign_in(team.person)
    hidden = await desk.submit(f"/pupitre/signalements/idee/{idea.id}/masquer", {"reason": "Publicité déguisée.", "version": "1"})
    assert hidden.status_code == 303
    shown = (await client.get(f"/idees/{idea.slug}")).text
    assert "Publicité déguisée." in shown
    assert "Rallumer" not in shown
    assert idea.title not in (await client.get("/idees")).text
    await service.show_again(idea.id)
    assert idea.title in (await client.get("/idees?q=four")).text


async def test_her_links_and_her_data_are_hers_to_take_and_to_erase(client: Client) -> None:
    author, paul = await a_person("Odile Perrin"), await a_person("Paul Rey")
    idea, other = await an_idea(author), await an_idea(paul, "Une ressourcerie")
    await service.support(author, other, confirmed=True)
    await an_offer(other, author)
    found = await panels.secret_links(author)
    assert [what.split(",")[0] for what, _href in found] == ["Votre idée", "Votre soutien", "Votre aide"]
    for _what, href in found:
        assert (await client.get(href.removeprefix("http://testserver"))).status_code == 200
    data = await privacy.personal_data(author)
    assert [len(data[kind]) for kind in ("ideas", "idea_supports", "idea_offers")] == [1, 1, 1]
    assert [given.kind for given in await panels.person_given(author)] == ["voix"]
    for _turn in range(2):
        await privacy.erasures(author)
    data = await privacy.personal_data(author)
    assert [len(data[kind]) for kind in ("ideas", "idea_supports", "idea_offers")] == [0, 0, 0]
    left = await fresh(other)
    assert (left.supports, left.helpers) == (0, 0)
    assert not await IdeaSupport.exists()
    assert "Une personne" in (await client.get(f"/idees/{idea.slug}")).text
    assert (await client.get(f"/mes-idees/{token_of(idea)}")).status_code == 404


async def test_old_links_end_when_she_signs_a_device_out(client: Client) -> None:
    author = await a_person("Odile Perrin")
    idea = await an_idea(author)
    own = f"/mes-idees/{token_of(idea)}"
    assert (await client.get(own)).status_code == 200
    await end_links(author)
    assert (await client.get(own)).status_code == 410
    assert (await client.get(f"/mes-idees/{links.make(letters.SUPPORT, idea.id)}")).status_code == 404
    assert await review.resubmit(idea) is False
