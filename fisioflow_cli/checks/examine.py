"""The whole examination: every check in order, each doing what it can without the others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.checks.accepted import check_accepted, without_accepted
from fisioflow_cli.checks.backlog import check_backlog, without_backlog
from fisioflow_cli.checks.channels import check_channels
from fisioflow_cli.checks.databases import Access, access
from fisioflow_cli.checks.environment import check_environment
from fisioflow_cli.checks.finding import Finding, Verdict, of_error, ok, skipped
from fisioflow_cli.checks.folders import check_folders
from fisioflow_cli.checks.host import check_host
from fisioflow_cli.checks.keys import check_keys
from fisioflow_cli.checks.ledger import check_ledger, without_ledger
from fisioflow_cli.checks.monitor import check_monitor
from fisioflow_cli.checks.network import check_network, without_network
from fisioflow_cli.checks.privacy import check_privacy
from fisioflow_cli.checks.profile import DIALECT, READABLE, check_profile, without_clinic
from fisioflow_cli.checks.scheduler import check_scheduler
from fisioflow_cli.checks.server import check_server
from fisioflow_cli.checks.variables import check_names, check_variables
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.database import parse_url, reading
from fisioflow_cli.demo import clinic as demo
from fisioflow_cli.errors import FisioFlowError
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.schedule.check import Machine

if TYPE_CHECKING:
    from pydantic import SecretStr
    from sqlalchemy import URL

    from fisioflow_cli.clinic.profile import Profile
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings, Surmise

SETTINGS = "settings.readable"
CLINIC = "database.clinic"
LEDGER = "database.ledger"
UNREACHED = "The database cannot be used."


class Reach(StrEnum):
    """How far an examination goes: the network is asked, or not, or also whether it knows our keys."""

    OFFLINE = "offline"
    WITHOUT_KEYS = "without_keys"
    WITH_KEYS = "with_keys"


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
    """What the platform's variables amount to."""
    environ: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    """Where one stands: a .env of it would be read, and a checkout's workflows are there."""
    reach: Reach = Reach.OFFLINE
    host_zone: ZoneInfo | None = None
    """What cron goes by here, if the machine tells."""


def examine(surroundings: Surroundings) -> Iterator[Finding]:
    """Every finding, in the order of what rests on what; writes nothing anywhere."""
    settings = surroundings.settings
    yield ok(SETTINGS, "Every setting can be read.")
    yield from check_environment(
        settings, surroundings.clock, surroundings.secret_files, surroundings.surmise
    )
    yield from check_variables(settings, surroundings.environ)
    yield from check_folders(settings, surroundings.outbox)
    yield from check_channels(settings)
    yield from check_keys(settings)
    yield check_monitor(settings)
    url = _known(surroundings.clinic_url)
    yield from check_host(settings, url, surroundings.outbox)
    own = _known(partial(_ledger_url, settings.ledger_url)) if settings.ledger_url else None
    yield from check_privacy(surroundings.folder, url, ledger=own)
    is_default = settings.database_url is None
    with access(CLINIC, surroundings.clinic_url, created=is_default) as clinic:
        yield clinic.finding
        yield from check_server(clinic.engine, surroundings.clock, production=settings.production)
        yield from _clinic(settings, clinic)
        yield from _ledger(surroundings, clinic)
    machine = Machine(folder=surroundings.folder)
    yield from check_scheduler(settings, surroundings.clock, machine, surroundings.host_zone)
    yield from _network(surroundings)


def unreadable(
    error: FisioFlowError, environ: Mapping[str, str] = MappingProxyType({})
) -> list[Finding]:
    """The findings where the settings cannot even be read: only their names can be looked at."""
    why = "The settings cannot be read."
    return [
        of_error(SETTINGS, error),
        *check_names(environ),
        *(skipped(check, why) for check in (CLINIC, LEDGER, READABLE, DIALECT)),
        *without_clinic(why),
        *without_ledger(why),
        *without_backlog(why),
        *without_network(why),
        *without_accepted(why),
    ]


def _known(find_url: "Callable[[], URL]") -> "URL | None":
    """None for a URL that cannot be read, of which there is a finding already."""
    try:
        return find_url()
    except FisioFlowError:
        return None


def _ledger_url(secret: "SecretStr") -> "URL":
    return parse_url(secret.get_secret_value(), "FISIOFLOW_LEDGER_URL")


def _network(surroundings: Surroundings) -> Iterator[Finding]:
    settings, reach = surroundings.settings, surroundings.reach
    offline = reach is Reach.OFFLINE
    yield from check_network(settings, surroundings.clock, offline=offline)
    if reach is Reach.WITH_KEYS:
        yield from check_accepted(settings)
    else:
        yield from without_accepted("No key leaves this machine without --verify-keys.")


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
    with access(LEDGER, partial(_ledger_url, secret), created=False) as own:
        yield own.finding
        yield from _tables(surroundings, own)


def _tables(surroundings: Surroundings, found: Access) -> Iterator[Finding]:
    if found.engine is None:
        yield from without_ledger(UNREACHED)
        yield from without_backlog(UNREACHED)
        return
    settings = surroundings.settings
    ledger = Ledger(engine=found.engine, environment=settings.environment, clock=surroundings.clock)
    findings = list(check_ledger(ledger, production=settings.production))
    yield from findings
    if any(finding.verdict is not Verdict.OK for finding in findings):
        yield from without_backlog("The ledger cannot be used.")
    else:
        is_demo = _is_demo(settings, found)
        yield from check_backlog(ledger, ZoneInfo(settings.timezone), is_demo=is_demo)


def _is_demo(settings: "Settings", found: Access) -> bool:
    """Whether the ledger lies beside the demo clinic, which is in the default database only."""
    if found.engine is None or settings.database_url is not None or settings.ledger_url is not None:
        return False
    with reading(found.engine) as connection:
        return demo.present(connection)
