import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import eldercare.kernel.clock
import eldercare.kernel.keys
import eldercare.kernel.sealed
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignInCode',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('address', eldercare.kernel.sealed.SealedField(editable=True)),
                ('address_index', models.CharField(max_length=64)),
                ('client_index', models.CharField(max_length=64)),
                ('code_digest', models.CharField(max_length=64)),
                ('sent_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('expires_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '登录验证码',
                'indexes': [models.Index(fields=['address_index', 'sent_at'], name='accounts_si_address_9bf8a9_idx'), models.Index(fields=['client_index', 'sent_at'], name='accounts_si_client__363583_idx')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', eldercare.kernel.sealed.SealedField(default=str, editable=True)),
                ('phone', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('phone_index', models.CharField(blank=True, editable=False, max_length=64, null=True)),
                ('email', eldercare.kernel.sealed.SealedField(blank=True, editable=True, null=True)),
                ('email_index', models.CharField(blank=True, editable=False, max_length=64, null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('language', models.CharField(blank=True, max_length=12, verbose_name='语言')),
                ('elder_view', models.BooleanField(default=False, verbose_name='长辈版')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('made_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
            ],
            options={
                'verbose_name': '账号',
                'constraints': [models.UniqueConstraint(fields=('phone_index',), name='a_phone_number_opens_one_account'), models.UniqueConstraint(fields=('email_index',), name='an_email_address_opens_one_account'), models.CheckConstraint(condition=models.Q(('phone_index__isnull', False), ('email_index__isnull', False), _connector='OR'), name='an_account_has_an_address_to_sign_in_with')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('street_officer', '街道经办人'), ('district_officer', '区民政局经办人'), ('city_officer', '市（省）级经办人'), ('auditor', '审计员')], max_length=20, verbose_name='岗位')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('valid_from', models.DateField(verbose_name='上岗日')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='离岗日')),
                ('appointed_by', models.CharField(max_length=80)),
                ('ended_by', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'verbose_name': '岗位',
                'indexes': [models.Index(fields=['region', 'role'], name='accounts_po_region__e9b46b_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='a_post_ends_after_it_begins'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('role', '='), ('region', '='), (models.Func('valid_from', 'valid_until', function='daterange'), '&&')], name='an_officer_holds_a_post_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', eldercare.kernel.sealed.SealedField(default=str, editable=True)),
                ('address', eldercare.kernel.sealed.SealedField(editable=True)),
                ('address_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('role', models.CharField(choices=[('street_officer', '街道经办人'), ('district_officer', '区民政局经办人'), ('city_officer', '市（省）级经办人'), ('auditor', '审计员')], max_length=20, verbose_name='岗位')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.post')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_at', models.DateTimeField(db_default=eldercare.kernel.clock.ClockNow(), editable=False)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '岗位邀请',
                'constraints': [models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='an_invitation_is_accepted_or_withdrawn'), models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('role', 'region', 'address_index'), name='an_address_is_invited_to_a_post_once_at_a_time')],
            },
        ),
    ]
