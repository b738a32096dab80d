"""Campaigns, what they cost, what they thank with, and every change of state."""

from datetime import date, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.payees.models import Payee
from campaigns.two_persons import Asked
from civic import clock
from civic.initiatives.models import Initiative
from civic.media.models import Picture
from civic.people.models import Person


class CampaignStatus(StrEnum):
    """The states of docs/money.md."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LIVE = "live"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    FAILED = "failed"
    COLLECTING = "collecting"
    SHORTFALL = "shortfall"
    FUNDED = "funded"
    UNWINDING = "unwinding"
    REFUNDED = "refunded"
    REPORTING = "reporting"
    CLOSED = "closed"


PUBLIC = frozenset(set(CampaignStatus) - {
    CampaignStatus.DRAFT, CampaignStatus.SUBMITTED, CampaignStatus.CHANGES_REQUESTED, CampaignStatus.APPROVED,
    CampaignStatus.REJECTED, CampaignStatus.WITHDRAWN,
})  # fmt: skip


SETTLED = frozenset({
    CampaignStatus.SHORTFALL, CampaignStatus.FUNDED, CampaignStatus.UNWINDING, CampaignStatus.REFUNDED,
    CampaignStatus.REPORTING, CampaignStatus.CLOSED,
})  # fmt: skip
"""Everything that could be collected is: from now on totals are money, not promises."""
STILL = SETTLED - {CampaignStatus.SHORTFALL}
"""Nothing more is decided about them: public totals stand still, names of hidden gifts appear (docs/decisions/0014)."""


class GoalKind(StrEnum):
    """All-or-nothing charges nobody before success; flexible keeps what it raises; monthly has neither goal nor end."""

    ALL_OR_NOTHING = "all_or_nothing"
    FLEXIBLE = "flexible"
    MONTHLY = "monthly"


class RewardNature(StrEnum):
    """What a thank-you is to the law: a symbol, a gift worth something, or a sale that leaves no receipt."""

    SYMBOLIC = "symbolic"
    GIFT = "gift"
    SALE = "sale"


class Campaign(Model):
    """A fundraising with a goal and an end. Amounts in cents; `*_cents` counters are kept in the writing transactions.

    `confirmed_cents`: promises (goal, tips excluded), frozen at the deadline. `collected_cents`: money booked after it.
    `offline_cents`: cheques, cash and transfers that a second person verified. `matched_cents`: what matchers add as
    things stand. `relief_cents`: accepted offers of time and things that the reviewer lets lower the minimum.
    `settled_entry`: the position of its last entry when totals came to stand still (`STILL`; None: they are live, as a
    monthly support's are for ever). `untold_cents`: what public totals count more than that, less when negative, until
    it is told by three persons at a time (`ledger.told`); `told_entry`: the last gift's entry up to which all is told.
    `decided_at` is set once, by compare-and-set, at the deadline (docs/money.md).
    `payee`: the other legal entity that receives the money; none: the host. `account_ref` is its Stripe account, fixed
    at the opening; `till_closed_at`: since when that account cannot charge, while it cannot (docs/decisions/0016).
    """

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=120, unique=True)
    initiative_id: int
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    lead_id: int
    lead: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    title = fields.CharField(max_length=80)
    summary = fields.CharField(max_length=400, default="")
    story = fields.TextField(default="")
    use_of_funds = fields.TextField(default="")
    expected_result = fields.TextField(default="")
    risks = fields.TextField(default="")
    beneficiary = fields.CharField(max_length=200, default="")
    payee_id: int | None
    payee: fields.ForeignKeyNullableRelation[Payee] = fields.ForeignKeyField(
        "campaigns.Payee", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    account_ref = fields.CharField(max_length=80, default="")
    till_closed_at = fields.DatetimeField(null=True)
    goal = fields.CharEnumField(GoalKind, max_length=16, default=GoalKind.ALL_OR_NOTHING)
    status = fields.CharEnumField(CampaignStatus, max_length=18, default=CampaignStatus.DRAFT, db_index=True)
    minimum_cents = fields.BigIntField(default=0)
    optimum_cents = fields.BigIntField(default=0)
    starts_at = fields.DatetimeField(null=True)
    deadline = fields.DatetimeField(null=True, db_index=True)
    confirmed_cents = fields.BigIntField(default=0)
    backers_count = fields.IntField(default=0)
    collected_cents = fields.BigIntField(default=0)
    offline_cents = fields.BigIntField(default=0)
    matched_cents = fields.BigIntField(default=0)
    relief_cents = fields.BigIntField(default=0)
    settled_entry = fields.BigIntField(null=True)
    untold_cents = fields.BigIntField(default=0)
    told_entry = fields.BigIntField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_total_cents = fields.BigIntField(null=True)
    grace_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "campaign"
        constraints = (
            CheckConstraint(check="minimum_cents >= 0 AND optimum_cents >= minimum_cents", name="campaign_goal"),
            CheckConstraint(
                check="confirmed_cents >= 0 AND collected_cents >= 0 AND backers_count >= 0", name="campaign_counters"
            ),
            CheckConstraint(
                check="offline_cents >= 0 AND matched_cents >= 0 AND relief_cents >= 0", name="campaign_sources"
            ),
            CheckConstraint(check="account_ref = '' OR payee_id IS NOT NULL", name="campaign_account_of_payee"),
        )

    @property
    def is_public(self) -> bool:
        """Everybody may see it."""
        return self.status in PUBLIC

    @property
    def raised_cents(self) -> int:
        """The public total in cents: promises until everything is collected, then the money itself (invariant 10).

        What left since counts until it may be told (`untold_cents`): money is never decided upon by this sum.
        """
        online = self.collected_cents if self.status in SETTLED or self.charges_at_once else self.confirmed_cents
        return int(online + self.offline_cents + self.matched_cents + self.untold_cents)

    @property
    def charges_at_once(self) -> bool:
        """Gifts are money as soon as they arrive, not promises: totals are what was collected, from the first day."""
        return self.goal != GoalKind.ALL_OR_NOTHING

    @property
    def is_standing(self) -> bool:
        """It carries a monthly support: no minimum, no end, one charge a month (PRODUCT C14)."""
        return self.goal == GoalKind.MONTHLY

    @property
    def holds_money(self) -> bool:
        """Whether something was charged or handed over already: ending it means giving that back."""
        return bool(self.collected_cents + self.offline_cents)

    @property
    def needed_cents(self) -> int:
        """The minimum in cents, less the time and things that were accepted in place of money (PRODUCT C8)."""
        return max(0, int(self.minimum_cents - self.relief_cents))

    @property
    def shown_cents(self) -> int:
        """What the page's gauge shows, in cents: a failed campaign keeps the promises it had, nobody having paid."""
        return self.decided_total_cents or 0 if self.status == CampaignStatus.FAILED else self.raised_cents

    @property
    def editable(self) -> bool:
        """Its lead may still change what it says."""
        return self.status in (CampaignStatus.DRAFT, CampaignStatus.CHANGES_REQUESTED)

    @property
    def last_day(self) -> date | None:
        """The last day on which one can give, as the territory's clocks show it; it ends at midnight."""
        return clock.local(self.deadline - timedelta(seconds=1)).date() if self.deadline else None

    def is_open(self) -> bool:
        """One can give now: live, the deadline is ahead, and its own account, if it has one, can charge."""
        if self.status != CampaignStatus.LIVE or self.till_closed_at is not None:
            return False
        return self.deadline is not None and not clock.is_over(self.deadline)

    @property
    def percent(self) -> int:
        """Share of the minimum reached, in percent; may exceed 100."""
        return self.shown_cents * 100 // self.needed_cents if self.needed_cents else 100 if self.minimum_cents else 0


class CostLine(Model):
    """What the money is for. Required lines add up to the minimum, all lines to the optimum."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="cost_lines"
    )
    title = fields.CharField(max_length=120)
    detail = fields.CharField(max_length=400, default="")
    amount_cents = fields.BigIntField()
    required = fields.BooleanField(default=True)
    position = fields.IntField(default=0)

    class Meta:
        table = "cost_line"
        constraints = (CheckConstraint(check="amount_cents > 0", name="cost_line_positive"),)

    @property
    def plans_fees(self) -> bool:
        """It foresees what the gateway keeps of each gift: nobody asks for that or spends it."""
        return "frais banc" in self.title.lower() or "frais de paiement" in self.title.lower()


class Reward(Model):
    """A thank-you from an amount on; `stock` limits it, `taken` counts held and confirmed ones (invariant 11)."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="rewards"
    )
    title = fields.CharField(max_length=120)
    detail = fields.CharField(max_length=400, default="")
    from_cents = fields.BigIntField()
    value_cents = fields.BigIntField(default=0)
    stock = fields.IntField(null=True)
    taken = fields.IntField(default=0)
    delivery_on = fields.DateField(null=True)
    nature = fields.CharEnumField(RewardNature, max_length=8, default=RewardNature.SYMBOLIC)
    position = fields.IntField(default=0)

    @property
    def left(self) -> int | None:
        """How many are left; None when there is no limit."""
        return None if self.stock is None else self.stock - self.taken

    class Meta:
        table = "reward"
        constraints = (
            CheckConstraint(check="taken >= 0 AND (stock IS NULL OR taken <= stock)", name="reward_within_stock"),
            CheckConstraint(check="from_cents > 0 AND value_cents >= 0", name="reward_amounts"),
        )


class CampaignChange(Model):
    """One change of state: from, to, who, in which quality (`By`), when, why. Only ever added to."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="changes"
    )
    before = fields.CharField(max_length=18, default="")
    after = fields.CharField(max_length=18)
    actor_id: int | None
    actor: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    by = fields.CharField(max_length=14, default="")
    note = fields.TextField(default="")
    at = fields.DatetimeField()

    class Meta:
        table = "campaign_change"


class CampaignPicture(Model):
    """A photo of a campaign; the first one leads its page. `removed_at` keeps it aside, to be put back."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    picture: fields.ForeignKeyRelation[Picture] = fields.ForeignKeyField(
        "civic.Picture", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    position = fields.IntField(default=0)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign_picture"


class ReviewComment(Model):
    """What a reviewer says of one field; the lead marks it done, nobody deletes it."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    topic = fields.CharField(max_length=20)
    text = fields.TextField()
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign_review_comment"


class Cancellation(Asked):
    """One side asks to end a campaign, the other agrees or not: never the same person (docs/decisions/0013)."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    side = fields.CharField(max_length=4)
    asked_by_id: int
    asked_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    note = fields.TextField()
    asked_at = fields.DatetimeField()
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    answered_at = fields.DatetimeField(null=True)
    agreed = fields.BooleanField(null=True)

    class Meta:
        table = "campaign_cancellation"
        constraints = (CheckConstraint(check="answered_by_id <> asked_by_id", name="cancellation_two_people"),
                       UniqueConstraint(fields=("campaign_id",), name="cancellation_one_open",
                                        condition="answered_at IS NULL"))  # fmt: skip
