"""Accounts, posts, and a client that is really signed in."""

from itertools import count

from django.test import Client

from eldercare.accounts.models import Post, User
from eldercare.accounts.selectors import build_viewer
from eldercare.accounts.services.open_account import open_account
from eldercare.accounts.session import SECOND_FACTOR
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from eldercare.people.rules.address import parse_address
from tests.builders.regions import CHAOYANG, regions

_sequence = count(1)


def make_user(name: str = "李娜", *, address: str | None = None) -> User:
    """An account with an address nobody else has in this run."""
    return open_account(parse_address(address or f"139{next(_sequence):08d}"), name=name)


def make_officer(role: str = "district_officer", region_code: str = CHAOYANG, name: str = "张经办") -> User:
    """An account that holds one post from today."""
    regions()
    user = make_user(name)
    Post.objects.create(user=user, role=role, region_id=region_code, valid_from=clock.today(), appointed_by="builder")
    return user


def viewer_for(user: User, *, second_factor: bool = True) -> Viewer:
    """The viewer a request of this user would have: for tests of services."""
    return build_viewer(user, second_factor=second_factor)


def sign_in(client: Client, user: User, *, second_factor: bool = True) -> Client:
    """Sign the client in, as after the code and, unless said otherwise, after the second factor."""
    client.force_login(user)
    session = client.session
    session[SECOND_FACTOR] = second_factor
    session.save()
    return client
