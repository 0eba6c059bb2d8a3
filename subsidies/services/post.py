"""The only writer of the ledger. Money moves by transfer: one row, two accounts, one key; the same key again moves nothing."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from eldercare.audit.services import record
from eldercare.kernel import clock, faults
from eldercare.kernel.locks import lock_one
from eldercare.kernel.viewer import system
from subsidies.choices import LedgerKind, RunState
from subsidies.models import LedgerAccount, Run, Transfer

POST_MID = faults.point("post.mid", "one chunk of a run's transfers is committed, others may follow")
POST_DONE = faults.point("post.done", "a run is posted and nothing has been ordered from the bank yet")

OPEN_ACCOUNTS = """
INSERT INTO subsidies_ledgeraccount (kind, owner)
SELECT DISTINCT 'elder_restricted', 'elder:' || line.elder_id FROM subsidies_runline line
WHERE line.run_id = %(run)s AND NOT EXISTS (
    SELECT FROM subsidies_ledgeraccount known
    WHERE known.kind = 'elder_restricted' AND known.owner = 'elder:' || line.elder_id
)
ON CONFLICT (kind, owner) DO NOTHING
"""
POST_CHUNK = """
WITH chunk AS (
    SELECT line.id, line.elder_id, line.amount_fen FROM subsidies_runline line
    WHERE line.run_id = %(run)s AND line.id > %(after)s ORDER BY line.id LIMIT %(chunk)s
), posted AS (
    INSERT INTO subsidies_transfer (key, debit_id, credit_id, amount_fen, effective_on)
    SELECT 'run:' || %(run)s || ':line:' || chunk.id, %(fund)s, account.id, chunk.amount_fen, %(today)s
    FROM chunk
    JOIN subsidies_ledgeraccount account ON account.kind = 'elder_restricted'
        AND account.owner = 'elder:' || chunk.elder_id
    ON CONFLICT (key) DO NOTHING
)
SELECT id FROM chunk ORDER BY id DESC LIMIT 1
"""
POSTED_OF_RUN = """
SELECT count(transfer.id), COALESCE(sum(transfer.amount_fen), 0) FROM subsidies_runline line
JOIN subsidies_transfer transfer ON transfer.key = 'run:' || line.run_id || ':line:' || line.id
WHERE line.run_id = %(run)s
"""
BEFORE_ALL = UUID(int=0)


class OutOfBalance(Exception):
    """What was posted is not what was approved. A bug, not a refusal: nothing goes on until it is understood."""


def account(kind: str, owner: str) -> LedgerAccount:
    """Give an owner's account of a kind, opening it at the first use."""
    found = LedgerAccount.objects.filter(kind=kind, owner=owner).first()
    if found is None:
        LedgerAccount.objects.bulk_create([LedgerAccount(kind=kind, owner=owner)], ignore_conflicts=True)
        found = LedgerAccount.objects.get(kind=kind, owner=owner)
    return found


def transfer(*, key: str, debit: LedgerAccount, credit: LedgerAccount, amount_fen: int, effective_on: date) -> None:
    """Move money between two accounts inside the running transaction; under a key that is used, nothing happens."""
    row = Transfer(key=key, debit=debit, credit=credit, amount_fen=amount_fen, effective_on=effective_on)
    Transfer.objects.bulk_create([row], ignore_conflicts=True)


def post_run(run_id: UUID | str) -> None:
    """Post an approved run: district fund → each elder's restricted account, chunk by chunk.

    May be called again at any time and by two workers at once; a run that is not approved is left alone.
    """
    after: UUID | None = BEFORE_ALL
    while after is not None:
        after = _post_chunk(run_id, after)
        faults.passing(POST_MID)
    faults.passing(POST_DONE)


@transaction.atomic
def _post_chunk(run_id: UUID | str, after: UUID) -> UUID | None:
    """Post the lines after one; give the last line posted, or None when the run is done."""
    run = lock_one(Run.objects.filter(pk=run_id))
    if run is None or run.state != RunState.APPROVED:
        return None
    fund = account(LedgerKind.DISTRICT_FUND, f"region:{run.region_id}")
    values = {
        "run": str(run.pk),
        "after": after,
        "chunk": settings.POSTING_CHUNK,
        "fund": fund.pk,
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        if after == BEFORE_ALL:
            cursor.execute(OPEN_ACCOUNTS, values)
        cursor.execute(POST_CHUNK, values)
        last = cursor.fetchone()
        if last is not None:
            return last[0]
        cursor.execute(POSTED_OF_RUN, values)
        if cursor.fetchone() != (run.line_count, run.total_fen):
            raise OutOfBalance(f"run {run.pk}: the transfers are not the approved lines")
    run.state, run.posted_at = RunState.POSTED, clock.now()
    run.save(update_fields=["state", "posted_at"])
    record(
        system("settlement"),
        "run.posted",
        f"run:{run.pk}",
        place=run.region_id,
        facts={"lines": run.line_count, "total_fen": run.total_fen},
    )
    return None
