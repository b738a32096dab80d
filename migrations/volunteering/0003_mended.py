from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

MISSING = """UPDATE shift SET missing = COALESCE((SELECT SUM(CASE WHEN role.minimum > role.taken
THEN role.minimum - role.taken ELSE 0 END) FROM shift_role role WHERE role.shift_id = shift.id), 0)"""


async def count_missing(_apps, editor):
    """Shifts that are there already say how many they lack."""
    await editor.client.execute_query(MISSING)


async def nothing(_apps, _editor):
    """The column goes as it came."""


class Migration(migrations.Migration):
    dependencies = [('civic', '0001_initial'), ('civic', '0002_whole'), ('volunteering', '0002_time')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='HoursEntry',
            index=Index(fields=['status', 'initiative_id']),
        ),
        ops.AddField(
            model_name='Shift',
            name='missing',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Signup',
            name='came',
            field=fields.IntField(null=True),
        ),
        ops.AddConstraint(
            model_name='Signup',
            constraint=CheckConstraint(check='came IS NULL OR came BETWEEN 1 AND 10', name='signup_came'),
        ),
        ops.RunPython(code=count_missing, reverse_code=nothing),
    ]
