"""How somebody likes the pages."""

from uuid import UUID

from eldercare.accounts.models import User


def keep_preferences(user_id: UUID, *, language: str | None = None, elder_view: bool | None = None) -> None:
    """Keep the language and the view with the account; None leaves one as it is."""
    said = {"language": language, "elder_view": elder_view}
    changes = {name: value for name, value in said.items() if value is not None}
    if changes:
        User.objects.filter(pk=user_id).update(**changes)
