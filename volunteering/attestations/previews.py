"""What a paper will say, shown before anybody makes it out."""

from civic.people.models import Person
from volunteering.attestations.content import apart, on_the_ground, skills
from volunteering.attestations.queries import Found
from volunteering.attestations.signing import Signatory
from volunteering.attestations.words import kinds, period
from volunteering.hours.words import duration
from volunteering.missions import skills as nomenclature


def preview(found: Found, person: Person, signatory: Signatory | None) -> dict[str, object]:
    """The lines, skills and signature of the paper to come, and the minutes that wait and will not be on it."""
    return {
        "key": found.body.key, "body": found.body.name, "name": person.name, "period": period(found.first, found.last),
        "du": found.first, "au": found.last, "total": duration(found.minutes), "missions": on_the_ground(found.lines),
        "apart": apart(found.lines), "duration": duration, "kinds": kinds(), "signatory": signatory,
        "skills": nomenclature.said(list(skills(found.entries))),
        "waiting": duration(found.waiting) if found.waiting else "", "waits_from": found.waits_from,
    }  # fmt: skip
