"""For whom a start works: the clinic must fit its profile, the organization asked for must be there."""

from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, StatementError

from fisioflow_cli.clinic import fit
from fisioflow_cli.clinic.organizations import organization
from fisioflow_cli.errors import UnknownOrganization

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.engine.start import Request


def require_clinic(databases: "Databases", request: "Request") -> None:
    """Raise ProfileDoesNotFit, or UnknownOrganization if the one asked for is not there."""
    fit.require_fit(databases.clinic)
    found = _find(databases, request.organization) if request.organization is not None else None
    require_organization(request, found)


def require_organization(request: "Request", found: "Organization | None") -> None:
    """Raise UnknownOrganization if one was asked for and not found."""
    if request.organization is not None and found is None:
        raise UnknownOrganization(
            f"No organization has the id {request.organization!r}; take one from the clinic's "
            "database."
        )


def _find(databases: "Databases", organization_id: str) -> "Organization | None":
    """What is not even an id of this database's kind names no organization either."""
    try:
        return organization(databases.clinic, organization_id)
    except (StatementError, DataError, UnicodeEncodeError):
        return None
