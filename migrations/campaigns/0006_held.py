from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0005_told'), ('civic', '0005_process')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Tranche',
            name='commitment',
            field=fields.ForeignKeyField('civic.Commitment', source_field='commitment_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Tranche',
            name='lifted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Tranche',
            name='lifted_by',
            field=fields.ForeignKeyField('civic.Person', source_field='lifted_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Tranche',
            name='lifted_reason',
            field=fields.CharField(default='', max_length=300),
        ),
        ops.AddConstraint(
            model_name='Tranche',
            constraint=CheckConstraint(check="(lifted_at IS NULL AND lifted_by_id IS NULL AND lifted_reason = '') OR (lifted_at IS NOT NULL AND commitment_id IS NOT NULL AND lifted_by_id <> asked_by_id AND lifted_reason <> '')", name='tranche_lifted'),
        ),
    ]
