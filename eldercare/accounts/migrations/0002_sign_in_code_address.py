import eldercare.kernel.sealed
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='signincode',
            name='address',
            field=eldercare.kernel.sealed.SealedField(default=str),
            preserve_default=False,
        ),
    ]
