"""What waits for the team, what is kept about a person, and the daily sweep."""

from typing import Any

from civic import jobs
from civic.i18n import _n
from civic.moderation import queries, service
from civic.moderation.models import Report
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.slots import Todo
from civic.web import urls


async def desk_todos(person: Person) -> list[Todo]:
    """Texts that are reported, and appeals, for the team."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    href = urls.path("moderation.index")
    found = []
    if reported := len(await queries.waiting()):
        found.append(Todo(_n("%(n)s texte signalé à relire", "%(n)s textes signalés à relire", reported), href, "voix"))
    if appealed := len(await queries.appeals()):
        text = _n("%(n)s recours attend une réponse", "%(n)s recours attendent une réponse", appealed)
        found.append(Todo(text, href, "voix"))
    return found


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """What she reported; moments in UTC."""
    rows = await Report.filter(reporter_id=person.id).order_by("id")
    return {
        "reports": [
            {"kind": row.kind, "subject_id": row.subject_id, "ground": row.ground.value, "words": row.words,
             "made_at": row.made_at}
            for row in rows
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """She has her data erased. May be repeated."""
    await service.erase(person)


handlers: dict[str, jobs.Handler] = {"reports_swept": service.forget}
minutes = {"reports_swept": 1440}
