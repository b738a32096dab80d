"""Ideas under haste, through two processes: one birth, every support once, no support after the end."""

from __future__ import annotations

import asyncio

from civic.ideas.letters import token_of
from civic.ideas.models import Idea, IdeaChange, IdeaSupport, Status
from civic.initiatives.models import Initiative
from civic.people.models import RoleName
from tests.factories import a_person
from tests.factories.ideas import an_accepted_idea, an_idea, fresh
from tests.races.test_discussions import browser, send
from tests.site import Site


async def test_eight_taps_on_become_make_one_initiative(two: Site) -> None:
    idea = await an_accepted_idea()
    team = [await a_person(f"Anne{n} Moreau", "", RoleName.ANIMATOR) for n in range(4)]
    taps = [send(await browser(two, n, team[n % 4]), f"/idees/{idea.slug}/devenir") for n in range(8)]
    assert set(await asyncio.gather(*taps)) == {303}
    assert await Initiative.all().count() == 1
    assert await IdeaChange.filter(kind="became").count() == 1
    assert (await fresh(idea)).initiative_id == (await Initiative.get()).id


async def test_an_idea_becomes_or_stops_never_both(two: Site) -> None:
    team, author = await a_person("Anne Moreau", "", RoleName.ANIMATOR), await a_person("Odile Perrin")
    for n in range(3):
        idea = await an_accepted_idea(author, f"Idée {n}")
        await asyncio.gather(
            send(await browser(two, n, team), f"/idees/{idea.slug}/devenir"),
            send(await browser(two, n + 1, author), f"/mes-idees/{token_of(idea)}/arreter", ending="Personne ne suit plus."),
        )
        after, born = await fresh(idea), await Initiative.filter(title=f"Idée {n}").count()
        assert (after.status, born) in ((Status.BECAME, 1), (Status.STOPPED, 0))
        assert bool(after.ending) == (after.status == Status.STOPPED)


async def test_every_support_counts_once_and_none_after_the_end(two: Site) -> None:
    author = await a_person("Odile Perrin")
    idea = await an_idea(author)
    crowd = [await a_person(f"Prénom{n} Nom") for n in range(8)]
    taps = [send(await browser(two, n, crowd[n % 8]), f"/idees/{idea.slug}/soutenir") for n in range(16)]
    end = send(await browser(two, 1, author), f"/mes-idees/{token_of(idea)}/arreter", ending="Le four est classé.")
    await asyncio.gather(*taps[:8], end, *taps[8:])
    after = await Idea.get(id=idea.id)
    counted = await IdeaSupport.filter(idea_id=idea.id, confirmed_at__isnull=False).count()
    assert after.supports == counted <= 8
    await Idea.filter(id=idea.id).update(status=Status.SUBMITTED)
    again = [send(await browser(two, n, crowd[n % 8]), f"/idees/{idea.slug}/soutenir") for n in range(16)]
    assert set(await asyncio.gather(*again)) == {303}
    assert (await Idea.get(id=idea.id)).supports == 8
    gone = [send(await browser(two, n, crowd[n % 4]), f"/idees/{idea.slug}/ne-plus-soutenir") for n in range(8)]
    assert set(await asyncio.gather(*gone)) == {303}
    assert (await Idea.get(id=idea.id)).supports == 4
