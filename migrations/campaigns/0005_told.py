from tortoise import migrations
from tortoise.migrations import operations as ops
from campaigns.matching.models import AgreementStatus
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

STAND_STILL = """UPDATE campaign SET settled_entry =
(SELECT COALESCE(MAX(entry.position), 0) FROM entry WHERE entry.campaign_id = campaign.id)
WHERE goal <> 'monthly' AND status IN ('funded', 'reporting', 'closed', 'unwinding', 'refunded')"""
SAID = """UPDATE match_agreement SET due_cents = reserved_cents WHERE due_at IS NOT NULL AND corrections = 0
AND told_cents = reserved_cents"""


async def take_as_told(_apps, editor):
    """What is settled already stands as it was told until today."""
    for statement in (STAND_STILL, SAID):
        await editor.client.execute_query(statement)


async def nothing_to_undo(_apps, _editor):
    """The columns go with the fields."""


class Migration(migrations.Migration):
    dependencies = [('campaigns', '0004_announced'), ('civic', '0001_initial'), ('civic', '0002_whole')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='settled_entry',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Campaign',
            name='untold_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='Campaign',
            name='told_entry',
            field=fields.BigIntField(null=True),
        ),
        ops.RemoveConstraint(
            model_name='MatchAgreement',
            name='match_agreement_once',
            fields=None,
        ),
        ops.AlterField(
            model_name='MatchAgreement',
            name='status',
            field=fields.CharEnumField(default=AgreementStatus.PROPOSED, description='PROPOSED: proposed\nSIGNED: signed\nACTIVE: active\nREFUSED: refused\nDECLINED: declined\nWITHDRAWN: withdrawn\nLAPSED: lapsed', enum_type=AgreementStatus, max_length=12),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='confirmed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='confirmed_by',
            field=fields.ForeignKeyField('civic.Person', source_field='confirmed_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='due_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddConstraint(
            model_name='MatchAgreement',
            constraint=UniqueConstraint(fields=('fund_id', 'campaign_id'), name='match_agreement_once', condition="status IN ('proposed', 'signed', 'active')"),
        ),
        ops.AddConstraint(
            model_name='MatchAgreement',
            constraint=CheckConstraint(check='confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id', name='match_agreement_two_persons'),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='came_by',
            field=fields.CharField(default='', max_length=24),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='told_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='wished',
            field=fields.ForeignKeyField('campaigns.Reward', source_field='wished_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.RunPython(take_as_told, nothing_to_undo),
    ]
