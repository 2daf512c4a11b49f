"""What the checks are tried on: settings, clinics and their findings by id."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Engine

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.settings import Settings, load


def settings(folder: Path, **environ: str) -> Settings:
    """The settings of these variables, with their state folder in `folder`."""
    return load({"FISIOFLOW_HOME": str(folder / "home"), **environ}, folder)


def clinic(engine: Engine, profile: str) -> Clinic:
    """This database through a built-in profile or the one in a file."""
    return Clinic(
        engine=engine,
        profile=load_profile(profile),
        timezone="America/Sao_Paulo",
        may_change=False,
    )


def copied_profile(folder: Path, *changes: tuple[str, str], without: Iterable[str] = ()) -> str:
    """The path of a copy of the plain profile, with texts replaced and statements left out."""
    profiles = files("fisioflow_cli.clinic") / "profiles"
    text = (profiles / "fisioflow.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    for name in without:
        text, count = re.subn(rf"(?ms)^{name} = ('''|\"\"\").*?\1\n", "", text)
        assert count == 1
    file = folder / "ours.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def by_id(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Every finding under its id, which no other has."""
    listed = list(findings)
    found = {finding.id: finding for finding in listed}
    assert len(found) == len(listed)
    return found


def verdicts(findings: Iterable[Finding]) -> dict[str, Verdict]:
    """The verdict under each id; whoever is not well says what to do."""
    found = by_id(findings)
    for finding in found.values():
        troubled = finding.verdict in {Verdict.WARNING, Verdict.FAILURE}
        assert (finding.remedy is not None) == troubled
        assert finding.message.endswith(".")
    return {check: finding.verdict for check, finding in found.items()}


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user of this machine may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="fisioflow-open-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder
