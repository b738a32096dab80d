"""What an audit found about names and amounts: three gifts of one person are not three persons."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from campaigns.board import consent
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import supporters
from campaigns.proof.accounts import books_of
from campaigns.proof.privacy import Gift, decide
from civic import clock
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_gift, a_verified_gift
from tests.factories.proof import Given, a_booked_gift
from tests.factories.receipts import odile

SignIn = Callable[[Person], Awaitable[Client]]


def test_who_gave_twice_does_not_learn_the_amount_merged_with_hers() -> None:
    gifts = [Gift(1, 1_000, False, person=1), Gift(2, 1_000, False, person=1), Gift(3, 4_242, True, person=3)]
    gifts += [Gift(4, 900, False, person=4), Gift(5, 900, False, person=5)]
    assert decide(gifts).merged == {1, 3, 4}


async def test_one_donor_by_hand_without_address_is_not_three_persons(app: object) -> None:
    campaign = await a_live_campaign()
    for cents, name in ((1_000, "Odile Blanc"), (2_000, "Odile BLANC"), (1_234, "odile blanc")):
        await a_verified_gift(campaign, cents, donor_name=name, public_name="Odile B.", amount_hidden=True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await supporters(campaign.id) == []
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    for name in ("Odile Blanc", "Rose Martin"):
        await a_confirmed_pledge(await Campaign.get(id=campaign.id), await a_person(name), amount_hidden=True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await supporters(campaign.id) == []
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    await a_verified_gift(await Campaign.get(id=campaign.id), donor_name="Paul Roux", public_name="Paul R.", amount_hidden=True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert len(await supporters(campaign.id)) == 3


async def test_three_cheques_of_one_donor_do_not_stand_apart_in_the_proofs(app: object) -> None:
    campaign = await a_live_campaign()
    for n in range(3):
        await a_booked_gift(campaign, Given(f"Personne {n}", 1_000 + n))
    for cents in (1_000, 2_000, 1_234):
        await a_verified_gift(await Campaign.get(id=campaign.id), cents, donor_name="Odile Blanc")
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    books = await books_of(await Campaign.get(id=campaign.id))
    assert books.totals.offline == 4_234
    assert not books.publication.offline_apart
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    for name in ("Rose Martin", "Paul Roux"):
        await a_verified_gift(await Campaign.get(id=campaign.id), donor_name=name)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert (await books_of(await Campaign.get(id=campaign.id))).publication.offline_apart


async def test_a_lead_does_not_work_out_a_hidden_amount_from_her_board(app: object) -> None:
    start = clock.now() - timedelta(days=14)
    campaign = await a_live_campaign(starts_at=start)
    for number, (day, cents) in enumerate(((0, 1_000), (0, 1_100), (1, 1_200), (7, 4_242), (8, 1_300), (9, 1_400), (14, 1_500))):
        giver = await a_person(f"Zoé {'ABCDEFG'[number]}al")
        made = await a_confirmed_pledge(campaign, giver, cents)
        await Pledge.filter(id=made.id).update(confirmed_at=start + timedelta(days=day), amount_hidden=cents == 4_242)
    pledges = await consent.standing(campaign.id)
    told = {row.pledge_id: row.cents for row in consent.backers(campaign, pledges)}
    for backers_count in (7, 10):
        campaign.backers_count = backers_count
        curve = consent.curve(campaign, pledges)
        assert len(curve) > 1
        for one in curve:
            inside = [p for p in pledges if p.confirmed_at and one.first <= clock.local(p.confirmed_at).date() <= one.last]
            assert sum(told.get(p.id) is None for p in inside) in (0, 3)


async def test_two_gifts_of_one_neighbour_hide_nobody_on_the_board(app: object) -> None:
    campaign = await a_live_campaign()
    rose = await a_person("Rose Martin")
    for giver, cents in ((rose, 1_000), (rose, 1_100), (await a_person("Jean Secret"), 4_242)):
        await a_confirmed_pledge(campaign, giver, cents, amount_hidden=cents == 4_242)
    assert all(row.cents is None for row in consent.backers(campaign, await consent.standing(campaign.id)))
    await a_confirmed_pledge(campaign, await a_person("Paul Roux"), 1_300)
    rows = consent.backers(campaign, await consent.standing(campaign.id))
    assert [row.cents for row in rows] == [None, None, 1_000, None]


async def test_whoever_hides_her_amount_has_no_name_no_day_and_no_place_on_the_board_of_a_live_campaign(
    app: object, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(await Person.get(id=campaign.lead_id))
    for name, hidden in (("Rose Martin", False), ("Paul Roux", False), ("Jean Secret", True)):
        await a_confirmed_pledge(campaign, await a_person(name), 3_000, amount_hidden=hidden)
    for path in ("tableau", "tableau/contributeurs.csv"):
        text = (await lead.get(f"/campagnes/{campaign.slug}/{path}")).text
        assert "Jean" not in text
        assert "Une personne qui cache son montant" in text
        assert "Rose M." in text
    for name in ("Ana Secret", "Zoé Secret"):
        await a_confirmed_pledge(campaign, await a_person(name), 3_000, amount_hidden=True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    campaign = await Campaign.get(id=campaign.id)
    rows = consent.backers(campaign, await consent.standing(campaign.id))
    assert [(row.name, row.day, row.pledge_id) for row in rows[-3:]] == [
        ("Ana S.", None, 0), ("Jean S.", None, 0), ("Zoé S.", None, 0),
    ]  # fmt: skip


async def test_a_lead_corrects_a_gift_and_never_reads_its_anonymous_donor(app: object, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    writer = await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    gift = await a_gift(
        campaign, 5_000, by=writer, email="secrete@exemple.fr", donor_name="Odile Secrete", identity=odile()
    )
    lead = await sign_in(await Person.get(id=campaign.lead_id))
    path = f"/campagnes/{campaign.slug}/hors-ligne"
    secrets = ("secrete@exemple.fr", "chemin des Étangs", "Odile")

    async def read() -> str:
        return (await lead.get(f"{path}/{gift.id}")).text + (await lead.get(path)).text

    assert not [word for word in secrets if word in await read()]
    wrong = await lead.submit(f"{path}/{gift.id}", {"amount": "0", "mode": "cash"})
    assert wrong.status_code == 422
    assert not [word for word in secrets if word in wrong.text]
    sent = {"amount": "60", "mode": "cash", "received_on": clock.today().isoformat(), "thanked": "1", "public_name": "X"}
    assert (await lead.submit(f"{path}/{gift.id}", sent)).status_code == 303
    assert not [word for word in secrets if word in await read()]
    fresh = await OfflineGift.get(id=gift.id)
    assert (fresh.amount_cents, fresh.donor_name, fresh.email) == (6_000, "Odile Secrete", "secrete@exemple.fr")
    assert (fresh.anonymous, fresh.public_name, fresh.recorded_by_id) == (True, "", campaign.lead_id)
    assert fresh.address == gift.address or "Étangs" in fresh.address
    other = await a_gift(campaign, 2_000, donor_name="Lucette Guichard", email="lucette@exemple.fr")
    assert "lucette@exemple.fr" in (await lead.get(f"{path}/{other.id}")).text
    team = await sign_in(writer)
    assert "secrete@exemple.fr" in (await team.get(f"{path}/{gift.id}")).text


async def test_a_lead_who_writes_the_donor_anew_reads_what_she_wrote(app: object, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    me = await Person.get(id=campaign.lead_id)
    gift = await a_gift(campaign, 5_000, donor_name="Odile Blanc")
    lead = await sign_in(me)
    sent = {"name": "Odile Blanche", "amount": "50", "mode": "cash", "received_on": clock.today().isoformat()}
    assert (await lead.submit(f"/campagnes/{campaign.slug}/hors-ligne/{gift.id}", sent)).status_code == 303
    assert "Odile Blanche" in (await lead.get(f"/campagnes/{campaign.slug}/hors-ligne")).text
