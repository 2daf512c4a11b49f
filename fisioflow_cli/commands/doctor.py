"""`fisioflow doctor`."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fisioflow_cli.commands.options import JsonOption
from fisioflow_cli.errors import ConfigurationError, ExitCode

if TYPE_CHECKING:
    from fisioflow_cli.checks.finding import Finding

OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Ask no provider whether it can be reached.")
]
VerifyKeysOption = Annotated[
    bool,
    typer.Option(
        "--verify-keys",
        help="Ask each provider whether it accepts the key, the sender, the templates.",
    ),
]


def command(
    *,
    offline: OfflineOption = False,
    verify_keys: VerifyKeysOption = False,
    as_json: JsonOption = False,
) -> None:
    """Check settings, profile, database and ledger; name the remedies.

    Writes nothing to the clinic or the ledger and sends no message. Providers that are configured
    are asked for an answer, without a key unless --verify-keys says so. Exit code 78 if a check
    fails; warnings do not count. docs/troubleshooting.md goes from the symptom to the check.

    Example: fisioflow doctor --verify-keys
    """
    from fisioflow_cli.actions import of_findings  # noqa: PLC0415
    from fisioflow_cli.checks.finding import Verdict, overall  # noqa: PLC0415
    from fisioflow_cli.commands import show_findings  # noqa: PLC0415

    if offline and verify_keys:
        raise typer.BadParameter("--offline and --verify-keys exclude each other")
    findings = _examine(offline=offline, verify_keys=verify_keys)
    if as_json:
        typer.echo(json.dumps(show_findings.document(findings), ensure_ascii=False))
    else:
        show_findings.show(findings)
    failed = overall(findings) is Verdict.FAILURE
    code = ExitCode.CONFIGURATION if failed else ExitCode.DONE
    of_findings.tell(findings, code)
    raise typer.Exit(code)


def _examine(*, offline: bool, verify_keys: bool) -> "list[Finding]":
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.checks.examine import Reach, Surroundings, examine, unreadable  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.context.channels import outbox_folder  # noqa: PLC0415
    from fisioflow_cli.context.databases import database_url  # noqa: PLC0415
    from fisioflow_cli.settings.host import host_zone  # noqa: PLC0415

    reach = Reach.OFFLINE if offline else Reach.WITHOUT_KEYS
    try:
        read = settings.from_process()
    except ConfigurationError as error:
        return unreadable(error, settings.process_environment())
    surroundings = Surroundings(
        settings=read,
        clock=Clock(),
        clinic_url=partial(database_url, read),
        outbox=outbox_folder(read),
        secret_files=settings.secret_files(),
        surmise=settings.surmise(),
        environ=settings.process_environment(),
        folder=Path.cwd(),
        host_zone=host_zone(),
        reach=Reach.WITH_KEYS if verify_keys else reach,
    )
    return list(examine(surroundings))
