from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecognitionConfig(AppConfig):
    name = "eldercare.recognition"
    label = "recognition"
    verbose_name = _("互认")
    default_auto_field = "django.db.models.BigAutoField"
