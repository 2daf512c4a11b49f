"""What the therapists wrote down about the demo's appointments: much, a little or nothing."""

from datetime import date, timedelta
from random import Random

from fisioflow_cli.demo.calendar import Appointment
from fisioflow_cli.demo.rows import Row, days_before, dice, identifier

COMPLAINTS = (
    "Relata dor lombar ao permanecer sentado.",
    "Refere melhora do ombro direito, ainda com dor à noite.",
    "{name} conta que voltou a caminhar 20 minutos sem parar.",
    "Queixa de rigidez no joelho ao acordar.",
    "Sente formigamento na mão esquerda ao digitar.",
)
FINDINGS = (
    "Flexão de joelho 110°, sem edema.",
    "Abdução de ombro 95°, força grau 4.",
    "Marcha sem auxílio, apoio simétrico.",
    "Teste de Lasègue negativo bilateral.",
)
OPINIONS = (
    "Evolução favorável.",
    "Quadro estável em relação à última sessão.",
    "Ganho de amplitude, manter progressão.",
)
PLANS = (
    "Exercícios domiciliares 2x ao dia.",
    "Progredir carga na próxima sessão.",
    "Reavaliar em duas semanas.",
)
OLD_DAYS = 30


def sessions(monday: date, appointments: list[Appointment], patients: list[Row]) -> list[Row]:
    """A session for most completed appointments; of the old ones only what was never finished."""
    rng = dice("sessions")
    names = {str(patient["id"]): str(patient["name"]) for patient in patients}
    rows: list[Row] = []
    for appointment in appointments:
        old = appointment.starts_at.date() < days_before(monday, OLD_DAYS)
        content = _content(rng, _kind(rng, appointment, old=old), names[appointment.patient_id])
        if content is not None:
            rows.append(_session(len(rows) + 1, appointment) | content)
    return rows


def _kind(rng: Random, appointment: Appointment, *, old: bool) -> str:
    if appointment.status == "cancelled":
        return rng.choices(("cancelled", "none"), weights=(1, 3))[0]
    if appointment.status != "completed":
        return "none"
    if old:
        return rng.choice(("begun", "empty"))
    return rng.choices(("finished", "begun", "empty", "none"), weights=(84, 7, 5, 4))[0]


def _content(rng: Random, kind: str, name: str) -> Row | None:
    match kind:
        case "finished":
            return _finished(rng, name)
        case "begun":  # one field makes it a health record, even a mere figure
            field = rng.choice(("pain", "objective"))
            value = rng.randint(0, 10) if field == "pain" else rng.choice(FINDINGS)
            return {field: value}
        case "empty":
            return {"plan": rng.choice((None, "", "  \n"))}
        case "cancelled":
            return {"status": "cancelled"}
    return None


def _finished(rng: Random, name: str) -> Row:
    return {
        "status": "completed",
        "subjective": rng.choice(COMPLAINTS).format(name=name),
        "objective": rng.choice(FINDINGS),
        "assessment": rng.choice(OPINIONS),
        "plan": rng.choice(PLANS),
        "pain": rng.randint(0, 8),
    }


def _session(number: int, appointment: Appointment) -> Row:
    return {
        "id": identifier("session", number),
        "organization_id": appointment.clinic.id,
        "patient_id": appointment.patient_id,
        "appointment_id": appointment.id,
        "therapist_id": appointment.therapist_id,
        "status": "incomplete",
        "subjective": None,
        "objective": None,
        "assessment": None,
        "plan": None,
        "pain": None,
        "held_at": appointment.began_at,
        "created_at": appointment.ended_at,
        "updated_at": appointment.ended_at + timedelta(minutes=10),
    }
