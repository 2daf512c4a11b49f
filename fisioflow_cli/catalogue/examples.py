"""A payload that fits, for every event of the catalogue: shown in docs/events.md."""

from typing import Any

APPOINTMENT_ID = "7d1f6a7e-3c1b-4c53-9f0e-2f1f0c1b6a11"
ORGANIZATION_ID = "0a4e0c5e-93a5-4f0e-8e57-2b1f6f5d9c01"
PATIENT_ID = "c5b1a3f2-6a0d-4f0c-9d8e-7e6f5a4b3c21"
USER_ID = "e2d9f8b7-1c3a-4b5d-8e6f-0a9b8c7d6e51"

NOTIFICATION: dict[str, Any] = {
    "userId": USER_ID,
    "organizationId": ORGANIZATION_ID,
    "type": "email",
    "to": "ana@example.com",
    "subject": "Exercícios da semana",
    "body": "Seu plano de exercícios foi atualizado.",
    "priority": "normal",
}
EMAIL: dict[str, Any] = {
    "to": "ana@example.com",
    "subject": "Oi",
    "html": "<p>Oi, Ana!</p>",
    "replyTo": "recepcao@example.com",
    "tags": {"campaign": "welcome"},
}
WHATSAPP: dict[str, Any] = {"to": "+5511987654321", "message": "Oi, Ana!"}
APPOINTMENT: dict[str, Any] = {"appointmentId": APPOINTMENT_ID, "organizationId": ORGANIZATION_ID}
INSIGHTS: dict[str, Any] = {"patientId": PATIENT_ID, "organizationId": ORGANIZATION_ID}
BATCH: dict[str, Any] = {
    "organizationId": ORGANIZATION_ID,
    "items": [
        {"userId": USER_ID, "type": "push", "body": "Sua avaliação está pronta."},
        {
            "userId": USER_ID,
            "type": "whatsapp",
            "to": "+5511987654321",
            "body": "Sua avaliação está pronta.",
        },
    ],
}
EMAILS: dict[str, Any] = {
    "items": [
        {"to": "ana@example.com", "subject": "Oi", "text": "Oi, Ana!"},
        {"to": "bia@example.com", "subject": "Oi", "text": "Oi, Bia!"},
    ]
}
WHATSAPPS: dict[str, Any] = {
    "items": [
        {"to": "+5511987654321", "message": "Oi, Ana!"},
        {"to": "+5511912345678", "templateName": "aviso", "templateData": {"1": "Bia"}},
    ]
}
PATIENTS: dict[str, Any] = {"organizationId": ORGANIZATION_ID, "patientIds": [PATIENT_ID]}


def appointment_message(to: str) -> dict[str, Any]:
    """The data of a ready-made message about an appointment."""
    return {
        "to": to,
        "patientName": "Ana Souza",
        "appointmentDate": "2026-12-01",
        "appointmentTime": "14:30",
        "therapistName": "Beatriz Lima",
        "location": "Rua das Flores, 12",
        "organizationName": "Clínica Movimento",
    }


def birthday_greeting(to: str) -> dict[str, Any]:
    """The data of a birthday greeting."""
    return {"to": to, "patientName": "Ana Souza", "organizationName": "Clínica Movimento"}


def daily_report(to: str) -> dict[str, Any]:
    """The data of a daily report."""
    return {
        "to": to,
        "organizationName": "Clínica Movimento",
        "date": "2026-11-30",
        "totalAppointments": 24,
        "completedAppointments": 20,
        "cancelledAppointments": 3,
        "noShows": 1,
        "newPatients": 2,
        "revenue": 3480.5,
    }
