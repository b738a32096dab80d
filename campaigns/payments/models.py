"""Attempts to charge, and the inbox of what the gateway tells."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.pledges.models import Pledge


class AttemptStatus(StrEnum):
    """prepared → sent → the last five; terminal rows never change, a new try is a new row."""

    PREPARED = "prepared"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    ACTION_REQUIRED = "action_required"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


LIVE_ATTEMPTS = "status IN ('prepared', 'sent', 'processing', 'unknown')"


class Attempt(Model):
    """One try to charge one pledge. `key` is the idempotency key `pledge-{id}-a{n}`; `answer` the gateway's.

    `looked_at`: when it was made, then when reconciling last asked about it; whoever waited longest is next.
    """

    id = fields.BigIntField(primary_key=True)
    pledge_id: int
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    n = fields.IntField()
    key = fields.CharField(max_length=80, unique=True)
    amount_cents = fields.BigIntField()
    status = fields.CharEnumField(AttemptStatus, max_length=16, default=AttemptStatus.PREPARED)
    intent_ref = fields.CharField(max_length=80, null=True, unique=True)
    session_ref = fields.CharField(max_length=120, default="")
    error_code = fields.CharField(max_length=60, default="")
    answer = fields.TextField(default="")
    created_at = fields.DatetimeField()
    looked_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attempt"
        indexes = (("status", "created_at"), ("status", "looked_at"))
        constraints = (
            UniqueConstraint(fields=("pledge_id", "n"), name="attempt_number"),
            UniqueConstraint(fields=("pledge_id",), name="attempt_one_live", condition=LIVE_ATTEMPTS),
            UniqueConstraint(fields=("pledge_id",), name="attempt_one_success", condition="status = 'succeeded'"),
            CheckConstraint(check="amount_cents > 0", name="attempt_positive"),
        )


class InboxEvent(Model):
    """What the gateway told, once per event; a job handles it by fetching the object anew.

    `account_ref`: the connected account on which it happened, "" for ours.
    """

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=20, default="stripe")
    event_ref = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=80)
    object_ref = fields.CharField(max_length=120, default="")
    account_ref = fields.CharField(max_length=80, default="")
    body = fields.TextField()
    received_at = fields.DatetimeField()
    handled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inbox_event"
        constraints = (UniqueConstraint(fields=("source", "event_ref"), name="inbox_event_once"),)
