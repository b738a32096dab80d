"""The pot, its agreement for one campaign, what it adds to each pledge, and the matcher's payment."""

from enum import StrEnum
from typing import Any, ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge
from campaigns.two_persons import Asked, Seats
from civic.organisations.models import Organisation
from civic.people.models import Person
from civic.places.models import Commune


class AgreementStatus(StrEnum):
    """proposed by one of the team → signed by the matcher → active once another one of the team has confirmed it.

    Else declined by the matcher, refused by that second person, withdrawn by the team, or lapsed.
    """

    PROPOSED = "proposed"
    SIGNED = "signed"
    ACTIVE = "active"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


WAITING = (AgreementStatus.PROPOSED, AgreementStatus.SIGNED)
"""Somebody's answer is awaited: the matcher's, then a second person's of the team. Nothing counts."""


class MatchState(StrEnum):
    """Reserved while the campaign runs, due when it is funded, received on the bank account; or released."""

    RESERVED = "reserved"
    DUE = "due"
    RECEIVED = "received"
    RELEASED = "released"


class PaymentState(StrEnum):
    """Entered by one person, confirmed or refused by another."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class MatchFund(Model):
    """A matcher's pot, in cents. `used_cents` is what its agreements hold together, never more than the budget.

    `told_cents` is what pages may say of it (decisions/0014). `version` grows with every recomputation, under the
    row's lock.
    """

    id = fields.BigIntField(primary_key=True)
    organisation_id: int
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    budget_cents = fields.BigIntField()
    used_cents = fields.BigIntField(default=0)
    told_cents = fields.BigIntField(default=0)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "match_fund"
        constraints = (
            CheckConstraint(
                check="budget_cents > 0 AND used_cents >= 0 AND used_cents <= budget_cents", name="match_fund_budget"
            ),
        )

    @property
    def left_cents(self) -> int:
        """What no campaign holds yet, in cents."""
        return int(self.budget_cents - self.used_cents)


class MatchAgreement(Asked):
    """What a fund adds on one campaign. Either `percent` of each gift or `per_person_cents` once per person.

    `gift_cap_cents` limits what is added to one gift, `cap_cents` what is added in all. `starts_at` and `ends_at` (UTC;
    no end: the deadline) are the gifts' moments; without a beginning it is the day of acceptance. `reserved_cents` is
    the sum of its matches that stand; after the decision it can only fall. `told_*` is what pages may say of it, and
    `tellings` how that grew: per week its first day, cents, gifts, persons. `due_at`, `received_at`: where money is.
    `confirmed_by`: who of the team confirmed what another proposed, or refused it; nobody where the representative who
    signed had asked for it.
    `due_cents`: the sum that fell due, when it is one that pages may say; they go on saying it (`ledger.told`).
    """

    seats = Seats("proposed_by_id", "confirmed_by_id", "confirmed_at")

    id = fields.BigIntField(primary_key=True)
    fund_id: int
    fund: fields.ForeignKeyRelation[MatchFund] = fields.ForeignKeyField(
        "campaigns.MatchFund", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    status = fields.CharEnumField(AgreementStatus, max_length=12, default=AgreementStatus.PROPOSED)
    percent = fields.IntField(default=0)
    per_person_cents = fields.BigIntField(default=0)
    gift_cap_cents = fields.BigIntField(null=True)
    cap_cents = fields.BigIntField()
    reserved_cents = fields.BigIntField(default=0)
    corrections = fields.IntField(default=0)
    told_cents = fields.BigIntField(default=0)
    told_gifts = fields.IntField(default=0)
    told_persons = fields.IntField(default=0)
    told_at = fields.DatetimeField(null=True)
    tellings: fields.Field[list[list[Any]]] = fields.JSONField(default=list)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    signatory = fields.CharField(max_length=120)
    signatory_role = fields.CharField(max_length=120)
    signatory_email = fields.CharField(max_length=254)
    proposed_by_id: int
    proposed_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    proposed_at = fields.DatetimeField()
    accepted_name = fields.CharField(max_length=120, default="")
    accepted_role = fields.CharField(max_length=120, default="")
    answered_at = fields.DatetimeField(null=True)
    answer_note = fields.CharField(max_length=1000, default="")
    confirmed_by_id: int | None
    confirmed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    confirmed_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    due_cents = fields.BigIntField(default=0)
    received_at = fields.DatetimeField(null=True)
    communes: fields.ReverseRelation["MatchCommune"]

    class Meta:
        table = "match_agreement"
        constraints = (
            CheckConstraint(
                check="(percent > 0 AND per_person_cents = 0) OR (percent = 0 AND per_person_cents > 0)",
                name="match_agreement_rule",
            ),
            CheckConstraint(
                check="cap_cents > 0 AND reserved_cents >= 0 AND reserved_cents <= cap_cents",
                name="match_agreement_cap",
            ),
            CheckConstraint(check="status <> 'active' OR starts_at IS NOT NULL", name="match_agreement_begins"),
            UniqueConstraint(
                fields=("fund_id", "campaign_id"), name="match_agreement_once",
                condition="status IN ('proposed', 'signed', 'active')",
            ),
            CheckConstraint(
                check="confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id",
                name="match_agreement_two_persons",
            ),
        )  # fmt: skip

    @property
    def stage(self) -> MatchState:
        """The state of its matches that stand."""
        if self.received_at:
            return MatchState.RECEIVED
        return MatchState.DUE if self.due_at else MatchState.RESERVED


class MatchCommune(Model):
    """A commune whose residents' gifts an agreement adds to; none listed: everybody's."""

    id = fields.BigIntField(primary_key=True)
    agreement: fields.ForeignKeyRelation[MatchAgreement] = fields.ForeignKeyField(
        "campaigns.MatchAgreement", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="communes"
    )
    commune_id: str
    commune: fields.ForeignKeyRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )

    class Meta:
        table = "match_commune"
        constraints = (UniqueConstraint(fields=("agreement_id", "commune_id"), name="match_commune_once"),)


class Match(Model):
    """What one agreement adds to one pledge or one offline gift, in cents; a released one keeps what was set free.

    `wished_cents` is what the rule would add if there were enough for all, `told_cents` the same when the agreement's
    sum was told last.
    """

    id = fields.BigIntField(primary_key=True)
    agreement_id: int
    agreement: fields.ForeignKeyRelation[MatchAgreement] = fields.ForeignKeyField(
        "campaigns.MatchAgreement", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    pledge_id: int | None
    pledge: fields.ForeignKeyNullableRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    gift_id: int | None
    gift: fields.ForeignKeyNullableRelation[OfflineGift] = fields.ForeignKeyField(
        "campaigns.OfflineGift", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    amount_cents = fields.BigIntField()
    wished_cents = fields.BigIntField(default=0)
    told_cents = fields.BigIntField(default=0)
    state = fields.CharEnumField(MatchState, max_length=10, default=MatchState.RESERVED)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "pledge_match"
        constraints = (
            UniqueConstraint(fields=("agreement_id", "pledge_id"), name="match_once"),
            UniqueConstraint(fields=("agreement_id", "gift_id"), name="match_gift_once"),
            CheckConstraint(check="amount_cents > 0", name="match_positive"),
            CheckConstraint(check="(pledge_id IS NULL) <> (gift_id IS NULL)", name="match_of_one"),
        )

    @property
    def key(self) -> int:
        """The gift it is added to, as `rule.Gift.id` names it: a pledge's id, or an offline gift's below zero."""
        return self.pledge_id if self.pledge_id is not None else -(self.gift_id or 0)


class Transfer(Asked):
    """A transfer between matcher and bank, in cents, as one person read it on the statement; a treasurer confirms it.

    Each kind names its day (`on`), itself in the ledger (`name`), its `entry` there, and what the bank gets of it.
    """

    seats = Seats("requested_by_id", "approved_by_id", "approved_at")
    name: ClassVar[str]
    on: ClassVar[str]
    entry: ClassVar[str]
    sign: ClassVar[int]

    id = fields.BigIntField(primary_key=True)
    agreement_id: int
    agreement: fields.ForeignKeyRelation[MatchAgreement] = fields.ForeignKeyField(
        "campaigns.MatchAgreement", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    amount_cents = fields.BigIntField()
    state = fields.CharEnumField(PaymentState, max_length=10, default=PaymentState.ENTERED)
    requested_by_id: int
    requested_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    requested_at = fields.DatetimeField()
    approved_by_id: int | None
    approved_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    approved_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True

    @property
    def bank_cents(self) -> int:
        """What the bank gets, in cents; below zero when it pays."""
        return int(self.sign * self.amount_cents)


def _transfer(table: str) -> tuple[CheckConstraint, CheckConstraint]:
    """Something is transferred, and nothing is confirmed but by a second person."""
    return (
        CheckConstraint(
            check="amount_cents > 0 AND (approved_by_id IS NULL OR approved_by_id <> requested_by_id)",
            name=f"{table}_second_person",
        ),
        CheckConstraint(check="state <> 'confirmed' OR approved_by_id IS NOT NULL", name=f"{table}_confirmed_by"),
    )


class MatchPayment(Transfer):
    """The matcher's transfer to us: one per agreement that was not refused."""

    name, on, entry, sign = "match_payment", "received_on", "match_received", 1

    received_on = fields.DateField()
    reference = fields.CharField(max_length=120, default="")

    class Meta:
        table = "match_payment"
        constraints = (
            *_transfer("match_payment"),
            UniqueConstraint(fields=("agreement_id",), name="match_payment_once", condition="state <> 'refused'"),
        )


class MatchReturn(Transfer):
    """Money of a matcher that goes back to it: one waits at a time."""

    name, on, entry, sign = "match_return", "returned_on", "match_given_back", -1

    returned_on = fields.DateField()
    reference = fields.CharField(max_length=120)

    class Meta:
        table = "match_return"
        constraints = (
            *_transfer("match_return"),
            UniqueConstraint(fields=("agreement_id",), name="match_return_one_open", condition="state = 'entered'"),
        )


class MatchOffer(Model):
    """What whoever speaks for a matcher would add to a campaign, in her words (`wish`: the fields of OfferForm, cents).

    It binds nobody; the team writes the agreement from it.
    """

    campaign_id: int
    organisation_id: int

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    wish: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    at = fields.DatetimeField()

    class Meta:
        table = "match_offer"
