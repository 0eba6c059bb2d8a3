import django.contrib.postgres.constraints
import django.db.models.deletion
import eldercare.kernel.clock
import eldercare.kernel.keys
import eldercare.kernel.sealed
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('people', '0001_initial'),
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('credit_code', models.CharField(blank=True, max_length=18, verbose_name='统一社会信用代码')),
                ('is_demo', models.BooleanField(default=False, verbose_name='示例')),
            ],
            options={
                'verbose_name': '评估机构',
                'constraints': [models.UniqueConstraint(fields=('region', 'name'), name='an_agency_is_named_once_in_its_region')],
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.elder')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='assessments.agency')),
                ('instrument', models.CharField(max_length=40, verbose_name='标准')),
                ('reason', models.CharField(choices=[('first', '首次评估'), ('regular', '常规评估'), ('immediate', '即时评估（情况有变化）'), ('review', '因对结果有疑问进行的复评'), ('other', '其他')], max_length=10, verbose_name='评估原因')),
                ('state', models.CharField(choices=[('requested', '已申请，等待派评估员'), ('assigned', '已派评估员，等待上门'), ('recorded', '已记录，等待第二位评估员审定'), ('concluded', '已出结果'), ('contested', '已申请复评'), ('cancelled', '已取消')], default='requested', max_length=10, verbose_name='状态')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('requested_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('reviews', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='review', to='assessments.assessment')),
                ('doubt', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('first_assessor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second_assessor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answers', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('conditions', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('recorded_at', models.DateTimeField(blank=True, null=True)),
                ('result', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('level', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('concluded_on', models.DateField(blank=True, null=True, verbose_name='评定日期')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='有效期最后一天')),
                ('validity_rule', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': '能力评估',
                'indexes': [models.Index(fields=['elder', '-concluded_on'], name='assessments_elder_i_d5c9b2_idx'), models.Index(fields=['agency', '-id'], name='assessments_agency__2d0ca4_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'assigned', 'recorded', 'concluded', 'contested', 'cancelled'])), name='an_assessment_is_in_a_known_state'), models.CheckConstraint(condition=models.Q(('first_assessor__isnull', True), ('second_assessor__isnull', True), models.Q(('first_assessor', models.F('second_assessor')), _negated=True), _connector='OR'), name='assessors_are_two_people'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'cancelled']), models.Q(('first_assessor__isnull', False), ('second_assessor__isnull', False)), _connector='OR'), name='an_assigned_assessment_has_two_assessors'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('recorded', 'concluded', 'contested')), _negated=True), models.Q(('answers__isnull', False), ('conditions__isnull', False), ('recorded_at__isnull', False)), _connector='OR'), name='a_recorded_assessment_has_its_answers'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('concluded', 'contested')), _negated=True), models.Q(('concluded_on__isnull', False), ('level__isnull', False), ('result__isnull', False), ('valid_until__isnull', False)), _connector='OR'), name='a_concluded_assessment_has_a_level'), models.CheckConstraint(condition=models.Q(('state__in', ('concluded', 'contested')), models.Q(('level__isnull', True), ('result__isnull', True)), _connector='OR'), name='only_a_concluded_assessment_has_a_level'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('concluded_on')), _connector='OR'), name='an_assessment_is_valid_from_the_day_it_concludes'), models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'assigned', 'recorded'))), fields=('elder',), name='an_elder_has_one_open_assessment')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='an_assessment_goes_only_forward', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{requested:assigned,requested:cancelled,assigned:recorded,assigned:cancelled,recorded:assigned,recorded:concluded,concluded:contested}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='ba38ca4183337f9fbafc040b1a083f85eba9b6ec', operation='UPDATE', pgid='pgtrigger_an_assessment_goes_only_forward_06566', table='assessments_assessment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='a_concluded_assessment_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'concluded\', \'contested\') AND (OLD."elder_id" IS DISTINCT FROM (NEW."elder_id") OR OLD."agency_id" IS DISTINCT FROM (NEW."agency_id") OR OLD."instrument" IS DISTINCT FROM (NEW."instrument") OR OLD."first_assessor_id" IS DISTINCT FROM (NEW."first_assessor_id") OR OLD."second_assessor_id" IS DISTINCT FROM (NEW."second_assessor_id") OR OLD."answers" IS DISTINCT FROM (NEW."answers") OR OLD."conditions" IS DISTINCT FROM (NEW."conditions") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."concluded_on" IS DISTINCT FROM (NEW."concluded_on") OR OLD."valid_until" IS DISTINCT FROM (NEW."valid_until") OR OLD."validity_rule" IS DISTINCT FROM (NEW."validity_rule")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d5d5e318512b574d289a2630f162eb26cf087c46', operation='UPDATE', pgid='pgtrigger_a_concluded_assessment_is_not_rewritten_18000', table='assessments_assessment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='an_assessment_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='120291620f7a98d9a64f7c5c99186dce503fc164', operation='DELETE', pgid='pgtrigger_an_assessment_is_never_deleted_cbf1b', table='assessments_assessment', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Assessor',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessors', to='assessments.agency')),
                ('role', models.CharField(choices=[('assessor', '评估员'), ('agency_lead', '评估机构负责人')], default='assessor', max_length=12, verbose_name='身份')),
                ('medical_background', models.BooleanField(default=False, verbose_name='有医护背景')),
                ('valid_from', models.DateField(verbose_name='开始日')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='结束日')),
            ],
            options={
                'verbose_name': '评估员',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='an_assessor_ends_after_they_begin'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('agency', '='), (models.Func('valid_from', 'valid_until', function='daterange'), '&&')], name='an_assessor_serves_an_agency_once_a_day')],
            },
        ),
    ]
