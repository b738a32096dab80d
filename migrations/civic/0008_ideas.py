from tortoise import migrations
from tortoise.migrations import operations as ops
from civic.ideas.models import Kind, OfferState, Status, StepState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('civic', '0007_hands')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Idea',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('slug', fields.CharField(unique=True, max_length=120)),
                ('title', fields.CharField(max_length=60)),
                ('what', fields.TextField(unique=False)),
                ('for_whom', fields.CharField(max_length=400)),
                ('place', fields.CharField(default='', max_length=200)),
                ('needed', fields.CharField(default='', max_length=600)),
                ('status', fields.CharEnumField(default=Status.UNCONFIRMED, db_index=True, description='UNCONFIRMED: unconfirmed\nSUBMITTED: submitted\nCHANGES: changes\nACCEPTED: accepted\nBECAME: became\nDECLINED: declined\nSTOPPED: stopped', enum_type=Status, max_length=12)),
                ('author', fields.ForeignKeyField('civic.Person', source_field='author_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('referent', fields.ForeignKeyField('civic.Person', source_field='referent_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('invited', fields.ForeignKeyField('civic.Person', source_field='invited_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('commune', fields.ForeignKeyField('civic.Commune', source_field='commune_id', db_index=True, db_constraint=True, to_field='insee', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('picture', fields.ForeignKeyField('civic.Picture', source_field='picture_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('initiative', fields.ForeignKeyField('civic.Initiative', source_field='initiative_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('supports', fields.IntField(default=0)),
                ('helpers', fields.IntField(default=0)),
                ('reason', fields.TextField(default='', unique=False)),
                ('ending', fields.TextField(default='', unique=False)),
                ('is_example', fields.BooleanField(default=False)),
                ('form_key', fields.CharField(null=True, unique=True, max_length=64)),
                ('life_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('asleep_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hidden_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hidden_reason', fields.CharField(default='', max_length=500)),
                ('published_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'idea', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('initiative_id',), name='idea_initiative_once'), CheckConstraint(check='supports >= 0 AND helpers >= 0', name='idea_counts'), CheckConstraint(check="hidden_at IS NULL OR hidden_reason <> ''", name='idea_hidden_with_reason'), CheckConstraint(check="status NOT IN ('changes', 'declined') OR reason <> ''", name='idea_judged_with_reason'), CheckConstraint(check="(status = 'unconfirmed') = (published_at IS NULL)", name='idea_public_once_confirmed')], 'indexes': [Index(fields=['published_at', 'id']), Index(fields=['supports', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdeaChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('idea', fields.ForeignKeyField('civic.Idea', source_field='idea_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharField(max_length=12)),
                ('words', fields.TextField(default='', unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'idea_change', 'app': 'civic', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdeaOffer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('idea', fields.ForeignKeyField('civic.Idea', source_field='idea_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='TIME: time\nSKILL: skill\nTHING: thing\nPLACE: place', enum_type=Kind, max_length=8)),
                ('words', fields.CharField(max_length=400)),
                ('state', fields.CharEnumField(default=OfferState.UNCONFIRMED, description='UNCONFIRMED: unconfirmed\nOPEN: open\nACCEPTED: accepted\nDECLINED: declined\nWITHDRAWN: withdrawn', enum_type=OfferState, max_length=12)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'idea_offer', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('idea_id', 'person_id', 'kind'), name='idea_offer_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdeaStep',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('idea', fields.ForeignKeyField('civic.Idea', source_field='idea_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('key', fields.CharField(default='', max_length=16)),
                ('title', fields.CharField(default='', max_length=80)),
                ('state', fields.CharEnumField(default=StepState.TODO, description='TODO: todo\nDOING: doing\nDONE: done', enum_type=StepState, max_length=6)),
                ('note', fields.CharField(default='', max_length=600)),
                ('done_on', fields.DateField(null=True)),
            ],
            options={'table': 'idea_step', 'app': 'civic', 'constraints': [CheckConstraint(check="key <> '' OR title <> ''", name='idea_step_named')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdeaSupport',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('idea', fields.ForeignKeyField('civic.Idea', source_field='idea_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('civic.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'idea_support', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('idea_id', 'person_id'), name='idea_support_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdeaTopic',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('idea', fields.ForeignKeyField('civic.Idea', source_field='idea_id', db_index=True, db_constraint=True, to_field='id', related_name='topics', on_delete=OnDelete.CASCADE)),
                ('topic', fields.CharField(db_index=True, max_length=30)),
            ],
            options={'table': 'idea_topic', 'app': 'civic', 'constraints': [UniqueConstraint(fields=('idea_id', 'topic'), name='idea_topic_once')], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
