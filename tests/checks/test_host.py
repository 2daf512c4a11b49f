"""This machine: what it lacks, and who can read what lies on it."""

import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.checks import host
from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.host import check_host, kind_of_mount
from fisioflow_cli.checks.privacy import check_privacy
from fisioflow_cli.database import parse_url
from tests.checks.subjects import by_id, open_folder, settings

Usage = namedtuple("Usage", "total used free")
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
tmpfs /home/ana/fast tmpfs rw 0 0
//office/share /mnt/share cifs rw 0 0
nonsense
"""


def found(folder: Path, url: str | None = None, **environ: str) -> dict[str, Finding]:
    mounts = folder / "mounts"
    mounts.write_text(MOUNTS)
    parsed = parse_url(url) if url else None
    return by_id(check_host(settings(folder, **environ), parsed, None, mounts))


def test_machine_that_has_it_all(tmp_path: Path) -> None:
    findings = found(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}")
    assert {f.verdict for f in findings.values()} == {Verdict.OK}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/clinic.db", "ext4"),
        ("/home/ana/clinic.db", "nfs4"),
        ("/home/ana/fast/clinic.db", "tmpfs"),
        ("/home/ana/fastest/clinic.db", "nfs4"),
        ("/homes/clinic.db", "ext4"),
    ],
)
def test_mount_that_holds_a_file(tmp_path: Path, path: str, kind: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert kind_of_mount(Path(path), tmp_path / "mounts") == kind
    assert kind_of_mount(Path(path), tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("sqlite:////home/ana/clinic.db", Verdict.FAILURE),
        ("sqlite:////mnt/share/clinic.db", Verdict.FAILURE),
        ("sqlite:////srv/clinic.db", Verdict.OK),
        ("postgresql://127.0.0.1/clinic", Verdict.SKIPPED),
        (None, Verdict.SKIPPED),
    ],
)
def test_sqlite_over_a_network(tmp_path: Path, url: str | None, verdict: Verdict) -> None:
    assert found(tmp_path, url)["host.file-system"].verdict is verdict


@pytest.mark.parametrize(
    ("megabytes", "verdict"), [(5, Verdict.FAILURE), (100, Verdict.WARNING), (900, Verdict.OK)]
)
def test_room_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int, verdict: Verdict
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, megabytes * 1024 * 1024))
    assert found(tmp_path)["host.disk"].verdict is verdict


def test_time_zone_data_with_the_old_summers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "ZoneInfo", lambda _: ZoneInfo("America/Bogota"))
    finding = found(tmp_path)["host.time-zone-data"]
    assert (finding.verdict, "tzdata" in str(finding.remedy)) == (Verdict.FAILURE, True)


def test_listener_without_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "find_spec", lambda _: None)
    assert found(tmp_path)["host.web"].verdict is Verdict.SKIPPED
    finding = found(tmp_path, INNGEST_EVENT_KEY="s3cret")["host.web"]
    assert (finding.verdict, "[web]" in str(finding.remedy)) == (Verdict.WARNING, True)


def test_program_names_its_python(tmp_path: Path) -> None:
    assert (
        f"Python {sys.version_info[0]}.{sys.version_info[1]}"
        in found(tmp_path)["host.program"].message
    )


@pytest.mark.parametrize(
    ("mode", "folder", "verdict"),
    [
        (0o600, 0o755, Verdict.OK),
        (0o644, 0o755, Verdict.WARNING),
        (0o644, 0o700, Verdict.OK),
        (0o604, 0o711, Verdict.WARNING),
    ],
)
def test_files_that_others_read(mode: int, folder: int, verdict: Verdict) -> None:
    with open_folder() as place:
        for name in (".env", "cron.env", "clinic.db", "ledger.db"):
            (place / name).touch()
            (place / name).chmod(mode)
        place.chmod(folder)
        url = parse_url(f"sqlite:///{place / 'clinic.db'}")
        ledger = parse_url(f"sqlite:///{place / 'ledger.db'}")
        findings = by_id(check_privacy(place, url, place / "cron.env", ledger=ledger))
    assert {finding.verdict for finding in findings.values()} == {verdict}


def another_group() -> int:
    """One that is not this user's first, and that a file of ours can be given to."""
    own = [group for group in os.getgroups() if group != os.getgid()]
    if os.getuid() != 0 and not own:
        pytest.skip("only root, or a member of another group, gives a file to it")
    return 12345 if os.getuid() == 0 else own[0]


def test_files_that_another_group_reads() -> None:
    group = another_group()
    with open_folder() as place:
        (place / ".env").touch()
        (place / ".env").chmod(0o640)
        assert by_id(check_privacy(place, None))["files.dotenv"].verdict is Verdict.OK
        os.chown(place / ".env", -1, group)
        assert by_id(check_privacy(place, None))["files.dotenv"].verdict is Verdict.WARNING


def test_files_that_are_not_there(tmp_path: Path) -> None:
    findings = by_id(check_privacy(tmp_path, parse_url("postgresql://h/n"), tmp_path / "no"))
    assert {finding.verdict for finding in findings.values()} == {Verdict.SKIPPED}
