"""Whatever is wrong is said in one clear sentence with its remedy, and nothing is left half-done."""

import re
import shutil
from pathlib import Path

import pytest

from fisioflow_cli.errors import ExitCode
from tests.cli import Done
from tests.commands.inside import run_inside

SECRET = "g3heim"
USAGE, CONFIGURATION, LATER = ExitCode.USAGE, ExitCode.CONFIGURATION, ExitCode.TRY_LATER


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_one_sentence(done: Done) -> bool:
    """One line on stderr with a full stop, nothing on stdout, no traceback, no secret."""
    lines = done.stderr.splitlines()
    return (
        done.stdout == ""
        and len(lines) == 1
        and lines[0].startswith("fisioflow: ")
        and lines[0].endswith(".")
        and "unexpected" not in lines[0]
        and SECRET not in lines[0]
    )


def refused(
    *args: str,
    code: ExitCode,
    says: str,
    env: dict[str, str] | None = None,
    home: Path | None = None,
) -> None:
    """The command ends so, and leaves every file below `home` as it was."""
    home = home or Path.home()
    before = files(home)
    done = run_inside(*args, env=env)
    assert (done.rc, is_one_sentence(done)) == (code, True), done
    assert re.search(says, done.stderr), done.stderr
    assert files(home) == before


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a clinic that is in order, and empty."""
    state = tmp_path_factory.mktemp("made") / "state"
    done = run_inside("cleanup", env={"FISIOFLOW_HOME": str(state)}, folder=state.parent)
    assert done.rc == 0, done.stderr
    return state


@pytest.fixture
def clinic(made: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a copy of it."""
    shutil.copytree(made, tmp_path / "state")
    return {"FISIOFLOW_HOME": str(tmp_path / "state")}


@pytest.mark.parametrize("home", ["/dev/null/x", "/proc/nobody/x", __file__])
def test_home_that_cannot_be_made(home: str) -> None:
    """Fixed: an unexpected NotADirectoryError, to be reported."""
    env = {"FISIOFLOW_HOME": home}
    refused("birthdays", code=CONFIGURATION, says="FISIOFLOW_HOME cannot be created", env=env)


def test_home_may_begin_with_a_tilde() -> None:
    """Fixed: the folder was made under the current one, and the database looked for at home."""
    assert run_inside("birthdays", env={"FISIOFLOW_HOME": "~/state"}).rc == 0
    assert [path.name for path in Path.home().iterdir()] == ["state"]


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"FISIOFLOW_CLINIC_PROFILE": "supabase-2026-01"}, "set DATABASE_URL"),
        ({"FISIOFLOW_CLINIC_PROFILE": "nowhere.toml"}, "cannot be read; set FISIOFLOW_CLINIC_PROF"),
        ({"FISIOFLOW_CLINIC_PROFILE": "/"}, "cannot be read; set FISIOFLOW_CLINIC_PROFILE"),
        ({"FISIOFLOW_CLINIC_PROFILE": __file__}, "is not TOML"),
        ({"FISIOFLOW_ENV": "Production"}, "FISIOFLOW_ENV cannot be used: write production"),
        ({"FISIOFLOW_ENV": "preview:"}, "preview:<branch>"),
        ({"FISIOFLOW_ENV": "production"}, "RESEND_API_KEY is not set"),
        ({"FISIOFLOW_ENV": "production", "RESEND_API_KEY": SECRET}, "RESEND_FROM is not set"),
        ({"RESEND_API_KEY_FILE": "/nowhere"}, "RESEND_API_KEY_FILE names a file"),
        ({"WHATSAPP_ACCESS_TOKEN": SECRET}, "WHATSAPP_PHONE_NUMBER_ID is not set; set it"),
        (
            {"WHATSAPP_PROVIDER": "evolution", "WHATSAPP_API_KEY": SECRET},
            "WHATSAPP_INSTANCE is not",
        ),
        ({"WHATSAPP_PROVIDER": SECRET}, "WHATSAPP_PROVIDER cannot be used"),
        ({"WHATSAPP_API_URL": "graph.example.com"}, "begins with http"),
        ({"FISIOFLOW_TIMEZONE": "Brasilia"}, "IANA time zone"),
        ({"FISIOFLOW_TIMEZONE": "../../etc/passwd"}, "IANA time zone"),
        ({"FISIOFLOW_SEND_WINDOW": "8-20"}, "HH:MM-HH:MM or always"),
        ({"FISIOFLOW_SEND_WINDOW": "20:00-08:00"}, "must end after it begins"),
        ({"FISIOFLOW_LEASE_SECONDS": "0"}, "FISIOFLOW_LEASE_SECONDS cannot be used"),
        ({"FISIOFLOW_PAYLOAD_DAYS": "forever"}, "FISIOFLOW_PAYLOAD_DAYS cannot be used"),
        ({"FISIOFLOW_MESSAGE_MINORS": "perhaps"}, "FISIOFLOW_MESSAGE_MINORS cannot be used"),
    ],
)
def test_setting_that_cannot_be_used(env: dict[str, str], says: str) -> None:
    refused("birthdays", code=CONFIGURATION, says=says, env=env)


@pytest.mark.parametrize(
    "org", ["nobody", "", " ", "all", "'; DROP TABLE patients; --", "%", "\udcff"]
)
def test_organization_that_there_is_not(clinic: dict[str, str], org: str) -> None:
    refused("birthdays", "--org", org, code=USAGE, says="No organization has the id", env=clinic)
    refused("birthdays", "--org", org, code=USAGE, says="No organization has the id")


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("tomorrow", "takes a real date"),
        ("2026-02-30", "takes a real date"),
        ("02/03/2026", "takes a real date"),
        ("2026-03-02T25:00", "takes a real date"),
        ("2026-03-02T06:00:00Z", "takes a real date"),
        ("0001-01-01", "names the year 1; dates go from 1900-01-01"),
        ("9999-12-31", "names the year 9999; dates go from"),
        ("", "takes a real date"),
        ("2099-01-01", "has not begun yet; add --dry-run"),
        ("2020-01-01", "past the maximum age of birthdays; add --allow-late"),
    ],
)
def test_moment_that_cannot_be(clinic: dict[str, str], moment: str, says: str) -> None:
    refused("birthdays", "--as-of", moment, code=USAGE, says=says, env=clinic)
    if "real" in says:
        refused("birthdays", "--as-of", moment, "--dry-run", code=USAGE, says=says, env=clinic)


@pytest.mark.parametrize("length", ["5", "m", "-5m", "5 m", "0s", "1.5h", "", "٣m", "9" * 30 + "h"])
def test_duration_that_cannot_be(clinic: dict[str, str], length: str) -> None:
    """Fixed: a long row of digits was an unexpected OverflowError."""
    done = run_inside("birthdays", "--max-duration", length, env=clinic)
    assert (done.rc, done.stdout) == (USAGE, "")
    assert "write a duration such as 90s, 5m, 1h30m or 7d" in done.stderr


@pytest.mark.parametrize("run", ["g", "", "%", "_", "\udcff"])
def test_run_that_there_is_not(clinic: dict[str, str], run: str) -> None:
    """Fixed: bytes that are no UTF-8 were an unexpected UnicodeEncodeError."""
    refused("runs", "show", run, code=USAGE, says="id beginning with", env=clinic)


@pytest.mark.parametrize("moment", ["tomorrow", "2099-01-01", "2020-01-01"])
def test_moment_that_cannot_be_creates_no_database(moment: str) -> None:
    refused("birthdays", "--as-of", moment, code=USAGE, says="Slot|real date")


def test_secret_from_a_file_is_not_repeated(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(SECRET)
    env = {"RESEND_API_KEY_FILE": str(key), "FISIOFLOW_ENV": "production"}
    refused("birthdays", code=CONFIGURATION, says="RESEND_FROM is not set", env=env)
