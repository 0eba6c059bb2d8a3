"""The ways to sign in, to one's own account, and to the second factor that is still missing."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from eldercare.accounts.access import is_manager
from eldercare.accounts.selectors import holds_post


def account_items(request: HttpRequest) -> list[tuple[str, str, bool, str]]:
    """Give label, address, whether one is there, and icon (ACCOUNT_NAV_SOURCES)."""
    if not request.viewer.is_known:
        return [_item(request, _("登录"), "accounts:sign_in", "person")]
    items = []
    if not request.viewer.second_factor and holds_post(request.viewer.user_id):
        items.append(_item(request, _("验证身份后办公"), "accounts:second_factor", "shield"))
    if is_manager(request.viewer):
        items.append(_item(request, _("同事和岗位"), "accounts:team", "work"))
    return [*items, _item(request, _("我的账号"), "accounts:account", "person")]


def _item(request: HttpRequest, label: str, name: str, icon: str) -> tuple[str, str, bool, str]:
    url = reverse(name)
    return label, url, request.path.startswith(url), icon
