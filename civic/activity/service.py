"""Write a fact into the feed."""

from civic import clock
from civic.activity.models import Activity


async def record(
    kind: str, *, way: str, initiative_id: int | None = None, person_id: int | None = None, **parameters: object
) -> None:
    """Add a public fact in the caller's transaction.

    `kind` is rendered by `templates/activity/{kind}.html`; `way` is voix, temps, argent or chose; `parameters` are
    JSON numbers, titles and paths, never a person's name.
    """
    await Activity.create(
        at=clock.now(), kind=kind, way=way, initiative_id=initiative_id, person_id=person_id, parameters=parameters
    )
