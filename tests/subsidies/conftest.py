"""What the subsidy floor's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.subsidies.bank import Bank, BankProcess, BankThread


@pytest.fixture
def open_bank(tmp_path: Path, settings) -> Iterator:
    """Return `open_bank(*rules, process=False)`: open a sandbox bank with a schedule and point the channel at it."""
    opened: list[Bank] = []

    def opener(*rules: dict, process: bool = False) -> Bank:
        folder = tmp_path / f"bank-{len(opened)}"
        folder.mkdir()
        bank = (BankProcess if process else BankThread)(folder, rules)
        opened.append(bank)
        settings.SANDBOX_BANK_URL = bank.url
        settings.SANDBOX_BANK_SECONDS = 2
        return bank.start()

    yield opener
    for bank in opened:
        bank.kill()
