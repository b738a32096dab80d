"""What assemblies add to other pages: the meeting's, the committee's, the minutes."""

from civic.assemblies import queries, words
from civic.assemblies.models import Resolution, ResolutionKind
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.i18n import _
from civic.meetings.models import Meeting
from civic.people.models import Person
from civic.slots import Panel


async def meeting_panels(meeting: Meeting, person: Person | None) -> list[Panel]:
    """The way to its preparation for who runs an assembly. While the agenda says each resolution the panel names none;
    once it is over, it says them with what came out."""
    assembly = await queries.assembly_of(meeting)
    if assembly is None:
        return []
    named = person is not None and person.id in (meeting.chair_id, meeting.secretary_id)
    runs = named or await committees.runs(person, meeting.committee_id)
    resolutions = await queries.resolutions_of(assembly)
    context = {
        "meeting": meeting, "resolutions": resolutions, "outcomes": await queries.outcomes_of(resolutions),
        "runs": runs, "words": words,
    }  # fmt: skip
    return [Panel("civic/assemblies/_meeting.html", context, order=20)]


async def committee_panels(committee: Committee, person: Person | None) -> list[Panel]:
    """One tap to prepare the yearly assembly, for who runs a body of the network."""
    if not committee.is_body or committee.ended_at or not await committees.runs(person, committee.id):
        return []
    context = {"committee": committee, "begun": await queries.in_preparation(committee)}
    return [Panel("civic/assemblies/_committee.html", context, order=41)]


async def item_results(meeting: Meeting) -> dict[int, list[str]]:
    """What was put to the vote at each point, how, and what came out."""
    assembly = await queries.assembly_of(meeting)
    if assembly is None:
        return {}
    resolutions = await queries.resolutions_of(assembly)
    outcomes = await queries.outcomes_of(resolutions)
    return {one.item_id: _said(one, outcomes[one.id]) for one in resolutions}


async def item_rules(meeting: Meeting) -> dict[int, str]:
    """How each resolution is voted, for the agenda: it is no question to put to the committee besides."""
    assembly = await queries.assembly_of(meeting)
    resolutions = await queries.resolutions_of(assembly) if assembly else []
    return {one.item_id: words.rule_of(one) for one in resolutions}


async def item_outcomes(meeting: Meeting) -> dict[int, list[str]]:
    """What came out of each resolution that was voted, then its figures."""
    assembly = await queries.assembly_of(meeting)
    voted = await queries.resolutions_of(assembly) if assembly else []
    outcomes = await queries.outcomes_of(voted)
    return {
        one.item_id: [verdict[0], *(outcomes[one.id] or words.hands_of(one)), *filter(None, [words.vacancy_of(one)])]
        for one in voted if (verdict := words.verdict_of(one))
    }  # fmt: skip


def _said(one: Resolution, outcome: list[str]) -> list[str]:
    found = [_("Texte soumis au vote : %(wording)s", wording=one.wording)]
    if one.kind == ResolutionKind.ELECTION:
        found.append(_("Candidatures : %(names)s.", names=" · ".join(one.candidates)))
    found.append(words.rule_of(one))
    found += outcome or words.hands_of(one)
    verdict = words.verdict_of(one)
    if verdict:
        found.append(_("Résultat : %(result)s.", result=verdict[0]))
        found += filter(None, [words.vacancy_of(one)])
    else:
        found.append(_("Cette résolution n’a pas été votée."))
    return found
