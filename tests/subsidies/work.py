"""One doorbell in a process of its own, so that it can be killed."""

from tests.forked import act


def work(task: str, *arguments: object, fault: str = "", chunk: int = 2) -> int:
    """Ring one bell in a fresh process on this test's database; give how it ended (-9: killed at the fault)."""
    from django.conf import settings

    return act(
        f"subsidies.tasks:{task}",
        arguments,
        fault=fault,
        SANDBOX_BANK_URL=settings.SANDBOX_BANK_URL,
        SETTLEMENT_CHUNK=chunk,
        POSTING_CHUNK=chunk,
    )
