"""Debian's own cron, in a namespace of its own, starts what we print; and does what we warn of.

One daemon serves all tests of this file: it starts things at a full minute, so they wait for one.
"""

import json
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fisioflow_cli.schedule.crontab import crontab
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.schedule.zones import MINUTES_AN_HOUR
from fisioflow_cli.settings.host import host_zone
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.cli import run_cli
from tests.missing import missing
from tests.schedule.drifts import NOW, SAO_PAULO
from tests.schedule.tools import of_ours, program

PATIENCE = 150.0
# Nothing of this leaves the namespace: /etc and /run are copies in memory, the spool is ours
STAGE = """
set -e
mount -t tmpfs -o mode=755 tmpfs /mnt
cp -a /etc/. /mnt/
mount --move /mnt /etc
mount -t tmpfs -o mode=755 tmpfs /run
rm -rf /etc/cron.d /etc/crontab
cp -rp "$1/cron.d" /etc/cron.d
cp "$1/fisioflow.env" /etc/fisioflow.env
mount --bind "$1/spool" /var/spool/cron/crontabs
chown -R root:root /etc/cron.d
# It ends when this test does, whoever may signal it
exec 3<&0
(cat <&3 >/dev/null; kill "$$") &
exec "$2" -f
"""


def prepared(folder: Path) -> Path:
    """What the daemon finds: the crontab of this user, files of cron.d, the settings, an empty home."""
    for name in ("spool", "cron.d", "home", "seen"):
        (folder / name).mkdir()
    settings = {
        "FISIOFLOW_ENV": "preview:cron",
        "FISIOFLOW_HOME": str(folder / "home"),
        "RESEND_FROM": "Clínica <avisos@example.com>",
    }
    lines = [f"{name}='{value}'\n" for name, value in settings.items()]
    (folder / "fisioflow.env").write_text("".join(lines), encoding="utf-8")
    spool = folder / "spool" / pwd.getpwuid(os.geteuid()).pw_name
    spool.write_text(_due_now(of_ours("fisioflow")) + _pitfalls(folder / "seen"), encoding="utf-8")
    spool.chmod(0o600)
    files = {"fisioflow": "\n", "fisioflow.cron": "\n", "writable": "\n", "unfinished": ""}
    for name, end in files.items():
        file = folder / "cron.d" / name
        file.write_text(f"* * * * * root touch {folder}/seen/{name}{end}")
        file.chmod(0o664 if name == "writable" else 0o644)
    return folder


def _due_now(fisioflow: str) -> str:
    """The printed crontab of this program, with cleanup due every minute."""
    place = Place(program=fisioflow)
    text = crontab(WORKFLOWS, clinic=SAO_PAULO, host=SAO_PAULO, since=NOW.date(), place=place)
    when = next(line for line in text.splitlines() if line.endswith(" cleanup"))
    command = when.split(maxsplit=5)[5]
    return text.replace(when, f"* * * * * {command}")


def _pitfalls(seen: Path) -> str:
    """A % in a command, and CRON_TZ with a zone whose minutes differ from the host's by half an hour."""
    minute = datetime.now(host_zone() or UTC).minute
    soon = ",".join(str((minute + more) % MINUTES_AN_HOUR) for more in range(4))
    return (
        f"* * * * * cat >{seen}/percent%the rest%is stdin\n"
        f"CRON_TZ=Asia/Kolkata\n{soon} * * * * touch {seen}/cron_tz\n"
    )


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder after the daemon's first full minute, when its run of cleanup is over."""
    cron = program("cron", "cron")
    unshare = [*as_root(), "unshare", "--mount", "--propagation", "private"]
    if subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("a container whose kernel permits no namespace of its own")
    folder = prepared(tmp_path_factory.mktemp("cron"))
    stage = [*unshare, "sh", "-c", STAGE, "stage", str(folder), cron]
    with subprocess.Popen(stage, stdin=subprocess.PIPE) as daemon:
        deadline = time.monotonic() + PATIENCE
        while not finished(folder) and daemon.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
        yield folder


def as_root() -> list[str]:
    """What makes a command root's: nothing, or sudo without a password, as on GitHub's runners."""
    if os.geteuid() == 0:
        return []
    sudo = [program("sudo", "sudo"), "-n"]
    if subprocess.run([*sudo, "true"], check=False).returncode:
        missing("cron takes root, or sudo without a password")
    return sudo


def finished(folder: Path) -> bool:
    """Whether cron's run of cleanup has ended; without looking into a ledger that is being made."""
    return any((folder / "home").glob("*.db")) and bool(runs(folder))


def runs(folder: Path) -> list[dict[str, str]]:
    done = run_cli(
        *("runs", "list", "--json"),
        env={"FISIOFLOW_ENV": "preview:cron", "FISIOFLOW_HOME": str(folder / "home")},
        folder=folder,
    )
    listed = json.loads(done.stdout)["runs"] if done.rc == 0 else []
    return [run for run in listed if run["status"] == "completed"]


def test_cron_runs_the_line_as_it_is_printed(minute: Path) -> None:
    (run, *_) = runs(minute)
    assert run["workflow"] == "fisioflow-daily-cleanup"
    assert run["environment"] == "preview:cron"


def test_of_cron_d_cron_reads_only_what_we_say_it_reads(minute: Path) -> None:
    """No dot in the name, a newline at the end, nobody else may write to it."""
    there = {path.name for path in (minute / "cron.d").iterdir()}
    assert there == {"fisioflow", "fisioflow.cron", "unfinished", "writable"}
    assert there & {path.name for path in (minute / "seen").iterdir()} == {"fisioflow"}


def test_a_percent_sign_ends_the_command(minute: Path) -> None:
    assert (minute / "seen/percent").read_text() == "the rest\nis stdin\n"


def test_debian_ignores_cron_tz(minute: Path) -> None:
    assert (minute / "seen/cron_tz").exists()
