"""Ideas, their topics and history; who supports them, who offers help; the steps they walk through."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.initiatives.models import Initiative
from civic.media.models import Picture
from civic.people.models import Person
from civic.places.models import Commune


class Status(StrEnum):
    """Where an idea stands; all but the first are public."""

    UNCONFIRMED = "unconfirmed"
    SUBMITTED = "submitted"
    CHANGES = "changes"
    ACCEPTED = "accepted"
    BECAME = "became"
    DECLINED = "declined"
    STOPPED = "stopped"


LIVING = (Status.SUBMITTED, Status.CHANGES, Status.ACCEPTED)
"""It can be supported and helped."""


class Kind(StrEnum):
    """What somebody can bring to an idea."""

    TIME = "time"
    SKILL = "skill"
    THING = "thing"
    PLACE = "place"


class OfferState(StrEnum):
    """From the mailed link to the author's answer."""

    UNCONFIRMED = "unconfirmed"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class StepState(StrEnum):
    """How far a step is."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"


class Idea(Model):
    """What a resident would like to see live here. It stands at its commune's point.

    `supports` and `helpers` are kept in the transactions of what they count. `life_at` is the last sign of life,
    `asked_at` when its author was asked whether it lives, `asleep_at` since when it sleeps. `reason` is the team's last
    word, `ending` what was learned. `version` grows with the text, so that the team hides what it has read.
    """

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=120, unique=True)
    title = fields.CharField(max_length=60)
    what = fields.TextField()
    for_whom = fields.CharField(max_length=400)
    place = fields.CharField(max_length=200, default="")
    needed = fields.CharField(max_length=600, default="")
    status = fields.CharEnumField(Status, max_length=12, default=Status.UNCONFIRMED, db_index=True)
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    author_id: int | None
    referent: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    referent_id: int | None
    invited: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    invited_id: int | None
    commune: fields.ForeignKeyRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    commune_id: str
    picture: fields.ForeignKeyNullableRelation[Picture] = fields.ForeignKeyField(
        "civic.Picture", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    picture_id: int | None
    initiative: fields.ForeignKeyNullableRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    initiative_id: int | None
    supports = fields.IntField(default=0)
    helpers = fields.IntField(default=0)
    reason = fields.TextField(default="")
    ending = fields.TextField(default="")
    is_example = fields.BooleanField(default=False)
    form_key = fields.CharField(max_length=64, null=True, unique=True)
    life_at = fields.DatetimeField(db_index=True)
    asked_at = fields.DatetimeField(null=True)
    asleep_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)
    hidden_reason = fields.CharField(max_length=500, default="")
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "idea"
        indexes = (("published_at", "id"), ("supports", "id"))
        constraints = (
            UniqueConstraint(fields=("initiative_id",), name="idea_initiative_once"),
            CheckConstraint(check="supports >= 0 AND helpers >= 0", name="idea_counts"),
            CheckConstraint(check="hidden_at IS NULL OR hidden_reason <> ''", name="idea_hidden_with_reason"),
            CheckConstraint(
                check="status NOT IN ('changes', 'declined') OR reason <> ''", name="idea_judged_with_reason"
            ),
            CheckConstraint(
                check="(status = 'unconfirmed') = (published_at IS NULL)", name="idea_public_once_confirmed"
            ),
        )

    @property
    def is_public(self) -> bool:
        """Its author's address is confirmed."""
        return self.status != Status.UNCONFIRMED

    @property
    def lives(self) -> bool:
        """It can still be supported, helped and changed."""
        return self.status in LIVING and self.hidden_at is None


class IdeaTopic(Model):
    """A topic (slug of `civic.initiatives.topics`) of an idea."""

    id = fields.BigIntField(primary_key=True)
    idea: fields.ForeignKeyRelation[Idea] = fields.ForeignKeyField(
        "civic.Idea", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="topics"
    )
    idea_id: int
    topic = fields.CharField(max_length=30, db_index=True)

    class Meta:
        table = "idea_topic"
        constraints = (UniqueConstraint(fields=("idea_id", "topic"), name="idea_topic_once"),)


class IdeaChange(Model):
    """A line of an idea's history; only ever added to. `kind` is said in words by `words.moment`."""

    id = fields.BigIntField(primary_key=True)
    idea: fields.ForeignKeyRelation[Idea] = fields.ForeignKeyField(
        "civic.Idea", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    kind = fields.CharField(max_length=12)
    words = fields.TextField(default="")
    at = fields.DatetimeField()

    class Meta:
        table = "idea_change"


class IdeaSupport(Model):
    """« Je soutiens », once per person; counts once its address is confirmed."""

    id = fields.BigIntField(primary_key=True)
    idea: fields.ForeignKeyRelation[Idea] = fields.ForeignKeyField(
        "civic.Idea", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    idea_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    confirmed_at = fields.DatetimeField(null=True)
    at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "idea_support"
        constraints = (UniqueConstraint(fields=("idea_id", "person_id"), name="idea_support_once"),)


class IdeaOffer(Model):
    """« Je peux aider »: what somebody would bring, in her words; one of each kind per person."""

    id = fields.BigIntField(primary_key=True)
    idea: fields.ForeignKeyRelation[Idea] = fields.ForeignKeyField(
        "civic.Idea", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    idea_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    kind = fields.CharEnumField(Kind, max_length=8)
    words = fields.CharField(max_length=400)
    state = fields.CharEnumField(OfferState, max_length=12, default=OfferState.UNCONFIRMED)
    at = fields.DatetimeField(db_index=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "idea_offer"
        constraints = (UniqueConstraint(fields=("idea_id", "person_id", "kind"), name="idea_offer_once"),)


class IdeaStep(Model):
    """A step towards an initiative. `key` names one of the usual ones (`words.usual_steps`), `title` an own one."""

    id = fields.BigIntField(primary_key=True)
    idea: fields.ForeignKeyRelation[Idea] = fields.ForeignKeyField(
        "civic.Idea", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    idea_id: int
    position = fields.IntField()
    key = fields.CharField(max_length=16, default="")
    title = fields.CharField(max_length=80, default="")
    state = fields.CharEnumField(StepState, max_length=6, default=StepState.TODO)
    note = fields.CharField(max_length=600, default="")
    done_on = fields.DateField(null=True)

    class Meta:
        table = "idea_step"
        constraints = (CheckConstraint(check="key <> '' OR title <> ''", name="idea_step_named"),)
