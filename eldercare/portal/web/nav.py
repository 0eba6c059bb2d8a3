"""The main ways round, by who is looking. The portal knows every floor's doors, so it supplies them (NAV_SOURCES)."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

WORK = ("region", "agency", "facility")


def main_items(request: HttpRequest) -> list[tuple[str, str, bool, str]]:
    """Give label, address, whether one is there, and icon."""
    viewer = request.viewer
    items = [
        _item(request, _("找养老院"), "portal:homes", "search"),
        _item(request, _("能领什么补贴"), "portal:subsidies", "money"),
    ]
    if viewer.places("elder") or (viewer.is_known and not _works(request)):
        items.append(_item(request, _("我的老人"), "people:elders", "heart"))
    if _works(request):
        items.append(_item(request, _("我的待办"), "portal:desk", "work"))
    homes = viewer.places("facility")
    if len(homes) == 1:
        items.append(_item(request, _("我的机构"), "facilities:today", "bed", *homes))
    elif homes:
        items.append(_item(request, _("我的机构"), "facilities:my_homes", "bed"))
    items.append(_item(request, _("三地互认"), "recognition:page", "shield"))
    return items


def _works(request: HttpRequest) -> bool:
    return any(request.viewer.places(kind) for kind in WORK)


def _item(request: HttpRequest, label: str, name: str, icon: str, *args: str) -> tuple[str, str, bool, str]:
    url = reverse(name, args=args)
    return label, url, request.path.startswith(url), icon
