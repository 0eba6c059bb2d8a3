import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
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
        ('audit', '0001_initial'),
        ('people', '0001_initial'),
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DirectoryImport',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('file_name', models.CharField(max_length=200)),
                ('content', models.BinaryField(null=True)),
                ('digest', models.CharField(max_length=64)),
                ('made_by', models.CharField(max_length=80)),
                ('scope', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), blank=True, default=list, size=None)),
                ('state', models.CharField(choices=[('reading', '正在读取'), ('previewed', '等您核对'), ('applying', '正在写入'), ('applied', '已写入'), ('undoing', '正在撤销'), ('undone', '已撤销'), ('failed', '没有完成')], default='reading', max_length=10)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.job')),
                ('notes', models.JSONField(default=dict)),
                ('counts', models.JSONField(default=dict)),
                ('refusal', models.JSONField(null=True)),
                ('made_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-made_at'], name='imports_latest_first')],
                'constraints': [models.CheckConstraint(condition=models.Q(('undone_at__isnull', True), ('applied_at__isnull', False), _connector='OR'), name='an_import_is_applied_before_it_is_undone'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['applied', 'undoing', 'undone']), _negated=True), ('applied_at__isnull', False), _connector='OR'), name='an_applied_import_says_when')],
            },
        ),
        migrations.CreateModel(
            name='Facility',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('alias', models.CharField(blank=True, max_length=120)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('kind', models.CharField(choices=[('home', '养老机构'), ('centre', '区级养老服务指导中心'), ('complex', '区域养老服务综合体'), ('station', '社区养老服务驿站'), ('day_care', '日间照料'), ('meal_point', '助餐点')], default='home', max_length=12)),
                ('nature', models.CharField(blank=True, choices=[('public', '公办'), ('public_built_private_run', '公建民营'), ('private', '民办')], max_length=26)),
                ('credit_code', models.CharField(blank=True, max_length=18)),
                ('filing_number', models.CharField(blank=True, max_length=60)),
                ('filed_on', models.DateField(blank=True, null=True)),
                ('licence_number', models.CharField(blank=True, max_length=60)),
                ('licence_valid_until', models.DateField(blank=True, null=True)),
                ('operating', models.CharField(blank=True, choices=[('open', '运营中'), ('suspended', '暂停运营'), ('closed', '已关停')], max_length=10)),
                ('opened', models.CharField(blank=True, max_length=10)),
                ('for_profit', models.BooleanField(blank=True, null=True)),
                ('legal_person', models.CharField(blank=True, max_length=60)),
                ('contact_person', models.CharField(blank=True, max_length=60)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('transport', models.CharField(blank=True, max_length=200)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('datum', models.CharField(blank=True, choices=[('wgs84', 'WGS-84'), ('gcj02', 'GCJ-02（高德、腾讯地图），已换算'), ('bd09', 'BD-09（百度地图），已换算'), ('unstated', '没有写明，可能差几百米')], max_length=8)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('licensed_beds', models.PositiveIntegerField(blank=True, null=True)),
                ('nursing_beds', models.PositiveIntegerField(blank=True, null=True)),
                ('care_workers', models.PositiveIntegerField(blank=True, null=True)),
                ('certified_workers', models.PositiveIntegerField(blank=True, null=True)),
                ('stated_stars', models.SmallIntegerField(blank=True, null=True)),
                ('has_clinic', models.BooleanField(blank=True, null=True)),
                ('clinic_name', models.CharField(blank=True, max_length=120)),
                ('medical_insurance', models.BooleanField(blank=True, null=True)),
                ('one_card', models.BooleanField(blank=True, null=True)),
                ('subsidy_payable', models.BooleanField(blank=True, null=True)),
                ('takes_dementia', models.BooleanField(blank=True, null=True)),
                ('accepts_levels', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), blank=True, null=True, size=None)),
                ('accepts_hukou', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), blank=True, null=True, size=None)),
                ('is_demo', models.BooleanField(default=False)),
                ('stated_fees', models.JSONField(blank=True, default=list)),
                ('provenance', models.JSONField(blank=True, default=list)),
                ('published', models.JSONField(blank=True, default=list)),
                ('source_key', models.CharField(blank=True, max_length=80, null=True, unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['region'], name='facility_by_region'), models.Index(condition=models.Q(('credit_code', ''), _negated=True), fields=['credit_code'], name='facility_by_credit_code')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__isnull', False), ('longitude__range', (-180, 180))), _connector='OR'), name='a_home_has_both_coordinates_or_none'), models.CheckConstraint(condition=models.Q(('licensed_beds__isnull', True), ('nursing_beds__isnull', True), ('nursing_beds__lte', models.F('licensed_beds')), _connector='OR'), name='a_home_has_no_more_nursing_beds_than_beds'), models.CheckConstraint(condition=models.Q(('stated_stars__isnull', True), ('stated_stars__range', (1, 5)), _connector='OR'), name='stated_stars_are_one_to_five'), models.CheckConstraint(condition=models.Q(('opened', ''), ('opened__regex', '^\\d{4}(-\\d{2}(-\\d{2})?)?$'), _connector='OR'), name='a_home_opened_in_a_year_month_or_day'), models.UniqueConstraint(condition=models.Q(('credit_code', ''), _negated=True), fields=('credit_code', 'name', 'region'), name='a_home_is_kept_once_per_code_name_and_region')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='facility',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT COALESCE(NEW.id, OLD.id); RETURN NULL;', hash='f91846dc9b4913a52583b42b88a1b023ea7e0645', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_18e38', table='facilities_facility', when='AFTER')),
        ),
        migrations.CreateModel(
            name='PastBed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bed_id', models.UUIDField()),
                ('facility_id', models.UUIDField()),
                ('room_type', models.CharField(choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
                ('bed_type', models.CharField(choices=[('nursing', '护理型床位'), ('dementia', '认知症床位'), ('inclusive', '普惠床位'), ('short_stay', '旅居床位'), ('ordinary', '普通床位')], max_length=12)),
                ('admittable', models.BooleanField()),
                ('why_closed', models.CharField(blank=True, max_length=10)),
                ('made_at', models.DateTimeField()),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('until', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['facility_id', 'until'], name='past_bed_by_home')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastbed',
            trigger=pgtrigger.compiler.Trigger(name='what_a_bed_was_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e2b14a47d594e2fb7af636929f09ed0a13f34b37', operation='UPDATE OR DELETE', pgid='pgtrigger_what_a_bed_was_is_not_rewritten_ec71d', table='facilities_pastbed', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='PastClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claim_id', models.UUIDField()),
                ('bed_id', models.UUIDField()),
                ('kind', models.CharField(choices=[('hold', '预留'), ('offer', '已发通知，等家属答复'), ('stay', '有人入住'), ('blocked', '暂停使用')], max_length=8)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('claimed_at', models.DateTimeField()),
                ('lapses_at', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['bed_id', 'until'], name='past_claim_by_bed')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastclaim',
            trigger=pgtrigger.compiler.Trigger(name='what_a_claim_was_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d0616fc4ae2979de22ef2f678d83cbfa64aae00f', operation='UPDATE OR DELETE', pgid='pgtrigger_what_a_claim_was_is_not_rewritten_082d2', table='facilities_pastclaim', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='facilities.facility')),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.elder')),
                ('by_person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('room_type', models.CharField(choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
                ('care_grade', eldercare.kernel.sealed.SealedField(editable=True)),
                ('wanted_from', models.DateField()),
                ('wanted_until', models.DateField(blank=True, null=True)),
                ('stay_kind', models.CharField(choices=[('long', '长住'), ('short', '短住（旅居）')], default='long', max_length=5)),
                ('state', models.CharField(choices=[('submitted', '等机构答复'), ('offered', '机构已留床，等您答复'), ('accepted', '已接受床位'), ('declined', '家属谢绝'), ('withdrawn', '家属撤回'), ('refused', '机构未能接收'), ('closed', '已结束')], default='submitted', max_length=10)),
                ('fit', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('submitted_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('also_rooms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8), blank=True, default=list, size=None)),
                ('bed_type', models.CharField(blank=True, choices=[('nursing', '护理型床位'), ('dementia', '认知症床位'), ('inclusive', '普惠床位'), ('short_stay', '旅居床位'), ('ordinary', '普通床位')], max_length=12)),
                ('priority', models.CharField(default='ordinary', max_length=16)),
                ('priority_case', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('place_since', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('paused_until', models.DateField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'indexes': [models.Index(fields=['facility', 'state', 'submitted_at'], name='application_queue'), models.Index(fields=['facility', 'state', 'place_since'], name='application_places')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['submitted', 'offered'])), fields=('elder', 'facility'), name='one_open_application_per_elder_and_home'), models.CheckConstraint(condition=models.Q(models.Q(('stay_kind', 'long'), ('wanted_until__isnull', True)), models.Q(('stay_kind', 'short'), ('wanted_until__gt', models.F('wanted_from'))), _connector='OR'), name='a_short_stay_has_a_last_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='an_application_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{submitted:offered,submitted:refused,submitted:withdrawn,submitted:closed,offered:submitted,offered:accepted,offered:declined,offered:withdrawn,offered:closed,accepted:closed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='7b2afa9b813c0d745a87b2f662d9b5f571e6a973', operation='UPDATE', pgid='pgtrigger_an_application_goes_its_way_40315', table='facilities_application', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='BedConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='facilities.facility')),
                ('at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow())),
                ('by', models.CharField(max_length=80)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('changes', models.JSONField(blank=True, default=list)),
                ('counted', models.JSONField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['facility', '-at'], name='confirmation_latest_first')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedconfirmation',
            trigger=pgtrigger.compiler.Trigger(name='what_was_confirmed_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."by" IS DISTINCT FROM (NEW."by") OR OLD."changes" IS DISTINCT FROM (NEW."changes") OR OLD."counted" IS DISTINCT FROM (NEW."counted") OR OLD."facility_id" IS DISTINCT FROM (NEW."facility_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."reference" IS DISTINCT FROM (NEW."reference"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e26b2f24b276fa0a81638f01562a698b96e419a9', operation='UPDATE', pgid='pgtrigger_what_was_confirmed_is_not_rewritten_b396c', table='facilities_bedconfirmation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedconfirmation',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT COALESCE(NEW.facility_id, OLD.facility_id); RETURN NULL;', hash='560f047968be0ba0d9ef0f0c7ce7d7780684ceb9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_61923', table='facilities_bedconfirmation', when='AFTER')),
        ),
        migrations.CreateModel(
            name='CareWorker',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='care_team', to='facilities.facility')),
                ('name', eldercare.kernel.sealed.SealedField(editable=True)),
                ('certificate_no', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('certificate_index', models.CharField(blank=True, editable=False, max_length=64, null=True)),
                ('level', models.SmallIntegerField(blank=True, choices=[(5, '五级（初级工）'), (4, '四级（中级工）'), (3, '三级（高级工）'), (2, '二级（技师）'), (1, '一级（高级技师）')], null=True)),
                ('issued_in', models.CharField(blank=True, max_length=6)),
                ('issued_on', models.DateField(blank=True, null=True)),
                ('since', models.DateField()),
                ('left_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_on__isnull', True)), fields=('certificate_index',), name='a_certificate_counts_at_one_home_at_a_time'), models.CheckConstraint(condition=models.Q(('level__isnull', True), ('level__range', (1, 5)), _connector='OR'), name='a_skill_level_is_one_to_five'), models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('left_on__gte', models.F('since')), _connector='OR'), name='a_care_worker_leaves_after_they_came')],
            },
        ),
        migrations.CreateModel(
            name='DirectedPriority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='directed', to='facilities.facility')),
                ('hukou', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('document', models.CharField(max_length=120)),
                ('article', models.CharField(blank=True, max_length=40)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('facility', '='), ('hukou', '='), ('days', '&&')], name='a_home_is_directed_to_a_hukou_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='employments', to='facilities.facility')),
                ('role', models.CharField(choices=[('manager', '机构负责人'), ('staff', '工作人员')], max_length=8)),
                ('state', models.CharField(choices=[('claimed', '等区民政局核准'), ('approved', '在岗'), ('refused', '未获核准'), ('ended', '已离岗')], max_length=10)),
                ('evidence', models.CharField(blank=True, max_length=300)),
                ('claimed_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_until', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['claimed', 'approved'])), fields=('user', 'facility'), name='one_live_employment_per_user_and_home'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('user')), _negated=True), _connector='OR'), name='a_claimant_does_not_approve_themselves'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('valid_from__isnull', False), _connector='OR'), name='an_approved_employment_has_a_first_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='employment',
            trigger=pgtrigger.compiler.Trigger(name='an_employment_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{claimed:approved,claimed:refused,approved:ended}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='3da99985a5bdf61d854b46b6c00feae24f3ab7ce', operation='UPDATE', pgid='pgtrigger_an_employment_goes_its_way_fa23a', table='facilities_employment', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Fee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fees', to='facilities.facility')),
                ('kind', models.CharField(choices=[('deposit', '押金'), ('one_off', '一次性费用')], max_length=8)),
                ('name', models.CharField(max_length=40)),
                ('room_type', models.CharField(blank=True, choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
                ('fen', models.BigIntegerField()),
                ('refundable', models.BooleanField(blank=True, null=True)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('recorded_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('facility', '='), ('kind', '='), ('name', '='), ('room_type', '='), ('days', '&&')], name='a_home_has_one_fee_of_a_name_room_and_day'), models.CheckConstraint(condition=models.Q(('fen__gte', 0)), name='a_fee_is_not_negative'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='a_fee_has_a_name'), models.CheckConstraint(condition=models.Q(('days__isempty', False)), name='a_fee_covers_a_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fee',
            trigger=pgtrigger.compiler.Trigger(name='an_announced_fee_keeps_its_amount', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."facility_id" IS DISTINCT FROM (NEW."facility_id") OR OLD."fen" IS DISTINCT FROM (NEW."fen") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."room_type" IS DISTINCT FROM (NEW."room_type"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0870ba988b54b82ab615122466a16f1f5e942fd4', operation='UPDATE', pgid='pgtrigger_an_announced_fee_keeps_its_amount_578df', table='facilities_fee', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='HomeToken',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='facilities.facility')),
                ('name', models.CharField(max_length=60)),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='HospitalAgreement',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hospital_agreements', to='facilities.facility')),
                ('hospital', models.CharField(max_length=120)),
                ('services', models.CharField(blank=True, max_length=200)),
                ('signed_on', models.DateField(blank=True, null=True)),
                ('valid_until', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('facility', 'hospital'), name='a_home_names_a_hospital_once'), models.CheckConstraint(condition=models.Q(('signed_on__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('signed_on')), _connector='OR'), name='a_hospital_agreement_is_valid_when_signed')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='facilities.directoryimport')),
                ('line', models.PositiveIntegerField()),
                ('sheet', models.CharField(blank=True, max_length=80)),
                ('row', models.PositiveIntegerField()),
                ('verdict', models.CharField(choices=[('new', '新增'), ('update', '更新'), ('same', '没有变化'), ('merge', '与表中另一行合并'), ('conflict', '有冲突，等您决定'), ('refused', '没有采用')], max_length=8)),
                ('decision', models.CharField(blank=True, choices=[('new', '是另一家，新增'), ('update', '是同一家，更新'), ('skip', '这一行不要')], max_length=8)),
                ('reasons', models.JSONField(default=list)),
                ('values', models.JSONField(default=dict)),
                ('changes', models.JSONField(default=dict)),
                ('against', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), blank=True, default=list, size=None)),
                ('home_id', models.UUIDField(blank=True, null=True)),
                ('stored', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['batch', 'verdict', 'line'], name='import_rows_by_verdict')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'line'), name='a_line_of_a_file_is_judged_once'), models.CheckConstraint(condition=models.Q(('stored', False), ('home_id__isnull', False), _connector='OR'), name='a_stored_row_names_its_home')],
            },
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('facility', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='listing', serialize=False, to='facilities.facility')),
                ('made_on', models.DateField()),
                ('holds_until', models.DateTimeField(blank=True, null=True)),
                ('region_code', models.CharField(max_length=9)),
                ('licence_stands', models.BooleanField(default=True)),
                ('quality', models.IntegerField()),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('traits', models.BigIntegerField(default=0)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, size=None)),
                ('self_care_from_fen', models.BigIntegerField(blank=True, null=True)),
                ('partial_from_fen', models.BigIntegerField(blank=True, null=True)),
                ('full_from_fen', models.BigIntegerField(blank=True, null=True)),
                ('dementia_from_fen', models.BigIntegerField(blank=True, null=True)),
                ('bed_single_fen', models.BigIntegerField(blank=True, null=True)),
                ('bed_double_fen', models.BigIntegerField(blank=True, null=True)),
                ('bed_triple_fen', models.BigIntegerField(blank=True, null=True)),
                ('bed_multi_fen', models.BigIntegerField(blank=True, null=True)),
                ('care_self_care_fen', models.BigIntegerField(blank=True, null=True)),
                ('care_partial_fen', models.BigIntegerField(blank=True, null=True)),
                ('care_full_fen', models.BigIntegerField(blank=True, null=True)),
                ('care_dementia_fen', models.BigIntegerField(blank=True, null=True)),
                ('meal_fen', models.BigIntegerField(blank=True, null=True)),
                ('beds_until', models.DateTimeField(blank=True, null=True)),
                ('free_days', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('free_days_single', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('free_days_double', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('free_days_triple', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('free_days_multi', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('name_plain', models.TextField()),
                ('name_initials', models.TextField()),
                ('name_marks', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, size=None)),
            ],
            options={
                'indexes': [models.Index(fields=['-quality', 'facility'], name='listing_in_order'), models.Index(django.db.models.functions.text.Left('region_code', 2), models.OrderBy(models.F('quality'), descending=True), models.F('facility'), name='listing_by_province'), models.Index(django.db.models.functions.text.Left('region_code', 4), models.OrderBy(models.F('quality'), descending=True), models.F('facility'), name='listing_by_prefecture'), models.Index(django.db.models.functions.text.Left('region_code', 6), models.OrderBy(models.F('quality'), descending=True), models.F('facility'), name='listing_by_county'), models.Index(django.db.models.functions.comparison.Coalesce('self_care_from_fen', models.Value(9007199254740992)), models.F('facility'), name='listing_by_self_care_price'), models.Index(django.db.models.functions.comparison.Coalesce('partial_from_fen', models.Value(9007199254740992)), models.F('facility'), name='listing_by_partial_price'), models.Index(django.db.models.functions.comparison.Coalesce('full_from_fen', models.Value(9007199254740992)), models.F('facility'), name='listing_by_full_price'), models.Index(django.db.models.functions.comparison.Coalesce('dementia_from_fen', models.Value(9007199254740992)), models.F('facility'), name='listing_by_dementia_price'), models.Index(fields=['holds_until'], name='listing_by_end'), django.contrib.postgres.indexes.GinIndex(fields=['marks'], name='listing_by_mark'), django.contrib.postgres.indexes.GinIndex(fields=['name_marks'], name='listing_by_name_mark'), django.contrib.postgres.indexes.GistIndex(models.Func('longitude', 'latitude', function='point', output_field=models.TextField()), name='listing_by_position')],
            },
        ),
        migrations.CreateModel(
            name='ListingDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facility', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='facilities.facility')),
            ],
        ),
        migrations.CreateModel(
            name='ListRule',
            fields=[
                ('facility', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='list_rule', serialize=False, to='facilities.facility')),
                ('mode', models.CharField(choices=[('auto', '空出床位就自动通知下一家'), ('propose', '先提示工作人员，由工作人员发通知')], default='auto', max_length=8)),
                ('hours', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('hours__isnull', True), ('hours__gte', 1), _connector='OR'), name='a_family_has_at_least_an_hour')],
            },
        ),
        migrations.CreateModel(
            name='NumberReport',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='number_reports', to='facilities.facility')),
                ('reported_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('says', models.CharField(choices=[('full', '页面说有空床，机构说没有了'), ('free', '页面说没有空床，其实有'), ('other', '别的数目不对')], max_length=8)),
                ('note', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('shown_free', models.PositiveIntegerField(blank=True, null=True)),
                ('shown_as_of', models.DateTimeField(blank=True, null=True)),
                ('client_index', models.CharField(blank=True, max_length=64)),
                ('answer', models.CharField(blank=True, choices=[('corrected', '确实不对，已经改正'), ('was_right', '当时的数是对的')], max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('reply', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'indexes': [models.Index(fields=['facility', '-reported_at'], name='number_report_latest_first'), models.Index(fields=['client_index', 'reported_at'], name='number_report_by_client')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='an_answered_report_says_when_and_what')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numberreport',
            trigger=pgtrigger.compiler.Trigger(name='what_was_reported_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."facility_id" IS DISTINCT FROM (NEW."facility_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."reported_at" IS DISTINCT FROM (NEW."reported_at") OR OLD."says" IS DISTINCT FROM (NEW."says") OR OLD."shown_as_of" IS DISTINCT FROM (NEW."shown_as_of") OR OLD."shown_free" IS DISTINCT FROM (NEW."shown_free"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b6717475af34ffdc1ba3ee2215f9aea1a64d4902', operation='UPDATE', pgid='pgtrigger_what_was_reported_is_not_rewritten_72211', table='facilities_numberreport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numberreport',
            trigger=pgtrigger.compiler.Trigger(name='a_report_is_answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='97ba91e0d474226d5a500d1886f29942946f82d5', operation='UPDATE', pgid='pgtrigger_a_report_is_answered_once_95806', table='facilities_numberreport', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='facilities.facility')),
                ('position', models.PositiveSmallIntegerField()),
                ('alt', models.CharField(max_length=120)),
                ('image', models.BinaryField()),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('uploaded_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('alt', ''), _negated=True), name='a_photo_says_what_it_shows'), models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('facility', 'position'), name='photos_of_a_home_stand_in_one_order')],
            },
        ),
        migrations.CreateModel(
            name='PriceVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='facilities.facility')),
                ('item', models.CharField(choices=[('bed', '床位费'), ('care', '护理费'), ('meal', '餐费')], max_length=8)),
                ('room_type', models.CharField(blank=True, choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
                ('care_grade', models.CharField(blank=True, choices=[('self_care', '自理'), ('partial', '半失能'), ('full', '失能'), ('dementia', '认知症')], max_length=10)),
                ('monthly_fen', models.BigIntegerField()),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('recorded_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('facility', '='), ('item', '='), ('room_type', '='), ('care_grade', '='), ('days', '&&')], name='a_home_has_one_price_per_room_grade_and_day'), models.CheckConstraint(condition=models.Q(('monthly_fen__gte', 0)), name='a_price_is_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('care_grade', ''), ('item', 'bed'), models.Q(('room_type', ''), _negated=True)), models.Q(('item', 'care'), ('room_type', ''), models.Q(('care_grade', ''), _negated=True)), models.Q(('care_grade', ''), ('item', 'meal'), ('room_type', '')), _connector='OR'), name='a_price_names_what_it_is_for'), models.CheckConstraint(condition=models.Q(('days__isempty', False)), name='a_price_covers_a_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='priceversion',
            trigger=pgtrigger.compiler.Trigger(name='a_billed_price_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT 1 FROM facilities_bill b\n    WHERE b.facility_id = OLD.facility_id\n      AND OLD.days && daterange(b.bill_month, (b.bill_month + interval '1 month')::date)\n      AND (TG_OP = 'DELETE'\n           OR OLD.days * daterange(b.bill_month, (b.bill_month + interval '1 month')::date)\n              <> NEW.days * daterange(b.bill_month, (b.bill_month + interval '1 month')::date))\n) THEN\n    RAISE EXCEPTION 'a_billed_price_stays: % of %', TG_TABLE_NAME, OLD.facility_id USING ERRCODE = 'check_violation';\nEND IF;\nRETURN COALESCE(NEW, OLD);\n", hash='dc3b276323ab30c6a2debe388cc3be93a861c6e6', operation='UPDATE OR DELETE', pgid='pgtrigger_a_billed_price_stays_c01e9', table='facilities_priceversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='priceversion',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT COALESCE(NEW.facility_id, OLD.facility_id); RETURN NULL;', hash='6838141fcad054d9171855fa472a7b094342e732', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_11b3b', table='facilities_priceversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='priceversion',
            trigger=pgtrigger.compiler.Trigger(name='an_announced_price_keeps_its_amount', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."care_grade" IS DISTINCT FROM (NEW."care_grade") OR OLD."facility_id" IS DISTINCT FROM (NEW."facility_id") OR OLD."item" IS DISTINCT FROM (NEW."item") OR OLD."monthly_fen" IS DISTINCT FROM (NEW."monthly_fen") OR OLD."room_type" IS DISTINCT FROM (NEW."room_type"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='85554f86007fa99d19301c734c1fb22f5d60be54', operation='UPDATE', pgid='pgtrigger_an_announced_price_keeps_its_amount_d581a', table='facilities_priceversion', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='facilities.facility')),
                ('standard', models.CharField(max_length=60)),
                ('level', models.SmallIntegerField(choices=[(1, '一级'), (2, '二级'), (3, '三级'), (4, '四级'), (5, '五级')])),
                ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('issued_on', models.DateField()),
                ('valid_until', models.DateField()),
                ('status', models.CharField(choices=[('active', '有效'), ('suspended', '暂停'), ('revoked', '撤销')], default='active', max_length=10)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('level__range', (1, 5))), name='a_rating_has_one_to_five_stars'), models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('issued_on'))), name='a_rating_is_valid_when_issued')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rating',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT COALESCE(NEW.facility_id, OLD.facility_id); RETURN NULL;', hash='cf8eabec42cc2b73a0d930441ff502ce62be9639', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_92d13', table='facilities_rating', when='AFTER')),
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rooms', to='facilities.facility')),
                ('name', models.CharField(max_length=40)),
                ('room_type', models.CharField(choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('facility', 'name'), name='a_room_has_one_name_in_its_home')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='room',
            trigger=pgtrigger.compiler.Trigger(name='what_a_room_was_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    IF OLD.facility_id <> NEW.facility_id OR OLD.room_type <> NEW.room_type THEN\n        INSERT INTO facilities_pastbed (bed_id, facility_id, room_type, bed_type, admittable, why_closed, made_at,\n            valid_from, valid_until, until)\n        SELECT b.id, OLD.facility_id, OLD.room_type, b.bed_type, b.admittable, b.why_closed, b.made_at,\n            b.valid_from, b.valid_until, clock_now()\n        FROM facilities_bed b WHERE b.room_id = OLD.id;\n    END IF;\n    RETURN NEW;\n    ', hash='85b05e5f60cf459e77d3a82aacfdb791c0fa5add', operation='UPDATE OF "facility_id", "room_type"', pgid='pgtrigger_what_a_room_was_is_kept_962c2', table='facilities_room', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='room',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT COALESCE(NEW.facility_id, OLD.facility_id); RETURN NULL;', hash='ea8b4ef047eed5b3c8c1aafea213be5902463220', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_ba83d', table='facilities_room', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ShortStayPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='short_prices', to='facilities.facility')),
                ('room_type', models.CharField(choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
                ('unit', models.CharField(choices=[('day', '每天'), ('month', '每月')], max_length=5)),
                ('season', models.CharField(blank=True, max_length=40)),
                ('fen', models.BigIntegerField()),
                ('includes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('bed', '床位费'), ('care', '护理费'), ('meal', '餐费')], max_length=8), size=None)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('recorded_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('facility', '='), ('room_type', '='), ('unit', '='), ('days', '&&')], name='a_home_has_one_short_stay_price_per_room_unit_and_day'), models.CheckConstraint(condition=models.Q(('fen__gte', 0)), name='a_short_stay_price_is_not_negative'), models.CheckConstraint(condition=models.Q(('includes__contains', ['bed'])), name='a_short_stay_price_includes_the_bed'), models.CheckConstraint(condition=models.Q(('days__isempty', False)), name='a_season_covers_a_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shortstayprice',
            trigger=pgtrigger.compiler.Trigger(name='a_billed_price_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT 1 FROM facilities_bill b\n    WHERE b.facility_id = OLD.facility_id\n      AND OLD.days && daterange(b.bill_month, (b.bill_month + interval '1 month')::date)\n      AND (TG_OP = 'DELETE'\n           OR OLD.days * daterange(b.bill_month, (b.bill_month + interval '1 month')::date)\n              <> NEW.days * daterange(b.bill_month, (b.bill_month + interval '1 month')::date))\n) THEN\n    RAISE EXCEPTION 'a_billed_price_stays: % of %', TG_TABLE_NAME, OLD.facility_id USING ERRCODE = 'check_violation';\nEND IF;\nRETURN COALESCE(NEW, OLD);\n", hash='2facbb7bdfe6134fd367f50178bee4db73daf674', operation='UPDATE OR DELETE', pgid='pgtrigger_a_billed_price_stays_60b72', table='facilities_shortstayprice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shortstayprice',
            trigger=pgtrigger.compiler.Trigger(name='an_announced_season_keeps_its_amount', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."facility_id" IS DISTINCT FROM (NEW."facility_id") OR OLD."fen" IS DISTINCT FROM (NEW."fen") OR OLD."includes" IS DISTINCT FROM (NEW."includes") OR OLD."room_type" IS DISTINCT FROM (NEW."room_type") OR OLD."unit" IS DISTINCT FROM (NEW."unit"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='db0435e29651cdb625e1f36aa32145d9892f425b', operation='UPDATE', pgid='pgtrigger_an_announced_season_keeps_its_amount_a71f3', table='facilities_shortstayprice', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='StaffInvitation',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='facilities.facility')),
                ('role', models.CharField(choices=[('manager', '机构负责人'), ('staff', '工作人员')], max_length=8)),
                ('address', eldercare.kernel.sealed.SealedField(editable=True)),
                ('address_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('facility', 'address_index'), name='an_address_is_invited_to_a_home_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='VisitSlot',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visit_slots', to='facilities.facility')),
                ('starts_at', models.DateTimeField()),
                ('minutes', models.PositiveSmallIntegerField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('facility', 'starts_at'), name='a_visit_time_is_published_once'), models.CheckConstraint(condition=models.Q(('minutes__range', (10, 240))), name='a_visit_lasts_between_10_minutes_and_4_hours')],
            },
        ),
        migrations.CreateModel(
            name='AdmissionFinding',
            fields=[
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='facilities.application')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='admission_findings', to='facilities.facility')),
                ('found_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('shown_free', models.PositiveIntegerField()),
                ('as_shown', models.BooleanField()),
            ],
            options={
                'indexes': [models.Index(fields=['facility', '-found_at'], name='finding_latest_first')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='admissionfinding',
            trigger=pgtrigger.compiler.Trigger(name='what_an_application_met_is_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='38e63e35adf0eaedef2d3fbd4209ba8852d7d966', operation='UPDATE OR DELETE', pgid='pgtrigger_what_an_application_met_is_written_once_49c19', table='facilities_admissionfinding', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Bed',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='beds', to='facilities.room')),
                ('name', models.CharField(max_length=40)),
                ('bed_type', models.CharField(choices=[('nursing', '护理型床位'), ('dementia', '认知症床位'), ('inclusive', '普惠床位'), ('short_stay', '旅居床位'), ('ordinary', '普通床位')], default='nursing', max_length=12)),
                ('admittable', models.BooleanField(default=True)),
                ('why_closed', models.CharField(blank=True, choices=[('staffing', '护理人手不够'), ('repair', '维修'), ('cleaning', '消毒、隔离'), ('reserved', '机构自己要用'), ('other', '其他原因')], max_length=10)),
                ('made_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('room', 'name'), name='a_bed_has_one_name_in_its_room'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='a_bed_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('why_closed', ''), ('admittable', False), _connector='OR'), name='only_a_closed_bed_says_why')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bed',
            trigger=pgtrigger.compiler.Trigger(name='what_a_bed_was_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE room facilities_room%ROWTYPE;', func="\n    SELECT * INTO room FROM facilities_room WHERE id = OLD.room_id;\n    IF room.id IS NOT NULL AND (TG_OP = 'DELETE' OR OLD.* IS DISTINCT FROM NEW.*) THEN\n        INSERT INTO facilities_pastbed (bed_id, facility_id, room_type, bed_type, admittable, why_closed, made_at,\n            valid_from, valid_until, until)\n        VALUES (OLD.id, room.facility_id, room.room_type, OLD.bed_type, OLD.admittable, OLD.why_closed, OLD.made_at,\n            OLD.valid_from, OLD.valid_until, clock_now());\n    END IF;\n    RETURN NULL;\n    ", hash='3e442f2d2d2f85362ebd90436053fde20ea2079d', operation='UPDATE OF "room_id", "bed_type", "admittable", "why_closed", "valid_from", "valid_until" OR DELETE', pgid='pgtrigger_what_a_bed_was_is_kept_5b315', table='facilities_bed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bed',
            trigger=pgtrigger.compiler.Trigger(name='a_bed_outlasts_what_claims_it', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM facilities_bedclaim c\n        WHERE c.bed_id = NEW.id AND c.released_at IS NULL AND c.kind <> 'blocked'\n          AND (c.lapses_at IS NULL OR c.lapses_at > clock_now())\n          AND NOT c.days <@ daterange(LEAST(NEW.valid_from, OLD.valid_from), NEW.valid_until)\n    ) THEN\n        RAISE EXCEPTION 'a_bed_outlasts_what_claims_it: %', NEW.id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n    ", hash='6fcb61ea0a357da0bd73bd84708e12c1cdecd6b6', operation='UPDATE OF "valid_from", "valid_until"', pgid='pgtrigger_a_bed_outlasts_what_claims_it_1b1de', table='facilities_bed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bed',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT facility_id FROM facilities_room WHERE id IN (NEW.room_id, OLD.room_id); RETURN NULL;', hash='554ab2ecf0c9cf2fbc1755800a03eeb33674b8b7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_7d81c', table='facilities_bed', when='AFTER')),
        ),
        migrations.CreateModel(
            name='BedReminder',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bed_reminders', to='facilities.facility')),
                ('confirmation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='facilities.bedconfirmation')),
                ('stage', models.CharField(choices=[('soon', '快要不新鲜了，提醒机构'), ('again', '再提醒机构'), ('district', '告诉区民政局')], max_length=8)),
                ('sent_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('facility', 'confirmation', 'stage'), name='each_staleness_is_told_once_a_stage', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'district'), _negated=True), ('used_at__isnull', True), _connector='OR'), name='only_a_home_s_reminder_has_a_link')],
            },
        ),
        migrations.CreateModel(
            name='TokenUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='facilities.hometoken')),
                ('minute', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['minute'], name='token_use_oldest_first')],
                'constraints': [models.UniqueConstraint(fields=('token', 'minute'), name='a_token_has_one_count_a_minute')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='facilities.visitslot')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='facilities.facility')),
                ('by_person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('elder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.elder')),
                ('state', models.CharField(choices=[('booked', '已预约'), ('cancelled', '已取消'), ('came', '已参观'), ('no_show', '没有来')], default='booked', max_length=10)),
                ('booked_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_by_home', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('shown_free', models.PositiveIntegerField(blank=True, null=True)),
                ('found_free', models.PositiveIntegerField(blank=True, null=True)),
                ('number_right', models.BooleanField(blank=True, null=True)),
                ('found_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['facility', 'state'], name='visit_by_home')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'cancelled'), _negated=True), fields=('slot',), name='a_visit_time_is_booked_once'), models.UniqueConstraint(condition=models.Q(('state', 'booked')), fields=('facility', 'by_person'), name='one_visit_ahead_per_person_and_home'), models.CheckConstraint(condition=models.Q(('state', 'came'), models.Q(('found_at__isnull', True), ('found_free__isnull', True), ('number_right__isnull', True)), _connector='OR'), name='only_who_came_can_say_what_was_found')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='a_visit_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{booked:cancelled,booked:came,booked:no_show}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='b053d665c66f924bda461d0eee6faee409d6c108', operation='UPDATE', pgid='pgtrigger_a_visit_goes_its_way_c5f0b', table='facilities_visit', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='BedClaim',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='facilities.bed')),
                ('kind', models.CharField(choices=[('hold', '预留'), ('offer', '已发通知，等家属答复'), ('stay', '有人入住'), ('blocked', '暂停使用')], max_length=8)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('lapses_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('noun', models.CharField(blank=True, max_length=60)),
                ('note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('released_at__isnull', True)), expressions=[('bed', '='), ('days', '&&')], name='one_bed_is_claimed_once_a_day', violation_error_code='bed_taken'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['hold', 'offer']), ('lapses_at__isnull', False)), models.Q(('kind__in', ['stay', 'blocked']), ('lapses_at__isnull', True)), _connector='OR'), name='only_holds_and_offers_lapse'), models.CheckConstraint(condition=models.Q(('days__isempty', False)), name='a_claim_covers_a_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedclaim',
            trigger=pgtrigger.compiler.Trigger(name='what_a_claim_was_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    IF (OLD.kind, OLD.days, OLD.lapses_at, OLD.released_at)\n       IS DISTINCT FROM (NEW.kind, NEW.days, NEW.lapses_at, NEW.released_at) THEN\n        INSERT INTO facilities_pastclaim (claim_id, bed_id, kind, days, claimed_at, lapses_at, released_at, until)\n        VALUES (OLD.id, OLD.bed_id, OLD.kind, OLD.days, OLD.claimed_at, OLD.lapses_at, OLD.released_at, clock_now());\n    END IF;\n    RETURN NULL;\n    ', hash='b55119832a268fd03744c9fd1efdd5f1971b7f56', operation='UPDATE OF "kind", "days", "lapses_at", "released_at"', pgid='pgtrigger_what_a_claim_was_is_kept_82178', table='facilities_bedclaim', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedclaim',
            trigger=pgtrigger.compiler.Trigger(name='a_claim_ends_before_its_bed_does', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE last date;', func="\n    IF NEW.released_at IS NOT NULL OR NEW.kind = 'blocked' THEN\n        RETURN NULL;\n    END IF;\n    SELECT valid_until INTO last FROM facilities_bed WHERE id = NEW.bed_id FOR SHARE;\n    IF last IS NOT NULL AND NOT NEW.days <@ daterange(NULL, last) THEN\n        RAISE EXCEPTION 'a_claim_ends_before_its_bed_does: %', NEW.bed_id USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n    ", hash='ab51a20622333f5f33d07cda697356c9839e8e97', operation='INSERT OR UPDATE OF "kind", "days", "lapses_at"', pgid='pgtrigger_a_claim_ends_before_its_bed_does_c4119', table='facilities_bedclaim', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedclaim',
            trigger=pgtrigger.compiler.Trigger(name='its_listing_hears_of_it', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO facilities_listingdue (facility_id) SELECT room.facility_id FROM facilities_bed bed JOIN facilities_room room ON room.id = bed.room_id WHERE bed.id = COALESCE(NEW.bed_id, OLD.bed_id); RETURN NULL;', hash='4202c17eda729b5f7c38159820b15e0589650f8e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_its_listing_hears_of_it_87283', table='facilities_bedclaim', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedclaim',
            trigger=pgtrigger.compiler.Trigger(name='a_claim_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d2a6d416102f88378c7fb5f5e35907f60dc45fe5', operation='DELETE', pgid='pgtrigger_a_claim_is_never_deleted_fc223', table='facilities_bedclaim', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedclaim',
            trigger=pgtrigger.compiler.Trigger(name='a_claim_keeps_its_bed_and_when_it_was_made', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."bed_id" IS DISTINCT FROM (NEW."bed_id") OR OLD."claimed_at" IS DISTINCT FROM (NEW."claimed_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d47475848e075752dcf61f412caa6d618a77482c', operation='UPDATE', pgid='pgtrigger_a_claim_keeps_its_bed_and_when_it_was_made_50974', table='facilities_bedclaim', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bedclaim',
            trigger=pgtrigger.compiler.Trigger(name='a_released_claim_stays_released', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."released_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='92c549309b8b562d0df76e2def81da6d21583ef7', operation='UPDATE', pgid='pgtrigger_a_released_claim_stays_released_14aec', table='facilities_bedclaim', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='facilities.bed')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='facilities.facility')),
                ('from_day', models.DateField()),
                ('cause', models.CharField(max_length=60)),
                ('opened_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', '正在按轮候名单询问'), ('taken', '已有家庭接受'), ('exhausted', '名单上没有合适的家庭'), ('stopped', '机构停止询问')], default='open', max_length=10)),
                ('proposed', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.application')),
            ],
            options={
                'indexes': [models.Index(fields=['facility', '-opened_at'], name='opening_latest_first')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('bed',), name='a_bed_is_open_to_the_list_once'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='an_opening_that_is_over_says_when')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='opening',
            trigger=pgtrigger.compiler.Trigger(name='an_opening_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:taken,open:exhausted,open:stopped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='8f0b92eb31432111835b616b6594731631ee4c41', operation='UPDATE', pgid='pgtrigger_an_opening_ends_once_d7593', table='facilities_opening', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='facilities.application')),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='facilities.bed')),
                ('claim', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='facilities.bedclaim')),
                ('from_day', models.DateField()),
                ('offered_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('lapses_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('live', '等家属答复'), ('accepted', '家属已接受'), ('declined', '家属谢绝'), ('lapsed', '过期未答复'), ('withdrawn', '机构收回')], default='live', max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('extended_at', models.DateTimeField(blank=True, null=True)),
                ('price', eldercare.kernel.sealed.SealedJSONField(editable=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'live')), fields=('bed',), name='one_live_offer_per_bed'), models.UniqueConstraint(condition=models.Q(('state', 'live')), fields=('application',), name='one_live_offer_per_application'), models.CheckConstraint(condition=models.Q(('lapses_at__gt', models.F('offered_at'))), name='an_offer_lapses_after_it_is_made')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offer',
            trigger=pgtrigger.compiler.Trigger(name='an_offer_is_answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{live:accepted,live:declined,live:lapsed,live:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='973fa150aafc3ab18b89ca9f6ec950a63d4249f9', operation='UPDATE', pgid='pgtrigger_an_offer_is_answered_once_6a6e9', table='facilities_offer', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('opening', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='skips', to='facilities.opening')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='skips', to='facilities.application')),
                ('reason', models.CharField(choices=[('not_fit', '不符合机构的接收条件'), ('other_room', '想要别的房型'), ('other_bed', '想要别的床位类型'), ('later', '希望晚一些入住'), ('paused', '家属暂停了轮候'), ('has_offer', '手上已有一份留床通知'), ('declined', '家属没有要这张床'), ('unreachable', '在时限内没有答复'), ('no_price', '机构没有公布这种房型或护理档次的收费'), ('staff', '机构说明了原因')], max_length=12)),
                ('conditions', eldercare.kernel.sealed.SealedJSONField(blank=True, editable=True, null=True)),
                ('by', models.CharField(max_length=80)),
                ('at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('opening', 'application'), name='a_family_is_passed_over_once_for_an_opening')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skip',
            trigger=pgtrigger.compiler.Trigger(name='a_skip_is_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='316a0286b8fb65584b9de75b9e0f2dbd4fa2fcac', operation='UPDATE OR DELETE', pgid='pgtrigger_a_skip_is_never_rewritten_b894f', table='facilities_skip', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.elder')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='facilities.facility')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stay', to='facilities.application')),
                ('claim', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stay', to='facilities.bedclaim')),
                ('room_type', models.CharField(choices=[('single', '单人间'), ('double', '双人间'), ('triple', '三人间'), ('multi', '多人间')], max_length=8)),
                ('stay_kind', models.CharField(choices=[('long', '长住'), ('short', '短住（旅居）')], default='long', max_length=5)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('state', models.CharField(choices=[('expected', '等待入住'), ('in', '在住'), ('ended', '已离开'), ('no_show', '未按时入住'), ('dropped', '入住前取消')], default='expected', max_length=8)),
                ('ended_reason', models.CharField(blank=True, choices=[('went_home', '回家'), ('moved', '转到别的机构'), ('hospital', '转入医院'), ('death', '去世'), ('other', '其他')], max_length=10)),
                ('created_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['facility', 'state'], name='stay_by_home')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ['in', 'ended'])), expressions=[('elder', '='), ('days', '&&')], name='an_elder_lives_in_one_home_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), models.Q(('days__upper_inf', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='a_stay_that_ended_has_a_last_day_and_a_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stay',
            trigger=pgtrigger.compiler.Trigger(name='a_stay_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{expected:in,expected:no_show,expected:dropped,in:ended}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f2b3cd74e391694ff678fccc77410c3f91232873', operation='UPDATE', pgid='pgtrigger_a_stay_goes_its_way_bab6a', table='facilities_stay', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Bill',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('stay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bills', to='facilities.stay')),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.elder')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bills', to='facilities.facility')),
                ('bill_month', models.DateField()),
                ('lines', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('total_fen', models.BigIntegerField()),
                ('state', models.CharField(choices=[('issued', '已出账'), ('settled', '已结清')], default='issued', max_length=8)),
                ('issued_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['facility', '-bill_month'], name='bill_by_home_and_month')],
                'constraints': [models.UniqueConstraint(fields=('stay', 'bill_month'), name='a_stay_has_one_bill_a_month'), models.CheckConstraint(condition=models.Q(('total_fen__gte', 0)), name='a_bill_is_not_negative'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.datetime.ExtractDay('bill_month'), 1)), name='a_bill_month_is_its_first_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bill',
            trigger=pgtrigger.compiler.Trigger(name='an_issued_bill_keeps_its_amount', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "total_fen", "bill_month", "stay_id" or delete rows from % table\', TG_TABLE_NAME;', hash='84a8571f4b1ce398266332ea22b7ea1d6f5926a8', operation='UPDATE OF "total_fen", "bill_month", "stay_id" OR DELETE', pgid='pgtrigger_an_issued_bill_keeps_its_amount_936f9', table='facilities_bill', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bill',
            trigger=pgtrigger.compiler.Trigger(name='a_bill_is_settled_once', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{issued:settled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='4a51eaa2508cd1ed4da1a3aa8f7c1903096fe425', operation='UPDATE', pgid='pgtrigger_a_bill_is_settled_once_55845', table='facilities_bill', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('stay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='facilities.stay')),
                ('parties', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('lines', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('monthly_fen', models.BigIntegerField()),
                ('deposit_fen', models.BigIntegerField()),
                ('deposit_limit_fen', models.BigIntegerField(blank=True, null=True)),
                ('terms', models.JSONField(default=dict)),
                ('starts_on', models.DateField()),
                ('state', models.CharField(choices=[('drawn', '已拟好，等机构签'), ('home_signed', '机构已签，等家属签'), ('signed', '双方已签'), ('void', '已作废')], default='drawn', max_length=12)),
                ('drawn_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('content', models.CharField(max_length=64)),
                ('home_signed_by', models.CharField(blank=True, max_length=80)),
                ('home_signed_at', models.DateTimeField(blank=True, null=True)),
                ('family_signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('family_signed_at', models.DateTimeField(blank=True, null=True)),
                ('voided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('stay',), name='a_stay_has_one_contract_that_counts'), models.CheckConstraint(condition=models.Q(('deposit_fen__gte', 0), models.Q(('deposit_limit_fen__isnull', True), ('deposit_fen__lte', models.F('deposit_limit_fen')), _connector='OR')), name='a_deposit_is_within_its_limit'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'signed'), _negated=True), models.Q(models.Q(('home_signed_by', ''), _negated=True), ('family_signed_at__isnull', False), ('family_signed_by__isnull', False), ('home_signed_at__isnull', False)), _connector='OR'), name='a_signed_contract_has_both_signatures')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='a_contract_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{drawn:home_signed,home_signed:signed,drawn:void,home_signed:void}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='1595fdc50fda794dbdf75d0f87d0fb4089ca6e30', operation='UPDATE', pgid='pgtrigger_a_contract_goes_its_way_a7269', table='facilities_contract', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='a_contract_drawn_up_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "stay_id", "monthly_fen", "deposit_fen", "deposit_limit_fen", "terms", "starts_on", "content" or delete rows from % table\', TG_TABLE_NAME;', hash='d03fdc2751e6024bed507d0e6c23a92ca7a60664', operation='UPDATE OF "stay_id", "monthly_fen", "deposit_fen", "deposit_limit_fen", "terms", "starts_on", "content" OR DELETE', pgid='pgtrigger_a_contract_drawn_up_is_not_rewritten_a1e8e', table='facilities_contract', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='GradeSpell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stay', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='facilities.stay')),
                ('care_grade', eldercare.kernel.sealed.SealedField(editable=True)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('stay', '='), ('days', '&&')], name='a_stay_has_one_grade_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stay', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leaves', to='facilities.stay')),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('stay', '='), ('days', '&&')], name='an_elder_is_away_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.elder')),
                ('old_stay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='facilities.stay')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='transfer', to='facilities.application')),
                ('by_person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('requested_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('moved_on', models.DateField(blank=True, null=True)),
                ('moved_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('moved_at__isnull', False)), fields=('old_stay',), name='a_resident_moves_out_once'), models.CheckConstraint(condition=models.Q(models.Q(('moved_at__isnull', True), ('moved_on__isnull', True)), models.Q(('moved_at__isnull', False), ('moved_on__isnull', False)), _connector='OR'), name='a_move_that_happened_has_its_day')],
            },
        ),
        # The search reads many rows for their filters and few for their names: the names are kept aside.
        migrations.RunSQL(
            "ALTER TABLE facilities_listing SET (toast_tuple_target = 512); "
            "ALTER TABLE facilities_listing ALTER marks SET STORAGE MAIN, ALTER free_days SET STORAGE MAIN",
            migrations.RunSQL.noop,
        ),
    ]
