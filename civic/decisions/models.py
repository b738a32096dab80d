"""Decisions, their options, electorates and stances."""

from datetime import date, datetime
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.committees.models import CollegeKind, Committee
from civic.database.guards import Guard
from civic.decisions.counting import Code, Majority, Method, Rule, Tally, Verdict, quorum_needed
from civic.people.models import Person


class DecisionStatus(StrEnum):
    """Prepared, waiting for its opening, open to answers, closed and counted, or taken back before its end."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Decision(Model):
    """A question put to a committee. `answers_count` counts electors who have answered; `tally` is written at closing.

    `form_key` makes a resent form harmless; `version` grows with every answer and serialises them with the closing.
    """

    id = fields.BigIntField(primary_key=True)
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "civic.Committee", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    committee_id: int
    form_key = fields.CharField(max_length=64, unique=True)
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    question = fields.CharField(max_length=160)
    explanation = fields.TextField(default="")
    method = fields.CharEnumField(Method, max_length=10)
    majority = fields.CharEnumField(Majority, max_length=14, default=Majority.HALF)
    quorum_percent = fields.IntField(default=0)
    abstentions_count = fields.BooleanField(default=False)
    results_hidden = fields.BooleanField(default=False)
    status = fields.CharEnumField(DecisionStatus, max_length=10, default=DecisionStatus.DRAFT)
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField()
    opened_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    electorate = fields.IntField(default=0)
    answers_count = fields.IntField(default=0)
    verdict = fields.CharEnumField(Verdict, max_length=10, null=True)
    tally: fields.Field[dict[str, int]] = fields.JSONField(null=True)
    outcome = fields.TextField(default="")
    outcome_at = fields.DatetimeField(null=True)
    outcome_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    review_on = fields.DateField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "decision"
        indexes = (("status", "closes_at"),)
        constraints = (
            CheckConstraint(check="answers_count >= 0 AND answers_count <= electorate", name="decision_answers"),
            CheckConstraint(check="(status = 'closed') = (verdict IS NOT NULL)", name="decision_closed_has_verdict"),
        )

    @property
    def rule(self) -> Rule:
        """How it is counted."""
        return Rule(self.method, self.quorum_percent, self.majority, self.abstentions_count)

    @property
    def quorum(self) -> int:
        """How many answers it needs."""
        return quorum_needed(self.electorate, self.quorum_percent)

    @property
    def is_prepared(self) -> bool:
        """Nobody has been asked yet."""
        return self.status in (DecisionStatus.DRAFT, DecisionStatus.SCHEDULED)

    @property
    def is_closed(self) -> bool:
        """Counted."""
        return self.status == DecisionStatus.CLOSED

    @property
    def is_adopted(self) -> bool:
        """Closed, and its count says yes."""
        return self.is_closed and self.verdict == Verdict.ADOPTED

    def takes_answers(self, moment: datetime) -> bool:
        """Answers count at this moment: before the exact closing time, whether or not the job is late."""
        return self.status == DecisionStatus.OPEN and moment < self.closes_at

    @property
    def shows_results(self) -> bool:
        """Positions and counts may be seen: always once closed, before only when they are not hidden."""
        return self.is_closed or (self.status == DecisionStatus.OPEN and not self.results_hidden)

    @property
    def result(self) -> Tally | None:
        """The stored count."""
        if self.tally is None:
            return None
        counts = {Code(code): n for code, n in self.tally.items() if code != "open_objections"}
        return Tally(self.electorate, counts, self.tally.get("open_objections", 0))


class Option(Model):
    """A position one can take, with what it means here; frozen when the decision opens."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    code = fields.CharEnumField(Code, max_length=10)
    meaning = fields.CharField(max_length=300)
    position = fields.IntField()
    frozen = fields.BooleanField(default=False)

    class Meta:
        table = "option"
        constraints = (UniqueConstraint(fields=("decision_id", "code"), name="option_once"),)


class Elector(Model):
    """A person of the electorate, as the seats stood when the decision opened."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    decision_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    college = fields.CharEnumField(CollegeKind, max_length=16)
    answered_at = fields.DatetimeField(null=True)
    nudged_at = fields.DatetimeField(null=True)

    class Meta:
        table = "elector"
        constraints = (UniqueConstraint(fields=("decision_id", "person_id"), name="elector_once"),)


class Stance(Model):
    """A person's position and reason; the current one has no `superseded_at`. Integrated objections block no more."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    option: fields.ForeignKeyRelation[Option] = fields.ForeignKeyField(
        "civic.Option", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    option_id: int
    reason = fields.TextField(default="")
    at = fields.DatetimeField()
    superseded_at = fields.DatetimeField(null=True)
    recorded_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    integration = fields.TextField(default="")
    integrated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stance"
        constraints = (
            UniqueConstraint(
                fields=("decision_id", "person_id"),
                name="stance_current_once",
                condition="superseded_at IS NULL",
            ),
        )


class Commitment(Model):
    """What somebody will do after a decision, until the end of `due_on`; kept at `kept_at`, overdue without it."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    what = fields.CharField(max_length=200)
    due_on = fields.DateField()
    made_at = fields.DatetimeField()
    kept_at = fields.DatetimeField(null=True)

    class Meta:
        table = "commitment"
        constraints = (UniqueConstraint(fields=("decision_id", "person_id", "what"), name="commitment_once"),)

    def is_overdue(self, today: date) -> bool:
        """Not kept, and its day is past."""
        return self.kept_at is None and self.due_on < today


_FROZEN = "The options of a decision are frozen once it is open."
_COUNTED = "A counted result is never changed."

GUARDS = (
    Guard("option", "UPDATE", _FROZEN, "OLD.frozen"),
    Guard("option", "DELETE", _FROZEN, "OLD.frozen"),
    Guard("decision", "UPDATE", _COUNTED, "OLD.verdict IS NOT NULL AND COALESCE(NEW.verdict, '') <> OLD.verdict"),
)
