"""Rows as the Supabase database of January 2026 holds them."""

from collections.abc import Iterator

from tests.clinic import real_users_supabase
from tests.clinic.real_people import SETTINGS, SILENT_SETTINGS, Dice, Row, Size

PER_DAY = 10


def tables(dice: Dice, size: Size) -> Iterator[tuple[str, list[Row]]]:
    """Each table with its rows."""
    organizations = [_organization(dice, number) for number in range(size.organizations)]
    staff = [row for one in organizations for row in _staff(dice, one["id"])]
    patients = [_patient(dice, size, dice.pick(organizations)["id"]) for _ in range(size.patients)]
    for twin in patients[:: max(1, len(patients) // 50)]:
        twin["user_id"] = patients[0]["user_id"]
    appointments = list(_appointments(dice, size, staff, patients))
    sessions = list(_sessions(dice, size, appointments))
    yield "organizations", organizations
    yield "profiles", staff
    yield "patients", patients
    yield "appointments", appointments
    yield "sessions", sessions
    yield "soap_records", [_soap(dice, one) for one in sessions if dice.chance(0.3)]
    yield "payments", [_payment(dice, one) for one in appointments if dice.chance(0.5)]
    yield from real_users_supabase.tables(dice, size, patients)
    yield from real_users_supabase.waitlist(dice, size, appointments)


def _organization(dice: Dice, number: int) -> Row:
    # one in five keeps a channel shut, one in eleven is closed
    settings = SILENT_SETTINGS if number % 5 == 3 else SETTINGS
    return {
        "id": dice.id(),
        "name": f"Clínica {number} & Filhos",
        "active": number % 11 != 7,
        "settings": settings[number % len(settings)],
    }


def _staff(dice: Dice, organization: object) -> Iterator[Row]:
    roles = ("admin", *("fisioterapeuta",) * 4, "estagiario", "paciente", "parceiro")
    for role in roles:
        yield {
            "id": dice.id(),
            "user_id": dice.id(),
            "organization_id": organization,
            "full_name": dice.name(),
            "email": dice.email(),
            "role": role,
            "is_active": dice.pick((True, True, True, None, False)),
        }


def _patient(dice: Dice, size: Size, organization: object) -> Row:
    return {
        "id": dice.id(),
        "organization_id": None if dice.chance(0.005) else organization,
        "user_id": dice.id() if dice.chance(0.6) else None,
        "full_name": dice.name(),
        "birth_date": dice.birth_date(size.today),
        "email": dice.email(),
        "phone": dice.phone(),
        "status": dice.often(active=85, inactive=10, archived=4, none=1),
        "consent_data": dice.pick((True, True, True, None, None, None, True, True, True, False)),
        "created_at": dice.instant(size.today, spread=1500),
    }


def _appointments(dice: Dice, size: Size, staff: list[Row], patients: list[Row]) -> Iterator[Row]:
    past = {"concluido": 70, "em_andamento": 2, "falta": 10, "cancelado": 10, "agendado": 8}
    coming = {"agendado": 55, "confirmado": 35, "cancelado": 9, "none": 1}
    therapists = [one for one in staff if one["role"] == "fisioterapeuta"]
    for day in size.days:
        for _ in range(PER_DAY * size.organizations):
            patient, therapist = dice.pick(patients), dice.pick(therapists)
            start = dice.start()
            yield {
                "id": dice.id(),
                "organization_id": therapist["organization_id"],
                "patient_id": dice.id() if dice.chance(0.005) else patient["id"],
                "therapist_id": therapist["id"],
                "date": day,
                "appointment_date": day,
                "start_time": start,
                "appointment_time": start,
                "end_time": start.replace(minute=start.minute + 29) if dice.chance(0.5) else None,
                "duration": dice.pick((None, 30, 50, 60)),
                "status": dice.often(**(past if day < size.today else coming)),
                "type": "Fisioterapia",
                "created_at": dice.instant(day, spread=30),
            }


def _sessions(dice: Dice, size: Size, appointments: list[Row]) -> Iterator[Row]:
    for one in appointments:
        if one["date"] < size.today and one["status"] == "concluido":
            yield _session(dice, one, dice.instant(one["date"]))
    for one in appointments[:: max(1, len(appointments) // 300)]:
        yield _session(dice, {**one, "id": None}, dice.instant(size.today, spread=120))


def _session(dice: Dice, appointment: Row, moment: object) -> Row:
    finished = dice.chance(0.8)
    written = finished or dice.chance(0.5)
    return {
        "id": dice.id(),
        "organization_id": appointment["organization_id"],
        "patient_id": appointment["patient_id"],
        "appointment_id": appointment["id"],
        "therapist_id": appointment["therapist_id"],
        "status": "completed" if finished else "draft",
        "started_at": moment,
        "completed_at": moment if finished else None,
        "created_at": moment,
        "updated_at": moment,
        "subjective": dice.pick(("Dor lombar", "Melhora ao subir escadas")) if written else "",
        "plan": "Repetir exercícios" if written else None,
        "eva_score": dice.pick((None, 0, 3, 8)) if written else None,
    }


def _soap(dice: Dice, session: Row) -> Row:
    return {
        "id": dice.id(),
        "patient_id": session["patient_id"],
        "appointment_id": session["appointment_id"] if dice.chance(0.5) else None,
        "record_date": session["started_at"] if dice.chance(0.8) else None,
        "created_at": session["created_at"],
        "status": dice.often(draft=30, finalized=65, cancelled=5),
        "created_by": dice.id(),
    }


def _payment(dice: Dice, appointment: Row) -> Row:
    orphan = dice.chance(0.02)
    return {
        "id": dice.id(),
        "appointment_id": dice.id() if orphan else appointment["id"],
        "patient_id": appointment["patient_id"] if dice.chance(0.7) else None,
        "amount": dice.pick(("120.00", "150.5", "0", "89.90")),
        "paid_at": appointment["created_at"],
    }
