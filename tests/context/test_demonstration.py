"""The demonstration: its own clinic, on its own Monday, in its own database."""

from pathlib import Path

import pytest

from fisioflow_cli import settings
from fisioflow_cli.context.context import unwatched
from fisioflow_cli.context.demonstration import Demonstration
from fisioflow_cli.errors import DemoRefused


def demonstration(folder: Path, **environ: str) -> Demonstration:
    own = settings.load({"FISIOFLOW_HOME": str(folder), **environ}, folder)
    return Demonstration.of(own, watch=unwatched)


def test_today_is_its_monday(tmp_path: Path) -> None:
    now = demonstration(tmp_path).context.clock.now()
    assert f"{now:%Y-%m-%d %H:%M}" == "2026-03-02 13:30"


def test_building_twice_is_building_once(tmp_path: Path) -> None:
    demo = demonstration(tmp_path)
    demo.build(fresh=False)
    size = demo.database.stat().st_size
    demo.build(fresh=False)
    assert demo.database.stat().st_size == size


def test_all_six_have_something_to_do_until_it_begins_anew(tmp_path: Path) -> None:
    demo = demonstration(tmp_path)
    demo.build(fresh=True)
    first = demo.run_all()
    assert {report.status for report in first} == {"completed"}
    assert [report.workflow for report in first if not report.result] == []
    assert all(report.reused for report in demo.run_all())
    assert demo.outbox is not None
    (demo.outbox / "mine.txt").write_text("kept")
    demo.build(fresh=True)
    assert [path.name for path in demo.outbox.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "environ",
    [
        {"DATABASE_URL": "sqlite://"},
        {"FISIOFLOW_LEDGER_URL": "sqlite://"},
        {"FISIOFLOW_ENV": "production"},
        {"FISIOFLOW_CLINIC_PROFILE": "supabase-2026-01"},
    ],
)
def test_only_on_its_own(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(DemoRefused, match=r"unset|set FISIOFLOW_ENV=development"):
        demonstration(tmp_path, **environ)


def test_program_is_named_as_it_can_be_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    assert demonstration(tmp_path).program == "fisioflow"
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    assert demonstration(tmp_path).program == "uv run fisioflow"
