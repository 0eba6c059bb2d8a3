"""The words of the accounts floor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PostRole(models.TextChoices):
    """What an officer is over a region."""

    STREET_OFFICER = "street_officer", _("街道经办人")
    DISTRICT_OFFICER = "district_officer", _("区民政局经办人")
    CITY_OFFICER = "city_officer", _("市（省）级经办人")
    AUDITOR = "auditor", _("审计员")
