"""What the subsidy floor's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.subsidies.bank import Bank


@pytest.fixture
def open_bank(tmp_path: Path, settings) -> Iterator:
    """Return `open_bank(*rules)`: start the sandbox bank with a schedule and point the channel at it."""
    opened: list[Bank] = []

    def opener(*rules: dict) -> Bank:
        folder = tmp_path / f"bank-{len(opened)}"
        folder.mkdir()
        bank = Bank(folder, rules)
        opened.append(bank)
        settings.SANDBOX_BANK_URL = bank.url
        settings.SANDBOX_BANK_SECONDS = 2
        return bank.start()

    yield opener
    for bank in opened:
        bank.kill()
