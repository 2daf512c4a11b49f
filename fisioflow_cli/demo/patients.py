"""The 500 demo patients: ten birthdays, ten hostile names, four lost ones, the rest at random.

Nobody else has a birthday on the demo's Monday, so that what `fisioflow birthdays` does is known.
"""

from datetime import date
from random import Random

from fisioflow_cli.demo import people
from fisioflow_cli.demo.birthdays import birthday_patients
from fisioflow_cli.demo.organizations import CLINICS, PASSO_FIRME
from fisioflow_cli.demo.orphans import patients_without_clinic
from fisioflow_cli.demo.rows import Row, days_before, dice, identifier, instant

COUNT = 500


def patients(monday: date) -> list[Row]:
    """All patients, by number."""
    rng = dice("patients")
    special = birthday_patients(monday)
    lost = patients_without_clinic(monday, first=COUNT - 3)
    hostile_from = len(special) + 1
    ordinary_from = hostile_from + len(people.HOSTILE_NAMES)
    hostile = [
        _ordinary(rng, number, monday) | _named(name)
        for number, name in enumerate(people.HOSTILE_NAMES, hostile_from)
    ]
    ordinary = [_ordinary(rng, number, monday) for number in range(ordinary_from, COUNT - 3)]
    return [*special, *hostile, *ordinary, *lost]


def _named(name: str) -> Row:
    return {"full_name": name, "name": name, "organization_id": PASSO_FIRME.id, "active": True}


def _ordinary(rng: Random, number: int, monday: date) -> Row:
    full_name = people.full_name(rng)
    nickname = rng.choice(people.NICKNAMES) if rng.random() < 0.05 else None
    return {
        "id": identifier("patient", number),
        "organization_id": rng.choices(CLINICS, weights=(5, 3, 3))[0].id,
        "user_id": identifier("user-patient", number) if rng.random() < 0.4 else None,
        "full_name": full_name,
        "name": nickname or full_name.split()[0],
        "birth_date": _birth_date(rng, monday),
        "email": _email(rng, full_name, number),
        "phone": _phone(rng, number),
        "active": rng.random() < 0.9,
        "preferred_channel": rng.choices(("whatsapp", "email", None), weights=(6, 3, 1))[0],
        "consent_email": _consent(rng),
        "consent_whatsapp": _consent(rng),
        "consent_marketing": _consent(rng),
        "created_at": _created_at(rng, monday),
    }


def _birth_date(rng: Random, monday: date) -> date | None:
    kind = rng.choices(("adult", "minor", "unknown", "impossible"), weights=(86, 9, 3, 2))[0]
    if kind == "unknown":
        return None
    if kind == "impossible":  # the first day there is, a spreadsheet's day zero, a slip of the pen
        return rng.choice((date(1, 1, 1), date(1899, 12, 30), date(monday.year + 65, 7, 7)))
    age = rng.randint(2, 16) if kind == "minor" else rng.randint(19, 92)
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    if (month, day) == (monday.month, monday.day):
        day = day % 28 + 1
    return date(monday.year - age, month, day)


def _email(rng: Random, full_name: str, number: int) -> str | None:
    kind = rng.choices(("good", "none", "broken"), weights=(80, 17, 3))[0]
    if kind == "broken":
        return rng.choice(people.BROKEN_EMAILS)
    return people.email(full_name, number) if kind == "good" else None


def _phone(rng: Random, number: int) -> str | None:
    kind = rng.choices(("good", "none", "unusable"), weights=(86, 9, 5))[0]
    if kind == "unusable":
        return rng.choice(people.UNUSABLE_PHONES)
    return people.phone(rng, number) if kind == "good" else None


def _consent(rng: Random) -> bool | None:
    return rng.choices((None, True, False), weights=(45, 50, 5))[0]


def _created_at(rng: Random, monday: date) -> object:
    new = rng.random() < 0.06
    days = rng.randint(1, 14) if new else rng.randint(15, 1200)
    return instant(days_before(monday, days), rng.randint(8, 18), rng.randint(0, 59))
