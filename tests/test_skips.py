"""No test is silently left out in CI: what a machine lacks fails there, every other skip is known."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.missing import missing

TESTS = Path(__file__).parent
SKIP = re.compile(r"pytest\.(mark\.)?(skip|skipif|importorskip|xfail)")
KNOWN = {
    ("npm.py", "the npm registry does not answer"): "a machine without a network is no defect",
    (
        "missing.py",
        "",
    ): "the one place that skips for what a machine lacks, and fails in CI instead",
    (
        "schedule/test_cron_daemon.py",
        "a container whose kernel permits no namespace of its own",
    ): "cron must not see this machine's own crontabs; GitHub's runners and plain machines permit it",
    (
        "checks/test_host.py",
        "only root, or a member of another group, gives a file to it",
    ): "GitHub's runner is in several groups, and whoever runs it as root needs none",
    (
        "listener/test_process.py",
        "this machine has no IPv6 loopback",
    ): "containers are often without IPv6; IPv4 is tested everywhere",
    (
        "intake/test_feed.py",
        "root may read everything",
    ): "GitHub's runner is not root; as root the same is seen of a pipe in test_stdin.py",
    ("intake/test_rejects.py", "needs a full device"): "only Linux has /dev/full, and CI is Linux",
    (
        "acceptance/conftest.py",
        "an organization's midnight would fall into the trial; start again after it",
    ): "three minutes around two midnights a day, in which the expected figures have no one answer",
    (
        "delivery/test_by_hand.py",
        "SQLite has one writer at a time",
    ): "a race that only PostgreSQL has, which runs beside it",
    ("ledger/test_events_leased.py", "SQLite has one lock for all"): "the same",
}
"""Where, with what reason, and why CI may leave it out."""


def skips(path: Path) -> Iterator[str]:
    """The reasons of a file's skips; empty where it is no literal."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and SKIP.fullmatch(ast.unparse(call.func)):
            given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "reason")]
            yield next(
                (str(one.value) for one in reversed(given) if isinstance(one, ast.Constant)), ""
            )


def test_every_skip_is_known_and_has_its_reason() -> None:
    found = {
        (str(path.relative_to(TESTS)), reason)
        for path in TESTS.rglob("*.py")
        for reason in skips(path)
    }
    assert found == set(KNOWN)


def test_a_skip_is_found(tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(
        "pytest.skip('no npm')\n@pytest.mark.skipif(True, reason='root')\ndef test(): ...\n"
    )
    assert sorted(skips(file)) == ["no npm", "root"]


def test_what_a_machine_lacks_fails_in_ci_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no cron"):
        missing("no cron")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no cron"):
        missing("no cron")
