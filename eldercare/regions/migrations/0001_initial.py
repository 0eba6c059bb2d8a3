
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # The clock's function and the extensions stand in the first migration of all.
    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=9, primary_key=True, serialize=False, verbose_name='代码')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('level', models.CharField(choices=[('province', '省、直辖市'), ('prefecture', '地级市'), ('county', '区、县'), ('street', '街道、乡镇')], max_length=10, verbose_name='层级')),
                ('kind', models.CharField(choices=[('administrative', '行政区划'), ('statistical_only', '仅统计使用'), ('virtual', '市辖区汇总')], default='administrative', max_length=16, verbose_name='性质')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='启用日')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='停用日')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='regions.region')),
            ],
            options={
                'verbose_name': '行政区划',
            },
        ),
        migrations.CreateModel(
            name='Pairing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.CharField(max_length=100, verbose_name='文件')),
                ('article', models.CharField(max_length=40, verbose_name='条款')),
                ('valid_from', models.DateField(verbose_name='开始日')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='结束日')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairings', to='regions.region')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paired_by', to='regions.region')),
            ],
            options={
                'verbose_name': '结对',
            },
        ),
        migrations.AddConstraint(
            model_name='region',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code__regex', '^\\d{9}$'), ('level', 'street')), models.Q(models.Q(('level', 'street'), _negated=True), ('code__regex', '^\\d{6}$')), _connector='OR'), name='a_street_has_nine_digits_and_others_six'),
        ),
        migrations.AddConstraint(
            model_name='region',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'province'), ('parent__isnull', True)), models.Q(models.Q(('level', 'province'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='only_a_province_has_no_parent'),
        ),
        migrations.AddConstraint(
            model_name='region',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='a_region_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.UniqueConstraint(fields=('district', 'partner', 'valid_from'), name='a_pairing_is_written_once_per_start_day'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(('district', models.F('partner')), _negated=True), name='a_region_is_not_paired_with_itself'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='a_pairing_ends_after_it_starts'),
        ),
    ]
