"""`fisioflow doctor`."""

import json
from functools import partial

import typer

from fisioflow_cli.commands.options import JsonOption
from fisioflow_cli.errors import ConfigurationError, ExitCode


def command(*, as_json: JsonOption = False) -> None:
    """Check settings, profile, database and ledger; name the remedies.

    Writes nothing to the clinic or the ledger and sends nothing. Exit code 78 if a check fails;
    warnings do not count.

    Example: fisioflow doctor
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.actions import of_findings  # noqa: PLC0415
    from fisioflow_cli.checks.examine import Surroundings, examine, unreadable  # noqa: PLC0415
    from fisioflow_cli.checks.finding import Verdict, overall  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.commands import show_findings  # noqa: PLC0415
    from fisioflow_cli.context.channels import outbox_folder  # noqa: PLC0415
    from fisioflow_cli.context.databases import database_url  # noqa: PLC0415

    try:
        read = settings.from_process()
    except ConfigurationError as error:
        findings = unreadable(error)
    else:
        surroundings = Surroundings(
            settings=read,
            clock=Clock(),
            clinic_url=partial(database_url, read),
            outbox=outbox_folder(read),
            secret_files=settings.secret_files(),
            surmise=settings.surmise(),
        )
        findings = list(examine(surroundings))
    if as_json:
        typer.echo(json.dumps(show_findings.document(findings), ensure_ascii=False))
    else:
        show_findings.show(findings)
    failed = overall(findings) is Verdict.FAILURE
    code = ExitCode.CONFIGURATION if failed else ExitCode.DONE
    of_findings.tell(findings, code)
    raise typer.Exit(code)
