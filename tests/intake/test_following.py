"""A queue is followed while other processes write to it and rotate it: nothing lost, nothing twice."""

import fcntl
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.feed import Counts
from tests.engine.workbench import losing_answers
from tests.intake.desk import Desk, line, until
from tests.intake.worker import Worker, worker

LINES = 1200


def _seen(desk: Desk) -> list[str]:
    return [subject[:5] for subject in desk.subjects()]


def _all(count: int) -> list[str]:
    return [f"{number:05}" for number in range(count)]


def test_lines_are_accepted_while_they_come(desk: Desk) -> None:
    with desk.following() as feeder:
        for number in range(3):
            desk.append(line(number))
            desk.waits_for(number + 1)
        desk.append("{\n", line(3)[:-9])
        until(lambda: len(desk.rejected()) == 1)
        desk.append(line(3)[-9:])
        desk.waits_for(4)
    assert feeder.counts == Counts(lines=5, accepted=4, rejected=1)


def test_file_that_is_not_there_yet_is_waited_for(desk: Desk) -> None:
    with desk.following():
        desk.append(line(1))
        desk.waits_for(1)


def test_folder_in_the_queues_place_is_told(desk: Desk) -> None:
    desk.queue.mkdir()
    with pytest.raises(UsageError, match="is not a file"), desk.following():
        pass


def test_quiet_queue_costs_a_look_at_the_file_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database sleeps, the file is not read: a follower may stand idle for days."""
    desk.append(line(1))
    with desk.following():
        desk.waits_for(1)
        until(lambda: desk.bench.rows("sources") != [])
        looks: list[str] = []
        reads: list[int] = []
        stat = os.stat

        def looked(path: str, **facts: object) -> os.stat_result:
            looks.append(path)
            return stat(path, **facts)  # type: ignore[call-overload]

        Clock().wait(threading.Event(), 0.3)
        monkeypatch.setattr(os, "stat", looked)
        monkeypatch.setattr(os, "pread", lambda *_: reads.append(1) or b"")
        until(lambda: looks.count(str(desk.queue)) >= 3)
        monkeypatch.undo()
    assert reads == []


def test_thousands_of_lines_and_five_rotations(desk: Desk) -> None:
    with desk.following() as feeder, worker("write", desk.queue, 0, LINES) as writer:
        _each(writer, 5, lambda turn: _rotate(desk, turn))
        assert writer.wait() == 0
        desk.waits_for(LINES)
    assert _seen(desk) == _all(LINES)
    assert feeder.counts == Counts(lines=LINES, accepted=LINES)


def test_thousands_of_lines_and_five_copies_with_truncation(desk: Desk) -> None:
    def copytruncate(turn: int) -> None:
        with desk.queue.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            shutil.copy(desk.queue, f"{desk.queue}.{turn}")
            os.truncate(desk.queue, 0)

    with desk.following() as feeder, worker("write", desk.queue, 0, LINES, "locked") as writer:
        _each(writer, 5, copytruncate)
        assert writer.wait() == 0
        desk.waits_for(LINES)
    assert _seen(desk) == _all(LINES)
    assert feeder.counts == Counts(lines=LINES, accepted=LINES)


def _rotate(desk: Desk, turn: int) -> None:
    with suppress(FileNotFoundError):  # not made anew yet
        desk.queue.rename(f"{desk.queue}.{turn}")


def _each(writer: Worker, turns: int, do: Callable[[int], object]) -> None:
    """Do it so often while the writer writes."""
    assert writer.stdout is not None
    for turn in range(turns):
        for _ in range(4):
            writer.stdout.readline()
        do(turn)
    writer.stdout.read()


def test_writer_that_keeps_the_old_file_open_loses_nothing(desk: Desk) -> None:
    with desk.following(), worker("write", desk.queue, 0, LINES, "kept") as writer:
        _each(writer, 1, lambda turn: _rotate(desk, turn))
        desk.append(line("99999"))
        assert writer.wait() == 0
        desk.waits_for(LINES + 1)
    assert _seen(desk) == [*_all(LINES), "99999"]


def test_two_rotations_while_a_long_file_is_read(desk: Desk) -> None:
    def rotate(_: object) -> None:
        if len(desk.heard.batches) in {1, 2, 3}:
            desk.queue.rename(f"{desk.queue}.{len(desk.heard.batches)}")
            desk.append(line(f"new {len(desk.heard.batches)}"))

    desk.append(*(line(number) for number in range(50)))

    def offered(batch: list[object]) -> None:
        desk.heard.batches.append(len(batch))
        rotate(batch)

    with desk.following(batch=10, offered=offered):
        desk.waits_for(53)
    assert len(set(desk.subjects())) == 53


def test_deleted_queue_is_read_to_its_end_and_the_next_one_waited_for(desk: Desk) -> None:
    with desk.following():
        desk.append(line(1))
        desk.waits_for(1)
        with desk.queue.open("a") as writer:
            desk.queue.unlink()
            writer.write(line(2) + line(3).rstrip("\n"))
        desk.waits_for(3)
        desk.append(line(4))
        desk.waits_for(4)
    assert desk.rejected() == []


def test_emptied_queue_is_noticed_whatever_comes_next(desk: Desk) -> None:
    with desk.following():
        for count in range(1, 4):
            desk.append(line(1))
            desk.waits_for(count)
            os.truncate(desk.queue, 0)
            until(lambda: desk.position()["position"] == 0)
    assert desk.position()["generation"] == 4


def test_two_followers_share_a_queue(desk: Desk) -> None:
    with desk.following(batch=7) as one, desk.following(batch=11) as other:
        with worker("write", desk.queue, 0, LINES) as writer:
            _each(writer, 2, lambda turn: _rotate(desk, turn))
            assert writer.wait() == 0
        desk.waits_for(LINES)
    assert _seen(desk) == _all(LINES)
    assert one.counts.lines + other.counts.lines == LINES
    assert one.counts.accepted + other.counts.accepted == LINES


def test_database_that_is_away_for_a_while_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.following(batch=1):
        losing_answers(desk.bench.engine, monkeypatch, times=3, before=True)
        desk.append(line(1), line(2), line(3))
        desk.waits_for(3)
    assert desk.subjects() == ["1", "2", "3"]


def test_answers_lost_after_the_commit_do_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.following(batch=1):
        losing_answers(desk.bench.engine, monkeypatch, times=3)
        desk.append(line(1), line(2), line(3))
        desk.waits_for(3)
    assert desk.subjects() == ["1", "2", "3"]


def test_symbolic_link_to_a_new_file_each_day_is_followed(desk: Desk, tmp_path: Path) -> None:
    monday, tuesday = tmp_path / "monday.jsonl", tmp_path / "tuesday.jsonl"
    monday.write_text(line(1))
    desk.queue.symlink_to(monday)
    with desk.following():
        desk.waits_for(1)
        tuesday.write_text(line(2))
        desk.queue.unlink()
        desk.queue.symlink_to(tuesday)
        desk.waits_for(2)
