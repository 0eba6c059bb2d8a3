
import django.db.models.deletion
import django.db.models.functions.datetime
import eldercare.kernel.clock
import eldercare.kernel.keys
import eldercare.kernel.sealed
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models


# The time of the running statement, not of the transaction: who waited for a lock is judged by when the lock was given.
CLOCK = """
CREATE FUNCTION clock_offset() RETURNS interval LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT "offset" FROM audit_clockoffset WHERE id = 1), interval '0') $$;
CREATE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT statement_timestamp() + clock_offset() $$;
"""
NO_CLOCK = "DROP FUNCTION clock_now(); DROP FUNCTION clock_offset();"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name='ClockOffset',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('offset', models.DurationField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='there_is_one_clock')],
            },
        ),
        migrations.RunSQL(CLOCK, NO_CLOCK),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('owner', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('running', '进行中'), ('done', '已完成'), ('failed', '未完成')], default='running', max_length=10)),
                ('total', models.PositiveIntegerField(null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('touched_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('report', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='RequestKey',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('actor', models.CharField(max_length=80)),
                ('door', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=120)),
                ('body', models.CharField(max_length=64)),
                ('answer', eldercare.kernel.sealed.SealedJSONField(editable=True, null=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='ViewOfFile',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow())),
                ('actor', models.CharField(max_length=80)),
                ('actor_role', models.CharField(blank=True, max_length=60)),
                ('elder_id', models.UUIDField()),
                ('part', models.CharField(max_length=60)),
                ('reason', models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow())),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor', models.CharField(max_length=80)),
                ('act', models.CharField(max_length=60)),
                ('noun', models.CharField(max_length=120)),
                ('place', models.CharField(blank=True, max_length=60)),
                ('facts', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['noun', 'id'], name='audit_event_noun_c2df8b_idx'), models.Index(fields=['place', 'id'], name='audit_event_place_ba8686_idx')],
            },
        ),
        migrations.CreateModel(
            name='ChainLink',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.CharField(max_length=64)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.event')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='an_event_is_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d804e107ff16b8dc399cd4fcf0fa0c01798bbb68', operation='UPDATE OR DELETE', pgid='pgtrigger_an_event_is_written_once_71012', table='audit_event', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'done', 'failed'])), name='a_job_has_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('total__isnull', True), ('done__lte', models.F('total')), _connector='OR'), name='a_job_is_never_more_than_done'),
        ),
        migrations.AddConstraint(
            model_name='requestkey',
            constraint=models.UniqueConstraint(fields=('actor', 'door', 'key'), name='a_request_key_is_used_once'),
        ),
        migrations.AddIndex(
            model_name='viewoffile',
            index=models.Index(fields=['elder_id', '-id'], name='audit_viewo_elder_i_a6e67d_idx'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='viewoffile',
            trigger=pgtrigger.compiler.Trigger(name='a_look_is_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='737e3bc1635939bdb36d17e46dca77b79217c570', operation='UPDATE OR DELETE', pgid='pgtrigger_a_look_is_written_once_65b20', table='audit_viewoffile', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='chainlink',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='the_chain_starts_at_one'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chainlink',
            trigger=pgtrigger.compiler.Trigger(name='a_link_is_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b12b73ef047ed10d6e069f68bc5fd19565a8245d', operation='UPDATE OR DELETE', pgid='pgtrigger_a_link_is_written_once_67681', table='audit_chainlink', when='BEFORE')),
        ),
    ]
