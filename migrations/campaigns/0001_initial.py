from civic.database.guards import Guard
from tortoise import migrations
from tortoise.migrations import operations as ops
from campaigns.ledger.models import AccountKind
from campaigns.lifecycle.models import CampaignStatus, GoalKind
from campaigns.payments.models import AttemptStatus
from campaigns.pledges.models import PledgeStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('civic', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Campaign',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('slug', fields.CharField(unique=True, max_length=120)),
                ('initiative', fields.ForeignKeyField('civic.Initiative', source_field='initiative_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('lead', fields.ForeignKeyField('civic.Person', source_field='lead_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=80)),
                ('summary', fields.CharField(default='', max_length=400)),
                ('story', fields.TextField(default='', unique=False)),
                ('use_of_funds', fields.TextField(default='', unique=False)),
                ('risks', fields.TextField(default='', unique=False)),
                ('beneficiary', fields.CharField(default='', max_length=200)),
                ('goal', fields.CharEnumField(default=GoalKind.ALL_OR_NOTHING, description='ALL_OR_NOTHING: all_or_nothing\nFLEXIBLE: flexible', enum_type=GoalKind, max_length=16)),
                ('status', fields.CharEnumField(default=CampaignStatus.DRAFT, db_index=True, description='DRAFT: draft\nSUBMITTED: submitted\nCHANGES_REQUESTED: changes_requested\nAPPROVED: approved\nREJECTED: rejected\nWITHDRAWN: withdrawn\nLIVE: live\nSUSPENDED: suspended\nCANCELLED: cancelled\nFAILED: failed\nCOLLECTING: collecting\nSHORTFALL: shortfall\nFUNDED: funded\nUNWINDING: unwinding\nREFUNDED: refunded\nREPORTING: reporting\nCLOSED: closed', enum_type=CampaignStatus, max_length=18)),
                ('minimum_cents', fields.BigIntField(default=0)),
                ('optimum_cents', fields.BigIntField(default=0)),
                ('starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('deadline', fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
                ('confirmed_cents', fields.BigIntField(default=0)),
                ('backers_count', fields.IntField(default=0)),
                ('collected_cents', fields.BigIntField(default=0)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_total_cents', fields.BigIntField(null=True)),
                ('grace_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'campaign', 'app': 'campaigns', 'constraints': [CheckConstraint(check='minimum_cents >= 0 AND optimum_cents >= minimum_cents', name='campaign_goal'), CheckConstraint(check='confirmed_cents >= 0 AND collected_cents >= 0 AND backers_count >= 0', name='campaign_counters')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Account',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=60)),
                ('kind', fields.CharEnumField(description='BACKER_EXTERNAL: backer_external\nSTRIPE_CLEARING: stripe_clearing\nBANK: bank\nCASH_BOX: cash_box\nCHEQUES_IN_HAND: cheques_in_hand\nCAMPAIGN_FUND: campaign_fund\nMATCH_FUND: match_fund\nPSP_FEES: psp_fees\nPLATFORM_TIPS: platform_tips\nREFUNDS_DUE: refunds_due\nDISPUTES_HELD: disputes_held\nBENEFICIARY_PAYABLE: beneficiary_payable\nEXPENSE_PAID: expense_paid', enum_type=AccountKind, max_length=24)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'account', 'app': 'campaigns', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_index=True, db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.CASCADE)),
                ('before', fields.CharField(default='', max_length=18)),
                ('after', fields.CharField(max_length=18)),
                ('actor', fields.ForeignKeyField('civic.Person', source_field='actor_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('note', fields.TextField(default='', unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign_change', 'app': 'campaigns', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CostLine',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_index=True, db_constraint=True, to_field='id', related_name='cost_lines', on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=120)),
                ('detail', fields.CharField(default='', max_length=400)),
                ('amount_cents', fields.BigIntField()),
                ('required', fields.BooleanField(default=True)),
                ('position', fields.IntField(default=0)),
            ],
            options={'table': 'cost_line', 'app': 'campaigns', 'constraints': [CheckConstraint(check='amount_cents > 0', name='cost_line_positive')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Entry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=40)),
                ('source_type', fields.CharField(max_length=40)),
                ('source_id', fields.CharField(max_length=80)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('actor_id', fields.BigIntField(null=True)),
                ('memo', fields.CharField(default='', max_length=200)),
                ('position', fields.IntField()),
                ('prev_hash', fields.CharField(max_length=64)),
                ('hash', fields.CharField(max_length=64)),
            ],
            options={'table': 'entry', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('source_type', 'source_id', 'kind'), name='entry_once'), UniqueConstraint(fields=('campaign_id', 'position'), name='entry_chain')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InboxEvent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('source', fields.CharField(default='stripe', max_length=20)),
                ('event_ref', fields.CharField(max_length=120)),
                ('kind', fields.CharField(max_length=80)),
                ('object_ref', fields.CharField(default='', max_length=120)),
                ('body', fields.TextField(unique=False)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('handled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inbox_event', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('source', 'event_ref'), name='inbox_event_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Posting',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('entry', fields.ForeignKeyField('campaigns.Entry', source_field='entry_id', db_index=True, db_constraint=True, to_field='id', related_name='postings', on_delete=OnDelete.RESTRICT)),
                ('account', fields.ForeignKeyField('campaigns.Account', source_field='account_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('amount_cents', fields.BigIntField()),
            ],
            options={'table': 'posting', 'app': 'campaigns', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(default='open', max_length=8)),
                ('looked', fields.IntField()),
                ('settled', fields.IntField()),
                ('troubles', fields.IntField()),
                ('details', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'reconciliation', 'app': 'campaigns', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reward',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_index=True, db_constraint=True, to_field='id', related_name='rewards', on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=120)),
                ('detail', fields.CharField(default='', max_length=400)),
                ('from_cents', fields.BigIntField()),
                ('value_cents', fields.BigIntField(default=0)),
                ('stock', fields.IntField(null=True)),
                ('taken', fields.IntField(default=0)),
                ('delivery_on', fields.DateField(null=True)),
                ('position', fields.IntField(default=0)),
            ],
            options={'table': 'reward', 'app': 'campaigns', 'constraints': [CheckConstraint(check='taken >= 0 AND (stock IS NULL OR taken <= stock)', name='reward_within_stock'), CheckConstraint(check='from_cents > 0 AND value_cents >= 0', name='reward_amounts')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Pledge',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('reward', fields.ForeignKeyField('campaigns.Reward', source_field='reward_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('form_key', fields.CharField(unique=True, max_length=64)),
                ('amount_cents', fields.BigIntField()),
                ('tip_cents', fields.BigIntField(default=0)),
                ('status', fields.CharEnumField(default=PledgeStatus.CREATED, description='CREATED: created\nCONFIRMED: confirmed\nABANDONED: abandoned\nCANCELLED: cancelled\nRELEASED: released\nCHARGING: charging\nUNKNOWN: unknown\nPROCESSING: processing\nCOLLECTED: collected\nNEEDS_BACKER: needs_backer\nSWITCHED_OFFLINE: switched_offline\nDROPPED: dropped\nREFUND_PENDING: refund_pending\nREFUNDED: refunded\nDISPUTED: disputed\nCHARGED_BACK: charged_back', enum_type=PledgeStatus, max_length=16)),
                ('anonymous', fields.BooleanField(default=False)),
                ('amount_hidden', fields.BooleanField(default=False)),
                ('public_name', fields.CharField(default='', max_length=120)),
                ('customer_ref', fields.CharField(default='', max_length=80)),
                ('session_ref', fields.CharField(default='', db_index=True, max_length=120)),
                ('method_ref', fields.CharField(default='', max_length=80)),
                ('method_label', fields.CharField(default='', max_length=80)),
                ('decline_code', fields.CharField(default='', max_length=60)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('collected_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pledge', 'app': 'campaigns', 'constraints': [CheckConstraint(check='amount_cents >= 100 AND tip_cents >= 0', name='pledge_amounts')], 'indexes': [Index(fields=['campaign_id', 'status', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Attempt',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('pledge', fields.ForeignKeyField('campaigns.Pledge', source_field='pledge_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('n', fields.IntField()),
                ('key', fields.CharField(unique=True, max_length=80)),
                ('amount_cents', fields.BigIntField()),
                ('status', fields.CharEnumField(default=AttemptStatus.PREPARED, description='PREPARED: prepared\nSENT: sent\nSUCCEEDED: succeeded\nPROCESSING: processing\nACTION_REQUIRED: action_required\nFAILED: failed\nCANCELLED: cancelled\nUNKNOWN: unknown', enum_type=AttemptStatus, max_length=16)),
                ('intent_ref', fields.CharField(null=True, unique=True, max_length=80)),
                ('session_ref', fields.CharField(default='', max_length=120)),
                ('error_code', fields.CharField(default='', max_length=60)),
                ('answer', fields.TextField(default='', unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attempt', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('pledge_id', 'n'), name='attempt_number'), UniqueConstraint(fields=('pledge_id',), name='attempt_one_live', condition="status IN ('prepared', 'sent', 'processing', 'unknown')"), UniqueConstraint(fields=('pledge_id',), name='attempt_one_success', condition="status = 'succeeded'"), CheckConstraint(check='amount_cents > 0', name='attempt_positive')], 'indexes': [Index(fields=['status', 'created_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PledgeChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('pledge', fields.ForeignKeyField('campaigns.Pledge', source_field='pledge_id', db_index=True, db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.CASCADE)),
                ('before', fields.CharField(default='', max_length=16)),
                ('after', fields.CharField(max_length=16)),
                ('actor_id', fields.BigIntField(null=True)),
                ('cause', fields.CharField(default='', max_length=60)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pledge_change', 'app': 'campaigns', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RunPython(
            Guard(table='entry', event='UPDATE', message='Rows of entry are never changed or deleted.', when='').create(),
            Guard(table='entry', event='UPDATE', message='Rows of entry are never changed or deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='entry', event='DELETE', message='Rows of entry are never changed or deleted.', when='').create(),
            Guard(table='entry', event='DELETE', message='Rows of entry are never changed or deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='posting', event='UPDATE', message='Rows of posting are never changed or deleted.', when='').create(),
            Guard(table='posting', event='UPDATE', message='Rows of posting are never changed or deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='posting', event='DELETE', message='Rows of posting are never changed or deleted.', when='').create(),
            Guard(table='posting', event='DELETE', message='Rows of posting are never changed or deleted.', when='').drop(),
        ),
    ]
