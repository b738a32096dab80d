"""What somebody met who walked the way of a backer: what a reward asks for, second tabs, links that lapsed, words."""

import html
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.board.queries import sources
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.offline import promising
from campaigns.offline.models import OfflineGift, OfflineStatus
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import Person
from civic.settings import Settings, configure
from civic.web.templating import TEMPLATES
from tests.campaigns.conftest import Payments
from tests.campaigns.test_announced_pages import cheque, link_of, own, plain, she_walks
from tests.campaigns.test_pledges import ME, walk, within
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward
from tests.factories.offline import a_verified_gift, an_announced_gift
from tests.links import aim

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.one_engine]
ASKS_60 = "Ce merci demande un don d’au moins 60 €."


def checked(text: str, name: str) -> str:
    """The value of the choice that is made for her."""
    found = re.search(rf'name="{name}" value="([^"]*)" checked', text) or re.search(rf'name="{name}" value="([^"]*)"[^>]* checked', text)
    assert found, name
    return found[1]


def start(campaign: Campaign) -> str:
    return f"/campagnes/{campaign.slug}/soutenir"


async def test_choosing_a_thank_you_opens_the_form_with_an_amount_that_reaches_it(client: Client) -> None:
    campaign = await a_live_campaign()
    for amount, chip, other in (("20", "3000", ""), ("60", "autre", "60"), ("100", "10000", ""), ("250", "autre", "250")):
        reward = await a_reward(campaign, from_amount=amount)
        address = f"{start(campaign)}?contrepartie={reward.id}"
        page = (await client.get(address)).text
        assert (checked(page, "amount"), checked(page, "reward")) == (chip, str(reward.id)), amount
        assert f'name="other_before" value="{other}"' in page, amount
        sent = {"amount": chip, "other": other, "other_before": other, "reward": str(reward.id)}
        assert (await client.submit(start(campaign), sent)).status_code == 303, amount
    first = await a_reward(campaign, from_amount="60")
    page = (await client.get(f"{start(campaign)}?contrepartie={first.id}")).text
    assert checked(page, "reward") == str(first.id), "what she presses now wins over her draft"
    assert 'name="other_before" value="250"' in page, "and her amount stays, it reaches"
    few = await a_reward(campaign, stock=1, from_amount="500")
    await an_announced_gift(campaign, 50_000, reward_id=few.id)
    page = (await client.get(f"{start(campaign)}?contrepartie={few.id}")).text
    assert checked(page, "reward") == "0"


async def test_an_amount_too_small_for_a_thank_you_says_the_figure_beside_the_amount_everywhere(client: Client) -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, from_amount="60")
    gift, pledge = await an_announced_gift(campaign), await a_confirmed_pledge(campaign)
    few = {"other": "12", "reward": str(reward.id), "shown": "name", "tip": "0"}
    sent = {
        "amount-err": (start(campaign), {"amount": "3000", "reward": str(reward.id)}),
        "other-err": (start(campaign), {"amount": "autre"} | few),
        "other-err of a cheque": (own(gift, "/modifier"), few),
        "other-err of a card": (f"/promesses/{links.make('pledge', pledge.id)}/modifier", few),
    }
    for place, (address, fields) in sent.items():
        refused = await client.submit(address, fields)
        assert refused.status_code == 422, place
        assert plain(refused.text).count(ASKS_60) == 2, f"{place}: in the summary and beside the field"
        assert f'id="{place.split(" ")[0]}"' in refused.text, place


async def test_a_second_tab_after_a_cheque_is_told_that_the_gift_is_there(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await she_walks(client, campaign)
    await client.submit(cheque(campaign))
    for step in ("/moi", "/verifier", "/cheque"):
        assert (await client.get(start(campaign) + step)).headers["location"] == f"{start(campaign)}/deja", step
        assert (await client.submit(start(campaign) + step, ME)).headers["location"] == f"{start(campaign)}/deja", step
    told = (await client.get(f"{start(campaign)}/deja")).text
    assert "Ce don est déjà enregistré" in told
    assert f'href="{cheque(campaign)}/a-confirmer"' in told
    assert "/dons/" not in told, "her secret link goes to her mail only, until she has confirmed"
    assert "Ce don est déjà enregistré" not in (await client.get(start(campaign))).text
    assert (await client.submit(start(campaign), {"amount": "1000"})).headers["location"].endswith("/moi")
    assert (await client.get(f"{start(campaign)}/deja")).headers["location"] == start(campaign)
    assert await OfflineGift.all().count() == 1
    person = await a_person("Hugo Petit", "hugo@exemple.fr")
    await Person.filter(id=person.id).update(email_verified_at=clock.now())
    hers = await sign_in(await Person.get(id=person.id))
    await hers.submit(start(campaign), {"amount": "3000"})
    await hers.submit(f"{start(campaign)}/moi", {"shown": "name"})
    assert "/dons/" in (await hers.submit(cheque(campaign))).headers["location"]
    told = (await hers.get(f"{start(campaign)}/deja")).text
    assert 'href="/mon-espace"' in told
    assert "/dons/" not in told, "no secret link stays on a computer that others use"


async def test_a_second_tab_after_a_card_is_told_that_the_gift_is_there(client: Client, payments: Payments) -> None:
    campaign = await a_live_campaign()
    thanks = within(await payments.fill_in(await walk(client, campaign)))
    assert "Merci Odile" in (await client.get(thanks)).text
    again = await client.submit(f"{start(campaign)}/verifier", {"tip": "0", "terms": "1"})
    assert again.headers["location"] == f"{start(campaign)}/deja"
    assert thanks in html.unescape((await client.get(again.headers["location"])).text)


async def test_stale_tabs_of_a_cheque_say_where_it_stands(client: Client) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign)
    changed = await client.submit(own(gift, "/modifier"), {"other": "45"})
    assert "C’est changé" in (await client.get(changed.headers["location"])).text
    await client.submit(own(gift, "/annuler"))
    for stale, fields in (("/modifier", {"other": "70"}), ("/confirmer", {})):
        answer = await client.submit(own(gift, stale), fields)
        assert aim(answer.headers["location"]).startswith(aim(own(gift))), stale
        page = (await client.get(answer.headers["location"])).text
        assert "Annulé" in page, stale
        assert "Ce que les autres voient" not in page, "nothing of what was taken back is shown to anybody"
        assert "C’est changé" not in page, stale
        assert "c’est confirmé" not in page, stale
        assert re.search("Ce don ne change plus|Vous avez annulé ce don", page), stale
    await OfflineGift.filter(id=gift.id).update(status=OfflineStatus.EXPIRED)
    answer = await client.submit(own(gift, "/confirmer"))
    assert "c’est confirmé" not in (await client.get(answer.headers["location"])).text


async def test_a_stale_tab_of_a_card_says_where_the_promise_stands(client: Client, payments: Payments) -> None:
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    address = f"/promesses/{links.make('pledge', pledge.id)}"
    assert (await client.get(f"{address}/modifier")).status_code == 200
    await client.submit(f"{address}/annuler")
    for answer in (await client.get(f"{address}/modifier"), await client.submit(f"{address}/modifier", {"other": "70", "shown": "name"})):
        assert answer.headers["location"] == address
    page = (await client.get(address)).text
    assert "Promesse annulée" in page
    assert "Ce don ne change plus" in page


async def test_mail_and_page_say_that_a_button_confirms(client: Client) -> None:
    campaign = await a_live_campaign()
    await she_walks(client, campaign)
    asked = (await client.submit(cheque(campaign))).headers["location"]
    await jobs.run_due()
    mail = await OutboxMessage.filter(subject__startswith="Confirmez votre don").get()
    for text in ((await client.get(asked)).text, mail.text):
        assert "Appuyez-y sur «\u00a0Je confirme mon don\u00a0»" in text
        assert "clic" not in text
    link = await link_of("Confirmez votre don")
    assert "Je confirme mon don" in (await client.get(link)).text
    early = await client.get(f"{link}/bulletin.pdf")
    assert early.headers["location"] == link, "the slip comes once she has confirmed"
    for mail in ("offline_confirm", "offer_confirm", "question_confirm"):
        assert "clic" not in (TEMPLATES / "mail" / "campaigns" / f"{mail}.txt").read_text(), mail


async def test_a_link_that_lapsed_says_so_and_lets_her_begin_anew(client: Client) -> None:
    campaign = await a_live_campaign()
    await she_walks(client, campaign)
    await client.submit(cheque(campaign))
    link = f"{await link_of('Confirmez votre don')}?collecte={campaign.slug}"
    assert link in (await OutboxMessage.filter(subject__startswith="Confirmez").get()).text
    await OfflineGift.all().update(created_at=clock.now() - promising.CONFIRM_WITHIN)
    await promising.sweep()
    gone = await client.get(link)
    assert gone.status_code == 410
    assert "pas été confirmé sous 24 heures" in plain(gone.text)
    assert f'href="{start(campaign)}"' in gone.text
    assert "Recommencer" in gone.text
    assert "n’existe pas" not in gone.text
    for other in (link.partition("?")[0], f"{link.partition('?')[0]}?collecte=nulle-part"):
        answer = await client.get(other)
        assert (answer.status_code, "Voir les collectes" in answer.text) == (410, True), other
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    assert "Recommencer" not in (await client.get(link)).text
    assert (await client.get("/dons/jeton")).status_code == 404


async def test_the_campaign_says_that_one_can_give_by_cheque_while_one_can(client: Client, settings: Settings) -> None:
    said = "Par carte, par chèque ou par virement."
    campaign = await a_live_campaign()
    page = f"/campagnes/{campaign.slug}"
    assert said in (await client.get(page)).text
    assert "By card, by cheque or by bank transfer." in (await client.get(page, headers={"accept-language": "en"})).text
    configure(settings.model_copy(update={"payments": "off"}))
    assert "Par chèque ou par virement." in (await client.get(f"{page}?src=a")).text
    configure(settings)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(days=2))
    assert said not in (await client.get(f"{page}?src=b")).text


async def test_those_who_gave_by_hand_are_not_said_to_have_promised(client: Client) -> None:
    campaign = await a_live_campaign()
    page = f"/campagnes/{campaign.slug}"
    assert "Ont déjà promis" in (await client.get(page)).text
    await a_verified_gift(campaign)
    mixed = (await client.get(f"{page}?src=a")).text
    assert "Ont déjà donné ou promis" in mixed
    assert "Ont déjà promis" not in mixed
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    assert "Ont donné ou promis" in (await client.get(f"{page}?src=b")).text
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE, decided_at=None, goal=GoalKind.FLEXIBLE)
    assert "<dt>Ont déjà donné</dt>" in (await client.get(f"{page}?src=c")).text


async def test_a_cheque_keeps_the_word_she_came_by_and_the_lead_reads_it(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await she_walks(client, campaign, {"amount": "3000", "src": "affiche"})
    await client.submit(cheque(campaign))
    assert (await OfflineGift.all().get()).came_by == "affiche"
    assert [one.name for one in await sources(campaign.id, []) if one.gifts] == [], "nothing is known before she confirms"
    await client.submit(f"{await link_of('Confirmez votre don')}/confirmer")
    assert [(one.name, one.gifts) for one in await sources(campaign.id, []) if one.gifts] == [("affiche", 1)]
    board = (await (await sign_in(campaign.lead)).get(f"/campagnes/{campaign.slug}/tableau")).text
    assert re.search(r'Affiche</th><td class="n">\d+</td><td class="n">1</td>', board)
    assert "<dt>Dons confirmés</dt><dd>1</dd>" in board
    await a_verified_gift(campaign)
    assert sum(one.gifts for one in await sources(campaign.id, [])) == 1, "what a lead typed came by no address"


async def test_coming_back_from_the_payment_page_finds_the_tip_that_was_chosen(client: Client, payments: Payments) -> None:
    campaign = await a_live_campaign()
    await client.submit(start(campaign), {"amount": "3000", "reward": "0"})
    me = {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"}
    await client.submit(f"{start(campaign)}/moi", me)
    verify = f"{start(campaign)}/verifier"
    assert checked((await client.get(verify)).text, "tip") == "0", "nothing is chosen for anybody"
    assert (await client.submit(verify, {"tip": "300", "terms": "1"})).status_code == 303
    assert checked((await client.get(verify)).text, "tip") == "300"
