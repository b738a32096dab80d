"""Refunds and disputes: one row each, from the request to the end."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.payments.answers import DisputeState
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge
from campaigns.two_persons import Asked, Seats
from civic.people.models import Person


class RefundStatus(StrEnum):
    """requested → approved | refused; approved → sending → pending → succeeded | failed; unknown until reconciled."""

    REQUESTED = "requested"
    REFUSED = "refused"
    APPROVED = "approved"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNSENT = (RefundStatus.REQUESTED, RefundStatus.APPROVED)
UNDER_WAY = (RefundStatus.APPROVED, RefundStatus.SENDING, RefundStatus.UNKNOWN, RefundStatus.PENDING)
"""Decided, and its end is not known yet."""


class RefundCause(StrEnum):
    """Asked for by two persons, by the backer in time, part of an unwinding, come too late, or made at Stripe's."""

    ASKED = "asked"
    BACKER = "backer"
    UNWINDING = "unwinding"
    LATE = "late"
    OUTSIDE = "outside"


class RefundMeans(StrEnum):
    """Back to the card or account that paid, or by a bank transfer that the treasurer has made herself."""

    GATEWAY = "gateway"
    TRANSFER = "transfer"


class Refund(Asked):
    """Money given back to one backer, in cents. `tip_cents` of the amount do not come out of the gift: the tip, and
    what she has twice (given back here and at the gateway's site).

    `due`: the money was never counted in the campaign (a charge for a promise that awaited none). `booked_at`: when it
    left our balance. The idempotency key is `refund-{id}`. `answer` is the gateway's.
    """

    seats = Seats("requested_by_id", "approved_by_id", "decided_at")

    id = fields.BigIntField(primary_key=True)
    pledge_id: int
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    attempt_id: int
    attempt: fields.ForeignKeyRelation[Attempt] = fields.ForeignKeyField(
        "campaigns.Attempt", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    cause = fields.CharEnumField(RefundCause, max_length=12, default=RefundCause.ASKED)
    means = fields.CharEnumField(RefundMeans, max_length=10, default=RefundMeans.GATEWAY)
    status = fields.CharEnumField(RefundStatus, max_length=12, default=RefundStatus.REQUESTED, db_index=True)
    due = fields.BooleanField(default=False)
    amount_cents = fields.BigIntField()
    tip_cents = fields.BigIntField(default=0)
    reason = fields.CharField(max_length=400, default="")
    refusal = fields.CharField(max_length=400, default="")
    failure = fields.CharField(max_length=60, default="")
    requested_by_id: int | None
    requested_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    approved_by_id: int | None
    approved_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    refund_ref = fields.CharField(max_length=80, null=True, unique=True)
    requested_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    booked_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)
    answer = fields.TextField(default="")

    class Meta:
        table = "refund"
        constraints = (
            UniqueConstraint(
                fields=("pledge_id",), name="refund_one_open",
                condition="status IN ('requested', 'approved', 'sending', 'unknown')",
            ),
            CheckConstraint(
                check="amount_cents > 0 AND tip_cents >= 0 AND tip_cents <= amount_cents", name="refund_amounts"
            ),
            CheckConstraint(check="approved_by_id <> requested_by_id", name="refund_two_persons"),
            CheckConstraint(
                check="cause <> 'asked' OR approved_by_id IS NOT NULL OR status IN ('requested', 'refused')",
                name="refund_approved",
            ),
        )  # fmt: skip

    @property
    def gift_cents(self) -> int:
        """What comes out of the gift, in cents."""
        return int(self.amount_cents - self.tip_cents)

    @property
    def key(self) -> str:
        """Its idempotency key, and its name in metadata."""
        return f"refund-{self.id}"

    @property
    def is_out(self) -> bool:
        """Whether its money has left our balance and not come back."""
        return self.booked_at is not None and self.status != RefundStatus.FAILED


class Dispute(Model):
    """A contested charge, or a debit taken back by its bank; amounts in cents.

    `held_cents` left our balance and has not come back; `fee_cents` is what the dispute costs. Once it is over,
    `gift_cents` and `tip_cents` are what the campaign and the platform lost of it, `excess_cents` what the backer
    received twice (a refund and the bank's money).
    """

    id = fields.BigIntField(primary_key=True)
    pledge_id: int
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    attempt_id: int
    attempt: fields.ForeignKeyRelation[Attempt] = fields.ForeignKeyField(
        "campaigns.Attempt", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    dispute_ref = fields.CharField(max_length=80, unique=True)
    means = fields.CharField(max_length=20, default="card")
    status = fields.CharEnumField(DisputeState, max_length=10, db_index=True)
    due = fields.BooleanField(default=False)
    amount_cents = fields.BigIntField()
    held_cents = fields.BigIntField(default=0)
    fee_cents = fields.BigIntField(default=0)
    gift_cents = fields.BigIntField(default=0)
    tip_cents = fields.BigIntField(default=0)
    excess_cents = fields.BigIntField(default=0)
    reason = fields.CharField(max_length=60, default="")
    due_at = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    answer = fields.TextField(default="")

    class Meta:
        table = "dispute"
        constraints = (
            CheckConstraint(
                check="amount_cents > 0 AND held_cents >= 0 AND gift_cents >= 0 AND tip_cents >= 0 "
                "AND excess_cents >= 0",
                name="dispute_amounts",
            ),
        )

    @property
    def borne_cents(self) -> int:
        """What was lost of it, whoever bears it."""
        return int(self.gift_cents + self.tip_cents + self.excess_cents)
