"""The single writes of a profile: what a workflow changes in the clinic, row by row."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.clinic.clinic import Clinic


def writes(clinic: "Clinic", name: str) -> bool:
    """Whether the profile has this write: those that only record something may be absent."""
    return name in clinic.profile.writes


def write(clinic: "Clinic", connection: "Connection", name: str, **values: Any) -> int:
    """Carry out a write of the profile in the caller's transaction; how many rows it changed.

    `values` are the parameters that profile.WRITES names for it; what is not given is null.
    """
    with clinic.changing(connection):
        return connection.execute(clinic.profile.write(name, values)).rowcount
