"""One's own account: by which address, with which posts, with or without the second factor."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.accounts.access import is_manager
from eldercare.accounts.selectors import own_posts
from eldercare.accounts.services.posts import invitations_to, open_ones
from eldercare.accounts.services.second_factor import has_second_factor
from eldercare.people.rules.masks import mask_address
from eldercare.regions.selectors import full_names


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show the account to its owner."""
    user = request.user
    posts = own_posts(user.pk)
    offers = list(open_ones(invitations_to(user)))
    places = full_names(row.region_id for row in (*posts, *offers))
    context = {
        "address": mask_address(user.phone or user.email or ""),
        "posts": [(post, places.get(post.region_id, "")) for post in posts],
        "offers": [(offer, places.get(offer.region_id, "")) for offer in offers],
        "has_second_factor": has_second_factor(user.pk),
        "passed": request.viewer.second_factor,
        "is_manager": is_manager(request.viewer),
    }
    return render(request, "accounts/account.html", context)
