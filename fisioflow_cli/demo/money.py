"""What the demo's patients paid, and the prepaid sessions that they still have."""

from datetime import date, timedelta
from decimal import Decimal

from fisioflow_cli.demo.calendar import Appointment
from fisioflow_cli.demo.rows import Row, dice, identifier

PRICES = (Decimal("90.00"), Decimal("120.00"), Decimal("150.00"), Decimal("180.50"))
PACKAGES = ("Pacote 10 sessões", "Pilates mensal", "RPG 5 sessões", "Avaliação + 3 sessões")
EXPIRING_SOON = 12
VOUCHERS = 30


def payments(appointments: list[Appointment]) -> list[Row]:
    """Most completed appointments are paid at once, some are still owed."""
    rng = dice("payments")
    paid = [a for a in appointments if a.status == "completed" and rng.random() < 0.85]
    return [
        {
            "id": identifier("payment", number),
            "organization_id": appointment.clinic.id,
            "appointment_id": appointment.id,
            "patient_id": appointment.patient_id,
            "amount": rng.choice(PRICES),
            "paid_at": appointment.ended_at if rng.random() < 0.93 else None,
        }
        for number, appointment in enumerate(paid, 1)
    ]


def vouchers(monday: date, patients: list[Row]) -> list[Row]:
    """Thirty: twelve expire within 0 to 7 days, every fifth is used up, every seventh inactive."""
    rng = dice("vouchers")
    holders = rng.sample([patient for patient in patients if patient["organization_id"]], VOUCHERS)
    return [
        {
            "id": identifier("voucher", number),
            "organization_id": patient["organization_id"],
            "patient_id": patient["id"],
            "name": rng.choice(PACKAGES),
            "expires_on": monday + timedelta(days=_days_left(number, rng.randint(8, 120))),
            "active": number % 7 != 0,
            "sessions_left": 0 if number % 5 == 0 else rng.randint(1, 9),
        }
        for number, patient in enumerate(holders, 1)
    ]


def _days_left(number: int, otherwise: int) -> int:
    if number <= EXPIRING_SOON:
        return (number - 1) % 8
    return -otherwise if number % 3 == 0 else otherwise
