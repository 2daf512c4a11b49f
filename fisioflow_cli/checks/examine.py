"""The whole examination: every check in order, each doing what it can without the others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.checks.channels import check_channels
from fisioflow_cli.checks.databases import Access, access
from fisioflow_cli.checks.environment import check_environment
from fisioflow_cli.checks.finding import Finding, of_error, ok, skipped
from fisioflow_cli.checks.folders import check_folders
from fisioflow_cli.checks.ledger import check_ledger, without_ledger
from fisioflow_cli.checks.profile import DIALECT, READABLE, check_profile, without_clinic
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.database import parse_url
from fisioflow_cli.errors import FisioFlowError
from fisioflow_cli.ledger.ledger import Ledger

if TYPE_CHECKING:
    from sqlalchemy import URL

    from fisioflow_cli.clinic.profile import Profile
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings, Surmise

SETTINGS = "settings.readable"
CLINIC = "database.clinic"
LEDGER = "database.ledger"
UNREACHED = "The database cannot be used."


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a command works with, as far as the settings say it."""

    settings: "Settings"
    clock: "Clock"
    clinic_url: "Callable[[], URL]"
    """The clinic's database; raises InvalidDatabaseUrl."""
    outbox: Path | None
    secret_files: Mapping[str, Path]
    surmise: "Surmise | None" = None
    """What the environment was derived from, if it is not set."""


def examine(surroundings: Surroundings) -> Iterator[Finding]:
    """Every finding, in the order of what rests on what; writes nothing anywhere."""
    settings = surroundings.settings
    yield ok(SETTINGS, "Every setting can be read.")
    yield from check_environment(
        settings, surroundings.clock, surroundings.secret_files, surroundings.surmise
    )
    yield from check_folders(settings, surroundings.outbox)
    yield from check_channels(settings)
    is_default = settings.database_url is None
    with access(CLINIC, surroundings.clinic_url, created=is_default) as clinic:
        yield clinic.finding
        yield from _clinic(settings, clinic)
        yield from _ledger(surroundings, clinic)


def unreadable(error: FisioFlowError) -> list[Finding]:
    """The findings where the settings cannot even be read: nothing else can be asked."""
    why = "The settings cannot be read."
    return [
        of_error(SETTINGS, error),
        *(skipped(check, why) for check in (CLINIC, LEDGER, READABLE, DIALECT)),
        *without_clinic(why),
        *without_ledger(why),
    ]


def _clinic(settings: "Settings", found: Access) -> Iterator[Finding]:
    profile: Profile | None = None
    try:
        profile = load_profile(settings.clinic_profile)
    except FisioFlowError as error:
        yield of_error(READABLE, error)
    else:
        yield ok(READABLE, f"{profile.name}: {profile.summary}.")
    if profile is None or found.engine is None:
        why = "The profile cannot be read." if profile is None else UNREACHED
        yield skipped(DIALECT, why)
        yield from without_clinic(why)
        return
    clinic = Clinic(
        engine=found.engine, profile=profile, timezone=settings.timezone, may_change=False
    )
    yield from check_profile(clinic, settings.clinic_profile)


def _ledger(surroundings: Surroundings, clinic: Access) -> Iterator[Finding]:
    secret = surroundings.settings.ledger_url
    if secret is None:
        yield skipped(LEDGER, "The ledger is in the clinic's database.")
        yield from _tables(surroundings, clinic)
        return

    def find_url() -> "URL":
        return parse_url(secret.get_secret_value(), "FISIOFLOW_LEDGER_URL")

    with access(LEDGER, find_url, created=False) as own:
        yield own.finding
        yield from _tables(surroundings, own)


def _tables(surroundings: Surroundings, found: Access) -> Iterator[Finding]:
    if found.engine is None:
        yield from without_ledger(UNREACHED)
        return
    settings = surroundings.settings
    ledger = Ledger(engine=found.engine, environment=settings.environment, clock=surroundings.clock)
    yield from check_ledger(ledger, production=settings.production)
