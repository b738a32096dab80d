"""Small things people read around a campaign: one wording of its end, no promise that is not kept, no dead link."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.matching.models import MatchAgreement
from campaigns.offers import service as offers
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.pace import pace
from campaigns.pledges.queries import MANAGE
from civic import clock
from civic.i18n import speaking
from civic.people import links
from civic.people.models import Person, RoleName
from civic.slots import Todo
from civic.web import urls
from civic.web.formats import until
from civic.web.templating import environment
from demo.around import NEWS
from demo.funds import FUNDS
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign
from tests.factories.matching import an_agreement

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.one_engine
PARIS = ZoneInfo("Europe/Paris")


async def plain(client: Client, path: str) -> str:
    """A page without its narrow spaces."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_last_moment_is_said_in_one_way() -> None:
    with speaking("fr"):
        assert until(datetime(2030, 6, 15, tzinfo=PARIS)) == "samedi 14\u00a0juin 2030 à minuit".replace("samedi", "vendredi")
        assert until(datetime(2030, 6, 15, 18, 30, tzinfo=PARIS)) == "samedi 15\u00a0juin 2030 à 18\u00a0h\u00a030"
        assert until(datetime(2030, 6, 15, 0, 1, tzinfo=PARIS)) == "vendredi 14\u00a0juin 2030 à minuit"
        assert until(datetime(2030, 6, 15, 0, 30, tzinfo=PARIS)) == "samedi 15\u00a0juin 2030 à 0\u00a0h\u00a030"
    with speaking("en"):
        assert "midnight" in until(datetime(2030, 6, 15, tzinfo=PARIS))


async def test_a_task_and_its_page_say_the_same_last_moment(app: object) -> None:
    todo = Todo("Répondre", "/", "argent", datetime(2030, 6, 15, tzinfo=PARIS))
    with speaking("fr"):
        assert "Avant vendredi 14\u00a0juin 2030 à minuit." in environment().globals["ui"].todo(todo)


async def test_the_pace_is_that_of_gifts_not_of_a_match_or_a_cheque(app: object) -> None:
    campaign = await a_live_campaign(
        starts_at=clock.now() - timedelta(days=5), backers_count=12, confirmed_cents=100_000,
    )  # fmt: skip
    alone = pace(campaign)
    await Campaign.filter(id=campaign.id).update(matched_cents=50_000, offline_cents=30_000)
    helped = pace(await Campaign.get(id=campaign.id))
    assert alone
    assert helped
    assert helped.per_day_cents == alone.per_day_cents == 20_000
    assert helped.expected_cents == alone.expected_cents + 80_000


async def test_a_promise_that_was_cancelled_shows_no_card_and_asks_for_no_word(client: Client, app: object) -> None:
    pledge = await a_confirmed_pledge(await a_live_campaign())
    page = urls.path("pledges.manage", token=links.make(MANAGE, pledge.id))
    before = await plain(client, page)
    assert "Laisser un mot" in before
    assert "Moyen de paiement" in before
    await pledges.cancel(await Pledge.get(id=pledge.id).select_related("campaign", "person", "reward"))
    after = await plain(client, page)
    assert "Laisser un mot" not in after
    assert "Moyen de paiement" not in after


async def test_who_hides_her_amount_is_told_that_her_word_has_no_name_yet(client: Client, app: object) -> None:
    pledge = await a_confirmed_pledge(await a_live_campaign())
    page = urls.path("wall.word", token=links.make(MANAGE, pledge.id))
    await Pledge.filter(id=pledge.id).update(public_name="Odile B.", amount_hidden=True)
    assert "votre mot paraît sans nom" in await plain(client, page)
    await Pledge.filter(id=pledge.id).update(amount_hidden=False)
    assert "sous le nom de Odile B." in await plain(client, page)


async def test_when_money_is_missing_the_page_says_it_once(client: Client, app: object) -> None:
    campaign = await a_live_campaign()
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.SHORTFALL, decided_at=clock.now())
    page = await plain(client, urls.path("campaigns.show", slug=campaign.slug))
    assert page.count("Il manque de l’argent, une décision est attendue</span>") == 1
    assert "Objectif atteint" not in page


async def test_nobody_is_offered_to_review_her_own_campaign(sign_in: SignIn) -> None:
    animator = await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    campaign = await a_draft(lead=animator)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.SUBMITTED)
    show = urls.path("campaigns.show", slug=campaign.slug)
    assert "Relire cette collecte" not in await plain(await sign_in(animator), show)
    other = await a_person("Rose Petit", "", RoleName.ANIMATOR)
    assert "Relire cette collecte" in await plain(await sign_in(other), show)


async def test_the_builder_says_done_of_photos_only_when_there_are_some_and_lets_one_go_on(sign_in: SignIn) -> None:
    lead = await a_person("Nadia Porteuse")
    campaign = await a_draft(lead=lead)
    client = await sign_in(lead)
    page = await plain(client, urls.path("campaigns.edit_pictures", slug=campaign.slug))
    assert "(fait)" not in page.split("2. Photos")[1].split("</a>")[0]
    await CostLine.filter(campaign_id=campaign.id).delete()
    assert "Continuer vers les mercis" in await plain(client, urls.path("campaigns.edit_costs", slug=campaign.slug))


async def test_offering_a_thing_leads_to_the_form_not_to_a_mail(client: Client, app: object) -> None:
    campaign = await a_live_campaign()
    await offers.keep_needs(await Campaign.get(id=campaign.id))
    initiative = await campaign.initiative
    page = await plain(client, urls.path("initiatives.show", slug=initiative.slug))
    assert urls.path("offers.new", slug=campaign.slug) in page
    assert "mailto:" not in page.split("Prêter ou donner une chose")[1].split("</ul>")[0]


async def test_what_was_added_is_worded_for_any_name(client: Client, app: object) -> None:
    campaign = await a_live_campaign()
    await an_agreement(campaign)
    await MatchAgreement.all().update(reserved_cents=3_000, told_cents=3_000)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED, decided_at=clock.now())
    page = await plain(client, urls.path("campaigns.show", slug=campaign.slug))
    assert "30 € ajoutés par Châtillon-sur-Chalaronne" in page
    await MatchAgreement.all().update(told_cents=0)
    await Campaign.filter(id=campaign.id).update(version=99)
    assert "Des dons complétés par Châtillon" in await plain(client, urls.path("campaigns.show", slug=campaign.slug))


def test_the_demonstration_tells_of_works_only_once_they_are_paid_for() -> None:
    for title, days_ago, heading, _body in NEWS:
        fund = next(fund for fund in FUNDS if fund.title == title)
        ended = fund.opened - fund.lasts
        assert ended < 0 or days_ago < ended, heading
