"""The reviewer's remarks, one field at a time: shown beside the field until the lead marks them done, kept for ever."""

from campaigns.lifecycle.models import Campaign, ReviewComment
from civic import clock
from civic.i18n import _
from civic.people.models import Person

STEP_OF = {
    "title": "projet", "summary": "projet", "story": "projet", "photos": "photos", "costs": "budget",
    "rewards": "mercis", "deadline_on": "conditions", "goal": "conditions", "beneficiary": "conditions",
    "use_of_funds": "conditions", "expected_result": "conditions", "risks": "conditions",
}  # fmt: skip
"""What a remark may be about → the step where it is put right."""


def topics() -> dict[str, str]:
    """What a remark may be about, in words."""
    return {
        "title": _("Titre de la collecte"), "summary": _("Résumé"), "story": _("Pourquoi"), "photos": _("Photos"),
        "costs": _("Budget"), "rewards": _("Mercis"), "deadline_on": _("Dates"), "goal": _("Règle de la collecte"),
        "beneficiary": _("Qui reçoit l’argent"), "use_of_funds": _("L’usage des fonds et le calendrier"),
        "expected_result": _("Le résultat attendu"), "risks": _("Les risques"),
    }  # fmt: skip


async def write(campaign: Campaign, author: Person, remarks: dict[str, str]) -> None:
    """Add one remark per topic that has a text, in the caller's transaction."""
    for topic in STEP_OF:
        if remarks.get(topic):
            await ReviewComment.create(
                campaign_id=campaign.id, topic=topic, text=remarks[topic], author=author, at=clock.now()
            )


async def tick(campaign: Campaign, ids: list[int]) -> None:
    """The lead has seen to these remarks; harmless when repeated."""
    rows = ReviewComment.filter(campaign_id=campaign.id, id__in=ids or [0], done_at__isnull=True)
    await rows.update(done_at=clock.now())


async def of(campaign: Campaign, *, open_only: bool = False) -> list[ReviewComment]:
    """The remarks on a campaign, the oldest first."""
    rows = ReviewComment.filter(campaign_id=campaign.id)
    return await (rows.filter(done_at__isnull=True) if open_only else rows).order_by("id").select_related("author")
