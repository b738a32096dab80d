"""Decisions, their options, electorates and stances."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.committees.models import CollegeKind, Committee
from civic.counting.rules import CODES, Code, Majority, Method, Rule, Tally, Verdict, quorum_needed
from civic.database.guards import Guard
from civic.organisations.models import Organisation
from civic.people.models import Person


class DecisionStatus(StrEnum):
    """Prepared, waiting for its opening, open to answers, closed and counted, or taken back before its end.

    Counting: a secret vote is over, and two persons empty its box of papers before everything is counted.
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    COUNTING = "counting"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class BallotKind(StrEnum):
    """Positions with names, or a secret ballot (`civic.ballots`)."""

    OPEN = "open"
    SECRET = "secret"  # noqa: S105


class Decision(Model):
    """A question put to a committee. `answers_count` counts electors who have answered; `tally` is written at closing.

    `form_key` makes a resent form harmless; `version` grows with every answer and serialises them with the closing.
    `dots`: how many each may place, `dots_on_one` at most on one option (0: all); `budget_cents`: what is to be shared;
    `chosen_most`: how many options may come out. At the opening `weights` (percent by college, None: a voice is a
    voice) and `seed` (each voter's own stable order of the options) are frozen; `counted` is the published count of all
    but yes and no. Until `positions_at` a proposal by consent takes questions and amendments, from then on positions
    (`stages`); `revised_at` is when its text was last rewritten. A closing that was moved keeps `first_closes_at`, and
    in `extension` the reasons, one a line. `follows` is the decision whose question this one asks again; `reviewed_at`
    when it was looked at again, as `review_on` promised.
    `proxies_most`: how many proxies one elector may carry, 0 that there are none.
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
    author_id: int | None
    question = fields.CharField(max_length=160)
    explanation = fields.TextField(default="")
    method = fields.CharEnumField(Method, max_length=10)
    majority = fields.CharEnumField(Majority, max_length=14, default=Majority.HALF)
    quorum_percent = fields.IntField(default=0)
    abstentions_count = fields.BooleanField(default=False)
    dots = fields.IntField(default=0)
    dots_on_one = fields.IntField(default=0)
    budget_cents = fields.BigIntField(null=True)
    chosen_most = fields.IntField(default=1)
    weights: fields.Field[dict[str, int] | None] = fields.JSONField(null=True)
    seed = fields.CharField(max_length=32, default="")
    ballot = fields.CharEnumField(BallotKind, max_length=6, default=BallotKind.OPEN)
    positions_at = fields.DatetimeField(null=True)
    proxies_most = fields.IntField(default=0)
    results_hidden = fields.BooleanField(default=False)
    status = fields.CharEnumField(DecisionStatus, max_length=10, default=DecisionStatus.DRAFT)
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField()
    opened_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    electorate = fields.IntField(default=0)
    answers_count = fields.IntField(default=0)
    verdict = fields.CharEnumField(Verdict, max_length=10, null=True)
    tally: fields.Field[dict[str, int] | None] = fields.JSONField(null=True)
    counted: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    outcome = fields.TextField(default="")
    outcome_at = fields.DatetimeField(null=True)
    outcome_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    outcome_by_id: int | None
    review_on = fields.DateField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    revised_at = fields.DatetimeField(null=True)
    first_closes_at = fields.DatetimeField(null=True)
    extension = fields.TextField(default="")
    follows: fields.ForeignKeyNullableRelation["Decision"] = fields.ForeignKeyField(
        "civic.Decision", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    follows_id: int | None
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
        return Rule(
            self.method, self.quorum_percent, self.majority, self.abstentions_count, self.dots, self.dots_on_one,
            self.chosen_most, self.budget_cents or 0, self.weights,
        )  # fmt: skip

    @property
    def is_secret(self) -> bool:
        """Nobody ever learns who voted what."""
        return self.ballot == BallotKind.SECRET

    @property
    def is_withheld(self) -> bool:
        """Closed in secret with too few voices: what came out is kept, no count and no ballot."""
        return bool(self.counted and "withheld" in self.counted)

    @property
    def chooses(self) -> bool:
        """It chooses among several options; else it says yes or no to one proposal."""
        return self.method not in CODES

    @property
    def is_crossed(self) -> bool:
        """One cross beside an option at most, as on the paper of an election."""
        return self.method == Method.DOTS and self.dots_on_one == 1

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
    def counts_papers(self) -> bool:
        """Over, its papers being emptied into the urn: nothing is counted yet."""
        return self.status == DecisionStatus.COUNTING

    @property
    def is_adopted(self) -> bool:
        """Closed, and its count says yes."""
        return self.is_closed and self.verdict == Verdict.ADOPTED

    def is_running(self, moment: datetime) -> bool:
        """Open at this moment: before the exact closing time, whether or not the job is late."""
        return self.status == DecisionStatus.OPEN and moment < self.closes_at

    def improves(self, moment: datetime) -> bool:
        """Its first stage runs: questions and amendments, no positions yet."""
        return self.is_running(moment) and self.positions_at is not None and moment < self.positions_at

    def takes_answers(self, moment: datetime) -> bool:
        """Answers count at this moment: the first stage, if there is one, is over and the closing is to come."""
        return self.is_running(moment) and not self.improves(moment)

    @property
    def shows_results(self) -> bool:
        """Positions and counts may be seen: always once closed, before only when neither hidden nor secret."""
        return self.is_closed or (self.status == DecisionStatus.OPEN and not (self.results_hidden or self.is_secret))

    @property
    def result(self) -> Tally | None:
        """The stored count."""
        if self.tally is None:
            return None
        counts = {Code(code): n for code, n in self.tally.items() if code != "open_objections"}
        return Tally(self.electorate, counts, self.tally.get("open_objections", 0))


class Option(Model):
    """A position one can take, with what it means here; frozen when the decision opens.

    Consent and majority have positions with a `code`; the other methods have options with a `title`, and under a
    budget each `cost_cents`.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    code = fields.CharEnumField(Code, max_length=10, null=True)
    title = fields.CharField(max_length=160, default="")
    cost_cents = fields.BigIntField(null=True)
    meaning = fields.CharField(max_length=300)
    position = fields.IntField()
    frozen = fields.BooleanField(default=False)

    class Meta:
        table = "option"
        constraints = (
            UniqueConstraint(fields=("decision_id", "code"), name="option_once"),
            CheckConstraint(check="code IS NOT NULL OR title <> ''", name="option_said"),
            CheckConstraint(check="cost_cents IS NULL OR cost_cents > 0", name="option_cost"),
        )


class Elector(Model):
    """A person of the electorate, with her college and organisation, as the seats stood when the decision opened.

    `proxies_held` counts the proxies she carries; `on_paper_at`: she was handed a paper ballot and casts no other.
    """

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
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    organisation_id: int | None
    substitute: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    substitute_id: int | None
    is_discreet = fields.BooleanField(default=False)
    proxies_held = fields.IntField(default=0)
    on_paper_at = fields.DatetimeField(null=True)

    class Meta:
        table = "elector"
        constraints = (
            UniqueConstraint(fields=("decision_id", "person_id"), name="elector_once"),
            CheckConstraint(check="proxies_held >= 0", name="elector_proxies"),
        )


class Proxy(Model):
    """An elector's voice handed to another elector of the same decision, until `revoked_at`: one at a time."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    giver: fields.ForeignKeyRelation[Elector] = fields.ForeignKeyField(
        "civic.Elector", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    giver_id: int
    holder: fields.ForeignKeyRelation[Elector] = fields.ForeignKeyField(
        "civic.Elector", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    holder_id: int
    given_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "proxy"
        constraints = (
            UniqueConstraint(fields=("giver_id",), name="proxy_current_once", condition="revoked_at IS NULL"),
            CheckConstraint(check="giver_id <> holder_id", name="proxy_to_another"),
        )


class Stance(Model):
    """A person's position and reason; the current one has no `superseded_at`. Integrated objections block no more.

    `option` is the position of consent and majority; for the other methods `choices` says all: dots by option id,
    groups of ids in the order of preference, or the ids approved (`counting.count`). `person` is the elector's;
    `spoken_by` who said it for her: her substitute or the holder of her proxy.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    option: fields.ForeignKeyNullableRelation[Option] = fields.ForeignKeyField(
        "civic.Option", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    option_id: int | None
    choices: fields.Field[Any] = fields.JSONField(null=True)
    reason = fields.TextField(default="")
    at = fields.DatetimeField()
    superseded_at = fields.DatetimeField(null=True)
    recorded_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    spoken_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    spoken_by_id: int | None
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
            CheckConstraint(check="(option_id IS NULL) <> (choices IS NULL)", name="stance_says_one_thing"),
        )

    @property
    def code(self) -> Code | None:
        """What it means to consent or majority; None for choices. `option` is loaded."""
        return self.option.code if self.option else None


_FROZEN = "The options of a decision are frozen once it is open."
_COUNTED = "A counted result is never changed."
_RECOUNTED = (
    "COALESCE(CAST(NEW.counted AS TEXT), '') <> COALESCE(CAST(OLD.counted AS TEXT), '') AND OLD.verdict IS NOT NULL"
)

GUARDS = (
    Guard("option", "UPDATE", _FROZEN, "OLD.frozen"),
    Guard("option", "DELETE", _FROZEN, "OLD.frozen"),
    Guard("decision", "UPDATE", _COUNTED, "OLD.verdict IS NOT NULL AND COALESCE(NEW.verdict, '') <> OLD.verdict"),
    Guard("decision", "UPDATE", _COUNTED, _RECOUNTED),
)
