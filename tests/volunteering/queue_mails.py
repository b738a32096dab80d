"""Which mail each change of a sign-up owes to whom, written down here once more from docs/decisions/0010."""

from itertools import pairwise

from civic.jobs.models import Job
from volunteering.signups.models import GuardianConsent, Signup, SignupChange

NAMES = {
    "by_person": "cancelled", "erased": "cancelled", "stood_in": "stood-in", "partly_stood_in": "stood-in", "offer_withdrawn": "withdrawn",
    "guardian_refused": "guardian-no", "shift_cancelled": "called-off", "not_answered": "lapsed",
    "guardian_silent": "lapsed", "mission_closed": "queue-closed", "shift_restored": "restored",
}  # fmt: skip
SETTLED = {"accepted", "guardian_agreed", "stands_in", "link_used", "fewer"}


async def told_and_written_down(rows: list[Signup], breaths: list[int]) -> None:
    """History has no gap, and each change was told by exactly one mail, or by none when it is nobody's business."""
    changes = await SignupChange.filter(signup_id__in=[row.id for row in rows]).order_by("id")
    breaths.append(max([change.id for change in changes], default=0))
    for row in rows:
        own = [change for change in changes if change.signup_id == row.id]
        assert own[-1].after == row.status.value, f"{row.id} is {row.status}, history says {own[-1].after}"
        assert all(one.after == two.before for one, two in pairwise(own)), [(one.before, one.after) for one in own]
    sent = {job.key for job in await Job.filter(name="send_mail") if job.key.startswith(("signup-", "guardian-"))}
    told_apart = ("-again-cle-", "-free-", "-reminder-", "-changed-", "-said-")
    sent = {key for key in sent if not any(other in key for other in told_apart)}
    due = await expected_mails(rows, changes, breaths)
    perhaps = {key.replace("?", "") for key in due if "?" in key}
    due = {key for key in due if "?" not in key} | (perhaps & sent)
    assert sent == due, f"missing {sorted(due - sent)}, too much {sorted(sent - due)}"


async def expected_mails(rows: list[Signup], changes: list[SignupChange], breaths: list[int]) -> set[str]:
    """The keys of all mails that these sign-ups owe, but for links sent again and last-hour calls.

    `breaths`: the last change of each act so far.
    """
    by_id, due = {row.id: row for row in rows}, set[str]()
    known = {row.id: _known_from(row, changes) for row in rows}
    for change in changes:
        sure = known[change.signup_id] is not None and change.id >= (known[change.signup_id] or 0)
        if name := _mail_of(change, changes, breaths, sure=sure):
            due.add(f"signup-{change.signup_id}-{name}-{change.id}")
    late = {job.key.split(":")[1] for job in await Job.filter(name="guardian_unasked")}
    return due | {f"guardian-{one.id}{'?' if str(one.id) in late else ''}" for one in await _asked(by_id)}


def _known_from(row: Signup, changes: list[SignupChange]) -> int | None:
    """The change from which on her address was confirmed: the first, with an account, or her first click."""
    if row.confirmed_at is None:
        return None
    own = [change for change in changes if change.signup_id == row.id]
    if row.confirmed_at == row.created_at:
        return own[0].id
    return next((change.id for change in own if change.cause in ("link_used", "accepted", "asked_anew")), None)


def _mail_of(change: SignupChange, changes: list[SignupChange], breaths: list[int], *, sure: bool) -> str:
    if change.cause in ("signed_up", "asked_anew"):
        at_once = _follows(change, changes, breaths)
        if at_once and (at_once.after == "offered" or at_once.cause == "stands_in"):
            return ""
        return "settled" if sure else "confirm"
    if change.cause == "less_time":
        return "offered?" if change.after == "offered" else ""
    if change.cause == "place_freed":
        return "offered" if change.before == "waiting" else ""
    if change.cause in SETTLED:
        return "settled" if sure or change.cause != "fewer" else ""
    if change.cause in ("not_answered", "guardian_silent", "mission_closed") and not sure:
        return ""
    return NAMES.get(change.cause, "")


def _follows(change: SignupChange, changes: list[SignupChange], breaths: list[int]) -> SignupChange | None:
    """What happened to her in the same breath."""
    end = next((last for last in breaths if change.id <= last), change.id + 100)
    return next((one for one in changes if one.signup_id == change.signup_id and change.id < one.id <= end), None)


async def _asked(by_id: dict[int, Signup]) -> list[GuardianConsent]:
    consents = await GuardianConsent.filter(signup_id__in=list(by_id))
    return [one for one in consents if by_id[one.signup_id].confirmed_at is not None]
