"""Addresses of the accounts floor's pages."""

from django.urls import path

from eldercare.accounts.web import account, second_factor, sign_in, team

app_name = "accounts"
urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/code", sign_in.code, name="code"),
    path("sign-in/again", sign_in.again, name="again"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("second-factor", second_factor.second_factor, name="second_factor"),
    path("second-factor/enrol", second_factor.enrol, name="enrol"),
    path("account", account.account, name="account"),
    path("team", team.team, name="team"),
    path("team/offer", team.offer, name="offer"),
    path("team/posts/<uuid:post_id>/replace", team.replace, name="replace"),
    path("team/posts/<uuid:post_id>/end", team.end, name="end"),
    path("team/posts/<uuid:post_id>/reset", team.reset, name="reset"),
    path("team/invitations/<uuid:invitation_id>/withdraw", team.withdraw, name="withdraw"),
    path("invitations/<uuid:invitation_id>", team.invitation, name="invitation"),
]
