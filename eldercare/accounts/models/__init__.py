"""What the accounts floor keeps, and what it can never keep."""

from eldercare.accounts.models.post import Invitation, Post
from eldercare.accounts.models.sign_in_code import SignInCode
from eldercare.accounts.models.user import User

__all__ = ["Invitation", "Post", "SignInCode", "User"]
