"""Whose birthday it is on the demo's Monday: both channels, and each reason to skip somebody."""

from datetime import date

from fisioflow_cli.demo.organizations import COLUNA, PASSO_FIRME, RIO_NEGRO, Clinic
from fisioflow_cli.demo.people import HOSTILE_NAMES
from fisioflow_cli.demo.rows import Row, days_before, identifier, instant

HOSTILE = HOSTILE_NAMES[0]


def birthday_patients(monday: date) -> list[Row]:
    """Ten patients, numbers 1 to 10: five to greet, and one for each reason to greet nobody."""
    patients = [*_to_greet(monday), *_to_skip(monday)]
    return [patient | {"id": identifier("patient", n)} for n, patient in enumerate(patients, 1)]


def _to_greet(monday: date) -> list[Row]:
    return [
        _born(monday, 34, PASSO_FIRME, "Beatriz Moura", phone="(11) 90000-0001"),
        _born(
            *(monday, 61, PASSO_FIRME, "Antônio Prates"),
            email="antonio.prates@example.com",
            preferred_channel="email",
            consent_marketing=True,
        ),
        _born(monday, 27, RIO_NEGRO, "Iracema Lins", phone="+55 11 90000-0003"),
        # prefers WhatsApp, which this clinic has switched off: an e-mail
        _born(monday, 45, COLUNA, "Sílvio Rangel", phone="11900000004", email="silvio@example.net"),
        _born(monday, 52, PASSO_FIRME, HOSTILE, name=HOSTILE, phone="(11) 90000-0005"),
    ]


def _to_skip(monday: date) -> list[Row]:
    inactive, refusing = "(11) 90000-0006", "(11) 90000-0007"
    return [
        _born(monday, 38, PASSO_FIRME, "Wagner Inativo", phone=inactive, active=False),
        _born(monday, 41, PASSO_FIRME, "Paula Recusa", phone=refusing, consent_marketing=False),
        _born(monday, 70, RIO_NEGRO, "Nair Semcontato"),
        _born(monday, 29, PASSO_FIRME, "Edu Inválido", phone="123", email="edu.invalido@"),
        _born(monday, 9, RIO_NEGRO, "Malu Menor", phone="(11) 90000-0010"),
    ]


def _born(monday: date, age: int, clinic: Clinic, full_name: str, **others: object) -> Row:
    plain: Row = {
        "organization_id": clinic.id,
        "user_id": None,
        "full_name": full_name,
        "name": full_name.split(maxsplit=1)[0],
        "birth_date": monday.replace(year=monday.year - age),
        "email": None,
        "phone": None,
        "active": True,
        "preferred_channel": "whatsapp",
        "consent_email": None,
        "consent_whatsapp": None,
        "consent_marketing": None,
        "created_at": instant(days_before(monday, 300 + age), 9),
    }
    return plain | others
