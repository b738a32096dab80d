"""Time and things offered on the navette's campaign: one accepted, one that counts in the minimum, one that waits."""

from functools import partial

from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.offers import service
from campaigns.offers.forms import OfferForm
from campaigns.offers.models import Offer
from civic.people.models import RoleName
from demo.world import Scene, World

SAID = {
    "mariam": ("Peinture par les écoles", "hours", "Deux mercredis de peinture avec les enfants", "Je viens avec les pinceaux et douze élèves."),
    "robert": ("Carte grise et contrôle technique", "hours", "Le contrôle technique, offert par le garage", "Je le passe moi-même avant la vente."),
    "colette": ("Rampe pour fauteuil roulant", "loan", "Une rampe pliante, prêtée un an", "Elle dort dans ma grange. Elle porte 250 kilos."),
}


def scenes() -> list[Scene]:
    """Offered one after the other, answered by Anne-Marie, counted by Agathe."""
    return [
        Scene(20, 18, partial(_offer, who="mariam")), Scene(19, 9, partial(_accept, who="mariam", euros=240)),
        Scene(17, 18, partial(_offer, who="robert")), Scene(16, 9, partial(_accept, who="robert", euros=90)),
        Scene(15, 10, _count), Scene(1, 19, partial(_offer, who="colette")),
    ]  # fmt: skip


async def _offer(world: World, *, who: str) -> None:
    line, kind, title, detail = SAID[who]
    campaign = await _campaign(world)
    expense = await CostLine.get(campaign_id=campaign.id, title=line)
    sent = {"line": expense.id, "kind": kind, "title": title, "detail": detail, "name_shown": "1"}
    await service.offer(campaign, world.people[who], OfferForm.model_validate(sent), known=True)


async def _accept(world: World, *, who: str, euros: int) -> None:
    lead = world.actor("anne-marie")
    await service.accept(await _found(world, who), lead, euros * 100, "Merci, c’est exactement ce qu’il nous faut.")


async def _count(world: World) -> None:
    await service.relieve(await _found(world, "robert"), world.actor("agathe", RoleName.ANIMATOR))


async def _campaign(world: World) -> Campaign:
    """The navette's campaign as it is now."""
    return await Campaign.get(initiative_id=world.initiatives["navette"].id)


async def _found(world: World, who: str) -> Offer:
    rows = Offer.filter(person_id=world.people[who].id)
    return await rows.get().select_related("campaign", "campaign__initiative", "line", "person")
