"""`fisioflow emit`."""

import json
import multiprocessing
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from fisioflow_cli.events.append import append
from tests.cli import Done
from tests.commands.inside import run_inside

MAIL = ("email/send", "to=ana@example.com", "subject=Oi", "text=Oi, Ana!")
DATA = {"to": "ana@example.com", "subject": "Oi", "text": "Oi, Ana!"}


def emit(*args: str, **env: str) -> Done:
    """Run `fisioflow emit ARGS`."""
    return run_inside("emit", *args, env=env)


def event(*args: str) -> dict[str, Any]:
    """The event that `emit ARGS --to -` prints."""
    done = emit(*args, "--to", "-")
    assert (done.rc, done.stderr) == (0, "")
    found: dict[str, Any] = done.json
    return found


def accepted(url: str) -> list[dict[str, Any]]:
    """The events in the inbox."""
    engine = create_engine(url)
    table = "fisioflow.events" if "postgres" in url else "fisioflow_events"
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
    engine.dispose()
    for row in rows:
        row["data"] = json.loads(row["data"]) if isinstance(row["data"], str) else row["data"]
    return rows


@pytest.fixture
def ready(database_url: str) -> str:
    """A database with a ledger."""
    assert run_inside("db", "upgrade", env={"DATABASE_URL": database_url}).rc == 0
    return database_url


def test_event_is_in_the_inbox_and_its_id_on_stdout(ready: str) -> None:
    done = emit(*MAIL, DATABASE_URL=ready)
    assert (done.rc, done.stderr) == (0, "")
    (row,) = accepted(ready)
    assert done.stdout == f"{row['id']}\n"
    assert (row["name"], row["data"], row["source"]) == ("email/send", DATA, "emit")
    assert (row["status"], row["workflow"]) == ("waiting", "fisioflow-send-email")


def test_an_id_runs_once_for_ever(ready: str) -> None:
    first, second = (emit(*MAIL, "--id", "welcome-42", DATABASE_URL=ready) for _ in range(2))
    assert (first.rc, first.stdout, first.stderr) == (0, "welcome-42\n", "")
    assert (second.rc, second.stdout) == (0, "welcome-42\n")
    assert "known already" in second.stderr
    other = emit(*MAIL[:-1], "text=Outro", "--id", "welcome-42", DATABASE_URL=ready)
    assert (other.rc, other.stdout) == (65, "")
    assert "stands for an event with another name or other data" in other.stderr
    assert [row["data"] for row in accepted(ready)] == [DATA]


@pytest.mark.parametrize(
    ("args", "status"),
    [(MAIL, "accepted"), (("x/y",), "ignored"), ((*MAIL, "--id", "known"), "duplicate")],
)
def test_json_says_what_became_of_it(args: tuple[str, ...], status: str, sqlite_url: str) -> None:
    run_inside("db", "upgrade", env={"DATABASE_URL": sqlite_url})
    emit(*MAIL, "--id", "known", DATABASE_URL=sqlite_url)
    done = emit(*args, "--json", DATABASE_URL=sqlite_url)
    assert done.rc == 0
    assert {**done.json, "id": ""} == {"id": "", "name": args[0], "status": status}
    assert done.json["id"] in {row["id"] for row in accepted(sqlite_url)}


def test_stdout_gets_the_line_and_nothing_else() -> None:
    done = emit(*MAIL, "--id", "a", "--to", "-", "--json")
    assert (done.rc, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert done.json == {"id": "a", "name": "email/send", "data": DATA}


def test_a_line_that_is_piped_into_dispatch_runs_once_however_often_it_comes(
    tmp_path: Path,
) -> None:
    line = emit(
        "email/send", "to=ana@example.com", "subject=Oi", "html=<p>Oi</p>", "--to", "-"
    ).stdout
    first, second = (
        run_inside("dispatch", "-", "--json", stdin=line, folder=tmp_path) for _ in range(2)
    )
    assert (first.rc, second.rc) == (0, 0), first.stderr + second.stderr
    assert (first.json["status"], first.json["event_id"]) == ("completed", json.loads(line)["id"])
    assert second.json["duplicate"] is True


def test_every_line_has_an_id_so_that_piping_it_again_is_harmless() -> None:
    assert event(*MAIL)["id"] != event(*MAIL)["id"]


def test_the_line_is_ascii_whatever_is_in_it() -> None:
    name = "é 👩🏽‍⚕️ \u2028 \u202e \x1b[2J"
    done = emit(*MAIL, f"name={name}", "--to", "-")
    assert done.stdout.isascii()
    assert done.json["data"]["name"] == name


@pytest.mark.parametrize(
    ("given", "ts"),
    [
        ("2026-12-01T09:00-03:00", 1796126400000),
        ("2026-12-01T12:00:00.123456Z", 1796126400123),
        ("1796126400000", 1796126400000),
    ],
)
def test_ts_is_a_time_with_its_zone_or_milliseconds(given: str, ts: int) -> None:
    assert event(*MAIL, "--ts", given)["ts"] == ts


@pytest.mark.parametrize(
    "given",
    [
        "2026-12-01T09:00",
        "2026-12-01",
        "tomorrow",
        "",
        "-5",
        "1.5",
        "9999-12-31T23:59-23:59x",
        "9" * 5000,
    ],
)
def test_other_times_are_refused(given: str) -> None:
    done = emit(*MAIL, "--ts", given, "--to", "-")
    assert (done.rc, done.stdout) == (2, "")
    assert "--ts" in done.stderr


def test_a_time_in_seconds_is_bad_input() -> None:
    done = emit(*MAIL, "--ts", "1796126400", "--to", "-")
    assert (done.rc, done.stdout) == (65, "")
    assert "milliseconds" in done.stderr


def test_pairs_are_text_json_or_inside() -> None:
    made = event(*MAIL, "n:=5", "t=5", "o.a=1", "o.b:=[2]")
    assert made["data"] == {**DATA, "n": 5, "t": "5", "o": {"a": "1", "b": [2]}}


def test_data_comes_from_the_command_line_a_file_or_stdin(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps(DATA) + "\n", encoding="utf-8-sig")
    assert event("email/send", "--data", json.dumps(DATA))["data"] == DATA
    assert event("email/send", "--data", f"@{file}")["data"] == DATA
    done = run_inside("emit", "email/send", "--data", "-", "--to", "-", stdin=json.dumps(DATA))
    assert (done.rc, done.stderr) == (0, "")
    assert done.json["data"] == DATA


def test_pairs_are_laid_over_data() -> None:
    given = json.dumps({**DATA, "templateData": {"a": 1}})
    made = event("email/send", "--data", given, "subject=Outro", "templateData.b=2")
    assert made["data"] == {**DATA, "subject": "Outro", "templateData": {"a": 1, "b": "2"}}


@pytest.mark.parametrize(
    "data", ["", "SEGREDO", "[1]", '"SEGREDO"', "5", "null", '{"a": NaN}', "{"]
)
def test_data_that_is_no_object_is_bad_input(data: str) -> None:
    done = emit("email/send", "--data", data, "--to", "-")
    assert (done.rc, done.stdout) == (65, "")
    assert "--data" in done.stderr
    assert "SEGREDO" not in done.stderr


@pytest.mark.parametrize("path", ["none.json", ".", "a/b/c"])
def test_a_file_that_cannot_be_read_is_a_usage_error(path: str, tmp_path: Path) -> None:
    done = emit("email/send", "--data", f"@{tmp_path / path}", "--to", "-")
    assert done.rc == 2
    assert "--data names cannot be read" in done.stderr


def test_closed_stdin_is_a_usage_error() -> None:
    command = [sys.executable, "-m", "fisioflow_cli", "emit", "x", "--data", "-", "--to", "-"]
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {shlex.join(command)} <&-"], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")


def test_what_is_too_large_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps({**DATA, "html": "x" * 600_000}))
    assert "larger than 512 KiB" in emit("email/send", "--data", f"@{file}").stderr
    file.write_text(json.dumps({**DATA, "html": "é" * 262_100}, ensure_ascii=False))
    done = emit("email/send", "--data", f"@{file}", "--to", "-")
    assert (done.rc, done.stdout) == (65, "")


def test_what_fits_only_as_utf_8_is_no_ascii(tmp_path: Path) -> None:
    html = "é" * 200_000
    file = tmp_path / "data.json"
    file.write_text(json.dumps({**DATA, "html": html}, ensure_ascii=False), encoding="utf-8")
    assert event("email/send", "--data", f"@{file}")["data"]["html"] == html


def test_what_is_too_deep_is_bad_input_wherever_it_comes_from(tmp_path: Path) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    for args in (
        ("--data", deep),
        (f"a:={deep}",),
        ("--data", deep, f"a:={deep}"),
        (".".join("a" * 900) + "=1",),
    ):
        done = emit("x", *args, "--to", str(tmp_path / "queue.jsonl"))
        assert (done.rc, done.stdout) == (65, "")
        assert "deep" in done.stderr


@pytest.mark.parametrize(
    ("args", "rc"),
    [
        (("email/send", "to=SEGREDO"), 65),
        (("email/send", "to:=5", "subject=SEGREDO", "text=x"), 65),
        (("email/send", "SEGREDO"), 2),
        (("email/send", "a:=SEGREDO"), 65),
        (("email/send", "a=SEGREDO", "a=x"), 2),
        (("",), 65),
        ((*MAIL, "--id", "x" * 257), 65),
        ((*MAIL, "--id", "a\nb"), 65),
    ],
)
def test_what_does_not_fit_is_not_written_and_not_repeated(
    args: tuple[str, ...], rc: int, tmp_path: Path
) -> None:
    queue = tmp_path / "queue.jsonl"
    done = emit(*args, "--to", str(queue))
    assert (done.rc, done.stdout) == (rc, "")
    assert "SEGREDO" not in done.stderr
    assert not queue.exists()


def test_an_event_that_nobody_handles_is_written_with_a_warning() -> None:
    done = emit("email/snd", "a=1", "--to", "-")
    assert (done.rc, done.json["name"]) == (0, "email/snd")
    assert "Did you mean email/send?" in done.stderr
    assert "docs/events.md" in emit("billing/invoice.paid", "--to", "-").stderr


def test_a_hostile_name_cannot_move_the_cursor() -> None:
    assert "\u202e" not in emit("a\u202eb", "--to", "-").stderr


def test_file_is_created_for_its_owner_only(tmp_path: Path) -> None:
    queue = tmp_path / "queue.jsonl"
    done = emit(*MAIL, "--to", str(queue))
    assert stat.S_IMODE(queue.stat().st_mode) == 0o600
    line = queue.read_text()
    assert line.endswith("}\n")
    assert done.stdout == json.loads(line)["id"] + "\n"


def test_lines_are_appended_and_what_was_there_stays(tmp_path: Path) -> None:
    queue = tmp_path / "queue.jsonl"
    queue.write_text("{}\n")
    queue.chmod(0o640)
    for name in ("a/b", "c/d"):
        emit(name, "--to", str(queue))
    first, second, third = queue.read_text().splitlines()
    assert (first, json.loads(second)["name"], json.loads(third)["name"]) == ("{}", "a/b", "c/d")
    assert stat.S_IMODE(queue.stat().st_mode) == 0o640


def test_a_line_that_was_left_unfinished_does_not_swallow_ours(tmp_path: Path) -> None:
    queue = tmp_path / "queue.jsonl"
    queue.write_text('{"name": "a/b", "da')
    emit("c/d", "--to", str(queue))
    cut, ours = queue.read_text().splitlines()
    assert (cut, json.loads(ours)["name"]) == ('{"name": "a/b", "da', "c/d")


@pytest.mark.parametrize("path", [".", "none/queue.jsonl"])
def test_a_file_that_cannot_be_written_is_a_usage_error(path: str, tmp_path: Path) -> None:
    done = emit(*MAIL, "--to", str(tmp_path / path))
    assert (done.rc, done.stdout) == (2, "")
    assert "--to cannot be written" in done.stderr


def test_a_full_disk_is_told() -> None:
    done = emit(*MAIL, "--to", "/dev/full")
    assert (done.rc, done.stdout) == (1, "")
    assert "could not be written" in done.stderr


def _write_many(path: str, writer: int) -> None:
    for place in range(200):
        line = json.dumps({"name": f"w{writer}/{place}", "data": {"x": str(writer) * 5000}})
        append(Path(path), line.encode() + b"\n")


def test_many_writers_never_mix_their_lines(tmp_path: Path) -> None:
    queue = tmp_path / "queue.jsonl"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.starmap(_write_many, [(str(queue), writer) for writer in range(4)])
    names = [json.loads(line)["name"] for line in queue.read_text().splitlines() if line]
    assert sorted(names) == sorted(
        f"w{writer}/{place}" for writer in range(4) for place in range(200)
    )


def test_missing_ledger_is_a_configuration_error(postgres_url: str) -> None:
    done = emit(*MAIL, DATABASE_URL=postgres_url)
    assert (done.rc, done.stdout) == (78, "")
    assert "fisioflow db upgrade" in done.stderr


def test_without_any_setting_the_inbox_is_created() -> None:
    assert emit(*MAIL, "--id", "first").stdout == "first\n"
    assert "known already" in emit(*MAIL, "--id", "first").stderr
