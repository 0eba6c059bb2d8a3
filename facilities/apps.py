from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FacilitiesConfig(AppConfig):
    name = "facilities"
    label = "facilities"
    verbose_name = _("养老机构")
    default_auto_field = "django.db.models.BigAutoField"
