"""The pages of match funding: the team proposes, the mayor accepts without an account, residents see what it brings."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pypdfium2
import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.matching import papers, queries
from campaigns.matching.models import MatchAgreement, MatchFund, MatchPayment
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.matching import a_due_agreement, a_gift, a_matcher, a_proposal, an_agreement
from tests.factories.settlement import a_live_campaign

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.one_engine


def text_of(content: bytes) -> str:
    """What a PDF says, without its line ends."""
    document = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


async def plain(client: Client, path: str) -> str:
    """A page without its narrow spaces."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text.replace("\u202f", " ").replace("\u00a0", " ")


async def the_team() -> Person:
    return await a_person("Agathe Roux", "", RoleName.ANIMATOR)


async def test_the_team_proposes_and_the_mayor_accepts_by_her_link(client: Client, sign_in: SignIn) -> None:
    campaign, matcher, commune = await a_live_campaign(10_000), await a_matcher(), await a_commune()
    team = await sign_in(await the_team())
    address = f"/campagnes/{campaign.slug}/abondements"
    assert "Aucun financeur" in await plain(team, address)
    fields = {
        "fund": "0", "organisation": str(matcher.id), "rule": "double", "cap": "5 000", "gift_cap": "100",
        "communes": "Trévoux", "signatory": "Hélène Maire", "signatory_role": "Maire",
        "signatory_email": "mairie@exemple.fr",
    }  # fmt: skip
    assert (await team.submit(f"{address}/nouveau", fields)).status_code == 303
    agreement = await MatchAgreement.get()
    assert (agreement.cap_cents, agreement.gift_cap_cents, (await MatchFund.get()).budget_cents) == (500_000, 10_000, 500_000)
    await jobs.run_due()
    letter = await OutboxMessage.get(to="mairie@exemple.fr")
    found = re.search(r"http://testserver(/abondements/\S+)", letter.text)
    assert found
    page = await plain(client, found[1])
    assert "1 € donné = 1 € ajouté" in page
    assert commune.name in page
    refused = await client.submit(f"{found[1]}/accepter", {"name": "Hélène Maire", "role": "Maire"})
    assert refused.status_code == 422
    assert (await MatchAgreement.get()).status == "proposed"
    sent = {"name": "Hélène Maire", "role": "Maire", "agreed": "1"}
    assert (await client.submit(f"{found[1]}/accepter", sent)).status_code == 303
    page = await plain(client, found[1])
    assert "Accepté par Hélène Maire, Maire" in page
    assert "Signé ; l’équipe le confirme." in page
    second = await sign_in(await a_person("Marie Conte", "", RoleName.TREASURER))
    answer = await second.submit(f"/campagnes/{campaign.slug}/abondements/{(await MatchAgreement.get()).id}/confirmer", {})
    assert answer.status_code == 303
    page = await plain(client, found[1])
    assert "Confirmé par Marie Conte, de l’équipe" in page
    assert "0 € ajoutés sur 5 000 € au plus" in page
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__contains="a répondu").count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organisation": ""}, "Choisissez la commune"), ({"rule": "person"}, "la somme ajoutée par personne"),
        ({"communes": "Nullepart"}, "ne trouvons pas cette commune"), ({"budget": "10"}, "dépasse l’enveloppe"),
        ({"ends_on": "2020-01-01"}, "passé"), ({"starts_on": "2099-01-01"}, "finie ce jour-là"),
    ],
)  # fmt: skip
async def test_what_is_wrong_in_a_proposal_is_said_beside_its_field(
    wrong: dict[str, str], said: str, client: Client, sign_in: SignIn
) -> None:
    campaign, matcher = await a_live_campaign(10_000), await a_matcher()
    team = await sign_in(await the_team())
    fields = {
        "fund": "0", "organisation": str(matcher.id), "rule": "double", "cap": "5 000", "signatory": "Hélène Maire",
        "signatory_role": "Maire", "signatory_email": "mairie@exemple.fr", **wrong,
    }  # fmt: skip
    answer = await team.submit(f"/campagnes/{campaign.slug}/abondements/nouveau", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert not await MatchAgreement.exists()


async def test_the_campaign_says_what_a_gift_brings_only_while_it_is_true(client: Client) -> None:
    campaign = await a_live_campaign(10_000)
    await an_agreement(campaign, cap_cents=4_000, ends_at=clock.now() + timedelta(hours=20))
    page = await plain(client, f"/campagnes/{campaign.slug}")
    assert "Votre don compte double" in page
    assert "Il reste 40 €" in page
    assert "ajoute 30 € à votre don de 30 €" in await the_check(client, campaign, "3000")
    await a_gift(campaign, 3_000)
    await jobs.run_due()
    assert "ajoute 30 € à votre don de 30 €, dans la limite" in await the_check(client, campaign, "3000")
    await a_gift(campaign, 3_000)
    await jobs.run_due()
    assert "à votre don" not in await the_check(client, campaign, "3000")
    page = await plain(client, f"/campagnes/{campaign.slug}")
    assert "Votre don compte double" not in page
    assert "utilisée en entier" in page


async def test_a_visitor_says_her_commune_where_that_brings_more(client: Client) -> None:
    campaign, commune = await a_live_campaign(10_000), await a_commune()
    await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "3000", "reward": "0"})
    assert "Votre commune" not in await plain(client, f"/campagnes/{campaign.slug}/soutenir/moi")
    await an_agreement(campaign, communes=[commune.insee])
    assert "ajoute aux dons des habitants" in await plain(client, f"/campagnes/{campaign.slug}/soutenir/moi")
    base = f"/campagnes/{campaign.slug}/soutenir"
    me = {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"}
    assert (await client.submit(f"{base}/moi", {**me, "commune": "Nullepart"})).status_code == 422
    assert (await client.submit(f"{base}/moi", {**me, "commune": "Trévoux"})).status_code == 303
    await client.submit(f"{base}/verifier", {"tip": "0", "terms": "1"})
    assert await Person.filter(email="odile@exemple.fr", commune_id=commune.insee).exists()


async def the_check(client: Client, campaign: Campaign, cents: str) -> str:
    """« Je vérifie » of a gift."""
    base = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(base, {"amount": cents, "reward": "0"})
    await client.submit(f"{base}/moi", {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    return await plain(client, f"{base}/verifier")


async def test_nothing_is_said_of_a_proposal_that_waits(client: Client) -> None:
    campaign = await a_live_campaign(10_000)
    await a_proposal(campaign)
    assert "compte double" not in await plain(client, f"/campagnes/{campaign.slug}")


async def test_the_agreement_reads_like_one(client: Client) -> None:
    campaign, commune = await a_live_campaign(10_000), await a_commune()
    made = await an_agreement(campaign, communes=[commune.insee], gift_cap_cents=5_000, budget_cents=900_000)
    drawn = await papers.agreement_paper(made)
    assert len(pypdfium2.PdfDocument(drawn)) == 1, "what is signed holds on one page"
    text = text_of(drawn)
    for words in (
        "Convention d’abondement", "Châtillon-sur-Chalaronne (Commune)", "représentée par Hélène Maire, Maire",
        "Les Jardins du Carron", "1 € donné = 1 € ajouté", "Trévoux", "Au plus 5 000 €", "Au plus 50 € pour un même don",
        "L’enveloppe de 9 000 €", "Exemple chiffré", "100 € 50 € 150 €", "ne doit rien", "remboursé",
        "Accepté en ligne par Hélène Maire", "Pour Châtillon-sur-Chalaronne",
    ):  # fmt: skip
        assert words in text, words
    token = links.make(queries.LINK, made.id)
    answer = await client.get(f"/abondements/{token}/convention.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert (await client.get(f"/abondements/{token}/appel-de-fonds.pdf")).status_code == 404
    assert (await client.get("/abondements/faux/convention.pdf")).status_code == 404


async def test_the_call_for_funds_says_how_much_for_how_many_and_names_nobody(client: Client) -> None:
    campaign = await a_live_campaign(10_000)
    made = await an_agreement(campaign)
    for _ in range(3):
        await a_gift(campaign, 2_000)
    await jobs.run_due()
    await MatchAgreement.filter(id=made.id).update(due_at=clock.now())
    token = links.make(queries.LINK, made.id)
    text = text_of((await client.get(f"/abondements/{token}/appel-de-fonds.pdf")).content)
    assert "3 dons de 3 personnes" in text
    assert "Somme à verser 60 €" in text
    page = await plain(client, f"/abondements/{token}")
    assert "À verser : 60 €" in page
    assert "Voisine" not in page + text


@pytest.mark.usefixtures("app")
async def test_few_people_are_told_together_so_that_nobody_is_recognised() -> None:
    campaign = await a_live_campaign(10_000)
    made = await an_agreement(campaign)
    for week, gifts in ((4, 3), (3, 1), (1, 4), (0, 1)):
        for _ in range(gifts):
            await a_gift(campaign, 1_000)
        await jobs.run_due()
        tellings = (await MatchAgreement.get(id=made.id)).tellings
        moved = [[(clock.today() - timedelta(weeks=week)).isoformat(), *line[1:]] if line == tellings[-1] else line
                 for line in tellings]  # fmt: skip
        await MatchAgreement.filter(id=made.id).update(tellings=moved)
    lines = queries.history_of(await MatchAgreement.get(id=made.id))
    assert [(line.persons, line.cents) for line in lines] == [(5, 5_000), (3, 3_000)]


async def test_the_treasurer_confirms_what_the_lead_has_noted(sign_in: SignIn) -> None:
    campaign = await a_live_campaign(10_000)
    lead = await Person.get(id=campaign.lead_id)
    await a_due_agreement(campaign, lead)
    treasurer = await sign_in(await a_person("Paul Trésor", "", RoleName.TREASURER))
    page = await plain(treasurer, "/tresorerie")
    assert "Versements de financeurs à confirmer" in page
    assert "Confirmer le versement" in await plain(treasurer, f"/campagnes/{campaign.slug}/abondements")
    mine = await sign_in(lead)
    assert "Confirmer le versement" not in await plain(mine, f"/campagnes/{campaign.slug}/abondements")
    payment = await MatchPayment.get()
    address = f"/campagnes/{campaign.slug}/abondements/{payment.agreement_id}/versement"
    assert (await mine.submit(f"{address}/confirmer")).status_code == 403
    assert (await treasurer.submit(f"{address}/refuser")).status_code == 303
    assert (await MatchPayment.get()).state == "refused"
