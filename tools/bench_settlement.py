"""How fast a run is posted: our resumable chunks beside one plain INSERT…SELECT of the same rows into a table of the same walls.

The ratio is what counts; the rows are invented and live in a database of the bench's own, thrown away afterwards.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools.launch.postgres import Postgres

ROWS = 100_000

# The lines belong to nobody, so the walls between them and people go; those of the ledger, which is measured, stay.
SEED = """
DO $$ DECLARE wall record; BEGIN
    FOR wall IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint WHERE contype = 'f'
        AND conrelid IN ('subsidies_run'::regclass, 'subsidies_runline'::regclass)
    LOOP EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', wall.owner, wall.conname); END LOOP;
END $$;
ALTER TABLE subsidies_runline DISABLE TRIGGER USER;
INSERT INTO subsidies_run (id, programme, region_id, benefit_month, state, entitlements_done, entitlements_total,
    line_count, total_fen, cancelled_because, proposed_by_id, approved_by_id)
VALUES (%(run)s, 'bench', '110105', '2026-07-01', 'approved', 0, 0, %(rows)s, %(rows)s::bigint * 60000, '',
    gen_random_uuid(), gen_random_uuid());
INSERT INTO subsidies_runline (id, run_id, entitlement_id, elder_id, benefit_month, cause, amount_fen, explanation)
SELECT gen_random_uuid(), %(run)s, gen_random_uuid(), gen_random_uuid(), '2026-07-01', 'regular', 60000, '[]'
FROM generate_series(1, %(rows)s);
INSERT INTO subsidies_ledgeraccount (kind, owner) VALUES ('district_fund', 'region:110105');
INSERT INTO subsidies_ledgeraccount (kind, owner)
SELECT 'elder_restricted', 'elder:' || elder_id FROM subsidies_runline;
CREATE TABLE plain (LIKE subsidies_transfer INCLUDING ALL);
ALTER TABLE plain ADD FOREIGN KEY (debit_id) REFERENCES subsidies_ledgeraccount,
    ADD FOREIGN KEY (credit_id) REFERENCES subsidies_ledgeraccount;
ANALYZE;
"""
PLAIN = """
INSERT INTO plain (key, debit_id, credit_id, amount_fen, effective_on)
SELECT 'run:' || line.run_id || ':line:' || line.id, fund.id, account.id, line.amount_fen, CURRENT_DATE
FROM subsidies_runline line
JOIN subsidies_ledgeraccount account ON account.kind = 'elder_restricted' AND account.owner = 'elder:' || line.elder_id
JOIN subsidies_ledgeraccount fund ON fund.kind = 'district_fund'
"""


def main() -> None:
    """Measure both and print rows a second and the ratio."""
    with tempfile.TemporaryDirectory(prefix="eldercare-bench-") as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder), log=Path(folder) / "postgres.log")
        server.start()
        try:
            os.environ["DATABASE_URL"] = server.url()
            _measure()
        finally:
            server.stop()


def _measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from eldercare.kernel.keys import new_id
    from subsidies.models import Transfer
    from subsidies.services.post import post_run

    call_command("migrate", verbosity=0)
    run = new_id()
    with connection.cursor() as cursor:
        cursor.execute(SEED, {"run": run, "rows": ROWS})
        plain = _rate(lambda: cursor.execute(PLAIN))
    ours = _rate(lambda: post_run(run))
    posted = Transfer.objects.count()
    if posted != ROWS:
        raise SystemExit(f"posted {posted} of {ROWS} rows")
    print(f"posting {ROWS:,} lines: {ours:,.0f} rows/s in resumable chunks, {plain:,.0f} rows/s in one INSERT…SELECT")
    print(f"ratio: {ours / plain:.0%}")
    connection.close()


def _rate(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return ROWS / (time.perf_counter() - began)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings.test")
    main()
