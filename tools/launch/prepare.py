"""Between database and first page: tables, catalogues, static files, reference and demo data. Every step may run again.

One process for all steps: loading Django takes longer than most of them.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from tools import catalogues


def main(data_dir: Path) -> None:
    catalogues.compile_all()
    django.setup()
    details = sys.stderr  # the log; what is printed is for the person
    steps: list[tuple[str, Callable[[], object]]] = [
        ("数据表 tables", lambda: call_command("migrate", interactive=False, verbosity=1, stdout=details)),
        ("缓存表 cache table", lambda: call_command("createcachetable", stdout=details)),
        (
            "静态文件 static files",
            lambda: call_command("collectstatic", interactive=False, verbosity=0, stdout=details),
        ),
        ("基础数据 reference data", lambda: call_command("load_reference", stdout=details)),
    ]
    logins = data_dir / "logins.txt"
    logins.unlink(missing_ok=True)
    if settings.DEMO:
        steps.append(("示例数据 demo data", lambda: call_command("load_demo", stdout=details)))
        steps.append(("示例账号 demo logins", lambda: _write_logins(logins)))
    for name, step in steps:
        print(f"  · {name}", flush=True)
        step()


def _write_logins(path: Path) -> None:
    with path.open("w") as file:
        call_command("demo_logins", stdout=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
