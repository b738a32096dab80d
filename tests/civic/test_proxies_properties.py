"""Whatever people do with their voices, in whatever order: each elector has one, and the counters are true."""

import asyncio
from contextlib import suppress

from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from civic.committees.models import Committee, Seat
from civic.counting.rules import Code, Method
from civic.decisions import answers, proxies
from civic.decisions.models import Decision, Elector, Proxy, Stance
from civic.decisions.positions import Position
from civic.errors import DomainError
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation, an_open_decision, fresh

CAP = 1
WHO = st.integers(0, 3)  # the lead, Jeanne, an organisation's titular, its substitute
DEEDS = st.sampled_from(["give", "give", "give", "herself", "by proxy", "by proxy", "for another", "take back", "decline"])
ACTS = st.lists(
    st.tuples(DEEDS, WHO, WHO, st.sampled_from([Code.YES, Code.NO])), min_size=10, max_size=20
)  # fmt: skip
Act = tuple[str, int, int, Code]


async def test_each_elector_has_one_voice_whatever_is_done_with_it(database: object, app: object) -> None:
    lead, robert = await a_person("Sélim Laurent"), await a_person("Robert Cottin")
    committee = await a_committee(lead)
    members = [lead, await a_member(committee, "Jeanne Perrin")]
    seat = await a_seat_of_an_organisation(committee, robert)
    await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    people = [*members, seat.person, robert]
    loop = asyncio.get_running_loop()

    @profile(max_examples=25, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(ACTS)
    def live(acts: list[Act]) -> None:
        asyncio.run_coroutine_threadsafe(_live(committee, people, acts), loop).result()

    await asyncio.to_thread(live)


async def _live(committee: Committee, people: list[Person], acts: list[Act]) -> None:
    decision = await an_open_decision(committee, people[0], method=Method.MAJORITY, proxies_most=CAP)
    for act in acts:
        with suppress(DomainError):
            await _do(decision, people, act)
        await _look(decision)


async def _do(decision: Decision, people: list[Person], act: Act) -> None:
    what, one, other, code = act
    standing = Proxy.filter(decision_id=decision.id, revoked_at__isnull=True).order_by("id")
    proxy = await standing.offset(other % 2).select_related("holder__person", "giver").first()
    elector = await Elector.get_or_none(decision_id=decision.id, person_id=people[other].id)
    if what == "give":
        await proxies.give(decision, people[one].id, people[other].id)
    elif what == "take back":
        await proxies.take_back(decision, people[one].id)
    elif what == "decline" and proxy:
        await proxies.decline(decision, proxy.id, proxy.holder.person)
    elif what == "by proxy" and proxy:
        await answers.answer(Actor(proxy.holder.person), decision, Position(code), "", proxy.giver)
    else:
        await answers.answer(
            Actor(people[one]), decision, Position(code), "", elector if what == "for another" else None
        )  # fmt: skip


async def _look(decision: Decision) -> None:
    """One current stance at most an elector, said by whoever may; the counters are what they count."""
    electors = {one.id: one for one in await Elector.filter(decision_id=decision.id)}
    standing = await Proxy.filter(decision_id=decision.id, revoked_at__isnull=True)
    carried = [proxy.holder_id for proxy in standing]
    stances = {one.person_id: one for one in await Stance.filter(decision_id=decision.id, superseded_at__isnull=True)}
    assert len(stances) == await Stance.filter(decision_id=decision.id, superseded_at__isnull=True).count()
    assert len({proxy.giver_id for proxy in standing}) == len(standing)
    assert not {proxy.giver_id for proxy in standing} & set(carried)
    for elector in electors.values():
        assert elector.proxies_held == carried.count(elector.id) <= CAP
        assert (elector.answered_at is not None) == (elector.person_id in stances)
        holder = next((electors[one.holder_id].person_id for one in standing if one.giver_id == elector.id), None)
        if elector.person_id in stances:
            allowed = {holder} if holder else {None, elector.substitute_id}
            assert stances[elector.person_id].spoken_by_id in allowed
    assert (await fresh(decision)).answers_count == len(stances)
