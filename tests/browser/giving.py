"""What several journeys do: promise a gift, pay on the payment page, let a deadline pass, photograph something."""

from __future__ import annotations

import asyncio
import io

from PIL import Image

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge
from civic import clock
from tests.browser.visitor import Visitor
from tests.site import Site, command

WITH_SCRIPTS, WITHOUT_SCRIPTS = True, False
ISSUER = {
    "CIVIC_RECEIPT_ISSUER": "Les Jardins du Carron", "CIVIC_RECEIPT_ADDRESS": "4 rue du Four|01600 Trévoux",
    "CIVIC_RECEIPT_NUMBER": "W012345678", "CIVIC_RECEIPT_PURPOSE": "Relier les hameaux",
    "CIVIC_RECEIPT_CATEGORY": "interet_general", "CIVIC_RECEIPT_GROUND": "Rescrit de la DDFiP de l’Ain",
    "CIVIC_RECEIPT_GROUND_ON": "2020-01-01", "CIVIC_RECEIPT_SIGNATORY": "Marie Conte, trésorière",
}  # fmt: skip
"""The settings of a host who may issue receipts."""
CARD_OK, CARD_ALWAYS_ASKS, CARD_POOR = "4242424242424242", "4000002760003184", "4000000000000341"
IBAN_OK = "FR1420041010050500013M02606"
PATIENCE_SECONDS = 20


async def promises(visitor: Visitor, slug: str, name: str, address: str, amount: str = "30 €") -> None:
    """From the campaign's page to the last page before the payment page."""
    await comes_to_the_last_step(visitor, slug, name, address, amount)
    await visitor.choose("J’ai lu les conditions")


async def comes_to_the_last_step(visitor: Visitor, slug: str, name: str, address: str, amount: str = "30 €") -> None:
    """« Mon don » and « Moi »."""
    await visitor.open(f"/campagnes/{slug}")
    await visitor.follow("Faire un don")
    await visitor.choose(amount)
    await visitor.press("Continuer")
    await visitor.write("Prénom et nom", name)
    await visitor.write("Adresse électronique", address)
    await visitor.press("Continuer")


async def saves_a_card(visitor: Visitor, card: str, button: str = "Enregistrer la carte") -> None:
    """On the payment page: this test card, and the bank's question if it asks one."""
    assert not visitor.page.url.startswith(visitor.url), "the payment page is on another origin"
    await visitor.page.locator(f"input[value='{card}']").check(force=True)
    await visitor.write("Date d’expiration", "12/40")
    await visitor.write("Cryptogramme", "123")
    await visitor.press(button)
    if await visitor.button("Confirmer").is_visible():
        await visitor.press("Confirmer")
    assert visitor.page.url.startswith(visitor.url), await visitor.page.inner_text("body")


async def gives(visitor: Visitor, slug: str, name: str, address: str, card: str = CARD_OK) -> None:
    """Thirty euros promised, with a card."""
    await promises(visitor, slug, name, address)
    await visitor.press("Enregistrer ma carte")
    await saves_a_card(visitor, card)
    await visitor.reads("Votre promesse de 30 € est enregistrée")


async def the_deadline_passes(site: Site, campaign: Campaign, until: CampaignStatus) -> None:
    """The deadline is now; wait until the campaign is in this state."""
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    await command(site, "settle", campaign.slug)
    for _ in range(PATIENCE_SECONDS * 10):
        if (await Campaign.get(id=campaign.id)).status == until:
            return
        await asyncio.sleep(0.1)
    pledges = await Pledge.filter(campaign_id=campaign.id).values_list("status", "decline_code")
    raise AssertionError(f"{(await Campaign.get(id=campaign.id)).status}, {pledges}")


def a_photo() -> bytes:
    """A picture as a phone might send it."""
    file = io.BytesIO()
    Image.new("RGB", (640, 480), (29, 92, 72)).save(file, "PNG")
    return file.getvalue()
