from civic.database.guards import Guard
from tortoise import migrations
from tortoise.migrations import operations as ops
from campaigns.receipts.models import DonorKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0001_initial'), ('civic', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Donor',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(default=DonorKind.PERSON, description='PERSON: person\nCOMPANY: company', enum_type=DonorKind, max_length=8)),
                ('name', fields.CharField(max_length=160)),
                ('legal_form', fields.CharField(default='', max_length=60)),
                ('number', fields.CharField(default='', max_length=14)),
                ('street', fields.CharField(max_length=200)),
                ('postcode', fields.CharField(max_length=12)),
                ('city', fields.CharField(max_length=120)),
                ('country', fields.CharField(default='France', max_length=60)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'donor', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('person_id',), name='donor_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Receipt',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('issuer', fields.CharField(max_length=20)),
                ('year', fields.IntField()),
                ('number', fields.IntField()),
                ('pledge', fields.ForeignKeyField('campaigns.Pledge', source_field='pledge_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('turn', fields.IntField()),
                ('voids', fields.ForeignKeyField('campaigns.Receipt', source_field='voids_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('person_id', fields.BigIntField(db_index=True)),
                ('kind', fields.CharEnumField(description='PERSON: person\nCOMPANY: company', enum_type=DonorKind, max_length=8)),
                ('amount_cents', fields.BigIntField()),
                ('given_on', fields.DateField()),
                ('issued_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('actor_id', fields.BigIntField(null=True)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('content', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'receipt', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('issuer', 'year', 'number'), name='receipt_number'), UniqueConstraint(fields=('voids_id',), name='receipt_voided_once'), UniqueConstraint(fields=('pledge_id', 'turn'), name='receipt_one_per_turn', condition='voids_id IS NULL'), CheckConstraint(check='amount_cents > 0 AND number > 0', name='receipt_positive')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReceiptSeries',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('issuer', fields.CharField(max_length=20)),
                ('year', fields.IntField()),
                ('highest', fields.IntField(default=0)),
            ],
            options={'table': 'receipt_series', 'app': 'campaigns', 'constraints': [UniqueConstraint(fields=('issuer', 'year'), name='receipt_series_once'), CheckConstraint(check='highest >= 0', name='receipt_series_counts')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Campaign',
            name='matched_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='Campaign',
            name='offline_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='Campaign',
            name='relief_cents',
            field=fields.BigIntField(default=0),
        ),
        ops.AddConstraint(
            model_name='Campaign',
            constraint=CheckConstraint(check='offline_cents >= 0 AND matched_cents >= 0 AND relief_cents >= 0', name='campaign_sources'),
        ),
        ops.RunPython(
            Guard(table='receipt', event='UPDATE', message='Rows of receipt are never changed or deleted.', when='').create(),
            Guard(table='receipt', event='UPDATE', message='Rows of receipt are never changed or deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='receipt', event='DELETE', message='Rows of receipt are never changed or deleted.', when='').create(),
            Guard(table='receipt', event='DELETE', message='Rows of receipt are never changed or deleted.', when='').drop(),
        ),
    ]
