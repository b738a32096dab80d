"""The table of background work."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model


class Job(Model):
    """One handler's share of one fact or command: waits, is leased, then is done or dead.

    Moments are milliseconds since 1970, UTC, so that both engines compare them alike.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=80)
    key = fields.CharField(max_length=200)
    handler = fields.CharField(max_length=160)
    payload: dict[str, Any] = fields.JSONField(default=dict)
    run_at = fields.BigIntField()
    attempts = fields.IntField(default=0)
    locked_until = fields.BigIntField(default=0)
    lease = fields.CharField(max_length=32, default="")
    done_at = fields.BigIntField(null=True)
    dead_at = fields.BigIntField(null=True)
    last_error = fields.TextField(default="")
    created_at = fields.BigIntField()

    class Meta:
        table = "job"
        indexes = (("done_at", "dead_at", "run_at"),)
        constraints = (
            UniqueConstraint(fields=("name", "key", "handler"), name="job_once"),
            CheckConstraint(name="job_done_or_dead", check="done_at IS NULL OR dead_at IS NULL"),
        )
