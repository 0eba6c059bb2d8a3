
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import eldercare.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.UUIDField(default=eldercare.kernel.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('policy', '养老服务政策'), ('facility_subsidy', '机构补贴'), ('rating', '等级评定'), ('assessment', '能力评估'), ('training', '人才培养结果')], max_length=20, verbose_name='互认种类')),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='有效期')),
                ('terms', models.JSONField(default=dict, verbose_name='条件')),
                ('number', models.CharField(blank=True, max_length=60, null=True, verbose_name='文号')),
                ('title', models.CharField(max_length=200, verbose_name='文件名称')),
                ('article', models.CharField(blank=True, max_length=40, verbose_name='条款')),
                ('url', models.URLField(blank=True, verbose_name='网址')),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('confidence', models.CharField(blank=True, max_length=20, verbose_name='把握')),
                ('source', models.TextField(blank=True, verbose_name='来源')),
                ('issued_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('used_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
            ],
            options={
                'verbose_name': '互认约定',
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('kind', '='), ('issued_in', '='), ('used_in', '='), ('days', '&&')], name='agreements_do_not_overlap_per_pair_and_kind'), models.CheckConstraint(condition=models.Q(('issued_in', models.F('used_in')), _negated=True), name='an_agreement_joins_two_regions'), models.CheckConstraint(condition=models.Q(('kind__in', ['policy', 'facility_subsidy', 'rating', 'assessment', 'training'])), name='an_agreement_is_of_one_of_the_five_kinds'), models.CheckConstraint(condition=models.Q(('days__startswith__isnull', False)), name='an_agreement_has_a_first_day')],
            },
        ),
    ]
