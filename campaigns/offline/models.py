"""Offline gifts and their changes, slips, deposits."""

from datetime import date
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.identity import Identity
from campaigns.lifecycle.models import Campaign, Reward
from campaigns.pledges.models import Pledge
from civic.people.models import Person
from civic.places.models import Commune

LEAST_CENTS, MOST_CENTS = 100, 10_000_000


class OfflineStatus(StrEnum):
    """The states of docs/money.md. CREATED: announced by a backer whose address is not confirmed yet."""

    CREATED = "created"
    PROMISED = "promised"
    RECEIVED = "received"
    SENT_BACK = "sent_back"
    VERIFIED = "verified"
    BANKED = "banked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"
    RETURNED = "returned"


COUNTING = (OfflineStatus.VERIFIED, OfflineStatus.BANKED)
"""A second person has seen the money: it is in the totals and in the ledger (invariant 16)."""
CAME_BACK = (OfflineStatus.BOUNCED, OfflineStatus.RETURNED)
"""It was in a hand of ours, and is its donor's again: she is told so where she sees what she gave."""


HOLDING = (OfflineStatus.CREATED, OfflineStatus.PROMISED, OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK, *COUNTING)
"""The reward that was chosen is kept for it (invariant 11)."""


OPEN = (OfflineStatus.PROMISED, OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK)
"""Nobody has verified it: whoever runs the campaign may still put it right."""


class Mode(StrEnum):
    """How money comes without a card."""

    CHEQUE = "cheque"
    CASH = "cash"
    TRANSFER = "transfer"


class OfflineSlip(Model):
    """A numbered paper that a donor fills in; its number names at most one gift, for good."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    batch = fields.CharField(max_length=32, db_index=True)
    made_by_id: int
    made_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    made_at = fields.DatetimeField()

    class Meta:
        table = "offline_slip"

    @property
    def code(self) -> str:
        """What stands on the paper: « B-000123 »."""
        return f"B-{self.id:06d}"


class Deposit(Model):
    """A deposit slip (« bordereau de remise »): cheques or cash that go to the bank together.

    `turn` counts how often it was banked: each time books under its own name. `banked_by_line`: a line of the bank says
    so, and undoing that line undoes it.
    """

    id = fields.BigIntField(primary_key=True)
    mode = fields.CharEnumField(Mode, max_length=8)
    made_by_id: int
    made_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    made_at = fields.DatetimeField()
    banked_on: date | None = fields.DateField(null=True)
    turn = fields.IntField(default=0)
    banked_by_line = fields.BooleanField(default=False)
    undone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "offline_deposit"
        constraints = (CheckConstraint(check="mode IN ('cheque', 'cash')", name="deposit_mode"),)

    @property
    def number(self) -> str:
        """How the bank and the treasurer name it: « R-0012 »."""
        return f"R-{self.id:04d}"


class OfflineGift(Model):
    """Money given without a card, in cents. `turn` counts its verifications: each books under its own name.

    `pledge` is set when a backer whose card failed sends a cheque or a transfer instead: her promise already counts,
    verifying collects it. `person` is known when an e-mail address was given, `commune` when the donor said where she
    lives: a matcher may add to the gifts of some communes only. `public_name` is the name under which she agreed to be
    thanked, empty when nobody asked her or she did not (then `anonymous`).
    `due_on` is set when she announced it herself while giving (`promising`): the last day it may arrive, told to her;
    what she wrote then is hers, whoever records the money. Its `reward` is held until `held_until`; `wished` is a
    scarce one that went back to the others because her address was not confirmed in time. `came_by` is the word of the
    address she came by (`?src=affiche`).
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    status = fields.CharEnumField(OfflineStatus, max_length=12)
    mode = fields.CharEnumField(Mode, max_length=8, null=True)
    amount_cents = fields.BigIntField()
    received_on: date | None = fields.DateField(null=True)
    reference = fields.CharField(max_length=60, default="")
    donor_name = fields.CharField(max_length=120)
    email = fields.CharField(max_length=254, default="")
    address = fields.CharField(max_length=300, default="")
    anonymous = fields.BooleanField(default=False)
    public_name = fields.CharField(max_length=120, default="")
    amount_hidden = fields.BooleanField(default=False)
    commune_id: str | None
    commune: fields.ForeignKeyNullableRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    person_id: int | None
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    pledge_id: int | None
    pledge: fields.ForeignKeyNullableRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    slip_id: int | None
    slip: fields.ForeignKeyNullableRelation[OfflineSlip] = fields.ForeignKeyField(
        "campaigns.OfflineSlip", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    deposit_id: int | None
    deposit: fields.ForeignKeyNullableRelation[Deposit] = fields.ForeignKeyField(
        "campaigns.Deposit", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    reward_id: int | None
    reward: fields.ForeignKeyNullableRelation[Reward] = fields.ForeignKeyField(
        "campaigns.Reward", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    wished_id: int | None
    wished: fields.ForeignKeyNullableRelation[Reward] = fields.ForeignKeyField(
        "campaigns.Reward", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    came_by = fields.CharField(max_length=24, default="")
    due_on: date | None = fields.DateField(null=True)
    held_until: date | None = fields.DateField(null=True)
    told_at = fields.DatetimeField(null=True)
    """When those who run the campaign were written that it is announced (`telling`)."""
    form_key = fields.CharField(max_length=64)
    line = fields.IntField()
    turn = fields.IntField(default=0)
    recorded_by_id: int
    recorded_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    verified_by_id: int | None
    verified_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    verified_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "offline_gift"
        indexes = (("campaign_id", "status", "id"), ("status", "id"))
        constraints = (
            UniqueConstraint(fields=("form_key", "line"), name="offline_line_once"),
            UniqueConstraint(
                fields=("slip_id",), name="offline_slip_once", condition="status <> 'withdrawn'"
            ),
            UniqueConstraint(
                fields=("pledge_id",), name="offline_pledge_once",
                condition="status IN ('promised', 'received', 'verified', 'banked')",
            ),
            UniqueConstraint(
                fields=("campaign_id", "pledge_id"), name="offline_pledge_taken",
                condition="status IN ('promised', 'received', 'sent_back', 'verified', 'banked')",
            ),
            CheckConstraint(check=f"amount_cents BETWEEN {LEAST_CENTS} AND {MOST_CENTS}", name="offline_amount"),
            CheckConstraint(check="verified_by_id <> recorded_by_id", name="offline_second_person"),
            CheckConstraint(
                check="status NOT IN ('verified', 'banked') OR (verified_by_id IS NOT NULL AND turn > 0)",
                name="offline_verified",
            ),
            CheckConstraint(
                check="status NOT IN ('received', 'verified', 'banked') OR "
                "(mode IS NOT NULL AND received_on IS NOT NULL)",
                name="offline_received",
            ),
            CheckConstraint(check="status <> 'banked' OR deposit_id IS NOT NULL", name="offline_banked"),
        )

    @property
    def code(self) -> str:
        """How a donor, a bank and the team name it: the slip's number, else its own."""
        return f"B-{self.slip_id:06d}" if self.slip_id else f"H-{self.id:06d}"

    @property
    def recorded_by_herself(self) -> bool:
        """Whether its backer announced it and nobody has noted its arrival."""
        return self.due_on is not None and self.recorded_by_id == self.person_id

    @property
    def source(self) -> str:
        """The ledger's name of its present verification."""
        return f"{self.id}:{self.turn}"


class OfflineDonor(Identity):
    """Who gave, for the tax office: asked at the stall, or told later by the treasurer or by the donor's own link."""

    id = fields.BigIntField(primary_key=True)
    gift_id: int
    gift: fields.ForeignKeyRelation[OfflineGift] = fields.ForeignKeyField(
        "campaigns.OfflineGift", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    told_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "offline_donor"
        constraints = (UniqueConstraint(fields=("gift_id",), name="offline_donor_once"),)


class OfflineChange(Model):
    """One change of state: from, to, who, when, why. Only ever added to."""

    id = fields.BigIntField(primary_key=True)
    gift_id: int
    gift: fields.ForeignKeyRelation[OfflineGift] = fields.ForeignKeyField(
        "campaigns.OfflineGift", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    before = fields.CharField(max_length=12, default="")
    after = fields.CharField(max_length=12)
    actor_id = fields.BigIntField(null=True)
    cause = fields.CharField(max_length=200, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "offline_change"


class BankLayout(Model):
    """How one bank writes its statements: chosen once by the treasurer, found again by the file's head of columns."""

    id = fields.BigIntField(primary_key=True)
    signature = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=80)
    columns: fields.Field[dict[str, str]] = fields.JSONField(default=dict)
    chosen_by_id: int
    chosen_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    chosen_at = fields.DatetimeField()

    class Meta:
        table = "bank_layout"


class BankStatement(Model):
    """One file a treasurer sent. `content` is kept only while its columns are not known yet."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=120)
    content = fields.TextField(default="")
    signature = fields.CharField(max_length=64)
    sent_by_id: int
    sent_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    sent_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    added = fields.IntField(default=0)
    known = fields.IntField(default=0)
    troubles: fields.Field[list[list[object]]] = fields.JSONField(default=list)

    class Meta:
        table = "bank_statement"


class LineStatus(StrEnum):
    """What became of a line: nothing found, a gift proposed, confirmed by a second person, set aside."""

    OPEN = "open"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    ASIDE = "aside"


class BankLine(Model):
    """A line of the bank, once, by its hash. Cents, credits positive; it pays at most one gift, or one deposit slip."""

    id = fields.BigIntField(primary_key=True)
    hash = fields.CharField(max_length=64, unique=True)
    statement_id: int
    statement: fields.ForeignKeyRelation[BankStatement] = fields.ForeignKeyField(
        "campaigns.BankStatement", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    number = fields.IntField()
    on = fields.DateField()
    label = fields.CharField(max_length=300)
    amount_cents = fields.BigIntField()
    status = fields.CharEnumField(LineStatus, max_length=10, default=LineStatus.OPEN)
    gift_id: int | None
    gift: fields.ForeignKeyNullableRelation[OfflineGift] = fields.ForeignKeyField(
        "campaigns.OfflineGift", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    pledge_id: int | None
    pledge: fields.ForeignKeyNullableRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    deposit_id: int | None
    deposit: fields.ForeignKeyNullableRelation[Deposit] = fields.ForeignKeyField(
        "campaigns.Deposit", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    proposed_by_id: int | None
    proposed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    confirmed_by_id: int | None
    confirmed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )

    class Meta:
        table = "bank_line"
        indexes = (("status", "id"),)
        constraints = (
            UniqueConstraint(fields=("gift_id",), name="bank_line_gift", condition="status = 'confirmed'"),
            UniqueConstraint(fields=("deposit_id",), name="bank_line_deposit", condition="status = 'confirmed'"),
            CheckConstraint(check="confirmed_by_id <> proposed_by_id", name="bank_line_second_person"),
            CheckConstraint(
                check="status <> 'confirmed' OR (confirmed_by_id IS NOT NULL AND proposed_by_id IS NOT NULL "
                "AND (gift_id IS NOT NULL OR deposit_id IS NOT NULL))",
                name="bank_line_pays",
            ),
        )  # fmt: skip
