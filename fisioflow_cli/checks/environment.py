"""The checks on what the settings mean for this environment."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.checks.finding import Finding, ok, skipped, warning
from fisioflow_cli.clinic.contact import usable_email, usable_phone

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings, Surmise

PLAIN = "fisioflow"
ENVIRONMENT = "settings.fisioflow-env"
WRITES = "settings.fisioflow-allow-clinic-writes"
RECIPIENTS = "settings.fisioflow-allow-recipients"
ZONE = "settings.fisioflow-timezone"


def setting_id(variable: str) -> str:
    """The id of the finding on an environment variable: `settings.resend-api-key`."""
    return f"settings.{variable.lower().replace('_', '-')}"


def check_environment(
    settings: "Settings",
    clock: "Clock",
    secret_files: Mapping[str, Path],
    surmise: "Surmise | None" = None,
) -> Iterator[Finding]:
    """Where messages and changes go, the time zone, and who else can read the secrets.

    `surmise`: what the platform's variables amount to.
    """
    yield _environment(settings, surmise)
    yield _clinic_writes(settings)
    yield _recipients(settings)
    yield _time_zone(settings, clock)
    for variable, path in secret_files.items():
        yield _secret_file(variable, path)


def _environment(settings: "Settings", surmise: "Surmise | None") -> Finding:
    said = f"{settings.environment}: messages land in the outbox; none leaves."
    if settings.production:
        said = "production: messages leave, and the clinic is changed."
    if surmise is None:
        return ok(ENVIRONMENT, said)
    if doubt := surmise.doubt(settings.environment):
        remedy = (
            "Leave FISIOFLOW_ENV unset in previews."
            if settings.production
            else "Set FISIOFLOW_ENV=production if messages shall leave."
        )
        return warning(ENVIRONMENT, f"{said} {doubt}", remedy)
    return ok(ENVIRONMENT, said if surmise.is_overruled else f"{said} {surmise.because}.")


def _clinic_writes(settings: "Settings") -> Finding:
    if settings.production or settings.clinic_profile == PLAIN:
        return ok(WRITES, "Changes to the clinic are kept.")
    if settings.allow_clinic_writes:
        return warning(
            WRITES,
            f"Changes to the clinic are kept although this is {settings.environment}.",
            "Unset FISIOFLOW_ALLOW_CLINIC_WRITES unless this database is there to be changed.",
        )
    return ok(WRITES, "Changes to the clinic are counted and rolled back.")


def _recipients(settings: "Settings") -> Finding:
    listed = settings.allow_recipients
    if settings.production:
        return skipped(RECIPIENTS, "The list has no meaning in production.")
    unusable = [
        str(place)
        for place, entry in enumerate(listed, start=1)
        if usable_email(entry) is None and usable_phone(entry) is None
    ]
    if unusable:
        return warning(
            RECIPIENTS,
            f"Of {len(listed)} entries, no. {', '.join(unusable)} is neither an e-mail address "
            "nor a phone number.",
            "Write addresses such as name@example.com or +5511987654321, separated by commas.",
        )
    return ok(
        RECIPIENTS,
        f"Messages to {len(listed)} listed recipients leave all the same."
        if listed
        else "No recipient is listed: nothing leaves.",
    )


def _time_zone(settings: "Settings", clock: "Clock") -> Finding:
    now = clock.now().astimezone(ZoneInfo(settings.timezone))
    return ok(ZONE, f"Time-zone data is there; in {settings.timezone} it is {now:%Y-%m-%d %H:%M}.")


def _secret_file(variable: str, path: Path) -> Finding:
    check = setting_id(variable)
    try:
        others_read = path.stat().st_mode & stat.S_IROTH
    except OSError:
        return warning(check, "The file's permissions cannot be read.", "Check where it lies.")
    if others_read:
        return warning(
            check,
            f"Every user of this machine can read the file that {variable} names.",
            "Run chmod 600 on it.",
        )
    return ok(check, f"The file that {variable} names is closed to other users.")
