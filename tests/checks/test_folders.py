"""The folders: whether they can be written to, found out without writing."""

from pathlib import Path

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.folders import check_folders
from tests.checks.subjects import by_id, open_folder, settings
from tests.nobody import without_root

HOME, OUTBOX = "settings.fisioflow-home", "settings.fisioflow-outbox"
DATABASE = {"DATABASE_URL": "postgresql://127.0.0.1/clinic"}


def found(folder: Path, outbox: Path | None, **environ: str) -> dict[str, Finding]:
    return by_id(check_folders(settings(folder, **environ), outbox))


def test_folders_that_do_not_exist_yet_are_well_and_stay_so(tmp_path: Path) -> None:
    findings = found(tmp_path, tmp_path / "home" / "outbox")
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert list(tmp_path.iterdir()) == []


def test_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a letter")
    findings = found(tmp_path, tmp_path / "home" / "outbox")
    assert findings[HOME].verdict is Verdict.FAILURE
    assert findings[OUTBOX].verdict is Verdict.FAILURE
    assert "is not a folder" in findings[HOME].message


def test_state_folder_matters_less_with_a_server(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a letter")
    assert found(tmp_path, None, **DATABASE)[HOME].verdict is Verdict.WARNING


def test_closed_folder() -> None:
    with open_folder() as place:
        closed = place / "home"
        closed.mkdir(mode=0o555)
        with without_root():
            findings = found(place, closed / "outbox")
    assert findings[HOME].verdict is Verdict.FAILURE
    assert "messages stay pending" in findings[OUTBOX].message


def test_messages_may_leave_no_file(tmp_path: Path) -> None:
    finding = found(tmp_path, None, FISIOFLOW_OUTBOX="none")[OUTBOX]
    assert finding.verdict is Verdict.OK
    assert "without files" in finding.message


def test_production_keeps_no_outbox(tmp_path: Path) -> None:
    findings = found(tmp_path, tmp_path / "outbox", FISIOFLOW_ENV="production")
    assert findings[OUTBOX].verdict is Verdict.SKIPPED
