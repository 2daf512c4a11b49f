"""The checks on the clinic profile: relations, clean-up targets and writes, on the real database."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, Verdict, failure, guarded, ok, skipped, warning
from fisioflow_cli.checks.tables import PLAIN, TABLES, check_tables
from fisioflow_cli.clinic import fit
from fisioflow_cli.clinic.integrity import CHECKS
from fisioflow_cli.clinic.profile import BUILT_IN, CLEANUP, OFFER_WRITES, WRITES
from fisioflow_cli.clinic.relations import RELATIONS
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clinic.fit import Misfit

READABLE = "profile.readable"
DIALECT = "profile.dialect"
ORGANIZATIONS = "clinic.organizations"
ZONES = "clinic.time-zones"
NAMED = 3
UNREADABLE = "The profile's organizations cannot be read."
OFFERS = "waitlist_offers"
ABSENT = {
    "preferences": "what users switched off is not read",
    "payments": "reports show no revenue",
    OFFERS: "no offer expires",
    "push_subscriptions": "nobody is notified in a browser",
    "identifiers": "of a patient only the name to address, the e-mail and the phone are known to be secret",
}


def check_profile(clinic: "Clinic", source: str) -> Iterator[Finding]:
    """Whether the profile that `source` names fits the clinic's database, part by part."""
    dialect = clinic.engine.dialect.name
    if dialect not in clinic.profile.dialects:
        yield failure(
            DIALECT,
            f"The profile is for {' or '.join(clinic.profile.dialects)}, DATABASE_URL names {dialect}.",
            "Correct FISIOFLOW_CLINIC_PROFILE or DATABASE_URL.",
        )
        yield from without_clinic("The profile is for another kind of database.")
        return
    yield ok(DIALECT, f"The profile knows {dialect}.")
    relations = list(_relations(clinic, source))
    found = check_tables(clinic, source, relations)
    yield found
    if found.remedy is not None:
        yield from _without_parts("The database is empty.")
        return
    parts = [*relations, *_changes(clinic, source)]
    yield from parts
    yield _organizations(clinic, parts)
    yield _zones(clinic, parts)


def without_clinic(why: str) -> Iterator[Finding]:
    """The same checks where the profile or the database is missing."""
    yield skipped(TABLES, why)
    yield from _without_parts(why)


def _without_parts(why: str) -> Iterator[Finding]:
    yield from (skipped(_id("profile", relation.name), why) for relation in RELATIONS)
    yield from (skipped(_id("cleanup", name), why) for name in CLEANUP)
    yield from (skipped(_id("writes", name), why) for name in WRITES)
    yield skipped(ORGANIZATIONS, why)
    yield skipped(ZONES, why)


def _id(area: str, name: str) -> str:
    return f"{area}.{name.replace('_', '-')}"


def _relations(clinic: "Clinic", source: str) -> Iterator[Finding]:
    for name in (relation.name for relation in RELATIONS):
        if clinic.profile.has(name):
            yield _tried(
                "profile", name, _remedy(f"relations.{name}", source), clinic, fit.try_relation
            )
        else:
            yield skipped(_id("profile", name), _absence(name))


def _changes(clinic: "Clinic", source: str) -> Iterator[Finding]:
    for name in CLEANUP:
        if name in clinic.profile.cleanup:
            remedy = _remedy(f"[cleanup.{name}]", source, otherwise=", or leave it out")
            yield _tried("cleanup", name, remedy, clinic, fit.try_cleanup)
        else:
            yield skipped(_id("cleanup", name), "Not in the profile: its rows are left alone.")
    for name in WRITES:
        if name in clinic.profile.writes:
            remedy = _remedy(f"writes.{name}", source)
            yield _tried("writes", name, remedy, clinic, fit.try_write)
        else:
            yield _missing_write(clinic, name)


def _tried(
    area: str,
    name: str,
    remedy: str,
    clinic: "Clinic",
    attempt: "Callable[[Clinic, str], Misfit | None]",
) -> Finding:
    check = _id(area, name)

    def look() -> Finding:
        misfit = attempt(clinic, name)
        if misfit is None:
            return ok(check, "The database has what it needs.")
        return failure(check, f"The database says: {plain(misfit.complaint)}.", remedy)

    return guarded(check, look)


def _remedy(part: str, source: str, *, otherwise: str = "") -> str:
    if source == PLAIN:
        return (
            "Run `fisioflow db upgrade` if this database is to hold a plain clinic, else set "
            "FISIOFLOW_CLINIC_PROFILE to the profile of what it holds."
        )
    if source in BUILT_IN:
        return (
            f"Set FISIOFLOW_CLINIC_PROFILE to the profile of this database, or copy {source} and "
            f"correct {part} there; see docs/clinic-profiles.md."
        )
    return f"Correct {part} in {plain(source)}{otherwise}."


def _absence(name: str) -> str:
    lost = [check.name for check in CHECKS if name in check.needs]
    checks = f", and data-integrity leaves out {', '.join(lost)}" if lost else ""
    return f"Not in the profile: {ABSENT[name]}{checks}."


def _missing_write(clinic: "Clinic", name: str) -> Finding:
    if name not in OFFER_WRITES:
        return skipped(_id("writes", name), "Not in the profile: nothing is recorded there.")
    if clinic.profile.has(OFFERS):
        return failure(
            _id("writes", name),
            f"The profile has {OFFERS} but not this write, so the clean-up fails.",
            f"Add writes.{name} to your profile, or leave out relations.{OFFERS}.",
        )
    return skipped(_id("writes", name), "Not needed: the profile has no waitlist offers.")


def _organizations(clinic: "Clinic", parts: list[Finding]) -> Finding:
    if not _are_readable(parts):
        return skipped(ORGANIZATIONS, UNREADABLE)

    def look() -> Finding:
        every, active = fit.count_organizations(clinic)
        if active:
            return ok(ORGANIZATIONS, f"{every} organizations are found, {active} of them active.")
        return warning(
            ORGANIZATIONS,
            f"{every or 'No'} organizations are found, none active: there is nobody to work for.",
            "Check that DATABASE_URL names the right database and the profile the right table.",
        )

    return guarded(ORGANIZATIONS, look)


def _zones(clinic: "Clinic", parts: list[Finding]) -> Finding:
    if not _are_readable(parts):
        return skipped(ZONES, UNREADABLE)

    def look() -> Finding:
        wrong = fit.misnamed_zones(clinic)
        if not wrong:
            return ok(ZONES, "Every organization's time zone is known, or it has none of its own.")
        named = ", ".join(plain(organization) for organization in wrong[:NAMED])
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        return warning(
            ZONES,
            f"The time zone of {named}{more} is none, so FISIOFLOW_TIMEZONE is used there.",
            "Write an IANA name such as America/Manaus into the organization's row.",
        )

    return guarded(ZONES, look)


def _are_readable(parts: list[Finding]) -> bool:
    readable = _id("profile", "organizations")
    return not any(part.id == readable and part.verdict is not Verdict.OK for part in parts)
