from tortoise import migrations
from tortoise.migrations import operations as ops
import datetime
from tortoise.fields.base import OnDelete
from volunteering.missions.models import Effort, MissionStatus
from volunteering.shifts.models import ShiftStatus
from volunteering.signups.models import SignupStatus
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('civic', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Mission',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('slug', fields.CharField(unique=True, max_length=120)),
                ('initiative', fields.ForeignKeyField('civic.Initiative', source_field='initiative_id', db_index=True, db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=90)),
                ('summary', fields.CharField(default='', max_length=300)),
                ('tasks', fields.TextField(default='', unique=False)),
                ('remote', fields.BooleanField(default=False)),
                ('place', fields.CharField(default='', max_length=200)),
                ('commune', fields.ForeignKeyField('civic.Commune', source_field='commune_id', null=True, db_index=True, db_constraint=True, to_field='insee', on_delete=OnDelete.RESTRICT)),
                ('bring', fields.CharField(default='', max_length=300)),
                ('minimum_age', fields.IntField(null=True)),
                ('effort', fields.CharEnumField(default=Effort.LIGHT, description='LIGHT: light\nMODERATE: moderate\nHARD: hard', enum_type=Effort, max_length=10)),
                ('effort_note', fields.CharField(default='', max_length=160)),
                ('car_free', fields.BooleanField(default=False)),
                ('car_note', fields.CharField(default='', max_length=200)),
                ('skills', fields.CharField(default='', max_length=200)),
                ('contact', fields.ForeignKeyField('civic.Person', source_field='contact_id', null=True, db_index=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('contact_note', fields.CharField(default='', max_length=160)),
                ('ongoing', fields.BooleanField(default=False)),
                ('status', fields.CharEnumField(default=MissionStatus.DRAFT, description='DRAFT: draft\nOPEN: open\nCLOSED: closed', enum_type=MissionStatus, max_length=8)),
                ('opened_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('listed_at', fields.DatetimeField(default=datetime.datetime.fromisoformat('2999-01-01T00:00:00+00:00'), auto_now=False, auto_now_add=False)),
                ('next_ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('coming_shifts', fields.IntField(default=0)),
                ('coming_capacity', fields.IntField(default=0)),
                ('coming_taken', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'mission', 'app': 'volunteering', 'constraints': [CheckConstraint(check='coming_taken >= 0 AND coming_taken <= coming_capacity AND coming_shifts >= 0', name='mission_coming_places'), CheckConstraint(check='minimum_age IS NULL OR minimum_age BETWEEN 1 AND 99', name='mission_minimum_age')], 'indexes': [Index(fields=['status', 'listed_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Shift',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('mission', fields.ForeignKeyField('volunteering.Mission', source_field='mission_id', db_index=True, db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('starts_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('capacity', fields.IntField()),
                ('minimum', fields.IntField(default=0)),
                ('taken', fields.IntField(default=0)),
                ('waiting', fields.IntField(default=0)),
                ('note', fields.CharField(default='', max_length=160)),
                ('status', fields.CharEnumField(default=ShiftStatus.OPEN, description='OPEN: open\nCANCELLED: cancelled', enum_type=ShiftStatus, max_length=10)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('sequence', fields.IntField(default=0)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'shift', 'app': 'volunteering', 'constraints': [CheckConstraint(check='taken BETWEEN 0 AND capacity', name='shift_within_capacity'), CheckConstraint(check='capacity BETWEEN 1 AND 1000', name='shift_capacity'), CheckConstraint(check='minimum BETWEEN 0 AND capacity', name='shift_minimum'), CheckConstraint(check='waiting >= 0', name='shift_waiting'), CheckConstraint(check='ends_at > starts_at', name='shift_ends_after_start'), UniqueConstraint(fields=('mission_id', 'starts_at', 'ends_at', 'note'), name='shift_once', condition="status = 'open'")], 'indexes': [Index(fields=['mission_id', 'starts_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Signup',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shift', fields.ForeignKeyField('volunteering.Shift', source_field='shift_id', db_index=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('form_key', fields.CharField(unique=True, max_length=120)),
                ('status', fields.CharEnumField(description='HELD: held\nWAITING: waiting\nCONFIRMED: confirmed\nATTENDED: attended\nMISSED: missed\nCANCELLED: cancelled\nLAPSED: lapsed', enum_type=SignupStatus, max_length=10)),
                ('wants_lift', fields.BooleanField(default=False)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hold_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'signup', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('shift_id', 'person_id'), name='signup_once', condition="status NOT IN ('cancelled', 'lapsed')"), CheckConstraint(check="status <> 'held' OR hold_until IS NOT NULL", name='signup_held_until')], 'indexes': [Index(fields=['shift_id', 'status', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignupChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('signup', fields.ForeignKeyField('volunteering.Signup', source_field='signup_id', db_index=True, db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.CASCADE)),
                ('before', fields.CharField(default='', max_length=10)),
                ('after', fields.CharField(max_length=10)),
                ('actor_id', fields.BigIntField(null=True)),
                ('cause', fields.CharField(default='', max_length=60)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'signup_change', 'app': 'volunteering', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
