"""Feeders as processes of their own: killed anywhere, several at once, stopped by a signal."""

import json
import random
import signal
import subprocess

import pytest

from fisioflow_cli.intake.feed import Counts
from tests.intake.desk import Desk, event, line
from tests.intake.worker import Worker, worker


def _hear(process: Worker) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _mixed(count: int) -> list[str]:
    """Every tenth is bad."""
    return ["{\n" if number % 10 == 9 else line(f"{number:04}") for number in range(count)]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 9))]
)
def test_killed_anywhere_and_started_again_nothing_is_lost_or_done_twice(
    desk: Desk, seed: int
) -> None:
    chance = random.Random(seed)
    desk.append(*_mixed(400))
    for _ in range(2):
        with worker("feed", desk.url, desk.queue, desk.rejects.path, 10) as feeder:
            for _ in range(chance.randrange(1, 12)):
                _hear(feeder)
            feeder.send_signal(signal.SIGKILL)
            feeder.wait()
    desk.feed()
    assert desk.subjects() == [f"{n:04}" for n in range(400) if n % 10 != 9]
    assert {each["line"] for each in desk.rejected()} == set(range(10, 401, 10))


@pytest.mark.parametrize("dies_at", [1, 3])
def test_killed_between_the_rejects_and_the_commit_no_line_is_lost(
    desk: Desk, dies_at: int
) -> None:
    desk.append(*_mixed(40))
    words = ("feed", desk.url, desk.queue, desk.rejects.path, 10, "", dies_at)
    with worker(*words) as feeder:
        assert feeder.wait() == -signal.SIGKILL
    done = 9 * (dies_at - 1)
    assert len(desk.subjects()) == done
    assert desk.feed() == Counts(
        lines=40 - 10 * (dies_at - 1), accepted=36 - done, rejected=5 - dies_at
    )
    assert [each["line"] for each in desk.rejected()].count(10 * dies_at) == 2
    assert {each["line"] for each in desk.rejected()} == {10, 20, 30, 40}


def test_several_feeders_at_once_share_one_file(desk: Desk) -> None:
    desk.append(*_mixed(600))
    words = ("feed", desk.url, desk.queue, desk.rejects.path, 7, "wait")
    pipe = subprocess.PIPE
    with worker(*words, stdin=pipe) as one, worker(*words, stdin=pipe) as other:
        for each in (one, other):
            assert _hear(each) == "ready"
        for each in (one, other):
            each.communicate(input="\n") if each is other else _go(each)
        one.wait()
        codes = (one.returncode, other.returncode)
    assert codes == (0, 0)
    assert desk.subjects() == [f"{n:04}" for n in range(600) if n % 10 != 9]
    assert sorted(each["line"] for each in desk.rejected()) == list(range(10, 601, 10))


def _go(process: Worker) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_feeders_of_two_files_with_the_same_ids_do_not_stand_in_each_others_way(
    desk: Desk,
) -> None:
    """Two transactions that insert the same keys in opposite order would wait for each other."""
    lines = [line(n, id=f"{n:04}") for n in range(800)]
    other = desk.folder / "other.jsonl"
    desk.append(*lines)
    other.write_text("".join(reversed(lines)))
    with (
        worker("feed", desk.url, desk.queue, desk.rejects.path, 100) as one,
        worker("feed", desk.url, other, desk.rejects.path, 100) as two,
    ):
        totals = [process.communicate()[0].splitlines()[-1].split() for process in (one, two)]
    accepted, duplicate = (sum(int(total[n]) for total in totals) for n in (1, 2))
    assert (accepted, duplicate) == (800, 800)
    assert len(desk.subjects()) == 800


def test_signal_ends_following_soon_and_nothing_is_half_done(desk: Desk) -> None:
    desk.append(line(1))
    with worker("feed", desk.url, desk.queue, desk.rejects.path, 10, "follow") as feeder:
        assert [_hear(feeder), _hear(feeder)] == ["ready", "batch 1"]
        feeder.terminate()
        assert feeder.wait(20) == 0
        assert _hear(feeder) == "1 1 0 0"


def test_signal_ends_waiting_for_stdin_and_what_came_is_accepted(desk: Desk) -> None:
    words = ("feed", desk.url, "-", desk.rejects.path, 10)
    with worker(*words, stdin=subprocess.PIPE) as feeder:
        assert feeder.stdin is not None
        assert _hear(feeder) == "ready"
        feeder.stdin.write(line(1, id="1"))
        feeder.stdin.flush()
        assert _hear(feeder) == "batch 1"
        feeder.terminate()
        assert feeder.wait(20) == 0
    assert desk.subjects() == ["1"]


def test_another_program_pipes_events_in(desk: Desk) -> None:
    program = f"for i in 1 2 3; do echo '{json.dumps(event(7, id='x'))}'; done; printf '{{'"
    with (
        subprocess.Popen(["sh", "-c", program], stdout=subprocess.PIPE) as shell,
        worker("feed", desk.url, "-", desk.rejects.path, 10, stdin=shell.stdout) as feeder,
    ):
        assert feeder.wait() == 0
        assert feeder.stdout is not None
        assert feeder.stdout.read().splitlines()[-1] == "4 1 2 1"


def test_file_larger_than_memory_allows_for_its_lines_is_read(desk: Desk) -> None:
    """A line without end is passed by in pieces: the feeder needs no memory for it."""
    with desk.queue.open("wb") as file:
        for _ in range(200):
            file.write(b"x" * (1024 * 1024))
        file.write(b"\n" + line(1).encode())
    with worker("feed", desk.url, desk.queue, desk.rejects.path, 10, "weigh") as feeder:
        assert feeder.stdout is not None
        [peak] = [said for said in feeder.stdout if said.startswith("peak ")]
        assert feeder.wait() == 0
    assert int(peak.split()[1]) < 180 * 1024  # KiB; the interpreter and SQLAlchemy take most of it
    assert desk.subjects() == ["1"]
