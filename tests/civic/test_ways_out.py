"""Refusals that say which field, and doors that lead on."""

from collections.abc import Awaitable, Callable

import pytest

from civic.counting.rules import Code
from civic.decisions.models import Option
from civic.decisions.words import meaning, usual_meaning
from civic.i18n import speaking
from civic.people.models import Person
from civic.web.formats import whose
from tests.client import Client
from tests.factories import a_person, an_initiative

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.one_engine


async def test_the_summary_of_errors_names_the_fields(client: Client) -> None:
    answer = await client.submit("/inscription", {"name": "", "email": ""})
    assert answer.status_code == 422
    assert '<a href="#name"><strong>Prénom et nom\u00a0:</strong> Remplissez ce champ.</a>' in answer.text


async def test_the_address_of_a_form_opened_anew_leads_to_its_page(client: Client) -> None:
    initiative = await an_initiative()
    answer = await client.get(f"/initiatives/{initiative.slug}/suivre")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/initiatives/{initiative.slug}"


async def test_the_sign_in_page_says_why_one_landed_there(client: Client) -> None:
    assert "Connectez-vous pour continuer" in (await client.get("/connexion?suite=/mon-espace")).text
    assert "Connectez-vous pour continuer" not in (await client.get("/connexion")).text


def test_names_are_contracted_after_de() -> None:
    names = ("Le Fournil", "Les Jardins", "La Navette", "L’Atelier", "Odile", "Camille")
    assert [whose(name) for name in names] == [
        "du Fournil", "des Jardins", "de la Navette", "de l’Atelier", "d’Odile", "de Camille",
    ]  # fmt: skip
    with speaking("en"):
        assert whose("Le Fournil") == "Le Fournil"


async def test_what_people_wrote_in_french_is_marked_on_an_english_page(client: Client) -> None:
    initiative = await an_initiative("Le Fournil")
    assert '<h1 lang="fr">' not in (await client.get(f"/initiatives/{initiative.slug}")).text
    english = await client.get(f"/initiatives/{initiative.slug}", headers={"accept-language": "en"})
    assert '<h1 lang="fr">Le Fournil' in english.text


async def test_somebody_may_be_the_first_to_follow(client: Client, sign_in: SignIn) -> None:
    initiative = await an_initiative()
    page = f"/initiatives/{initiative.slug}"
    assert "Soyez la première personne à suivre." in (await client.get(page)).text
    await (await sign_in(await a_person())).submit(f"{page}/suivre")
    assert "1 personne suit" in (await client.get(page)).text


async def test_the_usual_meaning_of_a_position_is_said_in_the_language_of_the_page(client: Client) -> None:
    with speaking("fr"):
        usual, own = Option(code=Code.AGREE, meaning=usual_meaning(Code.AGREE)), Option(code=Code.AGREE, meaning="Oui")
    with speaking("en"):
        assert meaning(usual) == usual_meaning(Code.AGREE) != usual.meaning
        assert meaning(own) == "Oui"
