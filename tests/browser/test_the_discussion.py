"""A discussion on a phone: asked, answered officially, followed and left by mail; a text reported, hidden, appealed."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from civic.discussions import letters
from civic.discussions.models import Comment
from civic.initiatives.models import Initiative
from civic.moderation.models import Judgement
from civic.moderation.queries import APPEAL
from civic.people import links
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.engines import Database
from tests.factories import a_person, an_initiative
from tests.factories.talking import says


@pytest.fixture
async def lead(database: Database) -> Person:
    return await a_person("Sélim Laurent")


@pytest.fixture
async def initiative(lead: Person) -> Initiative:
    """An initiative about which a neighbour has said something rude."""
    found = await an_initiative(lead=lead)
    await says(await a_person("Paul Rude"), found, "Bande de malotrus.")
    return found


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_a_question_is_asked_answered_and_followed(
    arrive: Arrive, initiative: Initiative, lead: Person, js: bool
) -> None:
    path, rose = f"/discussions/initiative/{initiative.id}", await a_person("Rose Martin")
    hers = await arrive(width=360, javascript=js)
    await hers.open(path)
    await hers.write("Votre commentaire", "Y a-t-il une place pour un **fauteuil** ?")
    await hers.choose("C’est une question")
    await hers.look("discussion d’une visiteuse")
    await hers.press("Se connecter pour publier")
    await hers.reads("votre texte vous attend")
    back = parse_qs(urlsplit(hers.page.url).query)["suite"][0]
    await hers.is_now(rose)
    await hers.open(back)
    assert "fauteuil" in await hers.page.get_by_label("Votre commentaire").input_value()
    await hers.press("Publier")
    await hers.reads("Votre question est publiée.", "Vous suivez maintenant la discussion")
    await hers.look("ma question")
    his = await arrive(width=360, javascript=js, brief=True)
    await his.is_now(lead)
    await his.open("/mon-espace")
    await his.reads("Répondre à Rose M.")
    asked = await Comment.get(is_question=True)
    await his.open(f"/commentaires/{asked.id}/repondre")
    await his.write("Votre réponse", "Oui, à l’avant, et une rampe.")
    await his.press("Publier la réponse")
    await his.reads("Réponse officielle", "Répondu")
    await hers.open(path)
    await hers.reads("Répondu", "Réponse officielle", "Oui, à l’avant")
    await hers.look("la réponse")
    token = links.make(letters.purpose(asked.thread_id), rose.id)
    away = await arrive(width=360, javascript=js, brief=True)
    await away.open(f"/discussions/courriels/{asked.thread_id}/{token}/arreter")
    await away.look("ne plus suivre")
    await away.press("Ne plus suivre")
    await away.reads("C’est fait")


@pytest.mark.one_engine("postgres")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_a_rude_word_is_reported_hidden_and_appealed(arrive: Arrive, initiative: Initiative, js: bool) -> None:
    path, rude = f"/discussions/initiative/{initiative.id}", await Comment.get(text="Bande de malotrus.")
    visitor, team = await arrive(width=360, javascript=js), await arrive(width=360, javascript=js)
    await visitor.open(path)
    await visitor.follow("Signaler le commentaire de Paul R.")
    await visitor.look("signaler")
    await visitor.press("Envoyer à l’équipe")
    await visitor.reads("est à corriger")
    await visitor.choose("Une insulte, de la haine, une menace")
    await visitor.press("Envoyer à l’équipe")
    await visitor.reads("L’équipe lit ce texte, décide et dit pourquoi.")
    await team.is_now(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    await team.open("/pupitre")
    await team.reads("1 texte signalé à relire")
    await team.open("/pupitre/signalements")
    await team.look("signalements")
    await team.write("La raison", "Les insultes sont contraires aux règles.")
    await team.press("Masquer ce texte")
    await team.reads("Masqués par l’équipe")
    await visitor.open(path)
    await visitor.reads("Masqué par l’équipe : Les insultes sont contraires aux règles.")
    await visitor.look("masqué")
    judgement = await Judgement.get(subject_id=rude.id)
    await visitor.open(f"/recours/{links.make(APPEAL, judgement.id)}")
    await visitor.look("recours")
    await visitor.write("Pourquoi vous n’êtes pas d’accord", "Je parlais des corbeaux du verger.")
    await visitor.press("Envoyer mon recours")
    await visitor.reads("Votre recours est arrivé")
    await team.open("/pupitre/signalements")
    await team.choose("Le texte est remontré")
    await team.write("Votre réponse à l’auteur", "Soit : les corbeaux ne liront pas.")
    await team.press("Répondre au recours")
    await visitor.open(path)
    await visitor.reads("Bande de malotrus.")


@pytest.mark.one_engine("sqlite")
async def test_who_runs_closes_a_discussion_and_what_is_typed_too_late_is_given_back(
    arrive: Arrive, initiative: Initiative, lead: Person
) -> None:
    path = f"/discussions/initiative/{initiative.id}"
    his, hers = await arrive(width=360), await arrive(width=1280)
    await hers.is_now(await a_person("Rose Martin"))
    await hers.open(path)
    await hers.write("Votre commentaire", "Un dernier mot.")
    await his.is_now(lead)
    await his.open(path)
    await his.unfold("Fermer la discussion")
    await his.look("fermer")
    await his.write("Pourquoi la fermer", "Tout est dit, merci.")
    await his.press("Fermer la discussion")
    await his.reads("Tout est dit, merci.")
    await hers.press("Publier")
    await hers.reads("La discussion vient d’être fermée", "Votre texte, à copier")
    assert await hers.page.get_by_label("Votre texte, à copier").input_value() == "Un dernier mot."
    await hers.look("trop tard")
