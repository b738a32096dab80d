"""Somebody who cannot answer hands her voice over; the holder answers for two; then she changes her mind."""

from __future__ import annotations

import pytest

from civic.counting.rules import Method
from civic.decisions.models import Elector, Stance
from tests.browser.conftest import Arrive
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh
from tests.site import Site


@pytest.mark.one_engine("postgres")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, False, False), (1280, True, True)])
async def test_jeanne_hands_her_voice_to_paul_and_takes_it_back_by_answering(
    arrive: Arrive, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    jeanne, paul = await a_member(committee, "Jeanne Perrin"), await a_member(committee, "Paul Rey")
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, proxies_most=1)
    hers = await arrive(width=width, javascript=javascript, brief=brief)
    his = await arrive(width=width, javascript=javascript, brief=brief)
    await hers.is_now(jeanne)
    await his.is_now(paul)
    path = f"/decisions/{decision.id}"
    await hers.open(path)
    await hers.follow("Confier ma voix")
    await hers.look("who could answer for her")
    await hers.pick("Qui répondra pour vous", "Paul R.")
    await hers.press("Confier ma voix")
    await hers.reads("Paul R. a votre procuration")
    await hers.look("her voice is with Paul")
    await his.open(path)
    await his.reads("Par procuration de Jeanne P.", "Vous portez la voix de Jeanne P.")
    await his.look("two voices")
    elector = await Elector.get(decision_id=decision.id, person_id=jeanne.id)
    for box, press in (("#voix", "Donner ma voix"), (f"#voix-pour-{elector.id}", "Donner cette voix")):
        await his.page.locator(f"{box} label.chip", has_text="Pour").click()
        await his.press(press)
    await his.reads("Jeanne P., par Paul R.")
    assert (await fresh(decision)).answers_count == 2
    await hers.open(path)
    await hers.reads("Paul R. répond à votre place")
    await hers.unfold("Répondre quand même")
    await hers.page.locator("#voix label.chip", has_text="Contre").click()
    await hers.press("Changer ma voix")
    await hers.reads("Votre voix est comptée")
    await hers.look("she answered herself")
    current = await Stance.get(decision_id=decision.id, person_id=jeanne.id, superseded_at__isnull=True)
    assert current.spoken_by_id is None
    assert (await fresh(decision)).answers_count == 2
