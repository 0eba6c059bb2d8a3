from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "eldercare.ui"
    label = "ui"
    verbose_name = _("页面构件")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        Field.default_error_messages["required"] = _("请填好这一项。")
