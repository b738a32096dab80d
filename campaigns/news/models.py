"""News, who wants none, questions, words of thanks, what readers report, milestones that were passed."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign
from campaigns.pledges.models import Pledge
from civic.media.models import Picture
from civic.people.models import Person


class News(Model):
    """What a lead tells. Public from `published_at`; mailed and put into the feed from `sends_at`, a few minutes later.

    `only_backers`: a message that is mailed and shown nowhere. `mailed_to` counts the addresses written to.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    author_id: int
    author: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    title = fields.CharField(max_length=120)
    body = fields.TextField()
    picture_id: int | None
    picture: fields.ForeignKeyNullableRelation[Picture] = fields.ForeignKeyField(
        "civic.Picture", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    only_backers = fields.BooleanField(default=False)
    by_mail = fields.BooleanField(default=True)
    published_at = fields.DatetimeField(null=True)
    sends_at = fields.DatetimeField(null=True)
    mailed_at = fields.DatetimeField(null=True)
    mailed_to = fields.IntField(default=0)
    corrected_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "news"
        indexes = (("campaign_id", "published_at"),)
        constraints = (
            CheckConstraint(check="(published_at IS NULL) = (sends_at IS NULL)", name="news_published_and_sent"),
        )


class NewsOptOut(Model):
    """A person wants no more news of a campaign; what concerns her own gift still reaches her."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    person_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    at = fields.DatetimeField()

    class Meta:
        table = "news_opt_out"
        constraints = (UniqueConstraint(fields=("campaign_id", "person_id"), name="news_opt_out_once"),)


class Question(Model):
    """Somebody asks, the lead answers. Public from `confirmed_at`; the team may hide it with a reason."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    person_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    text = fields.TextField()
    asked_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    answer = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    answered_by_id: int | None
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    by_lead = fields.BooleanField(default=True)
    hidden_at = fields.DatetimeField(null=True)
    hidden_reason = fields.CharField(max_length=300, default="")
    answer_hidden_at = fields.DatetimeField(null=True)
    answer_hidden_reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "campaign_question"
        indexes = (("campaign_id", "confirmed_at"),)


class Word(Model):
    """A backer's word of encouragement; shown from `shown_at` on, under the name she agreed to when she gave."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    pledge_id: int
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    text = fields.CharField(max_length=200)
    written_at = fields.DatetimeField()
    shown_at = fields.DatetimeField(null=True)
    refused_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)
    hidden_reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "backer_word"
        constraints = (UniqueConstraint(fields=("pledge_id",), name="backer_word_once"),)


class Subject(StrEnum):
    """What somebody wrote that others may report."""

    QUESTION = "question"
    ANSWER = "answer"
    WORD = "word"


class Report(Model):
    """A reader says that a text should not stand there (PRODUCT N9). `email` is kept until it is answered.

    `subject_id` is a question's id (also for its answer) or a word's. `hidden` is what the team decided.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    subject = fields.CharEnumField(Subject, max_length=10)
    subject_id = fields.BigIntField()
    reason = fields.CharField(max_length=1000)
    email = fields.CharField(max_length=254, default="")
    made_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    closed_by_id: int | None
    closed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    hidden = fields.BooleanField(default=False)

    class Meta:
        table = "text_report"
        indexes = (("campaign_id", "closed_at"),)


class Milestone(Model):
    """A share of the minimum that a campaign has passed: told once."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    percent = fields.IntField()
    at = fields.DatetimeField()

    class Meta:
        table = "campaign_milestone"
        constraints = (UniqueConstraint(fields=("campaign_id", "percent"), name="milestone_once"),)
