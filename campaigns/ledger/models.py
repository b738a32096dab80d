"""Accounts, entries, postings: double entry, append-only (docs/money.md)."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign
from civic.database.guards import append_only


class AccountKind(StrEnum):
    """The accounts of a platform that holds other people's money."""

    BACKER_EXTERNAL = "backer_external"
    STRIPE_CLEARING = "stripe_clearing"
    BANK = "bank"
    CASH_BOX = "cash_box"
    CHEQUES_IN_HAND = "cheques_in_hand"
    CAMPAIGN_FUND = "campaign_fund"
    MATCH_FUND = "match_fund"
    PSP_FEES = "psp_fees"
    PLATFORM_TIPS = "platform_tips"
    REFUNDS_DUE = "refunds_due"
    DISPUTES_HELD = "disputes_held"
    BENEFICIARY_PAYABLE = "beneficiary_payable"
    EXPENSE_PAID = "expense_paid"


class Account(Model):
    """One account, of a campaign, of the host or of another payee (`key` is kind, kind:campaign or kind:b{payee})."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=60, unique=True)
    kind = fields.CharEnumField(AccountKind, max_length=24)
    campaign: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )

    class Meta:
        table = "account"


class Entry(Model):
    """A balanced booking. `hash` covers the previous entry of the same campaign: a chain anybody can check.

    `salt` is drawn at random: it keeps the amounts of an entry that the public export leaves sealed from being guessed.
    """

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    campaign_id: int | None
    kind = fields.CharField(max_length=40)
    source_type = fields.CharField(max_length=40)
    source_id = fields.CharField(max_length=80)
    occurred_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()
    actor_id = fields.BigIntField(null=True)
    memo = fields.CharField(max_length=200, default="")
    position = fields.IntField()
    salt = fields.CharField(max_length=32, default="")
    prev_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "entry"
        constraints = (
            UniqueConstraint(fields=("source_type", "source_id", "kind"), name="entry_once"),
            UniqueConstraint(fields=("campaign_id", "position"), name="entry_chain"),
        )


class Posting(Model):
    """One signed amount on one account, in cents; the postings of an entry sum to zero."""

    id = fields.BigIntField(primary_key=True)
    entry: fields.ForeignKeyRelation[Entry] = fields.ForeignKeyField(
        "campaigns.Entry", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name="postings"
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "campaigns.Account", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    amount_cents = fields.BigIntField()

    class Meta:
        table = "posting"


GUARDS = (*append_only("entry"), *append_only("posting"))
