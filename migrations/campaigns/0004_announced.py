from tortoise import migrations
from tortoise.migrations import operations as ops
from campaigns.offline.models import OfflineStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0003_whole'), ('civic', '0001_initial'), ('civic', '0002_whole')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MatchOffer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('organisation', fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('wish', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'match_offer', 'app': 'campaigns', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Delivery',
            name='pledge',
            field=fields.ForeignKeyField('campaigns.Pledge', source_field='pledge_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Delivery',
            name='gift',
            field=fields.ForeignKeyField('campaigns.OfflineGift', source_field='gift_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=UniqueConstraint(fields=('gift_id',), name='reward_delivery_gift_once'),
        ),
        ops.AddConstraint(
            model_name='Delivery',
            constraint=CheckConstraint(check='(pledge_id IS NULL) <> (gift_id IS NULL)', name='reward_delivery_of_one'),
        ),
        ops.AlterField(
            model_name='OfflineGift',
            name='status',
            field=fields.CharEnumField(description='CREATED: created\nPROMISED: promised\nRECEIVED: received\nSENT_BACK: sent_back\nVERIFIED: verified\nBANKED: banked\nEXPIRED: expired\nWITHDRAWN: withdrawn\nBOUNCED: bounced\nRETURNED: returned', enum_type=OfflineStatus, max_length=12),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='due_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='held_until',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='OfflineGift',
            name='reward',
            field=fields.ForeignKeyField('campaigns.Reward', source_field='reward_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
    ]
