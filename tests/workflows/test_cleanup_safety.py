"""Clean-up where it must hold back: in another's database, and beside people at work."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import NOW, ago
from tests.workflows.place import Place, clinic_tables
from tests.workflows.test_cleanup import CLEANED, SHARP, draft, fill, offer, waiting


def test_copied_profile_is_not_ours_to_change(place: Place) -> None:
    """Outside production: counted and rolled back.

    Fixed: a copy that still said `name = "fisioflow"` was changed for good.
    """
    place.copy_profile()
    fill(place)
    before = {table.name: place.rows(table) for table in clinic_tables()}
    assert place.result("cleanup", **SHARP) == CLEANED
    assert {table.name: place.rows(table) for table in clinic_tables()} == before


@pytest.mark.parametrize("allowed", [{"FISIOFLOW_ALLOW_CLINIC_WRITES": "true"}])
def test_copied_profile_is_changed_where_that_is_allowed(
    here: Place, allowed: dict[str, str]
) -> None:
    here.copy_profile()
    fill(here)
    assert here.result("cleanup", env=allowed, **SHARP) == CLEANED
    assert "gone" not in here.ids(schema.health_logs)


def test_rolled_back_batches_come_to_an_end(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fisioflow_cli.clinic.cleaning.BATCH", 2)
    here.copy_profile()
    here.add(schema.sessions, *(draft(f"s{number}", 9) for number in range(5)))
    assert here.result("cleanup")["deleted"]["sessions"] == 5
    assert len(here.ids(schema.sessions)) == 5


@pytest.mark.parametrize(
    ("left_out", "skipped"),
    [
        (("cleanup.health_logs",), ["health_logs"]),
        (("relations.waitlist_offers",), ["waitlist_offers"]),
        (("writes.expire_waitlist_offer",), ["waitlist_offers"]),
        (("writes.refuse_waitlist_entry",), ["waitlist_offers"]),
    ],
)
def test_what_a_profile_leaves_out_is_reported_as_skipped(
    here: Place, left_out: tuple[str, ...], skipped: list[str]
) -> None:
    """Fixed: offers without the writes that expire them failed the run with a KeyError."""
    here.copy_profile(*left_out)
    here.add(schema.waitlist, waiting("w"))
    here.add(schema.waitlist_offers, offer("o", "w"))
    assert here.result("cleanup", dry_run=True)["skipped"] == skipped
    report = here.start("cleanup")
    assert (report.status, report.result["skipped"]) == ("completed", skipped)


def test_unknown_clinical_content_counts_as_clinical(here: Place) -> None:
    """A profile that cannot tell says null: the draft stays, and is counted among those kept."""
    here.copy_profile()
    profile = here.folder / "mine.toml"
    sql = profile.read_text(encoding="utf-8")
    begin, end = sql.index("pain IS NOT NULL"), sql.index("AS has_clinical_content")
    profile.write_text(f"{sql[:begin]}NULL {sql[end:]}", encoding="utf-8")
    here.add(schema.sessions, draft("s", 9))
    result = here.result("cleanup", env={"FISIOFLOW_ALLOW_CLINIC_WRITES": "true"})
    assert (result["deleted"]["sessions"], result["kept_clinical_sessions"]) == (0, 1)


def wait_until_blocked(engine: Engine) -> None:
    """Until somebody waits for somebody's lock; each look is a transaction of its own."""
    asking = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(500):
        with engine.connect() as observer:
            if observer.execute(asking).scalar_one():
                return
        time.sleep(0.02)
    pytest.fail("the clean-up did not come to wait for the therapist")


@pytest.mark.parametrize(
    "saved",
    [{"subjective": "Dor lombar"}, {"status": "completed"}, {"updated_at": ago(0)}],
    ids=lambda saved: next(iter(saved)),
)
def test_draft_saved_while_it_is_about_to_go_stays(
    there: Place, monkeypatch: pytest.MonkeyPatch, saved: dict[str, Any]
) -> None:
    """The therapist's transaction is open when the clean-up has already chosen the draft."""
    monkeypatch.setattr("signal.signal", lambda *_: None)  # which only a main thread may set
    there.add(schema.sessions, draft("s", 9), draft("t", 9))
    reports = []
    cleaning = threading.Thread(target=lambda: reports.append(there.start("cleanup")))
    with there.engine() as engine, engine.connect() as therapist:
        therapist.execute(schema.sessions.update().where(schema.sessions.c.id == "s").values(saved))
        cleaning.start()
        wait_until_blocked(engine)
        therapist.commit()
        cleaning.join(30)
    assert there.ids(schema.sessions) == ["s"]
    assert reports[0].result["deleted"]["sessions"] == 1


def test_past_days_are_refused(here: Place) -> None:
    with pytest.raises(Exception, match="past the maximum age of cleanup") as refused:
        here.start("cleanup", as_of="2026-03-01")
    assert getattr(refused.value, "exit_code", None) is ExitCode.USAGE
    assert not here.ledger("runs")
    late = here.start("cleanup", at=NOW + timedelta(days=1), as_of="2026-03-02", allow_late=True)
    assert late.status == "completed"
