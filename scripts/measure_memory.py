"""Peak memory of `fisioflow birthdays` in a small and in a large clinic, on SQLite and PostgreSQL.

uv run python scripts/measure_memory.py [sqlite] [postgresql] [--spread-only]

Two pairs of clinics on each database, in the plain profile: birthdays spread over the year (2,000 and
200,000 patients), and everybody's birthday on one day (2,000 and 20,000 patients), where every page
is full of messages. They are written in development with FISIOFLOW_OUTBOX=none: rendered, claimed and
recorded, but not kept as files. The peak is `ru_maxrss` of the command's process as the kernel counted
it; PostgreSQL's own memory is not in it. A table on stdout; exit code 1 if one of the large clinics
needs more than 1.5 times as much as its small one.

TEST_DATABASE_URL names a PostgreSQL server to use; else a throwaway one is started. Takes minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

# Only the standard library up here: a child's peak begins with what its parent held when it forked,
# so the command is started by a copy of this script that has imported nothing else.

ROOT = Path(__file__).parents[1]
DATABASES = ("sqlite", "postgresql")
SPREAD, ONE_DAY = "birthdays over the year", "one birthday for all"
CLINICS = {SPREAD: (2_000, 200_000), ONE_DAY: (2_000, 20_000)}
DAYS = {SPREAD: 365, ONE_DAY: 1}
ORGANIZATIONS = 40
BATCH = 10_000
LIMIT = 1.5


def main(arguments: list[str]) -> int:
    """Measure what is asked for and print a row per clinic; 1 if one grows beyond the limit."""
    databases = [name for name in DATABASES if name in arguments] or list(DATABASES)
    worst = 0.0
    print("| database | clinic | patients | messages | seconds | peak MiB | times |")
    print("|---|---|---|---|---|---|---|")
    for database in databases:
        for kind in [SPREAD] if "--spread-only" in arguments else [SPREAD, ONE_DAY]:
            first = None
            for patients in CLINICS[kind]:
                found = measure(database, patients, DAYS[kind])
                first = first or found["mebibytes"]
                times = found["mebibytes"] / first
                worst = max(worst, times)
                print(
                    f"| {database} | {kind} | {patients:,} | {found['sent']:,} "
                    f"| {found['seconds']:.0f} | {found['mebibytes']:.1f} | {times:.2f} |",
                    flush=True,
                )
    return 0 if worst <= LIMIT else 1


def measure(database: str, patients: int, days: int) -> dict[str, Any]:
    """Fill a new database, greet everybody, and tell what that took."""
    with tempfile.TemporaryDirectory(prefix="fisioflow-memory-") as home, empty(database) as url:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "FISIOFLOW_OUTBOX": "none",
            "FISIOFLOW_SEND_WINDOW": "always",
            "DATABASE_URL": url or f"sqlite:///{home}/clinic.db",
        }
        if url is None:
            Path(home, "clinic.db").touch()
        upgrade = [sys.executable, "-m", "fisioflow_cli", "db", "upgrade", "--json"]
        subprocess.run(upgrade, env=environment, cwd=home, check=True, stdout=subprocess.DEVNULL)
        fill(environment["DATABASE_URL"], patients, days)
        watch = [sys.executable, __file__, "birthdays"]
        done = subprocess.run(watch, env=environment, cwd=home, check=True, stdout=subprocess.PIPE)
        return dict(json.loads(done.stdout))


@contextmanager
def empty(database: str) -> Iterator[str | None]:
    """The URL of an empty PostgreSQL database; None for SQLite, which needs none."""
    if database == "sqlite":
        yield None
        return
    sys.path.insert(0, str(ROOT))
    from tests import postgres  # noqa: PLC0415

    with postgres.server() as server, postgres.empty_database(server) as url:
        yield url.render_as_string(hide_password=False)


def fill(url: str, patients: int, days: int) -> None:
    """Write a plain clinic whose birthdays are spread over so many days from today on."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from sqlalchemy import create_engine, insert  # noqa: PLC0415

    from fisioflow_cli.clinic import schema  # noqa: PLC0415

    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("America/Sao_Paulo")).date()
    born = today.replace(
        year=today.year - 40
    )  # forty is a multiple of four: 29 February exists too
    houses = [
        {"id": f"o{number:03}", "name": f"Clínica {number}"} for number in range(ORGANIZATIONS)
    ]
    people = (
        {
            "id": f"p{number:07}",
            "organization_id": houses[number % ORGANIZATIONS]["id"],
            "full_name": f"Paciente {number}",
            "name": f"Paciente {number}",
            "birth_date": born + timedelta(days=number % days),
            "email": f"paciente{number}@example.com",
            "phone": f"(11) 9{8000 + number // 10_000}-{number % 10_000:04}",
            "created_at": now,
        }
        for number in range(patients)
    )
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(schema.organizations), houses)
        while batch := list(islice(people, BATCH)):
            connection.execute(insert(schema.patients), batch)
    engine.dispose()


def birthdays() -> None:
    """Run the command in this environment and print its peak, its duration and what it sent."""
    began = time.monotonic()
    command = [sys.executable, "-m", "fisioflow_cli", "birthdays", "--json"]
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        document = json.loads(out.read() or b"{}")
    if document.get("status") != "completed":
        sys.exit(f"birthdays ended with exit code {child.returncode}")
    measured = {
        "mebibytes": usage.ru_maxrss / 1024,  # Linux counts it in KiB
        "seconds": time.monotonic() - began,
        "sent": document["result"]["sent"],
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    if sys.argv[1:] == ["birthdays"]:
        birthdays()
    else:
        sys.exit(main(sys.argv[1:]))
