"""What is in an account of the ledger? Always reckoned from the transfers; nothing stores a balance."""

from django.db.models import Q, Sum

from subsidies.models import Transfer


def balance(kind: str, owner: str) -> int:
    """Give an account's fen: what came in minus what went out. A district's fund is negative by what it has spent."""
    into = Q(credit__kind=kind, credit__owner=owner)
    out_of = Q(debit__kind=kind, debit__owner=owner)
    moved = Transfer.objects.filter(into | out_of).aggregate(
        came=Sum("amount_fen", filter=into, default=0), went=Sum("amount_fen", filter=out_of, default=0)
    )
    return moved["came"] - moved["went"]
