from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "eldercare.ui"
    label = "ui"
    verbose_name = _("页面构件")
    default_auto_field = "django.db.models.BigAutoField"
