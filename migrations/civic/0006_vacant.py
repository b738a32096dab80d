from tortoise import migrations
from tortoise.migrations import operations as ops
from civic.committees.models import Ending
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('civic', '0001_initial'), ('civic', '0002_whole'), ('civic', '0003_links'), ('civic', '0004_steering'), ('civic', '0005_process')]

    initial = False

    operations = [
        ops.RemoveConstraint(
            model_name='Seat',
            name='seat_once',
            fields=None,
        ),
        ops.AlterField(
            model_name='Seat',
            name='ending',
            field=fields.CharEnumField(null=True, description='LAPSED: lapsed\nLEFT: left\nENDED: ended\nREPLACED: replaced\nCLOSED: closed\nUNSPOKEN: unspoken', enum_type=Ending, max_length=10),
        ),
        ops.AddField(
            model_name='Seat',
            name='vacant_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddConstraint(
            model_name='Seat',
            constraint=UniqueConstraint(fields=('committee_id', 'person_id'), name='seat_once', condition='ended_at IS NULL AND vacant_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='Seat',
            constraint=CheckConstraint(check='vacant_at IS NULL OR (organisation_id IS NOT NULL AND substitute_id IS NULL)', name='seat_vacant'),
        ),
    ]
