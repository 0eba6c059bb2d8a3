"""Work a decision out again from what was stored: `manage.py explain DECISION [--json]`. Exits with 1 where it differs.

DECISION is the id of a decision or of its application, or the number of the decision document. Facts about the elder are
not printed; the verdicts, amounts and articles are.
"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eldercare.kernel.money import yuan
from eldercare.kernel.sentences import restored
from subsidies.selectors.explain import Replay, find_decision, replay


class Command(BaseCommand):
    help = "Work a decision, and every change after it, out again from the stored facts and the law known then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("decision")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        decision = find_decision(options["decision"])
        if decision is None:
            raise CommandError(f"no decision {options['decision']}", returncode=2)
        found = replay(decision)
        if options["as_json"]:
            self.stdout.write(json.dumps({"replays": [_json(one) for one in found]}, ensure_ascii=False, indent=1))
        else:
            for one in found:
                self._tell(one)
        if not all(one.agrees for one in found):
            raise SystemExit(1)

    def _tell(self, one: Replay) -> None:
        self.stdout.write(f"{one.noun}  {one.benefit}  {one.month}  {one.at.isoformat()}")
        for line in (one.again or {}).get("lines", ()):
            cite = line.get("cite") or {}
            label = restored(line["label"])
            self.stdout.write(f"  {label}  {yuan(line['amount_fen'])}  {cite.get('document')} {cite.get('article')}")
        if one.agrees:
            fen = one.stored["monthly_fen"]
            self.stdout.write(f"  same: {one.stored['verdict']}, {'—' if fen is None else yuan(fen)}")
        for where, stored, again in one.differs:
            self.stdout.write(f"  DIFFERS {where}: stored {stored!r}, now {again!r}")


def _json(one: Replay) -> dict[str, Any]:
    return {
        "noun": one.noun,
        "at": one.at.isoformat(),
        "benefit": one.benefit,
        "month": one.month,
        "agrees": one.agrees,
        "verdict": one.stored.get("verdict") if one.stored else None,
        "monthly_fen": one.stored.get("monthly_fen") if one.stored else None,
        "again_fen": one.again.get("monthly_fen") if one.again else None,
        "differs": [{"where": where, "stored": stored, "again": again} for where, stored, again in one.differs],
    }
