"""A resident without an account comes with two friends, by telephone; a minor comes once her parent has agreed."""

from __future__ import annotations

import pytest

from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.giving import WITH_SCRIPTS, WITHOUT_SCRIPTS
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from tests.mailbox import Mailbox, link_in
from tests.site import Site
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup

ROSE, LEA, PAUL = "rose@exemple.fr", "lea@exemple.fr", "paul@exemple.fr"


@pytest.fixture
async def orchard(site: Site) -> tuple[Shift, Person]:
    """A shift next week with five places, one of them taken."""
    lead = await a_lead()
    shift = await the_shift(await a_mission("Planter des fruitiers", lead=lead, places=5))
    await a_signup(shift, await a_person("Odile Martin"))
    return shift, lead


async def _states() -> list[tuple[str, int, str]]:
    rows = await Signup.all().select_related("person").order_by("id")
    return [(row.person.name, row.party, row.status.value) for row in rows]


@pytest.mark.one_engine
@pytest.mark.parametrize("javascript", [WITH_SCRIPTS, WITHOUT_SCRIPTS])
async def test_a_resident_without_account_comes_with_two_friends_and_then_seeks_somebody_in_her_place(
    arrive: Arrive, orchard: tuple[Shift, Person], mailbox: Mailbox, javascript: bool
) -> None:
    rose = await arrive(width=360, javascript=javascript, brief=not javascript)
    await rose.open("/missions")
    await rose.look("the missions")
    await rose.follow("Planter des fruitiers")
    await rose.follow("Je viens")
    await rose.write("Prénom et nom", "Rose Petit")
    await rose.write("Adresse électronique", "rose@exemple")
    await rose.write("Combien serez-vous en tout", "3")
    await rose.press("Garder ma place")
    await rose.look("an address that is none")
    await rose.write("Adresse électronique", ROSE)
    await rose.press("Garder ma place")
    await rose.reads("Encore un geste", "ouvrez votre courriel")
    await rose.look("one more thing to do")
    await rose.open(link_in(await mailbox.last(ROSE, "À confirmer"), "/mes-creneaux/"))
    await rose.look("the button behind the link")
    await rose.press("Confirmer ma venue")
    await rose.reads("On compte sur vous", "3 personnes")
    await rose.look("she comes")
    assert await _states() == [("Odile Martin", 1, "confirmed"), ("Rose Petit", 3, "confirmed")]
    assert any(part.get_content_type() == "text/calendar" for part in (await mailbox.last(ROSE, "Vous venez")).walk())
    await rose.unfold("Nous serons moins nombreux")
    await rose.page.locator("[name=party]").fill("2")
    await rose._going(rose.page.locator("form:has([name=party]) button"))
    await rose.reads("2 personnes")
    await rose.unfold("Chercher quelqu’un à ma place")
    await rose.press("Oui, chercher")
    await rose.reads("On cherche quelqu’un à votre place")
    await rose.look("somebody is sought")
    await rose.press("Je viens finalement")
    await rose.unfold("Je ne peux plus venir")
    await rose.press("Oui, la rendre")
    await rose.look("she has given it back")
    assert await _states() == [("Odile Martin", 1, "confirmed"), ("Rose Petit", 2, "cancelled")]
    await rose.press("Reprendre ma place")
    assert ("Rose Petit", 2, "confirmed") in await _states()


@pytest.mark.one_engine
@pytest.mark.parametrize(("javascript", "agrees"), [(WITH_SCRIPTS, True), (WITHOUT_SCRIPTS, False)])
async def test_a_parent_answers_by_the_link_and_the_minor_hears_of_it(
    arrive: Arrive, orchard: tuple[Shift, Person], mailbox: Mailbox, javascript: bool, agrees: bool
) -> None:
    shift, _lead = orchard
    lea = await arrive(width=360, javascript=javascript, brief=not javascript)
    await lea.open(f"/missions/{shift.mission.slug}?creneau={shift.id}")
    await lea.write("Prénom et nom", "Léa Rey")
    await lea.write("Adresse électronique", LEA)
    await lea.unfold("Vous avez moins de 18 ans")
    await lea.choose("J’ai moins de 18 ans")
    await lea.write("Votre âge", "16")
    await lea.write("Nom d’un parent", "Paul Rey")
    await lea.write("Son adresse électronique", PAUL)
    await lea.look("her form")
    await lea.press("Garder ma place")
    await lea.open(link_in(await mailbox.last(LEA, "À confirmer"), "/mes-creneaux/"))
    await lea.press("Confirmer ma venue")
    await lea.reads("Paul Rey")
    await lea.look("her place waits for her parent")
    paul = await arrive(width=360, javascript=javascript, brief=not javascript)
    await paul.open(link_in(await mailbox.last(PAUL, "accord"), "/accord-parental/"))
    await paul.reads("Léa Rey a moins de 18 ans")
    await paul.look("what a parent is asked")
    if agrees:
        await paul.press("Je donne mon accord")
        await paul.reads("Vous avez donné votre accord")
    else:
        await paul.unfold("Je ne suis pas d’accord")
        await paul.press("Oui, refuser")
        await paul.reads("Vous n’avez pas donné votre accord")
    await paul.look("what the parent said")
    await mailbox.last(LEA, "Vous venez" if agrees else "Votre place est rendue")
    assert (await _states())[-1] == ("Léa Rey", 1, "confirmed" if agrees else "cancelled")
