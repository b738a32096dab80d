"""What is said around the demonstration's campaigns: news, questions with answers, words, ways people came."""

from datetime import timedelta
from functools import partial

from campaigns.board.models import VisitCount
from campaigns.lifecycle.models import Campaign
from campaigns.news import asking, service
from campaigns.news.forms import NewsForm
from campaigns.news.models import Question, Word
from campaigns.pledges.models import Pledge
from civic import clock
from civic.people.actor import Actor
from demo.world import Scene, World

BUS, OVEN = "Un minibus pour sept hameaux", "Une sole neuve pour le four de la halle"
WAYS = ("", "affiche", "bloc", "", "bulletin", "partage", "")
NEWS = (
    (OVEN, 102, "Les briques sont là", "Deux palettes de briques réfractaires sont arrivées **mardi**. Le fumiste commence lundi, à quatre paires de mains.\n\nCelles et ceux qui veulent voir la voûte ouverte peuvent passer à la halle samedi matin."),
    (OVEN, 86, "Premier feu dimanche", "La sole a séché dix jours. Nous allumons un feu doux dimanche à 9 h, puis un peu plus fort chaque soir.\n\nPremière fournée commune : le premier dimanche du mois. Venez avec votre pâte."),
    (BUS, 6, "Le garage nous garde le minibus", "Le garage de Villars nous garde le neuf places jusqu’à la fin de la collecte. Nous l’avons essayé à sept, avec deux fauteuils : tout tient.\n\nIl reste à trouver trois conducteurs pour le mardi."),
)
QUESTIONS = (
    (BUS, 9, "yvette", "La navette passera-t-elle aussi le mardi, jour de marché ?", "Oui, deux allers-retours le mardi et un le samedi. Les horaires seront affichés dans chaque hameau."),
    (BUS, 2, "robert", "Peut-on monter avec un fauteuil roulant ?", ""),
)
WORDS = ("Enfin un moyen d’aller au marché sans déranger mes voisins.", "Bravo à toute l’équipe.", "Hâte de monter à bord !")


def scenes() -> list[Scene]:
    """After each campaign's own scenes of the day."""
    found = [Scene(days, 18, partial(_tell, title=title, heading=heading, body=body)) for title, days, heading, body in NEWS]
    found += [
        Scene(days, 17, partial(_ask, title=title, who=who, text=text, answer=answer))
        for title, days, who, text, answer in QUESTIONS
    ]
    return [*found, Scene(1, 19, _leave_words), Scene(1, 20, _count_visits)]


async def _campaign(title: str) -> Campaign | None:
    return await Campaign.get_or_none(title=title).select_related("lead", "initiative")


async def _tell(_world: World, *, title: str, heading: str, body: str) -> None:
    if campaign := await _campaign(title):
        news = await service.write(campaign, campaign.lead, NewsForm(title=heading, body=body, by_mail=True), None)
        await service.publish(news, Actor(campaign.lead))


async def _ask(world: World, *, title: str, who: str, text: str, answer: str) -> None:
    campaign = await _campaign(title)
    if campaign is None:
        return
    asked = await asking.ask(campaign, world.people[who], text, known=True)
    if answer:
        question = await Question.get(id=asked.id).select_related("person", "campaign")
        await asking.answer(question, Actor(campaign.lead), answer)


async def _leave_words(_world: World) -> None:
    """Two words are on the page, one waits to be read."""
    campaign = await _campaign(BUS)
    if campaign is None:
        return
    rows = Pledge.filter(campaign_id=campaign.id, anonymous=False, confirmed_at__isnull=False).order_by("id")
    for pledge, text in zip(await rows.limit(len(WORDS)), WORDS, strict=False):
        await asking.write_word(pledge, text)
    for word in await Word.filter(campaign_id=campaign.id).order_by("id").limit(2):
        await asking.judge_word(campaign, word.id, Actor(campaign.lead), shown=True)


async def _count_visits(_world: World) -> None:
    """Where the minibus's visits and gifts came from."""
    campaign = await _campaign(BUS)
    if campaign is None:
        return
    for place, pledge in enumerate(await Pledge.filter(campaign_id=campaign.id).order_by("id")):
        await Pledge.filter(id=pledge.id).update(source=WAYS[place % len(WAYS)])
    for ago in range(20):
        for place, source in enumerate(dict.fromkeys(WAYS)):
            day, seen = clock.today() - timedelta(days=ago), 3 + (ago * 7 + place * 5) % 11
            for step, n in (("seen", seen), ("opened", seen // 4)):
                await VisitCount.create(campaign_id=campaign.id, day=day, step=step, source=source, n=n)
