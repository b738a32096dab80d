from civic.database.guards import Guard
from tortoise import migrations
from tortoise.migrations import operations as ops
from civic.committees.joining import Designation, InvitationStatus, Joining
from civic.committees.models import CommitteeKind, Ending
from civic.counting.rules import Code, Method, Verdict
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('civic', '0003_links')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('committee', fields.ForeignKeyField('civic.Committee', source_field='committee_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('college', fields.ForeignKeyField('civic.College', source_field='college_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('email', fields.CharField(max_length=254)),
                ('organisation', fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(default='', max_length=80)),
                ('message', fields.TextField(default='', unique=False)),
                ('designated', fields.CharEnumField(default=Designation.INVITATION, description='FOUNDING: founding\nREQUEST: request\nCONTRIBUTION: contribution\nOPEN: open\nINVITATION: invitation\nELECTION: election\nAPPOINTMENT: appointment', enum_type=Designation, max_length=14)),
                ('designated_note', fields.CharField(default='', max_length=120)),
                ('sent_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('status', fields.CharEnumField(default=InvitationStatus.PENDING, description='PENDING: pending\nACCEPTED: accepted\nDECLINED: declined\nWITHDRAWN: withdrawn\nLAPSED: lapsed', enum_type=InvitationStatus, max_length=10)),
                ('invited_by', fields.ForeignKeyField('civic.Person', source_field='invited_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('until_on', fields.DateField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'seat_invitation', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('committee_id', 'email'), name='seat_invitation_once', condition="status = 'pending'"), CheckConstraint(check="(status = 'pending') = (email <> '')", name='seat_invitation_address_blanked')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='AuditEntry',
            name='subject',
            field=fields.CharField(db_index=True, max_length=120),
        ),
        ops.AddField(
            model_name='College',
            name='definition',
            field=fields.CharField(default='', max_length=300),
        ),
        ops.AddField(
            model_name='College',
            name='label',
            field=fields.CharField(default='', max_length=80),
        ),
        ops.AddField(
            model_name='College',
            name='weight',
            field=fields.IntField(null=True),
        ),
        ops.AddConstraint(
            model_name='College',
            constraint=CheckConstraint(check='weight IS NULL OR (weight >= 0 AND weight <= 100)', name='college_weight'),
        ),
        ops.AlterField(
            model_name='Committee',
            name='initiative',
            field=fields.ForeignKeyField('civic.Initiative', source_field='initiative_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AlterField(
            model_name='Committee',
            name='joining',
            field=fields.CharEnumField(default=Joining.REQUEST, description='REQUEST: request\nOPEN: open\nINVITATION: invitation', enum_type=Joining, max_length=10),
        ),
        ops.AddField(
            model_name='Committee',
            name='ended_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Committee',
            name='ended_reason',
            field=fields.CharField(default='', max_length=500),
        ),
        ops.AddField(
            model_name='Committee',
            name='is_weighted',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='Committee',
            name='kind',
            field=fields.CharEnumField(default=CommitteeKind.STEERING, description='STEERING: steering\nWORKING: working\nBOARD: board\nASSEMBLY: assembly', enum_type=CommitteeKind, max_length=10),
        ),
        ops.AddField(
            model_name='Committee',
            name='parent',
            field=fields.ForeignKeyField('civic.Committee', source_field='parent_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AddConstraint(
            model_name='Committee',
            constraint=UniqueConstraint(fields=('initiative_id',), name='committee_main_once', condition="kind = 'steering'"),
        ),
        ops.AddConstraint(
            model_name='Committee',
            constraint=CheckConstraint(check="(kind <> 'steering') OR (initiative_id IS NOT NULL)", name='committee_steers'),
        ),
        ops.AddConstraint(
            model_name='Committee',
            constraint=CheckConstraint(check="(kind = 'working') = (parent_id IS NOT NULL)", name='committee_parent'),
        ),
        ops.AddConstraint(
            model_name='Committee',
            constraint=CheckConstraint(check="ended_at IS NULL OR ended_reason <> ''", name='committee_end_has_reason'),
        ),
        ops.AlterField(
            model_name='Decision',
            name='method',
            field=fields.CharEnumField(description='CONSENT: consent\nMAJORITY: majority\nDOTS: dots\nRANKED: ranked\nBUDGET: budget', enum_type=Method, max_length=10),
        ),
        ops.AlterField(
            model_name='Decision',
            name='verdict',
            field=fields.CharEnumField(null=True, description='ADOPTED: adopted\nREJECTED: rejected\nOBJECTED: objected\nNO_QUORUM: no_quorum\nCHOSEN: chosen\nTIED: tied', enum_type=Verdict, max_length=10),
        ),
        ops.AddField(
            model_name='Decision',
            name='budget_cents',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Decision',
            name='chosen_most',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='Decision',
            name='counted',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Decision',
            name='dots',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Decision',
            name='dots_on_one',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Decision',
            name='seed',
            field=fields.CharField(default='', max_length=32),
        ),
        ops.AddField(
            model_name='Decision',
            name='weights',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Elector',
            name='is_discreet',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='Elector',
            name='organisation',
            field=fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Elector',
            name='substitute',
            field=fields.ForeignKeyField('civic.Person', source_field='substitute_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AlterField(
            model_name='Option',
            name='code',
            field=fields.CharEnumField(null=True, description='AGREE: agree\nRESERVE: reserve\nASIDE: aside\nOBJECT: object\nYES: yes\nNO: no\nABSTAIN: abstain', enum_type=Code, max_length=10),
        ),
        ops.AddField(
            model_name='Option',
            name='cost_cents',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Option',
            name='title',
            field=fields.CharField(default='', max_length=160),
        ),
        ops.AddConstraint(
            model_name='Option',
            constraint=CheckConstraint(check="code IS NOT NULL OR title <> ''", name='option_said'),
        ),
        ops.AddConstraint(
            model_name='Option',
            constraint=CheckConstraint(check='cost_cents IS NULL OR cost_cents > 0', name='option_cost'),
        ),
        ops.AlterField(
            model_name='Seat',
            name='designated',
            field=fields.CharEnumField(description='FOUNDING: founding\nREQUEST: request\nCONTRIBUTION: contribution\nOPEN: open\nINVITATION: invitation\nELECTION: election\nAPPOINTMENT: appointment', enum_type=Designation, max_length=14),
        ),
        ops.AddField(
            model_name='Seat',
            name='designated_note',
            field=fields.CharField(default='', max_length=120),
        ),
        ops.AddField(
            model_name='Seat',
            name='ending',
            field=fields.CharEnumField(null=True, description='LAPSED: lapsed\nLEFT: left\nENDED: ended\nREPLACED: replaced\nCLOSED: closed', enum_type=Ending, max_length=10),
        ),
        ops.AddField(
            model_name='Seat',
            name='is_discreet',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='Seat',
            name='organisation',
            field=fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Seat',
            name='substitute',
            field=fields.ForeignKeyField('civic.Person', source_field='substitute_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddConstraint(
            model_name='Seat',
            constraint=UniqueConstraint(fields=('committee_id', 'organisation_id'), name='seat_organisation_once', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='Seat',
            constraint=CheckConstraint(check='NOT is_discreet OR (organisation_id IS NULL AND NOT is_facilitator)', name='seat_discreet'),
        ),
        ops.AddConstraint(
            model_name='Seat',
            constraint=CheckConstraint(check='substitute_id IS NULL OR organisation_id IS NOT NULL', name='seat_substitute'),
        ),
        ops.AddField(
            model_name='SeatRequest',
            name='organisation',
            field=fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AlterField(
            model_name='Stance',
            name='option',
            field=fields.ForeignKeyField('civic.Option', source_field='option_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Stance',
            name='choices',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddConstraint(
            model_name='Stance',
            constraint=CheckConstraint(check='(option_id IS NULL) <> (choices IS NULL)', name='stance_says_one_thing'),
        ),
        ops.RunPython(
            Guard(table='decision', event='UPDATE', message='A counted result is never changed.', when="COALESCE(CAST(NEW.counted AS TEXT), '') <> COALESCE(CAST(OLD.counted AS TEXT), '') AND OLD.verdict IS NOT NULL").create(),
            Guard(table='decision', event='UPDATE', message='A counted result is never changed.', when="COALESCE(CAST(NEW.counted AS TEXT), '') <> COALESCE(CAST(OLD.counted AS TEXT), '') AND OLD.verdict IS NOT NULL").drop(),
        ),
    ]
