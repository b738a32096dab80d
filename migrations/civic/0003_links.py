from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('civic', '0001_initial'), ('civic', '0002_whole')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Person',
            name='links_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
