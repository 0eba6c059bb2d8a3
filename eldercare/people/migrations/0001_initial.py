import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import eldercare.kernel.clock
import eldercare.kernel.keys
import eldercare.kernel.sealed
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', eldercare.kernel.sealed.SealedField(default=str, editable=True)),
                ('id_number', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('id_number_index', models.CharField(blank=True, editable=False, max_length=64, null=True)),
                ('birth_date', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('sex', models.CharField(blank=True, choices=[('male', '男'), ('female', '女')], max_length=6, verbose_name='性别')),
                ('phone', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('email', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('made_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'verbose_name': '人员',
                'constraints': [models.UniqueConstraint(fields=('id_number_index',), name='an_identity_number_belongs_to_one_person'), models.CheckConstraint(condition=models.Q(models.Q(('id_number__isnull', True), ('id_number_index__isnull', True)), models.Q(('id_number__isnull', False), ('id_number_index__isnull', False)), _connector='OR'), name='an_identity_number_is_kept_with_its_index')],
            },
        ),
        migrations.CreateModel(
            name='Elder',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='elder', to='people.person')),
                ('registered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('registered_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('died_on', models.DateField(blank=True, null=True, verbose_name='去世日期')),
            ],
            options={
                'verbose_name': '老人',
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('to_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='people.person')),
                ('address', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('channel', models.CharField(choices=[('sms', '手机短信'), ('email', '电子邮件'), ('in_app', '站内消息')], max_length=8, verbose_name='渠道')),
                ('kind', models.CharField(max_length=40)),
                ('subject', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('body', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('language', models.CharField(max_length=12)),
                ('state', models.CharField(choices=[('queued', '等待发送'), ('sent', '已发送'), ('failed', '没有送到')], default='queued', max_length=8, verbose_name='状态')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '信件',
                'indexes': [models.Index(fields=['to_person', '-id'], name='people_lett_to_pers_aa575a_idx'), models.Index(condition=models.Q(('state', 'queued')), fields=['created_at'], name='letters_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='a_sent_letter_says_when'), models.CheckConstraint(condition=models.Q(('channel', 'in_app'), ('address__isnull', False), _connector='OR'), name='a_letter_that_travels_has_an_address'), models.CheckConstraint(condition=models.Q(models.Q(('channel', 'in_app'), _negated=True), ('to_person__isnull', False), _connector='OR'), name='an_in_app_letter_has_a_reader')],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='people.elder')),
                ('number', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('number_index', models.CharField(blank=True, editable=False, max_length=64, null=True)),
                ('facts', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='日期')),
                ('source', models.CharField(choices=[('family', '家庭申报'), ('officer', '窗口登记'), ('data_sharing', '部门数据')], default='family', max_length=12, verbose_name='来源')),
                ('recorded_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '残疾人证',
                'indexes': [models.Index(fields=['number_index'], name='certificates_by_number')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_at__isnull', True)), expressions=[('elder', '='), ('days', '&&')], name='an_elder_holds_one_disability_certificate_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='people.elder')),
                ('purpose', models.CharField(choices=[('registration', '登记和保管老人资料'), ('representation', '请家人代办'), ('guardianship', '由监护人办理'), ('kin_access', '请家人一起看资料'), ('assessment_sharing', '把能力评估结果给养老院和补贴部门看'), ('home_application', '把老人资料给申请入住的养老院看'), ('subsidy_routing', '每月补贴先付养老院费用')], max_length=24, verbose_name='用途')),
                ('text_version', models.CharField(max_length=24, verbose_name='文本版本')),
                ('about', models.CharField(blank=True, max_length=80, verbose_name='对象')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('given_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回时间')),
                ('revoked_by', models.CharField(blank=True, max_length=80)),
                ('evidence', models.CharField(default='page', max_length=12, verbose_name='方式')),
            ],
            options={
                'verbose_name': '同意',
                'constraints': [models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('revoked_at__gte', models.F('given_at')), _connector='OR'), name='a_consent_is_revoked_after_it_is_given'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='a_revoked_consent_says_by_whom')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='a_given_consent_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."elder_id" IS DISTINCT FROM (NEW."elder_id") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."text_version" IS DISTINCT FROM (NEW."text_version") OR OLD."about" IS DISTINCT FROM (NEW."about") OR OLD."given_by_id" IS DISTINCT FROM (NEW."given_by_id") OR OLD."given_at" IS DISTINCT FROM (NEW."given_at") OR OLD."evidence" IS DISTINCT FROM (NEW."evidence"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b61cadff7b955af4069d11b29d8933168bc9e3f6', operation='UPDATE', pgid='pgtrigger_a_given_consent_is_not_rewritten_1a767', table='people_consent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='a_consent_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d4f18053b95fcb6eb294775b205cac4c2f72c1c1', operation='DELETE', pgid='pgtrigger_a_consent_is_never_deleted_ef7f9', table='people_consent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='DeathReport',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='death_reports', to='people.elder')),
                ('died_on', models.DateField(null=True, verbose_name='去世日期')),
                ('source', models.CharField(choices=[('family', '家庭申报'), ('officer', '窗口登记'), ('data_sharing', '部门数据')], default='family', max_length=12, verbose_name='来源')),
                ('reported_by', models.CharField(max_length=80)),
                ('reported_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'verbose_name': '去世登记',
                'indexes': [models.Index(fields=['elder', '-id'], name='death_reports_of_an_elder')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deathreport',
            trigger=pgtrigger.compiler.Trigger(name='a_death_report_is_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c3dee00a408a792da5ea49e5408808630ac44611', operation='UPDATE OR DELETE', pgid='pgtrigger_a_death_report_is_written_once_32882', table='people_deathreport', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='declarations', to='people.elder')),
                ('facts', eldercare.kernel.sealed.SealedJSONField(editable=True)),
                ('source', models.CharField(choices=[('family', '家庭申报'), ('officer', '窗口登记'), ('data_sharing', '部门数据')], default='family', max_length=12, verbose_name='来源')),
                ('declared_by', models.CharField(max_length=80)),
                ('declared_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'verbose_name': '申报',
                'indexes': [models.Index(fields=['elder', '-id'], name='people_decl_elder_i_e2ed08_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declaration',
            trigger=pgtrigger.compiler.Trigger(name='a_declaration_is_written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='97e63708d7e836dfb0a16bafa15f95df408f6e03', operation='UPDATE OR DELETE', pgid='pgtrigger_a_declaration_is_written_once_7ba99', table='people_declaration', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='GuardianInvitation',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='people.elder')),
                ('kind', models.CharField(choices=[('agent', '委托代理人'), ('kin', '亲属（只看不办）')], max_length=10, verbose_name='身份')),
                ('address', eldercare.kernel.sealed.SealedField(editable=True)),
                ('address_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('invited_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '邀请家人',
                'constraints': [models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='a_withdrawn_invitation_is_not_accepted'), models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('elder', 'address_index'), name='an_address_is_invited_to_an_elder_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='HukouSpell',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hukou_spells', to='people.elder')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='日期')),
                ('source', models.CharField(choices=[('family', '家庭申报'), ('officer', '窗口登记'), ('data_sharing', '部门数据')], default='family', max_length=12, verbose_name='来源')),
                ('recorded_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '户籍',
                'indexes': [models.Index(fields=['region', 'elder'], name='people_huko_region__85d7d2_idx')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_at__isnull', True)), expressions=[('elder', '='), ('days', '&&')], name='an_elder_has_one_hukou_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('elder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guardianships', to='people.elder')),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardianships', to='people.person')),
                ('kind', models.CharField(choices=[('self', '本人'), ('guardian', '监护人'), ('agent', '委托代理人'), ('kin', '亲属（只看不办）')], max_length=10, verbose_name='身份')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardianships', to='people.consent')),
                ('valid_from', models.DateField(verbose_name='开始日')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='结束日')),
            ],
            options={
                'verbose_name': '代办关系',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='a_guardianship_ends_after_it_begins'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('elder', '='), ('guardian', '='), (models.Func('valid_from', 'valid_until', function='daterange'), '&&')], name='a_person_has_one_role_beside_an_elder_a_day')],
            },
        ),
    ]
