"""A visitor finds what lives near home, then makes herself known: once on a phone, once on a desk without JavaScript."""

from __future__ import annotations

import re

import pytest

from civic.initiatives.models import Initiative
from civic.places import service as places
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.engines import Database
from tests.factories import an_initiative
from tests.mailbox import Mailbox, code_in

ADDRESS = "jeanne@exemple.fr"


@pytest.fixture
async def shuttle(database: Database) -> Initiative:
    """An initiative in Trévoux, among the communes of the Ain."""
    await places.load(["01"])
    return await an_initiative()


async def _finds_it(visitor: Visitor) -> None:
    await visitor.reads("Ici, chacun donne un coup de main")
    await visitor.look("home")
    await visitor.write("Votre commune", "Trévoux")
    await visitor.press("Voir")
    await visitor.reads("La Navette des Hameaux")
    await visitor.look("explorer")
    await visitor.page.get_by_label("Carte et liste").check(force=True)
    if not visitor.javascript:
        await visitor.press("Chercher")
    await visitor.page.wait_for_selector("figure.map")
    await visitor.look("map")
    await visitor.follow("La Navette des Hameaux")
    await visitor.look("initiative")
    await visitor.follow("Trévoux")
    await visitor.reads("Ce qui se vit ici", "La Navette des Hameaux")
    await visitor.look("commune")


async def _signs_up(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.follow("Se connecter")
    await visitor.look("sign in")
    await visitor.follow("Je n’ai pas encore de compte")
    await visitor.look("sign up")
    await visitor.write("Prénom et nom", "Jeanne Perrin")
    await visitor.write("Adresse électronique", ADDRESS)
    await visitor.press("Recevoir mon lien")
    await visitor.look("code")
    await visitor.write("Code à six chiffres", code_in(await mailbox.last(ADDRESS)))
    await visitor.press("Entrer")


async def _follows_and_leaves(visitor: Visitor, initiative: Initiative) -> None:
    await visitor.open(f"/initiatives/{initiative.slug}")
    await visitor.press(re.compile("^Suivre$"))
    await visitor.reads("Ne plus suivre", "1 personne suit")
    await visitor.look("followed")
    await visitor.follow("Mon espace")
    await visitor.reads("Bonjour Jeanne", "La Navette des Hameaux")
    await visitor.look("my space")
    await visitor.press("Me déconnecter")
    await visitor.reads("Vous êtes déconnecté", "Se connecter")


@pytest.mark.one_engine("sqlite")
async def test_a_resident_finds_an_initiative_near_home_and_follows_it_on_her_phone(
    arrive: Arrive, mailbox: Mailbox, shuttle: Initiative
) -> None:
    visitor = await arrive(width=360)
    await _finds_it(visitor)
    await _signs_up(visitor, mailbox)
    await _follows_and_leaves(visitor, shuttle)


@pytest.mark.one_engine("postgres")
async def test_a_resident_finds_an_initiative_near_home_and_follows_it_without_javascript(
    arrive: Arrive, mailbox: Mailbox, shuttle: Initiative
) -> None:
    visitor = await arrive(width=1280, javascript=False)
    await _finds_it(visitor)
    await _signs_up(visitor, mailbox)
    await _follows_and_leaves(visitor, shuttle)


@pytest.mark.one_engine
async def test_a_resident_chooses_her_language_and_a_dark_screen_and_both_stay(
    arrive: Arrive, shuttle: Initiative
) -> None:
    visitor = await arrive(width=360, javascript=False)
    await visitor.press("English")
    await visitor.reads("Sign in")
    await visitor.press("Dark")
    assert await visitor.page.get_attribute("html", "data-theme") == "sombre"
    await visitor.open("/initiatives")
    assert await visitor.page.get_attribute("html", "data-theme") == "sombre"
    assert await visitor.page.get_attribute("html", "lang") == "en"
    await visitor.look("english and dark")
    await visitor.press("Français")
    await visitor.reads("Se connecter")
