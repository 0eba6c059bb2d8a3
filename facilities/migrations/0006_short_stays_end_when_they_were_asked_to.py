"""Short stays that were offered before their claims had an end get the day their price was offered until.

Days that are over are left alone: whoever is still in the bed has it.
"""

from django.db import migrations

GIVE_THEM_THEIR_DAY = """
UPDATE facilities_bedclaim claim SET days = daterange(lower(claim.days), asked.until)
FROM (
    SELECT offer.claim_id, offer.from_day + (application.wanted_until - application.wanted_from) AS until
    FROM facilities_offer offer JOIN facilities_application application ON application.id = offer.application_id
    WHERE application.wanted_until IS NOT NULL
) asked
WHERE claim.id = asked.claim_id AND claim.released_at IS NULL AND upper_inf(claim.days)
  AND asked.until > greatest(lower(claim.days), (clock_now() AT TIME ZONE 'Asia/Shanghai')::date)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0005_beds_that_are_somebodys_later"),
    ]

    operations = [migrations.RunSQL(GIVE_THEM_THEIR_DAY, migrations.RunSQL.noop)]
