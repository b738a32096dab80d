from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0001_initial'), ('civic', '0001_initial')]

    initial = False

    operations = [
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
    ]
