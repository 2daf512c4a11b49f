"""Weekly summary: last week's figures beside those of the week before."""

from datetime import date, timedelta

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import (
    MANAUS,
    NOW,
    TODAY,
    appointment,
    local,
    member,
    organization,
    patient,
    payment,
    session,
)
from tests.workflows.place import Place

MONDAY, SUNDAY = TODAY - timedelta(days=7), TODAY - timedelta(days=1)
TITO = "tito@example.com"


def test_summarises_last_week_beside_the_week_before(place: Place) -> None:
    place.add(schema.staff, member("tito"), member("rui", role="reception"))
    for number, status in enumerate(["completed"] * 6 + ["cancelled"] * 3 + ["no_show"]):
        place.add(schema.appointments, appointment(f"a{number}", MONDAY, 8 + number, status=status))
    place.add(schema.sessions, session("s0", local(MONDAY - timedelta(days=2), 9)))
    for number in range(6):
        place.add(schema.sessions, session(f"s{number + 1}", local(MONDAY, 8 + number)))
    place.add(schema.patients, patient("ana", created_at=local(SUNDAY, 12)))
    place.add(schema.payments, payment("p1", "120.50", local(MONDAY, 9)))
    place.add(schema.payments, payment("p2", "80.00", local(SUNDAY, 23)))
    report = place.start("weekly-summary")
    assert (report.slot, report.status) == ("2026-W10", "completed")
    assert dict(report.result) == {
        "candidates": 1,
        "sent": 1,
        "failed": 0,
        "in_doubt": 0,
        "pending": 0,
        "skipped": {},
        "by_channel": {"email": 1},
    }
    assert place.deliveries() == {"weekly-summary/sul/tito/2026-W10": "sent email"}
    text = place.text(TITO)
    for line in (
        "Sessões 6 ▲ 5 a mais (antes: 1)",
        "Novos pacientes 1 ▲",
        "Taxa de cancelamento 30%",
        "Taxa de faltas 10%",
        "Receita recebida R$ 200,50",
        "segunda 6 ",
        "Tito 6 ",
    ):
        assert line in text.replace("\N{NO-BREAK SPACE}", " ")


def test_second_start_changes_nothing(place: Place) -> None:
    place.add(schema.staff, member("tito"))
    place.add(schema.appointments, appointment("a", MONDAY))
    place.start("weekly-summary")
    before = place.contents()
    assert place.start("weekly-summary", at=NOW + timedelta(days=5)).reused
    assert place.contents() == before


def test_week_is_cut_at_midnight_of_the_organization(place: Place) -> None:
    place.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    place.add(schema.staff, member("tito", "norte"))
    moments = {
        "out-1": local(MONDAY - timedelta(days=1), 23, 59, MANAUS),
        "in-1": local(MONDAY, 0, 0, MANAUS),
        "in-2": local(SUNDAY, 23, 59, MANAUS),
        "out-2": local(TODAY, 0, 0, MANAUS),
    }
    for name, held in moments.items():
        place.add(schema.sessions, session(name, held, organization_id="norte"))
        place.add(schema.payments, payment(name, "10.00", held, "norte"))
    place.start("weekly-summary")
    text = place.text(TITO).replace("\N{NO-BREAK SPACE}", " ")
    assert "Sessões 2 " in text
    assert "segunda 1 " in text
    assert "domingo 1 " in text
    assert "Receita recebida R$ 20,00" in text


@pytest.mark.parametrize("kind", ["appointment", "session", "patient", "payment"])
def test_any_figure_is_something_to_report(here: Place, kind: str) -> None:
    here.add(schema.staff, member("tito"))
    held = local(MONDAY, 9)
    if kind == "appointment":
        here.add(schema.appointments, appointment("a", MONDAY, status="cancelled"))
    elif kind == "session":
        here.add(schema.sessions, session("s", held))
    elif kind == "patient":
        here.add(schema.patients, patient("ana", created_at=held))
    else:
        here.add(schema.payments, payment("p", "0.01", held))
    assert here.result("weekly-summary")["sent"] == 1


def test_week_without_anything_is_not_reported(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    here.add(schema.sessions, session("s", local(MONDAY, 9), status="incomplete"))
    here.add(schema.sessions, session("t", None))
    here.add(schema.appointments, appointment("a", TODAY))
    assert here.result("weekly-summary")["skipped"] == {"nothing_to_report": 1}


def test_database_without_payments_shows_no_revenue(place: Place) -> None:
    place.copy_profile("relations.payments")
    place.add(schema.staff, member("tito"))
    place.add(schema.sessions, session("s", local(MONDAY, 9)))
    place.add(schema.payments, payment("p", "120.00", local(MONDAY, 9)))
    assert place.result("weekly-summary")["sent"] == 1
    assert "Receita" not in place.text(TITO)


def test_sessions_of_somebody_who_left_are_still_counted(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    held = local(MONDAY, 9)
    here.add(schema.sessions, session("s", held, therapist_id="gone"))
    here.add(schema.sessions, session("t", held, therapist_id="u-gone"))
    here.add(schema.sessions, session("u", held, therapist_id=None))
    here.start("weekly-summary")
    assert "Sessões 3 " in here.text(TITO)
    assert "Sem nome 3 " in here.text(TITO)


def test_new_year_belongs_to_an_iso_week(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    here.add(schema.appointments, appointment("a", date(2027, 1, 1)))
    report = here.start("weekly-summary", at=local(date(2027, 1, 4), 9))
    assert (report.slot, report.result["sent"]) == ("2027-W01", 1)
    assert "28 de dezembro de 2026 a 3 de janeiro de 2027" in here.text(TITO).replace("\n", " ")


def test_summary_of_last_week_is_made_up_for(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    here.add(schema.appointments, appointment("a", MONDAY - timedelta(days=7)))
    here.start("weekly-summary", at=NOW - timedelta(days=14))
    report = here.start("weekly-summary")
    assert [done.slot for done in report.caught_up] == ["2026-W09"]
    assert here.deliveries()["weekly-summary/sul/tito/2026-W09"] == "sent email"


def test_only_the_organization_asked_for(here: Place) -> None:
    here.add(schema.organizations, organization("norte"))
    here.add(schema.staff, member("nora", "norte"), member("tito"))
    here.start("weekly-summary", organization="norte")
    assert set(here.deliveries()) == {"weekly-summary/norte/nora/2026-W10"}


def test_organization_whose_week_has_not_begun_waits(here: Place) -> None:
    here.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    here.add(schema.staff, member("nora", "norte"))
    here.add(schema.sessions, session("s", local(SUNDAY, 22, 0, MANAUS), organization_id="norte"))
    report = here.start("weekly-summary", at=NOW.replace(hour=0, minute=59))
    assert (report.final_code, report.result["pending"]) == (ExitCode.TRY_LATER, 1)
    assert here.result("weekly-summary", at=NOW.replace(hour=1))["sent"] == 1


def test_dry_run_writes_nothing(place: Place) -> None:
    place.add(schema.staff, member("tito"))
    place.add(schema.sessions, session("s", local(MONDAY, 9)))
    before = place.contents()
    result = place.result("weekly-summary", dry_run=True)
    assert place.contents() == before
    assert [row["action"] for row in result["plan"]] == ["send"]
