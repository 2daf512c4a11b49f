"""Records that point at nothing, as real clinics have them: what data-integrity reports."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Table

from fisioflow_cli.clinic import schema
from fisioflow_cli.demo.calendar import DURATION, local
from fisioflow_cli.demo.organizations import PASSO_FIRME
from fisioflow_cli.demo.rows import PREFIX, Row, days_before, identifier, instant

GONE = f"{PREFIX}gone"
CLINICS_OF_LOST_PATIENTS = (None, None, None, GONE)


def patients_without_clinic(monday: date, *, first: int) -> list[Row]:
    """Four patients from this number on: three of no clinic, one of a clinic that is gone."""
    return [
        {
            "id": identifier("patient", number),
            "organization_id": clinic,
            "user_id": None,
            "full_name": f"Perdida Avulsa {number}",
            "name": "Perdida",
            "birth_date": None,
            "email": f"perdida.{number}@example.com",
            "phone": None,
            "active": True,
            "preferred_channel": "email",
            "consent_email": None,
            "consent_whatsapp": None,
            "consent_marketing": None,
            "created_at": instant(days_before(monday, 700), 9),
        }
        for number, clinic in enumerate(CLINICS_OF_LOST_PATIENTS, first)
    ]


def orphans(monday: date) -> dict[Table, list[Row]]:
    """Three appointments and a voucher without their patient, a voucher of nobody, and two sessions
    and two payments without their appointment.
    """
    return {
        schema.appointments: [_appointment(monday, number) for number in (9001, 9002, 9003)],
        schema.sessions: [_session(monday, number) for number in (9001, 9002)],
        schema.vouchers: [_voucher(monday, 9001, GONE), _voucher(monday, 9002, None)],
        schema.payments: [_payment(monday, number) for number in (9001, 9002)],
    }


def _appointment(monday: date, number: int) -> Row:
    starts_at = local(days_before(monday, number - 9000), 19)
    return {
        "id": identifier("appointment", number),
        "organization_id": PASSO_FIRME.id,
        "patient_id": GONE,
        "therapist_id": PASSO_FIRME.therapists[0],
        "starts_on": starts_at.date(),
        "starts_at": starts_at,
        "ends_at": starts_at + DURATION,
        "is_group": False,
        "status": "cancelled",
        "created_at": instant(days_before(monday, 30), 9),
    }


def _session(monday: date, number: int) -> Row:
    held_at = instant(days_before(monday, 60), 16)
    return {
        "id": identifier("session", number),
        "organization_id": PASSO_FIRME.id,
        "patient_id": identifier("patient", 21),
        "appointment_id": GONE,
        "therapist_id": PASSO_FIRME.therapists[0],
        "status": "completed",
        "subjective": "Sem queixas.",
        "objective": None,
        "assessment": None,
        "plan": None,
        "pain": 0,
        "held_at": held_at,
        "created_at": held_at,
        "updated_at": held_at,
    }


def _voucher(monday: date, number: int, patient: str | None) -> Row:
    return {
        "id": identifier("voucher", number),
        "organization_id": PASSO_FIRME.id,
        "patient_id": patient,
        "name": "Pacote 10 sessões",
        "expires_on": monday + timedelta(days=90),
        "active": True,
        "sessions_left": 4,
    }


def _payment(monday: date, number: int) -> Row:
    return {
        "id": identifier("payment", number),
        "organization_id": PASSO_FIRME.id,
        "appointment_id": GONE,
        "patient_id": identifier("patient", 21),
        "amount": Decimal("120.00"),
        "paid_at": instant(days_before(monday, 60), 17),
    }
