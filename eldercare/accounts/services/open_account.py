"""An account begins at the first sign-in with an address nobody used before."""

from django.db import IntegrityError, transaction

from eldercare.accounts.models import User
from eldercare.accounts.selectors import user_with
from eldercare.audit.services import record
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.viewer import Viewer
from eldercare.people.models import Person
from eldercare.people.rules.address import Address


def open_account(address: Address, *, name: str = "") -> User:
    """Give the account of a proven address, opened now when there is none. Two at once get the same one."""
    known = user_with(address)
    if known:
        return known
    try:
        return _open(address, name)
    except IntegrityError:
        return user_with(address)


@transaction.atomic
def _open(address: Address, name: str) -> User:
    column = "phone" if address.channel == "sms" else "email"
    person = Person.objects.create(name=name, **{column: address.text})
    user = User(name=name, person=person, **{column: address.text, f"{column}_index": blind_index(address.text)})
    user.set_unusable_password()
    user.save()
    record(Viewer(user.pk, person.pk), "account.opened", f"user:{user.pk}", facts={"channel": address.channel})
    return user
