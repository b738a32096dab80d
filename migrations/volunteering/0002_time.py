import secrets
from civic.database.guards import Guard
from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from volunteering.attestations.models import Occasion
from volunteering.hours.models import EntryStatus, TimeKind
from volunteering.shifts.models import Fairness
from volunteering.signups.models import SignupStatus
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

PLACES = "UPDATE shift SET ceiling = CASE WHEN taken > capacity THEN taken ELSE capacity END"
ROLES = """INSERT INTO shift_role
(shift_id, "order", title, capacity, minimum, ceiling, taken, waiting, skills, minimum_age)
SELECT id, 0, '', capacity, minimum, ceiling, taken, waiting, '[]', NULL FROM shift ORDER BY id"""
SEATS = "UPDATE signup SET role_id = (SELECT id FROM shift_role WHERE shift_role.shift_id = signup.shift_id)"


COMING = "SELECT id FROM signup WHERE status IN ('held', 'waiting', 'confirmed') ORDER BY id"
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def say(*statements):
    """What is there already gets what is new, by these statements."""

    async def run(_apps, editor):
        for statement in statements:
            await editor.client.execute_query(statement)

    return run


async def give_codes(_apps, editor):
    """Whoever comes already has something to say at the door, as those who sign up from now on."""
    _count, rows = await editor.client.execute_query(COMING)
    codes = set()
    while len(codes) < len(rows):
        codes.add("".join(secrets.choice(SIGNS) for _place in range(4)))
    for row, code in zip(rows, codes, strict=True):
        await editor.client.execute_query(f"UPDATE signup SET code = '{code}' WHERE id = {int(row['id'])}")  # noqa: S608


async def nothing_to_undo(_apps, _editor):
    """The columns and tables go with the fields and models."""


class Migration(migrations.Migration):
    dependencies = [('civic', '0001_initial'), ('civic', '0002_whole'), ('volunteering', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Attestation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=12)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('organisation_id', fields.BigIntField(null=True, db_index=True)),
                ('initiative_id', fields.BigIntField(null=True, db_index=True)),
                ('first_day', fields.DateField()),
                ('last_day', fields.DateField()),
                ('minutes', fields.IntField()),
                ('content', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('issued_by', fields.ForeignKeyField('civic.Person', source_field='issued_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('issued_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_reason', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'attestation', 'app': 'volunteering', 'constraints': [CheckConstraint(check='minutes > 0 AND last_day >= first_day', name='attestation_period'), CheckConstraint(check="revoked_at IS NULL OR revoked_reason <> ''", name='attestation_revoked_why'), CheckConstraint(check='(organisation_id IS NULL) <> (initiative_id IS NULL)', name='attestation_of_one'), UniqueConstraint(fields=('person_id', 'organisation_id', 'first_day', 'last_day'), name='attestation_one_organisation', condition='revoked_at IS NULL AND organisation_id IS NOT NULL'), UniqueConstraint(fields=('person_id', 'initiative_id', 'first_day', 'last_day'), name='attestation_one_initiative', condition='revoked_at IS NULL AND initiative_id IS NOT NULL')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('secret', fields.CharField(unique=True, max_length=43)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'calendar_feed', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('person_id',), name='calendar_feed_one', condition='revoked_at IS NULL')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EngagementLetter',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('year', fields.IntField()),
                ('occasion', fields.CharEnumField(description='JANUARY: january\nJUNE: june', enum_type=Occasion, max_length=8)),
                ('sent_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'engagement_letter', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('person_id', 'year', 'occasion'), name='engagement_letter_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EngagementSilence',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.OneToOneField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'engagement_silence', 'app': 'volunteering', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='GuardianConsent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('signup', fields.ForeignKeyField('volunteering.Signup', source_field='signup_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('age', fields.IntField(null=True)),
                ('name', fields.CharField(default='', max_length=120)),
                ('email', fields.CharField(default='', max_length=254)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('given_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('refused_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('erased_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'guardian_consent', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('signup_id',), name='guardian_consent_once'), CheckConstraint(check='given_at IS NULL OR refused_at IS NULL', name='guardian_consent_one_answer'), CheckConstraint(check="erased_at IS NULL OR (age IS NULL AND name = '' AND email = '')", name='guardian_consent_erased')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HoursEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('initiative', fields.ForeignKeyField('civic.Initiative', source_field='initiative_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('organisation_id', fields.BigIntField(null=True, db_index=True)),
                ('signup_ref', fields.BigIntField(null=True)),
                ('said_key', fields.CharField(null=True, unique=True, max_length=64)),
                ('title', fields.CharField(max_length=120)),
                ('role_title', fields.CharField(default='', max_length=60)),
                ('skills', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('kind', fields.CharEnumField(default=TimeKind.MISSION, description='MISSION: mission\nGOVERNANCE: governance\nLEADING: leading', enum_type=TimeKind, max_length=10)),
                ('day', fields.DateField(db_index=True)),
                ('minutes', fields.IntField()),
                ('proposed_minutes', fields.IntField()),
                ('companions', fields.IntField(default=0)),
                ('status', fields.CharEnumField(default=EntryStatus.PROPOSED, description='PROPOSED: proposed\nCORRECTED: corrected\nVALIDATED: validated\nFROZEN: frozen\nREFUSED: refused\nWITHDRAWN: withdrawn', enum_type=EntryStatus, max_length=10)),
                ('note', fields.CharField(default='', max_length=300)),
                ('answer', fields.CharField(default='', max_length=300)),
                ('validated_by', fields.ForeignKeyField('civic.Person', source_field='validated_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('validated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('frozen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'hours_entry', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('signup_ref',), name='hours_entry_of_signup', condition='signup_ref IS NOT NULL'), CheckConstraint(check='minutes BETWEEN 1 AND 1440', name='hours_entry_minutes'), CheckConstraint(check='companions BETWEEN 0 AND 9', name='hours_entry_companions'), CheckConstraint(check="(status = 'frozen') = (frozen_at IS NOT NULL)", name='hours_entry_frozen')], 'indexes': [Index(fields=['person_id', 'day']), Index(fields=['initiative_id', 'status', 'day'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HoursChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('entry', fields.ForeignKeyField('volunteering.HoursEntry', source_field='entry_id', db_index=True, db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.RESTRICT)),
                ('before', fields.CharField(default='', max_length=10)),
                ('after', fields.CharField(max_length=10)),
                ('minutes', fields.IntField()),
                ('actor_id', fields.BigIntField(null=True)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'hours_change', 'app': 'volunteering', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Lift',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('signup', fields.ForeignKeyField('volunteering.Signup', source_field='signup_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('commune', fields.ForeignKeyField('civic.Commune', source_field='commune_id', db_index=True, db_constraint=True, to_field='insee', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('seats', fields.IntField(default=0)),
                ('note', fields.CharField(default='', max_length=160)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lift', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('signup_id',), name='lift_once'), CheckConstraint(check='seats BETWEEN 0 AND 8', name='lift_seats')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MissionTemplate',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('initiative', fields.ForeignKeyField('civic.Initiative', source_field='initiative_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=90)),
                ('content', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mission_template', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('initiative_id', 'name'), name='mission_template_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RescueCall',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shift', fields.ForeignKeyField('volunteering.Shift', source_field='shift_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('asked_by_id', fields.BigIntField(null=True)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer', fields.CharField(default='', max_length=3)),
            ],
            options={'table': 'rescue_call', 'app': 'volunteering', 'constraints': [UniqueConstraint(fields=('shift_id', 'person_id'), name='rescue_call_once')], 'indexes': [Index(fields=['person_id', 'asked_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ShiftMessage',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shift', fields.ForeignKeyField('volunteering.Shift', source_field='shift_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('civic.Person', source_field='author_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('form_key', fields.CharField(unique=True, max_length=120)),
                ('text', fields.TextField(unique=False)),
                ('readers', fields.IntField(default=0)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'shift_message', 'app': 'volunteering', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ShiftRole',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shift', fields.ForeignKeyField('volunteering.Shift', source_field='shift_id', db_index=True, db_constraint=True, to_field='id', related_name='roles', on_delete=OnDelete.CASCADE)),
                ('order', fields.IntField(default=0)),
                ('title', fields.CharField(default='', max_length=60)),
                ('capacity', fields.IntField()),
                ('minimum', fields.IntField(default=0)),
                ('ceiling', fields.IntField(default=0)),
                ('taken', fields.IntField(default=0)),
                ('waiting', fields.IntField(default=0)),
                ('skills', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('minimum_age', fields.IntField(null=True)),
            ],
            options={'table': 'shift_role', 'app': 'volunteering', 'constraints': [CheckConstraint(check='taken BETWEEN 0 AND ceiling AND ceiling >= capacity', name='shift_role_places'), CheckConstraint(check='capacity BETWEEN 1 AND 1000', name='shift_role_capacity'), CheckConstraint(check='minimum BETWEEN 0 AND capacity', name='shift_role_minimum'), CheckConstraint(check='waiting >= 0', name='shift_role_waiting'), CheckConstraint(check='minimum_age IS NULL OR minimum_age BETWEEN 1 AND 99', name='shift_role_minimum_age'), UniqueConstraint(fields=('shift_id', 'title'), name='shift_role_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ShiftSeries',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('mission', fields.ForeignKeyField('volunteering.Mission', source_field='mission_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('rule', fields.CharField(max_length=200)),
                ('day', fields.DateField()),
                ('start', fields.CharField(max_length=5)),
                ('end', fields.CharField(max_length=5)),
                ('note', fields.CharField(default='', max_length=160)),
                ('fairness', fields.CharEnumField(default=Fairness.FIRST_COME, description='FIRST_COME: first_come\nNEWCOMERS: newcomers\nLEAST_SERVED: least_served', enum_type=Fairness, max_length=12)),
                ('roles', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'shift_series', 'app': 'volunteering', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Volunteer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.OneToOneField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('commune', fields.ForeignKeyField('civic.Commune', source_field='commune_id', null=True, db_index=True, db_constraint=True, to_field='insee', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('km', fields.IntField(default=15)),
                ('has_car', fields.BooleanField(default=False)),
                ('skills', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('availabilities', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('may_be_called', fields.BooleanField(default=False, db_index=True)),
                ('called_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'volunteer', 'app': 'volunteering', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RemoveConstraint(
            model_name='Mission',
            name='mission_coming_places',
            fields=None,
        ),
        ops.AddField(
            model_name='Mission',
            name='availabilities',
            field=fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Mission',
            name='cancel_hours',
            field=fields.IntField(default=24),
        ),
        ops.AddField(
            model_name='Mission',
            name='required_skills',
            field=fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Mission',
            name='wished_skills',
            field=fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddConstraint(
            model_name='Mission',
            constraint=CheckConstraint(check='coming_taken >= 0 AND coming_capacity >= 0 AND coming_shifts >= 0', name='mission_coming_places'),
        ),
        ops.AddConstraint(
            model_name='Mission',
            constraint=CheckConstraint(check='cancel_hours BETWEEN 0 AND 336', name='mission_cancel_hours'),
        ),
        ops.RemoveConstraint(
            model_name='Shift',
            name='shift_within_capacity',
            fields=None,
        ),
        ops.AddField(
            model_name='Shift',
            name='ceiling',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Shift',
            name='detached',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='Shift',
            name='fairness',
            field=fields.CharEnumField(default=Fairness.FIRST_COME, description='FIRST_COME: first_come\nNEWCOMERS: newcomers\nLEAST_SERVED: least_served', enum_type=Fairness, max_length=12),
        ),
        ops.AddField(
            model_name='Shift',
            name='occurs_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Shift',
            name='series',
            field=fields.ForeignKeyField('volunteering.ShiftSeries', source_field='series_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.RunPython(say(PLACES, ROLES), nothing_to_undo),
        ops.AddConstraint(
            model_name='Shift',
            constraint=CheckConstraint(check='taken BETWEEN 0 AND ceiling AND ceiling >= capacity', name='shift_within_places'),
        ),
        ops.RemoveConstraint(
            model_name='Signup',
            name='signup_held_until',
            fields=None,
        ),
        ops.AlterField(
            model_name='Signup',
            name='status',
            field=fields.CharEnumField(description='HELD: held\nWAITING: waiting\nOFFERED: offered\nCONFIRMED: confirmed\nATTENDED: attended\nEXCUSED: excused\nMISSED: missed\nCANCELLED: cancelled\nLAPSED: lapsed', enum_type=SignupStatus, max_length=10),
        ),
        ops.AddField(
            model_name='Signup',
            name='arrived_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Signup',
            name='code',
            field=fields.CharField(default='', max_length=6),
        ),
        ops.RunPython(give_codes, nothing_to_undo),
        ops.AddField(
            model_name='Signup',
            name='left_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Signup',
            name='party',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='Signup',
            name='reason',
            field=fields.CharField(default='', max_length=300),
        ),
        ops.AddField(
            model_name='Signup',
            name='replaces',
            field=fields.ForeignKeyField('volunteering.Signup', source_field='replaces_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Signup',
            name='role',
            field=fields.ForeignKeyField('volunteering.ShiftRole', source_field='role_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.RunPython(say(SEATS), nothing_to_undo),
        ops.AddField(
            model_name='Signup',
            name='skills',
            field=fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Signup',
            name='stand_in_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Signup',
            name='told',
            field=fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Signup',
            name='walk_in',
            field=fields.BooleanField(default=False),
        ),
        ops.AddIndex(
            model_name='Signup',
            index=Index(fields=['person_id', 'status']),
        ),
        ops.AddConstraint(
            model_name='Signup',
            constraint=UniqueConstraint(fields=('shift_id', 'code'), name='signup_code_once', condition="code <> ''"),
        ),
        ops.AddConstraint(
            model_name='Signup',
            constraint=CheckConstraint(check="status NOT IN ('held', 'offered') OR hold_until IS NOT NULL", name='signup_held_until'),
        ),
        ops.AddConstraint(
            model_name='Signup',
            constraint=CheckConstraint(check='party BETWEEN 1 AND 10', name='signup_party'),
        ),
        ops.RunPython(
            Guard(table='hours_change', event='UPDATE', message='Rows of hours_change are never changed or deleted.', when='').create(),
            Guard(table='hours_change', event='UPDATE', message='Rows of hours_change are never changed or deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='hours_change', event='DELETE', message='Rows of hours_change are never changed or deleted.', when='').create(),
            Guard(table='hours_change', event='DELETE', message='Rows of hours_change are never changed or deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='hours_entry', event='DELETE', message='Hours are never deleted.', when='').create(),
            Guard(table='hours_entry', event='DELETE', message='Hours are never deleted.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='hours_entry', event='UPDATE', message='Frozen hours are never changed.', when="OLD.status = 'frozen' AND (NEW.status <> OLD.status OR NEW.minutes <> OLD.minutes OR NEW.day <> OLD.day OR NEW.companions <> OLD.companions OR NEW.initiative_id <> OLD.initiative_id OR NEW.kind <> OLD.kind OR COALESCE(NEW.organisation_id, 0) <> COALESCE(OLD.organisation_id, 0))").create(),
            Guard(table='hours_entry', event='UPDATE', message='Frozen hours are never changed.', when="OLD.status = 'frozen' AND (NEW.status <> OLD.status OR NEW.minutes <> OLD.minutes OR NEW.day <> OLD.day OR NEW.companions <> OLD.companions OR NEW.initiative_id <> OLD.initiative_id OR NEW.kind <> OLD.kind OR COALESCE(NEW.organisation_id, 0) <> COALESCE(OLD.organisation_id, 0))").drop(),
        ),
    ]
