"""Threads, comments, and texts that wait for their author to sign in."""

from datetime import datetime, timedelta

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.organisations.models import Organisation
from civic.people.models import Person

TO_CORRECT = timedelta(minutes=15)
"""How long its author may change a comment; mails wait as long."""


class Thread(Model):
    """The discussion of one subject, made by its first comment. `title` and `path` are the subject's at the last one.

    `comments` counts those that say something; every comment and the closing take this row first. Followers have read
    by mail up to the comment `told_id`, at `told_at`; `telling_at` is when they are written to next.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=20)
    subject_id = fields.BigIntField()
    title = fields.CharField(max_length=200)
    path = fields.CharField(max_length=300)
    comments = fields.IntField(default=0)
    closed_at = fields.DatetimeField(null=True)
    closed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    closed_reason = fields.CharField(max_length=300, default="")
    told_id = fields.BigIntField(default=0)
    told_at = fields.DatetimeField(null=True)
    telling_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "thread"
        constraints = (
            UniqueConstraint(fields=("kind", "subject_id"), name="thread_once"),
            CheckConstraint(check="comments >= 0", name="thread_comments"),
            CheckConstraint(check="closed_at IS NULL OR closed_reason <> ''", name="thread_closed_with_reason"),
        )


class Comment(Model):
    """What somebody says; a reply has a `parent` at the top, and what it replies to when that is a reply (`quoted`).

    `twin` is a mark of who says what where on which day: the same text sent twice is one. `version` grows when the text
    changes, so that the team hides what it has read. The author goes when her data are erased.
    """

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField(
        "civic.Thread", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    thread_id: int
    parent: fields.ForeignKeyNullableRelation["Comment"] = fields.ForeignKeyField(
        "civic.Comment", null=True, on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    parent_id: int | None
    quoted: fields.ForeignKeyNullableRelation["Comment"] = fields.ForeignKeyField(
        "civic.Comment", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    quoted_id: int | None
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    author_id: int | None
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    organisation_id: int | None
    recorded_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    text = fields.TextField()
    is_question = fields.BooleanField(default=False)
    answered_at = fields.DatetimeField(null=True)
    told_leads_at = fields.DatetimeField(null=True)
    is_official = fields.BooleanField(default=False)
    at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)
    hidden_reason = fields.CharField(max_length=500, default="")
    twin = fields.CharField(max_length=64, null=True, unique=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "comment"
        indexes = (("thread_id", "parent_id", "id"), ("is_question", "answered_at"))
        constraints = (
            CheckConstraint(check="NOT (is_question AND parent_id IS NOT NULL)", name="comment_question_on_top"),
            CheckConstraint(check="NOT (is_official AND parent_id IS NULL)", name="comment_official_is_a_reply"),
            CheckConstraint(check="hidden_at IS NULL OR hidden_reason <> ''", name="comment_hidden_with_reason"),
        )

    @property
    def speaks(self) -> bool:
        """Neither withdrawn by its author nor hidden by the team."""
        return self.removed_at is None and self.hidden_at is None

    @property
    def awaits(self) -> bool:
        """A question without an official answer."""
        return self.is_question and self.answered_at is None and self.speaks

    def may_be_corrected(self, moment: datetime) -> bool:
        """Its author may still change it."""
        return self.speaks and moment < self.at + TO_CORRECT


class Draft(Model):
    """A text whose author was not signed in: kept for two days behind a secret, for her to find after signing in."""

    id = fields.BigIntField(primary_key=True)
    secret_hash = fields.CharField(max_length=64, unique=True)
    text = fields.TextField()
    is_question = fields.BooleanField(default=False)
    made_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "comment_draft"
