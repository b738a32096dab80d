from tortoise import migrations
from tortoise.migrations import operations as ops
from civic.decisions.models import DecisionStatus
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint


async def forget_what_is_typed(_apps, editor):
    """What one of two persons typed so far lies in clear, or sealed: it is typed again after the closing."""
    await editor.client.execute_query("DELETE FROM paper_batch")


class Migration(migrations.Migration):
    dependencies = [('civic', '0008_ideas')]

    initial = False

    operations = [
        ops.RunPython(forget_what_is_typed, forget_what_is_typed),
        ops.AddField(
            model_name='Batch',
            name='sealed',
            field=fields.BinaryField(),
        ),
        ops.RemoveField(model_name='Batch', name='lines'),
        ops.AlterField(
            model_name='Decision',
            name='status',
            field=fields.CharEnumField(default=DecisionStatus.DRAFT, description='DRAFT: draft\nSCHEDULED: scheduled\nOPEN: open\nCOUNTING: counting\nCLOSED: closed\nWITHDRAWN: withdrawn', enum_type=DecisionStatus, max_length=10),
        ),
        ops.RemoveConstraint(
            model_name='Emptied',
            name='paper_emptied_some',
            fields=None,
        ),
        ops.AddField(
            model_name='Emptied',
            name='lacking',
            field=fields.IntField(default=0),
        ),
        ops.AddConstraint(
            model_name='Emptied',
            constraint=CheckConstraint(check='papers >= 0 AND lacking >= 0 AND papers + lacking > 0 AND nulls BETWEEN 0 AND papers', name='paper_emptied_some'),
        ),
    ]
