"""The demo's waiting list: offers that nobody answered in time, and offers that are still open."""

from dataclasses import dataclass
from datetime import date, timedelta

from fisioflow_cli.demo.rows import Row, days_before, identifier, instant


@dataclass(frozen=True, kw_only=True)
class Wait:
    """One entry with its one offer; `hours_left` counts from the Monday's first minute."""

    refusals: int
    hours_left: int
    entry: str = "waiting"
    offer: str = "pending"


WAITS = (
    Wait(refusals=0, hours_left=-10),
    Wait(refusals=0, hours_left=-34),
    Wait(refusals=1, hours_left=-12),
    Wait(refusals=2, hours_left=-9),  # the third refusal: off the list
    Wait(refusals=2, hours_left=36),  # still open
    Wait(refusals=0, hours_left=60),  # still open
    Wait(refusals=1, hours_left=-20, offer="accepted", entry="scheduled"),
    Wait(refusals=1, hours_left=-50, offer="expired"),
    Wait(refusals=3, hours_left=-70, offer="refused", entry="removed"),
)


def waitlist(monday: date, patients: list[Row]) -> list[Row]:
    """One entry each for the first patients that no other part of the demo relies on."""
    return [
        {
            "id": identifier("waitlist", number),
            "organization_id": patient["organization_id"],
            "patient_id": patient["id"],
            "status": wait.entry,
            "refusal_count": wait.refusals,
            "created_at": instant(days_before(monday, 20 + number), 10),
        }
        for number, (wait, patient) in enumerate(_with_patients(patients), 1)
    ]


def waitlist_offers(monday: date, patients: list[Row]) -> list[Row]:
    """One offer to each entry: four unanswered and past, two open, three settled."""
    midnight = instant(monday, 0)
    return [
        {
            "id": identifier("offer", number),
            "waitlist_id": identifier("waitlist", number),
            "organization_id": patient["organization_id"],
            "status": wait.offer,
            "offered_at": midnight + timedelta(hours=wait.hours_left - 48),
            "expires_at": midnight + timedelta(hours=wait.hours_left),
        }
        for number, (wait, patient) in enumerate(_with_patients(patients), 1)
    ]


def _with_patients(patients: list[Row]) -> list[tuple[Wait, Row]]:
    return list(zip(WAITS, patients[30:], strict=False))
