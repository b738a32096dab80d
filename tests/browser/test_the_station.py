"""A market stall: two persons at two browsers type the papers of who has no telephone; and the box of a secret vote."""

from __future__ import annotations

import re

import pytest

from civic.counting.rules import Code
from civic.decisions.models import Stance
from tests.browser.conftest import Arrive
from tests.browser.giving import WITH_SCRIPTS, WITHOUT_SCRIPTS
from tests.browser.hall import the_vote_ends
from tests.civic.test_paper_boxes import a_hall
from tests.civic.test_polling import a_market
from tests.site import Site


@pytest.mark.one_engine
@pytest.mark.parametrize("javascript", [WITH_SCRIPTS, WITHOUT_SCRIPTS])
async def test_two_persons_disagree_once_about_a_paper_and_then_agree(
    site: Site, arrive: Arrive, javascript: bool
) -> None:
    market = await a_market()
    brief = not javascript
    selim, paule = [await arrive(width=360, javascript=javascript, brief=brief) for _both in range(2)]
    await selim.is_now(market.selim)
    await paule.is_now(market.paule)
    await selim.open(f"/decisions/{market.decision.id}")
    await selim.follow("Ouvrir le bureau de vote")
    await selim.look("the list of electors")
    assert "odette berger" in await selim.paper(re.compile("émargement"))
    assert "cochez une seule case" in await selim.paper(re.compile("à couper"))
    await selim.write("Chercher un nom", "odette")
    await selim.press("Chercher")
    await selim.press("Remettre un bulletin")
    await selim.reads("Le bulletin papier est remis.", "Odette Berger")
    await selim.follow("Saisir le bulletin d’Odette B.")
    await selim.choose(re.compile("^Pour"))
    await selim.look("the paper typed")
    await selim.press("Enregistrer cette saisie")
    await selim.reads("Saisi une fois.", "bulletin saisi une fois", "1 bulletin papier n’est pas encore compté.")

    await paule.open("/mon-espace")
    await paule.reads("Saisir les bulletins papier", "1 bulletin à compter")
    await paule.open(f"/decisions/{market.decision.id}/bureau")
    await paule.follow("Saisir le bulletin")
    await paule.choose(re.compile("^Contre"))
    await paule.press("Enregistrer cette saisie")
    await paule.reads("Les deux saisies diffèrent.", "Pour", "Contre")
    await paule.look("what differs")
    await paule.press("L’autre saisie est la bonne")
    await paule.reads("Les deux saisies sont les mêmes", "a voté, sur papier", "Le bulletin papier remis est compté.")
    stance = await Stance.get(decision_id=market.decision.id).select_related("option")
    assert (stance.code, stance.person_id) == (Code.YES, market.odette.id)


@pytest.mark.one_engine
async def test_a_secret_box_is_emptied_on_a_telephone(site: Site, arrive: Arrive) -> None:
    hall = await a_hall(back=4)
    selim, paule = await arrive(width=360), await arrive(width=360)
    await selim.is_now(hall.selim)
    await paule.is_now(hall.paule)
    await selim.open(f"/decisions/{hall.decision.id}/bureau?etat=papier")
    await selim.press("Bulletin rendu")
    await selim.reads("son bulletin est dans l’urne")
    await selim.follow("Toute la liste")
    await selim.look("the box is full")
    await the_vote_ends(hall.decision)
    await selim.open(f"/decisions/{hall.decision.id}/bureau")
    await selim.look("the box may be emptied")
    await selim.follow("Dépouiller ces bulletins")
    for label, n in (("Pour", "3"), ("Contre", "2")):
        await selim.write(label, n)
    await selim.look("the papers as numbers")
    await selim.press("Enregistrer cette saisie")
    await paule.open(f"/decisions/{hall.decision.id}/bureau")
    await paule.follow("Dépouiller ces bulletins")
    for label, n in (("Pour", "3"), ("Contre", "2")):
        await paule.write(label, n)
    await paule.press("Enregistrer cette saisie")
    await paule.reads("tout est compté, le résultat est publié")
