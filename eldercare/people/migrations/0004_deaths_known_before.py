"""A death known before reports were kept gets the report that says so, from the moment the elder was registered here."""

from django.db import migrations

REPORTS = """
INSERT INTO people_deathreport (id, elder_id, died_on, source, reported_by, reported_at)
SELECT gen_random_uuid(), elder.id, elder.died_on, 'officer', 'migration', elder.registered_at
FROM people_elder elder WHERE elder.died_on IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_superseded_facts")]

    operations = [migrations.RunSQL(REPORTS, migrations.RunSQL.noop)]
