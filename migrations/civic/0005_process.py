from civic.database.guards import Guard
from tortoise import migrations
from tortoise.migrations import operations as ops
from civic.assemblies.models import Casting, ResolutionKind
from civic.commitments.models import CommitmentStatus, StepKind
from civic.committees.models import CollegeKind
from civic.counting.rules import Majority
from civic.decisions.models import BallotKind
from civic.meetings.dates import Suits
from civic.meetings.attendance import Arrival, Coming, Way
from civic.meetings.models import ItemKind, MeetingStatus, ProposalStatus
from civic.moderation.models import Ground
from civic.proposals.models import AmendmentStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

WHOSE = """UPDATE commitment SET key = 'landed-' || id,
committee_id = (SELECT d.committee_id FROM decision d WHERE d.id = commitment.decision_id)"""
KEPT = "UPDATE commitment SET status = 'kept' WHERE kept_at IS NOT NULL"


def say(*statements):
    """What is there already gets what is new, by these statements."""

    async def run(_apps, editor):
        for statement in statements:
            await editor.client.execute_query(statement)

    return run


async def nothing_to_undo(_apps, _editor):
    """The columns go with it."""


class Migration(migrations.Migration):
    dependencies = [('civic', '0004_steering')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Amendment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('form_key', fields.CharField(unique=True, max_length=64)),
                ('change', fields.TextField(unique=False)),
                ('why', fields.TextField(default='', unique=False)),
                ('status', fields.CharEnumField(default=AmendmentStatus.PROPOSED, description='PROPOSED: proposed\nACCEPTED: accepted\nDECLINED: declined\nWITHDRAWN: withdrawn', enum_type=AmendmentStatus, max_length=10)),
                ('proposed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled_by', fields.ForeignKeyField('civic.Person', source_field='settled_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('reason', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'amendment', 'app': 'civic', 'constraints': [CheckConstraint(check="(status = 'proposed') = (settled_at IS NULL)", name='amendment_settled'), CheckConstraint(check="status <> 'declined' OR reason <> ''", name='amendment_declined_says_why')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BallotBox',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('public_key', fields.BinaryField()),
                ('key_name', fields.CharField(unique=True, max_length=80)),
                ('size', fields.IntField()),
                ('keeps_college', fields.BooleanField(default=False)),
            ],
            options={'table': 'ballot_box', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('decision_id',), name='ballot_box_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Batch',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('college', fields.CharField(default='', max_length=16)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('turn', fields.IntField()),
                ('lines', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('typed_by', fields.ForeignKeyField('civic.Person', source_field='typed_by_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'paper_batch', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('decision_id', 'college', 'turn'), name='paper_batch_turn_once'), UniqueConstraint(fields=('decision_id', 'college', 'typed_by_id'), name='paper_batch_by_another'), CheckConstraint(check='turn BETWEEN 1 AND 2', name='paper_batch_twice')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CountedBallot',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('said', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('college', fields.CharField(default='', max_length=16)),
            ],
            options={'table': 'counted_ballot', 'app': 'civic', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Draft',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('secret_hash', fields.CharField(unique=True, max_length=64)),
                ('text', fields.TextField(unique=False)),
                ('is_question', fields.BooleanField(default=False)),
                ('made_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'comment_draft', 'app': 'civic', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Emptied',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('college', fields.CharField(default='', max_length=16)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('papers', fields.IntField()),
                ('nulls', fields.IntField(default=0)),
                ('first_typist', fields.ForeignKeyField('civic.Person', source_field='first_typist_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('second_typist', fields.ForeignKeyField('civic.Person', source_field='second_typist_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'paper_emptied', 'app': 'civic', 'constraints': [CheckConstraint(check='papers > 0 AND nulls BETWEEN 0 AND papers', name='paper_emptied_some')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Judgement',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=20)),
                ('subject_id', fields.BigIntField()),
                ('hidden', fields.BooleanField()),
                ('reason', fields.CharField(default='', max_length=500)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('civic.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('undone_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('appeal', fields.TextField(default='', unique=False)),
                ('appealed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('upheld', fields.BooleanField(default=False)),
            ],
            options={'table': 'judgement', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('kind', 'subject_id'), name='judgement_hides_once', condition='hidden AND undone_at IS NULL'), CheckConstraint(check="NOT hidden OR reason <> ''", name='judgement_gives_its_reason')], 'indexes': [Index(fields=['kind', 'subject_id']), Index(fields=['appealed_at', 'answered_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Meeting',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('committee', fields.ForeignKeyField('civic.Committee', source_field='committee_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('form_key', fields.CharField(unique=True, max_length=64)),
                ('title', fields.CharField(max_length=120)),
                ('call_text', fields.TextField(default='', unique=False)),
                ('status', fields.CharEnumField(default=MeetingStatus.DRAFT, description='DRAFT: draft\nPOLLING: polling\nCONVENED: convened\nRUNNING: running\nCLOSED: closed\nCANCELLED: cancelled', enum_type=MeetingStatus, max_length=10)),
                ('starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('place', fields.CharField(default='', max_length=200)),
                ('remote_url', fields.CharField(default='', max_length=400)),
                ('quorum_percent', fields.IntField(default=0)),
                ('proxies_most', fields.IntField(default=0)),
                ('lasts', fields.IntField(default=90)),
                ('notice_days', fields.IntField(default=0)),
                ('poll_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('poll_nudged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('nudged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('told_agenda', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('first_call', fields.ForeignKeyField('civic.Meeting', source_field='first_call_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('author', fields.ForeignKeyField('civic.Person', source_field='author_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('chair', fields.ForeignKeyField('civic.Person', source_field='chair_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('secretary', fields.ForeignKeyField('civic.Person', source_field='secretary_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('expected', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('convened_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('opened_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cancelled_reason', fields.CharField(default='', max_length=500)),
                ('shared_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('remarks_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('published_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('approved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('approved_in', fields.ForeignKeyField('civic.Meeting', source_field='approved_in_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('sequence', fields.IntField(default=0)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'meeting', 'app': 'civic', 'constraints': [CheckConstraint(check='ends_at IS NULL OR ends_at > starts_at', name='meeting_lasts'), CheckConstraint(check="status IN ('draft', 'polling', 'cancelled') OR starts_at IS NOT NULL", name='meeting_has_date'), CheckConstraint(check="status <> 'cancelled' OR cancelled_reason <> ''", name='meeting_end_has_reason'), CheckConstraint(check='quorum_percent >= 0 AND quorum_percent <= 100', name='meeting_quorum'), CheckConstraint(check='lasts > 0 AND lasts <= 1440', name='meeting_length')], 'indexes': [Index(fields=['status', 'starts_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Assembly',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('meeting', fields.ForeignKeyField('civic.Meeting', source_field='meeting_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('year', fields.CharField(max_length=40)),
                ('second_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('second_percent', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assembly', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('meeting_id',), name='assembly_once'), CheckConstraint(check='second_percent >= 0 AND second_percent <= 100', name='assembly_second_percent')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Attendance',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('meeting', fields.ForeignKeyField('civic.Meeting', source_field='meeting_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('college', fields.CharEnumField(null=True, description='RESIDENTS: residents\nCONTRIBUTORS: contributors\nORGANISATIONS: organisations\nEMPLOYEES: employees\nAUTHORITIES: authorities', enum_type=CollegeKind, max_length=16)),
                ('organisation', fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('substitute', fields.ForeignKeyField('civic.Person', source_field='substitute_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('coming', fields.CharEnumField(null=True, description='PRESENT: present\nREMOTE: remote\nEXCUSED: excused\nPROXY: proxy', enum_type=Coming, max_length=7)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by', fields.ForeignKeyField('civic.Person', source_field='answered_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('is_discreet', fields.BooleanField(default=False)),
                ('holder', fields.ForeignKeyField('civic.Person', source_field='holder_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('proxies_held', fields.IntField(default=0)),
                ('arrived_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('arrived_how', fields.CharEnumField(null=True, description='QR: qr\nLIST: list\nREMOTE: remote', enum_type=Arrival, max_length=6)),
                ('came', fields.ForeignKeyField('civic.Person', source_field='came_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('left_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('claimed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('guest_key', fields.CharField(null=True, max_length=64)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attendance_sheet', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('meeting_id', 'person_id'), name='attendance_once'), UniqueConstraint(fields=('meeting_id', 'guest_key'), name='attendance_guest_once'), CheckConstraint(check="holder_id IS NULL OR coming = 'proxy'", name='attendance_holder'), CheckConstraint(check='proxies_held >= 0', name='attendance_proxies'), CheckConstraint(check='arrived_at IS NULL OR arrived_how IS NOT NULL', name='attendance_how')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DateOption',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('meeting', fields.ForeignKeyField('civic.Meeting', source_field='meeting_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'meeting_date', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('meeting_id', 'starts_at'), name='meeting_date_once'), CheckConstraint(check='ends_at > starts_at', name='meeting_date_lasts')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DateAnswer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('date', fields.ForeignKeyField('civic.DateOption', source_field='date_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('suits', fields.CharEnumField(description='YES: yes\nMAYBE: maybe\nNO: no', enum_type=Suits, max_length=5)),
            ],
            options={'table': 'meeting_date_answer', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('date_id', 'person_id'), name='meeting_date_answer_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Item',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('meeting', fields.ForeignKeyField('civic.Meeting', source_field='meeting_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('title', fields.CharField(max_length=160)),
                ('kind', fields.CharEnumField(default=ItemKind.DISCUSSION, description='INFORMATION: information\nDISCUSSION: discussion\nDECISION: decision', enum_type=ItemKind, max_length=12)),
                ('minutes', fields.IntField(default=10)),
                ('speaker', fields.CharField(default='', max_length=120)),
                ('explanation', fields.TextField(default='', unique=False)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('approves', fields.ForeignKeyField('civic.Meeting', source_field='approves_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('notes', fields.TextField(default='', unique=False)),
                ('notes_version', fields.IntField(default=0)),
                ('notes_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('notes_by', fields.ForeignKeyField('civic.Person', source_field='notes_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('began_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('spent', fields.IntField(default=0)),
                ('frozen', fields.BooleanField(default=False)),
            ],
            options={'table': 'meeting_item', 'app': 'civic', 'constraints': [CheckConstraint(check='minutes >= 0 AND minutes <= 480', name='meeting_item_minutes')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Movement',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('attendance', fields.ForeignKeyField('civic.Attendance', source_field='attendance_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('way', fields.CharEnumField(description='IN: in\nOUT: out', enum_type=Way, max_length=3)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'meeting_movement', 'app': 'civic', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NotesVersion',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('civic.Item', source_field='item_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField(null=True)),
                ('base', fields.IntField(default=0)),
                ('text', fields.TextField(unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('civic.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'meeting_notes', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('item_id', 'number'), name='meeting_notes_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Proposal',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('meeting', fields.ForeignKeyField('civic.Meeting', source_field='meeting_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=160)),
                ('kind', fields.CharEnumField(default=ItemKind.DISCUSSION, description='INFORMATION: information\nDISCUSSION: discussion\nDECISION: decision', enum_type=ItemKind, max_length=12)),
                ('minutes', fields.IntField(default=10)),
                ('explanation', fields.TextField(default='', unique=False)),
                ('status', fields.CharEnumField(default=ProposalStatus.WAITING, description='WAITING: waiting\nACCEPTED: accepted\nDECLINED: declined', enum_type=ProposalStatus, max_length=8)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'meeting_proposal', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('meeting_id', 'person_id', 'title'), name='meeting_proposal_once'), CheckConstraint(check="status <> 'declined' OR reason <> ''", name='meeting_proposal_reason')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProposalQuestion',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('form_key', fields.CharField(unique=True, max_length=64)),
                ('text', fields.TextField(unique=False)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by', fields.ForeignKeyField('civic.Person', source_field='answered_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'proposal_question', 'app': 'civic', 'constraints': [CheckConstraint(check="(answered_at IS NULL) = (answer = '')", name='proposal_question_answered')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Proxy',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('giver', fields.ForeignKeyField('civic.Elector', source_field='giver_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('holder', fields.ForeignKeyField('civic.Elector', source_field='holder_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'proxy', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('giver_id',), name='proxy_current_once', condition='revoked_at IS NULL'), CheckConstraint(check='giver_id <> holder_id', name='proxy_to_another')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reading',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('elector', fields.ForeignKeyField('civic.Elector', source_field='elector_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('turn', fields.IntField()),
                ('said', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('reason', fields.TextField(default='', unique=False)),
                ('typed_by', fields.ForeignKeyField('civic.Person', source_field='typed_by_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('typed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'paper_reading', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('elector_id', 'turn'), name='paper_reading_turn_once'), UniqueConstraint(fields=('elector_id', 'typed_by_id'), name='paper_reading_by_another'), CheckConstraint(check='turn BETWEEN 1 AND 2', name='paper_reading_twice')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Remark',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('civic.Item', source_field='item_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('text', fields.CharField(max_length=1000)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'meeting_remark', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('item_id', 'person_id'), name='meeting_remark_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Report',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=20)),
                ('subject_id', fields.BigIntField()),
                ('ground', fields.CharEnumField(description='INSULT: insulte\nPRIVACY: vie-privee\nDECEPTION: tromperie\nADVERTISING: publicite\nILLEGAL: illegal\nOTHER: autre', enum_type=Ground, max_length=12)),
                ('words', fields.TextField(default='', unique=False)),
                ('email', fields.CharField(default='', max_length=254)),
                ('reporter', fields.ForeignKeyField('civic.Person', source_field='reporter_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('locale', fields.CharField(default='fr', max_length=5)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('judgement', fields.ForeignKeyField('civic.Judgement', source_field='judgement_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'report', 'app': 'civic', 'indexes': [Index(fields=['kind', 'subject_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Resolution',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('assembly', fields.ForeignKeyField('civic.Assembly', source_field='assembly_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('item', fields.ForeignKeyField('civic.Item', source_field='item_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='ACTIVITY: activity\nACCOUNTS: accounts\nRESULT: result\nDISCHARGE: discharge\nBUDGET: budget\nFEE: fee\nELECTION: election\nOTHER: other', enum_type=ResolutionKind, max_length=9)),
                ('wording', fields.TextField(unique=False)),
                ('majority', fields.CharEnumField(default=Majority.HALF, description='HALF: half\nTWO_THIRDS: two_thirds\nTHREE_QUARTERS: three_quarters', enum_type=Majority, max_length=14)),
                ('casting', fields.CharEnumField(default=Casting.HANDS, description='HANDS: hands\nSCREENS: screens\nSECRET: secret', enum_type=Casting, max_length=7)),
                ('places', fields.IntField(default=0)),
                ('candidates', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('yes', fields.IntField(null=True)),
                ('no', fields.IntField(null=True)),
                ('abstain', fields.IntField(null=True)),
                ('voices', fields.IntField(null=True)),
                ('counted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('counted_by', fields.ForeignKeyField('civic.Person', source_field='counted_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'resolution', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('item_id',), name='resolution_item_once'), CheckConstraint(check='counted_at IS NULL OR (yes >= 0 AND no >= 0 AND abstain >= 0 AND yes + no + abstain <= voices)', name='resolution_hands'), CheckConstraint(check="(kind = 'election') = (places > 0)", name='resolution_places')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Revision',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('before', fields.TextField(unique=False)),
                ('after', fields.TextField(unique=False)),
                ('note', fields.TextField(default='', unique=False)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_by', fields.ForeignKeyField('civic.Person', source_field='made_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('amendment', fields.ForeignKeyField('civic.Amendment', source_field='amendment_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('stance', fields.ForeignKeyField('civic.Stance', source_field='stance_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'revision', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('decision_id', 'number'), name='revision_once'), CheckConstraint(check='number > 0 AND before <> after', name='revision_changes_something')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SealedBallot',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('decision', fields.ForeignKeyField('civic.Decision', source_field='decision_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('sealed', fields.BinaryField()),
                ('code_hash', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'sealed_ballot', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('decision_id', 'code_hash'), name='sealed_ballot_code_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Step',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('commitment', fields.ForeignKeyField('civic.Commitment', source_field='commitment_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='TAKEN: taken\nPROPOSED: proposed\nACCEPTED: accepted\nDECLINED: declined\nMOVED: moved\nOFFERED: offered\nHANDED: handed\nREFUSED: refused\nKEPT: kept\nDROPPED: dropped\nREOPENED: reopened', enum_type=StepKind, max_length=8)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('civic.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('due_on', fields.DateField(null=True)),
                ('toward', fields.DateField(null=True)),
            ],
            options={'table': 'commitment_step', 'app': 'civic', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Thread',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=20)),
                ('subject_id', fields.BigIntField()),
                ('title', fields.CharField(max_length=200)),
                ('path', fields.CharField(max_length=300)),
                ('comments', fields.IntField(default=0)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_by', fields.ForeignKeyField('civic.Person', source_field='closed_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('closed_reason', fields.CharField(default='', max_length=300)),
                ('told_id', fields.BigIntField(default=0)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('telling_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'thread', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('kind', 'subject_id'), name='thread_once'), CheckConstraint(check='comments >= 0', name='thread_comments'), CheckConstraint(check="closed_at IS NULL OR closed_reason <> ''", name='thread_closed_with_reason')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Comment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('thread', fields.ForeignKeyField('civic.Thread', source_field='thread_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('parent', fields.ForeignKeyField('civic.Comment', source_field='parent_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('quoted', fields.ForeignKeyField('civic.Comment', source_field='quoted_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('author', fields.ForeignKeyField('civic.Person', source_field='author_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('organisation', fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('recorded_by', fields.ForeignKeyField('civic.Person', source_field='recorded_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('text', fields.TextField(unique=False)),
                ('is_question', fields.BooleanField(default=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('told_leads_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('is_official', fields.BooleanField(default=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('edited_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('removed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hidden_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hidden_reason', fields.CharField(default='', max_length=500)),
                ('twin', fields.CharField(null=True, unique=True, max_length=64)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'comment', 'app': 'civic', 'constraints': [CheckConstraint(check='NOT (is_question AND parent_id IS NOT NULL)', name='comment_question_on_top'), CheckConstraint(check='NOT (is_official AND parent_id IS NULL)', name='comment_official_is_a_reply'), CheckConstraint(check="hidden_at IS NULL OR hidden_reason <> ''", name='comment_hidden_with_reason')], 'indexes': [Index(fields=['thread_id', 'parent_id', 'id']), Index(fields=['is_question', 'answered_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RemoveConstraint(
            model_name='Commitment',
            name='commitment_once',
            fields=None,
        ),
        ops.AlterField(
            model_name='Commitment',
            name='decision',
            field=fields.ForeignKeyField('civic.Decision', source_field='decision_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AlterField(
            model_name='Commitment',
            name='person',
            field=fields.ForeignKeyField('civic.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Commitment',
            name='chased_for',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Commitment',
            name='committee',
            field=fields.ForeignKeyField('civic.Committee', source_field='committee_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Commitment',
            name='dropped_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Commitment',
            name='dropped_reason',
            field=fields.CharField(default='', max_length=500),
        ),
        ops.AddField(
            model_name='Commitment',
            name='evidence',
            field=fields.CharField(default='', max_length=500),
        ),
        ops.AddField(
            model_name='Commitment',
            name='kept_by',
            field=fields.ForeignKeyField('civic.Person', source_field='kept_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Commitment',
            name='key',
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
        ops.AddField(
            model_name='Commitment',
            name='link',
            field=fields.CharField(default='', max_length=400),
        ),
        ops.AddField(
            model_name='Commitment',
            name='moved_times',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Commitment',
            name='offered_to',
            field=fields.ForeignKeyField('civic.Person', source_field='offered_to_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Commitment',
            name='organisation',
            field=fields.ForeignKeyField('civic.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Commitment',
            name='picture',
            field=fields.ForeignKeyField('civic.Picture', source_field='picture_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Commitment',
            name='recalled_for',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Commitment',
            name='source',
            field=fields.CharField(default='', max_length=60),
        ),
        ops.AddField(
            model_name='Commitment',
            name='status',
            field=fields.CharEnumField(default=CommitmentStatus.OPEN, description='PROPOSED: proposed\nDECLINED: declined\nOPEN: open\nKEPT: kept\nDROPPED: dropped', enum_type=CommitmentStatus, max_length=8),
        ),
        ops.RunPython(say(WHOSE, KEPT), nothing_to_undo),
        ops.AlterField(
            model_name='Commitment',
            name='committee',
            field=fields.ForeignKeyField('civic.Committee', source_field='committee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AlterField(
            model_name='Commitment',
            name='key',
            field=fields.CharField(unique=True, max_length=64),
        ),
        ops.AddIndex(
            model_name='Commitment',
            index=Index(fields=['committee_id', 'status', 'due_on']),
        ),
        ops.AddIndex(
            model_name='Commitment',
            index=Index(fields=['person_id', 'status', 'due_on']),
        ),
        ops.AddIndex(
            model_name='Commitment',
            index=Index(fields=['status', 'due_on']),
        ),
        ops.AddConstraint(
            model_name='Commitment',
            constraint=CheckConstraint(check="(status = 'kept') = (kept_at IS NOT NULL)", name='commitment_kept'),
        ),
        ops.AddConstraint(
            model_name='Commitment',
            constraint=CheckConstraint(check="(status = 'dropped') = (dropped_at IS NOT NULL)", name='commitment_dropped'),
        ),
        ops.AddConstraint(
            model_name='Commitment',
            constraint=CheckConstraint(check="status <> 'dropped' OR dropped_reason <> ''", name='commitment_drop_has_reason'),
        ),
        ops.AddConstraint(
            model_name='Commitment',
            constraint=CheckConstraint(check="offered_to_id IS NULL OR status = 'open'", name='commitment_offered_while_open'),
        ),
        ops.AddField(
            model_name='Decision',
            name='ballot',
            field=fields.CharEnumField(default=BallotKind.OPEN, description='OPEN: open\nSECRET: secret', enum_type=BallotKind, max_length=6),
        ),
        ops.AddField(
            model_name='Decision',
            name='extension',
            field=fields.TextField(default='', unique=False),
        ),
        ops.AddField(
            model_name='Decision',
            name='first_closes_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Decision',
            name='follows',
            field=fields.ForeignKeyField('civic.Decision', source_field='follows_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Decision',
            name='positions_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Decision',
            name='proxies_most',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Decision',
            name='reviewed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Decision',
            name='revised_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Elector',
            name='on_paper_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Elector',
            name='proxies_held',
            field=fields.IntField(default=0),
        ),
        ops.AddConstraint(
            model_name='Elector',
            constraint=CheckConstraint(check='proxies_held >= 0', name='elector_proxies'),
        ),
        ops.AddField(
            model_name='Stance',
            name='spoken_by',
            field=fields.ForeignKeyField('civic.Person', source_field='spoken_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.RunPython(
            Guard(table='counted_ballot', event='UPDATE', message='A counted ballot is never changed.', when='').create(),
            Guard(table='counted_ballot', event='UPDATE', message='A counted ballot is never changed.', when='').drop(),
        ),
        ops.RunPython(
            Guard(table='meeting_item', event='UPDATE', message='Approved minutes are never changed.', when='OLD.frozen AND NEW.notes <> OLD.notes').create(),
            Guard(table='meeting_item', event='UPDATE', message='Approved minutes are never changed.', when='OLD.frozen AND NEW.notes <> OLD.notes').drop(),
        ),
        ops.RunPython(
            Guard(table='meeting_item', event='DELETE', message='Approved minutes are never changed.', when='OLD.frozen').create(),
            Guard(table='meeting_item', event='DELETE', message='Approved minutes are never changed.', when='OLD.frozen').drop(),
        ),
        ops.RunPython(
            Guard(table='meeting', event='UPDATE', message='Approved minutes are never changed.', when='OLD.approved_at IS NOT NULL AND NEW.approved_at IS NULL').create(),
            Guard(table='meeting', event='UPDATE', message='Approved minutes are never changed.', when='OLD.approved_at IS NOT NULL AND NEW.approved_at IS NULL').drop(),
        ),
    ]
