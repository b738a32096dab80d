"""A backer, whatever happens to her: changed her mind, two tabs, the back button, a bank that refuses, a campaign over."""

from __future__ import annotations

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from tests.browser.conftest import Arrive
from tests.browser.giving import (
    CARD_ALWAYS_ASKS,
    CARD_OK,
    CARD_POOR,
    IBAN_OK,
    gives,
    promises,
    saves_a_card,
    the_deadline_passes,
)
from tests.browser.visitor import Visitor
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign, a_reward
from tests.mailbox import Mailbox, link_in, text_of
from tests.site import Site

JEANNE, ODILE, REMI, LUC = "jeanne@exemple.fr", "odile@exemple.fr", "remi@exemple.fr", "luc@exemple.fr"


@pytest.fixture
async def minibus(site: Site) -> Campaign:
    """Open for twelve days; thirty euros are enough."""
    campaign = await a_live_campaign(await a_person("Anne-Marie Lopez"), minimum_cents=3_000, optimum_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=True).update(amount_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=False).delete()
    await a_reward(campaign)
    return campaign


async def _bad_amounts_come_back(visitor: Visitor, slug: str) -> None:
    await visitor.open(f"/campagnes/{slug}/soutenir")
    await visitor.write("Autre montant", "0,50")
    await visitor.choose("Autre")
    await visitor.press("Continuer")
    assert await visitor.page.get_by_label("Autre montant").first.input_value() == "0,50"
    await visitor.look("too small a gift")


async def _comes_back_with_the_button(visitor: Visitor, slug: str, till: Harness) -> None:
    """She leaves for the payment page, comes back with her browser's button and sends the same form again."""
    await promises(visitor, slug, "Jeanne Perrin", JEANNE)
    await visitor.press("Enregistrer ma carte")
    assert not visitor.page.url.startswith(visitor.url), "the payment page is on another origin"
    await visitor.page.go_back()
    await visitor.reads("Je vérifie")
    await visitor.choose("J’ai lu les conditions")
    await visitor.press("Enregistrer ma carte")
    assert not visitor.page.url.startswith(visitor.url), "the payment page is on another origin"
    made = await Pledge.filter(person__email=JEANNE)
    assert [(one.status, one.amount_cents) for one in made] == [(PledgeStatus.CREATED, 3_000)]
    sessions = (await till.v1.checkout.sessions.list_async({"limit": 100})).data
    assert [one.id for one in sessions if one.status == "open"] == [made[0].session_ref]


async def _in_two_tabs(visitor: Visitor, slug: str, mailbox: Mailbox) -> None:
    """The last page is open twice and sent twice; then she comes back with the button of her browser."""
    await promises(visitor, slug, "Jeanne Perrin", JEANNE)
    first, second = visitor.page, await visitor.context.new_page()
    await second.goto(first.url)
    await second.get_by_label("J’ai lu les conditions").check(force=True)
    await visitor.press("Enregistrer ma carte")
    visitor.page = second
    await visitor.press("Enregistrer ma carte")
    await saves_a_card(visitor, CARD_OK)
    await visitor.reads("Votre promesse de 30 € est enregistrée")
    await visitor.look("thanks")
    await second.go_back()
    await second.close()
    visitor.page = first
    await first.locator(f"input[value='{CARD_OK}']").check(force=True)
    await visitor.write("Date d’expiration", "12/40")
    await visitor.write("Cryptogramme", "123")
    await visitor.press("Enregistrer la carte")
    await visitor.look("the other tab afterwards")
    await visitor.open(f"/campagnes/{slug}/soutenir/verifier")
    kept = await Pledge.filter(person__email=JEANNE).exclude(status=PledgeStatus.ABANDONED)
    assert [(one.amount_cents, one.status.value) for one in kept] == [(3_000, "confirmed")]
    assert (await Campaign.get(slug=slug)).confirmed_cents == 3_000
    await mailbox.last(JEANNE, "promesse")


async def _changes_her_mind(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.open(link_in(await mailbox.last(JEANNE, "promesse de don est enregistrée"), "/promesses/"))
    await visitor.look("my promise")
    await visitor.follow("Changer ma promesse")
    await visitor.write("Montant de mon don", "zéro")
    await visitor.press("Enregistrer")
    await visitor.look("a wrong change")
    await visitor.write("Montant de mon don", "45")
    await visitor.press("Enregistrer")
    await visitor.reads("C’est changé", "Avant ce changement : 30 €", "45 €")
    await visitor.look("changed")
    await visitor.press("Revenir en arrière")
    await visitor.reads("30 €")
    await visitor.unfold("Annuler ma promesse")
    await visitor.press("Oui, annuler")
    await visitor.reads("Votre promesse est annulée", "Donner à nouveau")
    await visitor.look("cancelled")
    assert (await Pledge.get(person__email=JEANNE, status=PledgeStatus.CANCELLED)).amount_cents == 3_000


@pytest.mark.one_engine("postgres")
async def test_a_backer_who_hesitates_books_nothing_twice_and_takes_it_all_back(
    arrive: Arrive, minibus: Campaign, mailbox: Mailbox, till: Harness
) -> None:
    visitor = await arrive(width=360)
    await _bad_amounts_come_back(visitor, minibus.slug)
    await _comes_back_with_the_button(visitor, minibus.slug, till)
    await _in_two_tabs(visitor, minibus.slug, mailbox)
    await _changes_her_mind(visitor, mailbox)
    assert (await Campaign.get(id=minibus.id)).confirmed_cents == 0
    assert await Pledge.filter(status=PledgeStatus.CONFIRMED).count() == 0


async def _by_direct_debit(visitor: Visitor, slug: str) -> None:
    await promises(visitor, slug, "Odile Blanc", ODILE)
    await visitor.press("Enregistrer ma carte")
    await visitor.page.locator(f"input[value='{IBAN_OK}']").check(force=True)
    await visitor.write("Titulaire du compte", "Odile Blanc")
    await visitor.look("the payment page")
    await visitor.press("Enregistrer le compte")
    await visitor.reads("Votre promesse de 30 € est enregistrée", "SEPA")
    await visitor.look("thanks for a direct debit")


async def _recovers(visitor: Visitor, mailbox: Mailbox, address: str) -> None:
    await visitor.open(link_in(await mailbox.last(address, "n'a pas pu être prélevé"), "/reprise/"))


async def _three_ways_out(jeanne: Visitor, remi: Visitor, luc: Visitor, mailbox: Mailbox) -> None:
    await _recovers(jeanne, mailbox, JEANNE)
    await jeanne.reads("Prendre une autre carte", "Envoyer un chèque ou un virement", "Rien n’a été débité")
    await jeanne.look("another card")
    await jeanne.press("Payer autrement en ligne")
    await saves_a_card(jeanne, CARD_OK, "Payer par carte")
    await jeanne.reads("Votre don est arrivé, merci")
    await _recovers(remi, mailbox, REMI)
    await remi.look("confirm with the bank")
    await remi.press("Confirmer avec ma banque")
    await saves_a_card(remi, CARD_ALWAYS_ASKS, "Payer par carte")
    await remi.reads("Votre don est arrivé, merci")
    await remi.look("it came")
    await _recovers(luc, mailbox, LUC)
    await luc.press("Envoyer un chèque ou un virement")
    await luc.reads("Nous attendons votre chèque ou virement", "P-00000")
    assert "p-00000" in await luc.paper("Bulletin à imprimer et à joindre")
    await luc.look("by cheque")
    assert "P-00000" in text_of(await mailbox.last(LUC, "Comment envoyer votre don"))


WINDOWS = [
    [(1280, False), (360, True), (360, False), (1280, True)], [(360, True), (1280, False), (1280, True), (360, False)],
]  # fmt: skip
"""Width and scripts of whoever pays by direct debit, takes another card, confirms with her bank, sends a cheque."""


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(("windows", "brief"), [(WINDOWS[0], False), (WINDOWS[1], True)], ids=["first", "second"])
async def test_backers_whose_bank_says_no_find_three_ways_out_in_their_mail(
    arrive: Arrive, minibus: Campaign, mailbox: Mailbox, site: Site, windows: list[tuple[int, bool]], brief: bool
) -> None:
    visitor, *others = [await arrive(width=width, javascript=scripts, brief=brief) for width, scripts in windows]
    await _by_direct_debit(visitor, minibus.slug)
    for name, address, card in (
        ("Jeanne Perrin", JEANNE, CARD_POOR), ("Rémi Carron", REMI, CARD_ALWAYS_ASKS), ("Luc Roux", LUC, CARD_POOR),
    ):  # fmt: skip
        await gives(visitor, minibus.slug, name, address, card)
    await the_deadline_passes(site, minibus, CampaignStatus.COLLECTING)
    await _three_ways_out(*others, mailbox)
    paid = await Attempt.filter(pledge__campaign_id=minibus.id, status=AttemptStatus.SUCCEEDED).values_list(
        "pledge__person__email", flat=True
    )
    assert sorted(address for address in paid if address != ODILE) == [JEANNE, REMI]
    await visitor.open(f"/campagnes/{minibus.slug}/soutenir")
    await visitor.reads("Cette collecte est terminée. Elle ne reçoit plus de don.", "Voir la collecte")
    await visitor.look("closed")
