"""What the stories share."""

from tests.subsidies.conftest import open_bank

__all__ = ["open_bank"]
