"""Rows as the Neon database of August 2026 holds them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.clinic.real_people import Dice, Row, Size, naive

PER_DAY = 10


def tables(dice: Dice, size: Size) -> Iterator[tuple[str, list[Row]]]:
    """Each table with its rows."""
    organizations: list[Row] = [
        {"id": dice.id(), "name": f"Clínica {n} & Filhos", "metadata": "{}"}
        for n in range(size.organizations)
    ]
    staff = [row for one in organizations for row in _staff(dice, one["id"])]
    patients = [_patient(dice, size, dice.pick(organizations)["id"]) for _ in range(size.patients)]
    for twin in patients[:: max(1, len(patients) // 50)]:
        twin["user_id"] = patients[0]["user_id"]
    appointments = list(_appointments(dice, size, staff, patients))
    kinds = [_kind(dice, one["id"]) for one in organizations]
    bought = [one for one in patients if one["user_id"] and dice.chance(0.2)]
    owners = [one for one in bought if one["organization_id"]]
    nobody = [{**one, "user_id": dice.id()} for one in owners[:5]]
    yield "organizations", organizations
    yield "profiles", staff
    yield "patients", patients
    yield "appointments", appointments
    yield "sessions", list(_sessions(dice, size, appointments))
    yield "vouchers", kinds
    yield (
        "user_vouchers",
        [_voucher(dice, size, owner, kinds) for owner in [*owners, *nobody]],
    )
    yield "marketing_consents", [_pictures(dice, one) for one in patients[::7]]
    yield "precadastro_tokens", [_token(dice, size) for _ in range(20)]


def _gone(dice: Dice, size: Size) -> datetime | None:
    return naive(dice.instant(size.today, spread=90)) if dice.chance(0.03) else None


def _staff(dice: Dice, organization: str) -> Iterator[Row]:
    for role in ("admin", *("fisioterapeuta",) * 4, "estagiario", "paciente", "parceiro", None):
        yield {
            "id": dice.id(),
            "user_id": dice.id() if dice.chance(0.95) else None,
            "organization_id": organization,
            "full_name": dice.name() if dice.chance(0.8) else None,
            "name": dice.name(),
            "email": dice.email(),
            "role": role,
            "is_active": dice.pick((True, True, True, None, False)),
        }


def _patient(dice: Dice, size: Size, organization: str) -> Row:
    born = dice.birth_date(size.today)
    older = dice.chance(0.1)
    return {
        "id": dice.id(),
        "organization_id": None if dice.chance(0.005) else organization,
        "user_id": dice.id() if dice.chance(0.6) else None,
        "full_name": dice.name(),
        "social_name": dice.pick((None,) * 9 + ("", "Duda")),
        "nickname": dice.pick((None,) * 9 + (" ", "Zeca")),
        "birth_date": None if older else born,
        "date_of_birth": born if older else None,
        "email": dice.email(),
        "phone": (dice.phone() or "")[:20] or None,
        "is_active": dice.chance(0.9),
        "archived": dice.pick((None, None, False, False, False, True)),
        "consent_data": dice.pick((True, True, True, None, True, True, True, None, True, False)),
        "created_at": naive(dice.instant(size.today, spread=1500)),
        "deleted_at": _gone(dice, size),
    }


def _appointments(dice: Dice, size: Size, staff: list[Row], patients: list[Row]) -> Iterator[Row]:
    past = {"atendido": 65, "avaliacao": 5, "faltou_com_aviso": 5, "faltou": 4, "remarcar": 3}
    past |= {"faltou_sem_aviso": 3, "nao_atendido": 2, "nao_atendido_sem_cobranca": 1}
    past |= {"cancelado": 8, "agendado": 4}
    coming = {"agendado": 55, "presenca_confirmada": 35, "cancelado": 10}
    therapists = [one for one in staff if one["role"] == "fisioterapeuta"]
    for day in size.days:
        for _ in range(PER_DAY * size.organizations):
            patient, therapist = dice.pick(patients), dice.pick(therapists)
            start = dice.start()
            paid = day < size.today and dice.chance(0.5)
            yield {
                "id": dice.id(),
                "organization_id": therapist["organization_id"],
                "patient_id": dice.id() if dice.chance(0.005) else patient["id"],
                "therapist_id": therapist["id"],
                "date": day,
                "start_time": start,
                "end_time": start.replace(minute=start.minute + 29),
                "status": dice.often(**(past if day < size.today else coming)),
                "type": dice.often(session=85, evaluation=10, group=5),
                "is_group": dice.pick((None, False, False, False, True)),
                "payment_amount": dice.pick(("120.00", "89.90", None)) if paid else None,
                "paid_at": naive(dice.instant(day)) if paid else None,
                "created_at": naive(dice.instant(day, spread=30)),
                "deleted_at": _gone(dice, size),
            }


def _sessions(dice: Dice, size: Size, appointments: list[Row]) -> Iterator[Row]:
    for one in appointments:
        if one["date"] < size.today and one["status"] == "atendido":
            yield _session(dice, size, one, naive(dice.instant(one["date"])))
    for one in appointments[:: max(1, len(appointments) // 300)]:
        moment = naive(dice.instant(size.today, spread=120))
        yield _session(dice, size, {**one, "id": None}, moment)


def _session(dice: Dice, size: Size, appointment: Row, moment: datetime) -> Row:
    status = dice.often(finalized=75, draft=22, cancelled=3)
    written = status == "finalized"
    return {
        "id": dice.id(),
        "organization_id": appointment["organization_id"],
        "patient_id": appointment["patient_id"],
        "appointment_id": appointment["id"],
        "therapist_id": appointment["therapist_id"],
        "status": status,
        "date": moment,
        "created_at": moment,
        "updated_at": moment,
        "subjective": dice.json(),
        "procedures": dice.json() or "[]",
        "exercises": "[]",
        "blocks": dice.pick(("[]", '[{"text": " "}]')),
        "observacao": "Paciente relata melhora" if written else dice.pick((None, "", " ")),
        "pain_scale": dice.pick((None, 0, 3, 8)) if written else None,
        "deleted_at": _gone(dice, size),
    }


def _kind(dice: Dice, organization: str) -> Row:
    return {"id": dice.id(), "organization_id": organization, "nome": "Pacote 10", "ativo": True}


def _voucher(dice: Dice, size: Size, patient: Row, kinds: list[Row]) -> Row:
    due = size.today + timedelta(days=20)
    return {
        "id": dice.id(),
        "organization_id": patient["organization_id"],
        "user_id": patient["user_id"],
        "voucher_id": dice.pick(kinds)["id"],
        "ativo": dice.pick((True,) * 8 + (None, False)),
        "data_expiracao": None if dice.chance(0.02) else dice.instant(due, spread=30),
        "sessoes_restantes": dice.pick((0, 1, 4, 9)),
        "sessoes_totais": 10,
        "deleted_at": _gone(dice, size),
    }


def _pictures(dice: Dice, patient: Row) -> Row:
    return {
        "patient_id": patient["id"],
        "organization_id": patient["organization_id"] or dice.id(),
        "social_media": dice.chance(0.5),
    }


def _token(dice: Dice, size: Size) -> Row:
    old = dice.instant(size.today - timedelta(days=400))
    return {"id": dice.id(), "organization_id": dice.id(), "token": dice.id(), "expires_at": old}
