from tortoise import migrations
from tortoise.migrations import operations as ops
from campaigns.identity import DonorKind
from campaigns.matching.models import AgreementStatus, PaymentState
from campaigns.news.models import Subject
from campaigns.offline.models import OfflineStatus
from campaigns.refunds.models import RefundCause
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0002_solidarity'), ('civic', '0002_whole')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MatchReturn',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('agreement', fields.ForeignKeyField('campaigns.MatchAgreement', source_field='agreement_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('amount_cents', fields.BigIntField()),
                ('returned_on', fields.DateField()),
                ('reference', fields.CharField(max_length=120)),
                ('state', fields.CharEnumField(default=PaymentState.ENTERED, description='ENTERED: entered\nCONFIRMED: confirmed\nREFUSED: refused', enum_type=PaymentState, max_length=10)),
                ('requested_by', fields.ForeignKeyField('civic.Person', source_field='requested_by_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('approved_by', fields.ForeignKeyField('civic.Person', source_field='approved_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('approved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'match_return', 'app': 'campaigns', 'constraints': [CheckConstraint(check='amount_cents > 0 AND (approved_by_id IS NULL OR approved_by_id <> requested_by_id)', name='match_return_second_person'), CheckConstraint(check="state <> 'confirmed' OR approved_by_id IS NOT NULL", name='match_return_confirmed_by'), UniqueConstraint(fields=('agreement_id',), name='match_return_one_open', condition="state = 'entered'")], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OfflineDonor',
            fields=[
                ('kind', fields.CharEnumField(default=DonorKind.PERSON, description='PERSON: person\nCOMPANY: company', enum_type=DonorKind, max_length=8)),
                ('name', fields.CharField(max_length=160)),
                ('legal_form', fields.CharField(default='', max_length=60)),
                ('number', fields.CharField(default='', max_length=14)),
                ('street', fields.CharField(max_length=200)),
                ('postcode', fields.CharField(max_length=12)),
                ('city', fields.CharField(max_length=120)),
                ('country', fields.CharField(default='France', max_length=60)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('gift', fields.ForeignKeyField('campaigns.OfflineGift', source_field='gift_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('told_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'offline_donor', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('gift_id',), name='offline_donor_once')], 'pk_attr': 'id'},
            bases=['Identity'],
        ),
        ops.CreateModel(
            name='Payee',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('organisation', fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('account_ref', fields.CharField(null=True, unique=True, max_length=80)),
                ('charges_enabled', fields.BooleanField(default=False)),
                ('payouts_enabled', fields.BooleanField(default=False)),
                ('details_submitted', fields.BooleanField(default=False)),
                ('reason', fields.CharField(default='', max_length=80)),
                ('checked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'payee', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('organisation_id',), name='payee_once'), CheckConstraint(check='charges_enabled = false OR account_ref IS NOT NULL', name='payee_has_account')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Report',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('subject', fields.CharEnumField(description='QUESTION: question\nANSWER: answer\nWORD: word', enum_type=Subject, max_length=10)),
                ('subject_id', fields.BigIntField()),
                ('reason', fields.CharField(max_length=1000)),
                ('email', fields.CharField(default='', max_length=254)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_by', fields.ForeignKeyField('civic.Person', source_field='closed_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('hidden', fields.BooleanField(default=False)),
            ],
            options={'table': 'text_report', 'app': 'campaigns', 'indexes': [Index(fields=['campaign_id', 'closed_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RemoveConstraint(
            model_name='BankLine',
            name='bank_line_confirmed',
            fields=None,
        ),
        ops.AddField(
            model_name='BankLine',
            name='deposit',
            field=fields.ForeignKeyField('campaigns.Deposit', source_field='deposit_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='BankLine',
            constraint=UniqueConstraint(fields=('deposit_id',), name='bank_line_deposit', condition="status = 'confirmed'"),
        ),
        ops.AddConstraint(
            model_name='BankLine',
            constraint=CheckConstraint(check="status <> 'confirmed' OR (confirmed_by_id IS NOT NULL AND proposed_by_id IS NOT NULL AND (gift_id IS NOT NULL OR deposit_id IS NOT NULL))", name='bank_line_pays'),
        ),
        ops.AddField(
            model_name='Campaign',
            name='account_ref',
            field=fields.CharField(default='', max_length=80),
        ),
        ops.AddField(
            model_name='Campaign',
            name='payee',
            field=fields.ForeignKeyField('campaigns.Payee', source_field='payee_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Campaign',
            name='till_closed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddConstraint(
            model_name='Campaign',
            constraint=CheckConstraint(check="account_ref = '' OR payee_id IS NOT NULL", name='campaign_account_of_payee'),
        ),
        ops.AddField(
            model_name='Deposit',
            name='banked_by_line',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='Deposit',
            name='turn',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Expense',
            name='hidden',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='InboxEvent',
            name='account_ref',
            field=fields.CharField(default='', max_length=80),
        ),
        ops.AlterField(
            model_name='Match',
            name='pledge',
            field=fields.ForeignKeyField('campaigns.Pledge', source_field='pledge_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Match',
            name='gift',
            field=fields.ForeignKeyField('campaigns.OfflineGift', source_field='gift_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Match',
            name='told_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='Match',
            name='wished_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddConstraint(
            model_name='Match',
            constraint=UniqueConstraint(fields=('agreement_id', 'gift_id'), name='match_gift_once'),
        ),
        ops.AddConstraint(
            model_name='Match',
            constraint=CheckConstraint(check='(pledge_id IS NULL) <> (gift_id IS NULL)', name='match_of_one'),
        ),
        ops.AlterField(
            model_name='MatchAgreement',
            name='starts_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='MatchAgreement',
            name='status',
            field=fields.CharEnumField(default=AgreementStatus.PROPOSED, description='PROPOSED: proposed\nACTIVE: active\nDECLINED: declined\nWITHDRAWN: withdrawn\nLAPSED: lapsed', enum_type=AgreementStatus, max_length=12),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='tellings',
            field=fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='told_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='told_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='told_gifts',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='MatchAgreement',
            name='told_persons',
            field=fields.IntField(default=0),
        ),
        ops.AddConstraint(
            model_name='MatchAgreement',
            constraint=CheckConstraint(check="status <> 'active' OR starts_at IS NOT NULL", name='match_agreement_begins'),
        ),
        ops.AddField(
            model_name='MatchFund',
            name='told_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AlterField(
            model_name='OfflineGift',
            name='status',
            field=fields.CharEnumField(description='PROMISED: promised\nRECEIVED: received\nSENT_BACK: sent_back\nVERIFIED: verified\nBANKED: banked\nEXPIRED: expired\nWITHDRAWN: withdrawn\nBOUNCED: bounced\nRETURNED: returned', enum_type=OfflineStatus, max_length=12),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='amount_hidden',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='commune',
            field=fields.ForeignKeyField('civic.Commune', source_field='commune_id', null=True, db_constraint=True, to_field='insee', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='public_name',
            field=fields.CharField(default='', max_length=120),
        ),
        ops.AddConstraint(
            model_name='OfflineGift',
            constraint=UniqueConstraint(fields=('campaign_id', 'pledge_id'), name='offline_pledge_taken', condition="status IN ('promised', 'received', 'sent_back', 'verified', 'banked')"),
        ),
        ops.AddField(
            model_name='Question',
            name='answer_hidden_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Question',
            name='answer_hidden_reason',
            field=fields.CharField(default='', max_length=300),
        ),
        ops.AlterField(
            model_name='Receipt',
            name='person_id',
            field=fields.BigIntField(null=True, db_index=True),
        ),
        ops.AlterField(
            model_name='Receipt',
            name='pledge',
            field=fields.ForeignKeyField('campaigns.Pledge', source_field='pledge_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Receipt',
            name='donor_key',
            field=fields.CharField(default='', max_length=400),
        ),
        ops.AddField(
            model_name='Receipt',
            name='gift',
            field=fields.ForeignKeyField('campaigns.OfflineGift', source_field='gift_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='Receipt',
            constraint=UniqueConstraint(fields=('gift_id', 'turn'), name='receipt_one_per_gift', condition='voids_id IS NULL'),
        ),
        ops.AddConstraint(
            model_name='Receipt',
            constraint=CheckConstraint(check='(pledge_id IS NULL) <> (gift_id IS NULL)', name='receipt_of_one'),
        ),
        ops.AlterField(
            model_name='Refund',
            name='cause',
            field=fields.CharEnumField(default=RefundCause.ASKED, description='ASKED: asked\nBACKER: backer\nUNWINDING: unwinding\nLATE: late\nOUTSIDE: outside', enum_type=RefundCause, max_length=12),
        ),
        ops.AddField(
            model_name='Support',
            name='page_ends_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Support',
            name='page_turn',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Support',
            name='started_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Support',
            name='stopped_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Word',
            name='hidden_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Word',
            name='hidden_reason',
            field=fields.CharField(default='', max_length=300),
        ),
    ]
