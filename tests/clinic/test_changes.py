"""The single writes: once, only where changes are kept, in every schema that has them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import URL

from fisioflow_cli.clinic import changes, schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.database import reading, writing
from tests.clinic.plain import add, plain_clinic
from tests.clinic.real_clinic import SAO_PAULO, RealClinic, real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
FAILED = {"channel": "email", "title": "Olá", "body": "Texto", "status": "failed", "error": "x"}
SENT = {**FAILED, "status": "sent", "error": None}


def write(clinic: Clinic, name: str, **values: Any) -> int:
    with writing(clinic.engine) as connection:
        return changes.write(clinic, connection, name, **{"now": NOW, **values})


@pytest.fixture
def plain(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        yield clinic


@pytest.fixture
def production(postgres_server: URL) -> Iterator[tuple[RealClinic, Clinic]]:
    with real_clinic(postgres_server, SUPABASE) as real:
        yield (
            real,
            Clinic(engine=real.engine, profile=real.profile, timezone=SAO_PAULO, may_change=True),
        )


def history(clinic: Clinic) -> list[Any]:
    with reading(clinic.engine) as connection:
        return list(connection.execute(schema.notification_history.select()))


def test_outcome_is_recorded_once_and_a_failure_may_still_turn_out_sent(plain: Clinic) -> None:
    who = {"id": "n1", "user_id": "u-ana", "organization_id": "sul"}
    later = NOW + timedelta(hours=1)
    assert write(plain, "record_notification", **who, **FAILED) == 1
    assert write(plain, "record_notification", **who, **FAILED, now=later) == 0
    assert history(plain) == [("n1", "sul", "u-ana", "email", "failed", NOW)]
    assert write(plain, "record_notification", **who, **SENT, now=later) == 1
    assert write(plain, "record_notification", **who, **FAILED) == 0
    assert history(plain) == [("n1", "sul", "u-ana", "email", "sent", later)]


def test_subscription_is_retired_once(plain: Clinic) -> None:
    keys = {
        "user_id": "u-ana",
        "endpoint": "https://push.example.com/1",
        "p256dh": "B",
        "auth": "a",
    }
    add(plain, schema.push_subscriptions, {"id": "s1", **keys}, {"id": "s2", **keys})
    assert [write(plain, "retire_push_subscription", id="s1") for _ in range(2)] == [1, 0]
    with reading(plain.engine) as connection:
        rows = connection.execute(schema.push_subscriptions.select()).all()
    assert {row.id: row.active for row in rows} == {"s1": False, "s2": True}


def test_where_changes_are_not_kept_they_are_counted_and_undone(sqlite_url: str) -> None:
    with plain_clinic(sqlite_url, may_change=False) as clinic:
        assert write(clinic, "record_notification", id="n1", **SENT) == 1
        assert history(clinic) == []


def test_history_of_the_production_schema(production: tuple[RealClinic, Clinic]) -> None:
    real, clinic = production
    row, ana = someone(), someone()
    assert write(clinic, "record_notification", id=row, user_id=ana, **FAILED) == 1
    found = real.record("notification_history", row)
    assert (found.type, found.title, found.body) == ("email", "Olá", "Texto")
    assert (str(found.user_id), found.status, found.error_message) == (ana, "failed", "x")
    assert found.sent_at == NOW
    assert write(clinic, "record_notification", id=row, user_id=ana, **SENT) == 1
    assert write(clinic, "record_notification", id=row, user_id=ana, **SENT) == 0
    found = real.record("notification_history", row)
    assert (found.status, found.error_message) == ("sent", None)


@pytest.mark.parametrize("user_id", ["u-ana", "", None, "0" * 36])
def test_user_id_that_is_no_uuid_is_left_out(
    production: tuple[RealClinic, Clinic], user_id: str | None
) -> None:
    real, clinic = production
    row = someone()
    assert write(clinic, "record_notification", id=row, user_id=user_id, **SENT) == 1
    assert real.record("notification_history", row).user_id is None


def test_subscription_of_the_production_schema(production: tuple[RealClinic, Clinic]) -> None:
    real, clinic = production
    row = real.insert("push_subscriptions", user_id=someone(), active=None)
    assert [write(clinic, "retire_push_subscription", id=row) for _ in range(2)] == [1, 0]
    found = real.record("push_subscriptions", row)
    assert (found.active, found.updated_at) == (False, NOW)


def test_insight_is_a_suggestion_that_nobody_has_acknowledged(
    production: tuple[RealClinic, Clinic],
) -> None:
    real, clinic = production
    values = {"id": someone(), "patient_id": someone(), "text": "Evolução estável"}
    assert [write(clinic, "record_insight", **values) for _ in range(2)] == [1, 0]
    found = real.record("patient_insights", values["id"])
    assert (str(found.patient_id), found.insight_text) == (values["patient_id"], values["text"])
    assert (found.insight_type, found.is_acknowledged) == ("progress_summary", False)
    assert (found.confidence_score, found.acknowledged_by) == (None, None)


def test_profile_without_these_tables_has_no_such_writes(postgres_server: URL) -> None:
    with real_clinic(postgres_server, NEON) as real:
        clinic = Clinic(
            engine=real.engine, profile=real.profile, timezone=SAO_PAULO, may_change=True
        )
        names = ("record_notification", "retire_push_subscription", "record_insight")
        assert not any(changes.writes(clinic, name) for name in names)
