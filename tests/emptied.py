"""Every table is empty again after a test that commits. Django truncates a hundred tables for it, most of them empty: a third
of a second of the database's time each. Deleting with constraints and triggers asleep takes a hundredth of that.

What no test changes stays: the divisions, and what Django itself writes after migrating.
"""

from functools import cache

import psycopg2
from django.db import connection, transaction

STAYS = {"regions_region", "regions_pairing", "django_content_type", "auth_permission"}


def let_triggers_sleep(server) -> None:
    """Allow the tests' role, on this throw-away server alone, what only a superuser may."""
    superuser = {"user": "postgres", "password": server.password, "dbname": "postgres"}
    with psycopg2.connect(host="127.0.0.1", port=server.port, **superuser) as granting:
        granting.cursor().execute("GRANT SET ON PARAMETER session_replication_role TO eldercare")
    granting.close()


def empty_every_table(_test=None) -> None:
    """Delete all rows, committed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_deletions())


@cache
def _deletions() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - STAYS
    return ";".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in sorted(tables))
