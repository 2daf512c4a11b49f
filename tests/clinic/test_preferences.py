"""When a user may be disturbed, and what they have switched off."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import URL

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.preferences import Preferences, preferences
from tests.clinic.plain import add, plain_clinic
from tests.clinic.real_clinic import real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE
from tests.workflows.people import MANAUS, SAO_PAULO

NIGHT = (time(22), time(7, 30))
NOON = (time(12), time(14))


def at(text: str, zone: Any = SAO_PAULO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("quiet", "now", "opens"),
    [
        (NIGHT, "2026-03-02T21:59", "2026-03-02T21:59"),
        (NIGHT, "2026-03-02T22:00", "2026-03-03T07:30"),
        (NIGHT, "2026-03-02T23:59", "2026-03-03T07:30"),
        (NIGHT, "2026-03-03T00:00", "2026-03-03T07:30"),
        (NIGHT, "2026-03-03T07:29", "2026-03-03T07:30"),
        (NIGHT, "2026-03-03T07:30", "2026-03-03T07:30"),
        (NOON, "2026-03-02T11:59", "2026-03-02T11:59"),
        (NOON, "2026-03-02T12:00", "2026-03-02T14:00"),
        (NOON, "2026-03-02T14:00", "2026-03-02T14:00"),
        ((time(22), time(0)), "2026-03-02T23:00", "2026-03-03T00:00"),
        ((time(9), time(9)), "2026-03-02T09:00", "2026-03-02T09:00"),  # says nothing
        (None, "2026-03-02T03:00", "2026-03-02T03:00"),
    ],
)
def test_quiet_hours_postpone_to_their_end(
    quiet: tuple[time, time] | None, now: str, opens: str
) -> None:
    assert Preferences(quiet=quiet).opens(at(now), SAO_PAULO) == at(opens)


@pytest.mark.parametrize(
    ("quiet", "now", "opens"),
    [
        (None, "2026-03-06T23:59", "2026-03-06T23:59"),  # a Friday
        (None, "2026-03-07T00:00", "2026-03-09T00:00"),
        (None, "2026-03-08T23:59", "2026-03-09T00:00"),
        (NIGHT, "2026-03-07T12:00", "2026-03-09T07:30"),
        (NIGHT, "2026-03-06T22:30", "2026-03-09T07:30"),
        (NOON, "2026-03-08T13:00", "2026-03-09T00:00"),
    ],
)
def test_weekend_postpones_to_monday(quiet: tuple[time, time] | None, now: str, opens: str) -> None:
    assert Preferences(quiet=quiet, weekends=False).opens(at(now), SAO_PAULO) == at(opens)


def test_hours_are_those_of_the_zone() -> None:
    now = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)  # 22:30 in São Paulo, 21:30 in Manaus
    assert Preferences(quiet=NIGHT).opens(now, SAO_PAULO) == at("2026-03-03T07:30")
    assert Preferences(quiet=NIGHT).opens(now, MANAUS) == now


def test_what_a_user_recorded_is_read(database_url: str) -> None:
    with plain_clinic(database_url) as clinic:
        add(
            clinic,
            schema.preferences,
            {"user_id": "u-ana", "allows_push": False, "quiet_from": time(22), "weekends": False},
            {"user_id": "u-bia", "quiet_from": time(22), "quiet_until": time(7, 30)},
        )
        assert preferences(clinic, "u-ana") == Preferences(
            allows=frozenset({"email", "whatsapp"}), weekends=False
        )
        assert preferences(clinic, "u-bia") == Preferences(quiet=NIGHT)
        assert preferences(clinic, "nobody") == Preferences()


def test_switches_of_the_production_schema(postgres_server: URL) -> None:
    with real_clinic(postgres_server, SUPABASE) as real:
        ana, bia = someone(), someone()
        hours = {"quiet_hours_start": "22:00", "quiet_hours_end": "07:30"}
        real.insert("notification_preferences", user_id=ana, weekend_notifications=False, **hours)
        real.insert("notification_preferences", user_id=bia, appointment_reminders=False)
        clinic = Clinic(
            engine=real.engine, profile=real.profile, timezone=str(SAO_PAULO), may_change=True
        )
        assert preferences(clinic, ana) == Preferences(quiet=NIGHT, weekends=False)
        assert preferences(clinic, bia).allows == frozenset()
        assert preferences(clinic, "not a uuid") == Preferences()


def test_profile_without_preferences_knows_no_wishes(postgres_server: URL) -> None:
    with real_clinic(postgres_server, NEON) as real:
        clinic = Clinic(
            engine=real.engine, profile=real.profile, timezone=str(SAO_PAULO), may_change=True
        )
        assert preferences(clinic, someone()) == Preferences()
