from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [('campaigns', '0005_told')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='told_entry',
            field=fields.BigIntField(null=True),
        ),
    ]
