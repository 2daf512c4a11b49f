"""Showing the ledger itself: where it is, its revision, the side it serves."""

import json
from typing import TYPE_CHECKING, Any

import typer

from fisioflow_cli import console
from fisioflow_cli.console import plain
from fisioflow_cli.ledger.schema import HEAD
from fisioflow_cli.ledger.standing import look

if TYPE_CHECKING:
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.ledger.schema import Stamp
    from fisioflow_cli.ledger.standing import Standing


def upgraded(databases: "Databases", before: str | None, *, as_json: bool) -> None:
    """From which revision to which, and where."""
    after = look(databases.ledger, production=databases.settings.production)
    if as_json:
        _print_json({"before": before, "after": after.revision, **_about(databases, after)})
        return
    change = (
        "unchanged" if before == after.revision else f"{before or 'nothing'} → {after.revision}"
    )
    console.out().print(f"ledger   {change}", soft_wrap=True)
    _print_about(databases, after)


def status(databases: "Databases", found: "Standing", *, as_json: bool) -> None:
    """How it stands for this program and environment."""
    if as_json:
        head = {"status": found.condition, "revision": found.revision, "head": HEAD}
        _print_json({**head, **_about(databases, found)})
        return
    console.out().print(
        f"ledger   {found.condition.replace('_', ' ')}, revision {found.revision or 'none'}, "
        f"this program's is {HEAD}"
    )
    _print_about(databases, found)


def restamped(databases: "Databases", before: "Standing", *, as_json: bool) -> None:
    """The stamp as it was and as it is."""
    after = look(databases.ledger, production=databases.settings.production)
    changed = after.stamp != before.stamp
    if as_json:
        was = {"production": _production(before.stamp), "ledger_id": _id(before.stamp)}
        _print_json({"changed": changed, "before": was, **_about(databases, after)})
        return
    if changed:
        console.out().print(f"served   {_side(before.stamp)}")
    else:
        console.err().print("Nothing to restamp: the ledger serves this side already.")
    _print_about(databases, after)


def _about(databases: "Databases", found: "Standing") -> dict[str, Any]:
    url = databases.ledger.engine.url
    return {
        "production": _production(found.stamp),
        "ledger_id": _id(found.stamp),
        "environment": databases.settings.environment,
        "dialect": url.get_backend_name(),
        "database": url.database,
    }


def _print_about(databases: "Databases", found: "Standing") -> None:
    out, url = console.out(), databases.ledger.engine.url
    out.print(f"serves   {_side(found.stamp)}")
    out.print(f"here     {plain(databases.settings.environment)}")
    out.print(f"where    {url.get_backend_name()} {plain(url.database)}", soft_wrap=True)


def _side(stamp: "Stamp | None") -> str:
    if stamp is None:
        return "nobody yet"
    side = "production" if stamp.production else "everything but production"
    return f"{side}, id {stamp.ledger_id}"


def _production(stamp: "Stamp | None") -> bool | None:
    return stamp.production if stamp else None


def _id(stamp: "Stamp | None") -> str | None:
    return stamp.ledger_id if stamp else None


def _print_json(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False))
