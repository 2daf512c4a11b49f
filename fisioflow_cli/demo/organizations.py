"""The three demo clinics and who works there."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fisioflow_cli.demo.people import email
from fisioflow_cli.demo.rows import PREFIX, SAO_PAULO, Row, identifier


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """One demo organization and the therapists whose days the calendar fills."""

    id: str
    name: str
    zone: ZoneInfo
    whatsapp_enabled: bool
    therapists: tuple[str, str]


PASSO_FIRME = Clinic(
    id=f"{PREFIX}passo-firme",
    name="Clínica Passo Firme",
    zone=SAO_PAULO,
    whatsapp_enabled=True,
    therapists=(identifier("staff", 2), identifier("staff", 3)),
)
RIO_NEGRO = Clinic(
    id=f"{PREFIX}rio-negro",
    name="Movimento Rio Negro Fisioterapia",
    zone=ZoneInfo("America/Manaus"),
    whatsapp_enabled=True,
    therapists=(identifier("staff", 6), identifier("staff", 7)),
)
COLUNA = Clinic(
    id=f"{PREFIX}coluna-equilibrio",
    name="Espaço Coluna & Equilíbrio",
    zone=SAO_PAULO,
    whatsapp_enabled=False,
    therapists=(identifier("staff", 10), identifier("staff", 11)),
)
CLINICS = (PASSO_FIRME, RIO_NEGRO, COLUNA)


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody who works at a demo clinic; the nth of them is `demo-staff-000n`."""

    clinic: Clinic
    name: str
    role: str
    has_email: bool = True
    active: bool = True


STAFF = (
    Member(clinic=PASSO_FIRME, name="Regina Falcão", role="admin"),
    Member(clinic=PASSO_FIRME, name="Otto Brandão", role="therapist"),
    Member(clinic=PASSO_FIRME, name="Lia O'Hara Pinho", role="therapist"),
    Member(clinic=PASSO_FIRME, name="Igor Salles", role="intern"),
    Member(clinic=RIO_NEGRO, name="Jurema Tapajós", role="admin"),
    Member(clinic=RIO_NEGRO, name="Cauã Nogueira", role="therapist"),
    Member(clinic=RIO_NEGRO, name="Yara Benchimol", role="therapist", has_email=False),
    Member(clinic=RIO_NEGRO, name="Téo Lobato", role="intern"),
    Member(clinic=COLUNA, name="Noêmia Vidigal", role="admin"),
    Member(clinic=COLUNA, name="Davi Munhoz", role="therapist"),
    Member(clinic=COLUNA, name="Selma Quadros", role="therapist"),
    Member(clinic=COLUNA, name="Ruth Amaral", role="intern"),
    Member(clinic=COLUNA, name="Breno Taques", role="therapist", active=False),
)


def organizations() -> list[Row]:
    """Three clinics: one with WhatsApp switched off, one in Manaus, one on the default zone."""
    return [
        {
            "id": clinic.id,
            "name": clinic.name,
            "active": True,
            "email_enabled": True,
            "whatsapp_enabled": clinic.whatsapp_enabled,
            "timezone": None if clinic is PASSO_FIRME else clinic.zone.key,
        }
        for clinic in CLINICS
    ]


def staff() -> list[Row]:
    """An administrator, two therapists and an intern each; one without e-mail, one who has left."""
    return [
        {
            "id": identifier("staff", number),
            "user_id": identifier("user-staff", number),
            "organization_id": member.clinic.id,
            "name": member.name,
            "email": email(member.name, number) if member.has_email else None,
            "role": member.role,
            "active": member.active,
        }
        for number, member in enumerate(STAFF, 1)
    ]
