"""Assemblies and the resolutions they vote."""

from collections.abc import Sequence
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.assemblies import hands as raised
from civic.assemblies.hands import CollegeHands
from civic.counting import rules
from civic.counting.count import Count
from civic.counting.rules import Code, Majority, Method, Rule, Tally, Verdict
from civic.decisions.models import Decision
from civic.meetings.models import Item, Meeting
from civic.people.models import Person


class Assembly(Model):
    """What an ordinary general assembly has beside its `meeting`.

    `year`: the year of activity it looks back on, in words. When the quorum lacks, it is called again at `second_at`
    (UTC) with `second_percent` for a quorum, if the statutes foresee it.
    """

    id = fields.BigIntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "civic.Meeting", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    meeting_id: int
    year = fields.CharField(max_length=40)
    second_at = fields.DatetimeField(null=True)
    second_percent = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "assembly"
        constraints = (
            UniqueConstraint(fields=("meeting_id",), name="assembly_once"),
            CheckConstraint(check="second_percent >= 0 AND second_percent <= 100", name="assembly_second_percent"),
        )


class ResolutionKind(StrEnum):
    """What an ordinary assembly votes, in the order in which it does."""

    ACTIVITY = "activity"
    ACCOUNTS = "accounts"
    RESULT = "result"
    DISCHARGE = "discharge"
    BUDGET = "budget"
    FEE = "fee"
    ELECTION = "election"
    OTHER = "other"


class Casting(StrEnum):
    """How a resolution is voted."""

    HANDS = "hands"
    SCREENS = "screens"
    SECRET = "secret"  # noqa: S105 - a kind of ballot


class Resolution(Model):
    """A point of the agenda that is voted, with its exact `wording`.

    On the screens or by secret ballot it is the decision of its item. By show of hands, `voices` (present or
    represented at that moment) said `yes`, `no`, `abstain`, as counted and written down by `counted_by`. An election
    fills `places` out of the names of its `candidates`. Where colleges weigh, the hands are counted in each:
    `colleges` keeps each count with the weight of that moment; the numbers here are its sums.
    """

    id = fields.BigIntField(primary_key=True)
    assembly: fields.ForeignKeyRelation[Assembly] = fields.ForeignKeyField(
        "civic.Assembly", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    assembly_id: int
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField(
        "civic.Item", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    item_id: int
    kind = fields.CharEnumField(ResolutionKind, max_length=9)
    wording = fields.TextField()
    majority = fields.CharEnumField(Majority, max_length=14, default=Majority.HALF)
    casting = fields.CharEnumField(Casting, max_length=7, default=Casting.HANDS)
    places = fields.IntField(default=0)
    candidates: fields.Field[list[str]] = fields.JSONField(default=list)
    yes = fields.IntField(null=True)
    no = fields.IntField(null=True)
    abstain = fields.IntField(null=True)
    voices = fields.IntField(null=True)
    counted_at = fields.DatetimeField(null=True)
    counted_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    counted_by_id: int | None
    colleges: fields.Field[dict[str, dict[str, int]]] = fields.JSONField(default=dict)

    class Meta:
        table = "resolution"
        constraints = (
            UniqueConstraint(fields=("item_id",), name="resolution_item_once"),
            CheckConstraint(
                check="counted_at IS NULL OR (yes >= 0 AND no >= 0 AND abstain >= 0 AND yes + no + abstain <= voices)",
                name="resolution_hands",
            ),
            CheckConstraint(check="(kind = 'election') = (places > 0)", name="resolution_places"),
        )

    @property
    def decision(self) -> Decision | None:
        """What is voted on the screens; `item` and its decision are loaded."""
        return self.item.decision

    @property
    def is_by_hands(self) -> bool:
        """Somebody counts the hands."""
        return self.casting == Casting.HANDS

    @property
    def vacant(self) -> int:
        """How many places an election has left unfilled; a single candidate was put to yes or no."""
        decision = self.decision
        if not self.places or decision is None or not decision.is_closed or decision.verdict == Verdict.TIED:
            return 0
        if len(self.candidates) == 1:
            return self.places - decision.is_adopted
        chosen = (decision.counted or {}).get("chosen", []) if decision.verdict == Verdict.CHOSEN else []
        return self.places - len(chosen)

    @property
    def hands(self) -> Tally | None:
        """The count of the hands; whoever raised none is not in it."""
        if self.yes is None or self.no is None or self.abstain is None or self.voices is None:
            return None
        return Tally(self.voices, {Code.YES: self.yes, Code.NO: self.no, Code.ABSTAIN: self.abstain})

    @property
    def by_college(self) -> Sequence[CollegeHands]:
        """The hands of each college in the order of the statutes; empty where every voice counts the same."""
        return raised.of_json(self.colleges)

    @property
    def weighed(self) -> Count | None:
        """The hands with the weight of each college; None where every voice counts the same."""
        return raised.weighed(self.majority, self.by_college) if self.by_college else None

    @property
    def verdict(self) -> Verdict | None:
        """What came out, None before the vote; abstentions are not votes cast."""
        if not self.is_by_hands:
            return self.decision.verdict if self.decision else None
        if self.weighed:
            return self.weighed.verdict
        return rules.verdict(Rule(Method.MAJORITY, majority=self.majority), self.hands) if self.hands else None
