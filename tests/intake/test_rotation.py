"""A queue file that was rotated, by renaming or by copying, is read to its end and only once."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fisioflow_cli.intake.feed import Counts
from fisioflow_cli.intake.source import QueuePath
from tests.intake.desk import Desk, line


def test_renamed_file_is_read_to_its_end_before_the_new_one(desk: Desk) -> None:
    desk.append(line(1))
    desk.feed()
    desk.append(line(2), line(3).rstrip("\n"))
    desk.queue.rename(desk.queue.with_suffix(".old"))
    desk.append(line(4))
    assert desk.feed() == Counts(lines=3, accepted=3)
    order = [each.event.data for each in desk.heard.offered]
    assert [data and data["subject"] for data in order] == ["n. 1", "n. 2", "n. 3", "n. 4"]
    assert desk.feed() == Counts()


def test_late_line_in_a_renamed_file_is_found(desk: Desk) -> None:
    """A writer may keep the old file open long after the new one was made."""
    desk.append(line(1))
    writer = desk.queue.open("a")
    desk.feed()
    desk.queue.rename(desk.queue.with_suffix(".1"))
    desk.append(line(2))
    assert desk.feed().accepted == 1
    writer.write(line(3))
    writer.close()
    assert desk.feed() == Counts(lines=1, accepted=1)


def _rotated(desk: Desk) -> None:
    """What logrotate does: each file gets the next number."""
    for age in (3, 2, 1):
        older = Path(f"{desk.queue}.{age}")
        if older.exists():
            older.rename(f"{desk.queue}.{age + 1}")
    desk.queue.rename(f"{desk.queue}.1")


def _copied_and_truncated(desk: Desk) -> None:
    for age in (3, 2, 1):
        older = Path(f"{desk.queue}.{age}")
        if older.exists():
            older.rename(f"{desk.queue}.{age + 1}")
    shutil.copy(desk.queue, f"{desk.queue}.1")
    os.truncate(desk.queue, 0)


@pytest.mark.parametrize("rotate", [_rotated, _copied_and_truncated])
def test_files_that_came_and_went_while_nobody_read_are_found(
    desk: Desk, rotate: Callable[[Desk], None]
) -> None:
    """A machine that is down for a weekend, a queue that is rotated every night."""
    desk.append(line("friday"))
    desk.feed()
    for day in ("saturday", "sunday", "monday"):
        desk.append(line(f"late before {day}"))
        rotate(desk)
        desk.append(line(day))
    assert desk.feed().accepted == 6
    assert desk.feed() == Counts()
    days = ["saturday", "sunday", "monday"]
    assert desk.subjects() == sorted(["friday", *days, *(f"late before {day}" for day in days)])


@pytest.mark.parametrize("rotate", [_rotated, _copied_and_truncated])
def test_rotated_again_and_again_every_line_is_read_once(
    desk: Desk, rotate: Callable[[Desk], None]
) -> None:
    for turn in range(5):
        desk.append(line(f"{turn} a"))
        desk.feed()
        desk.append(line(f"{turn} b"))
        rotate(desk)
        desk.feed()
    assert desk.subjects() == [f"{turn} {letter}" for turn in range(5) for letter in "ab"]


def test_files_that_were_rotated_away_before_the_first_reading_are_left_alone(desk: Desk) -> None:
    for age in (1, 2):
        old = Path(f"{desk.queue}.{age}")
        old.write_text(line(f"old {age}"))
        os.utime(old, (1_700_000_000, 1_700_000_000))
    desk.append(line(1))
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.feed() == Counts()
    assert desk.subjects() == ["1"]


@pytest.mark.parametrize("name", ["queue.jsonl.draft", "queue.jsonl.tmp", "queue-new.jsonl", "1"])
def test_file_that_is_not_named_like_a_rotated_one_is_left_alone(desk: Desk, name: str) -> None:
    desk.append(line(1))
    desk.feed()
    (desk.folder / name).write_text(line(2))
    desk.queue.unlink()
    desk.append(line(3))
    desk.feed()
    assert desk.subjects() == ["1", "3"]


def test_copy_that_is_just_being_made_is_not_read_beside_the_queue(desk: Desk) -> None:
    desk.append(line(1), line(2))
    desk.feed()
    os.truncate(desk.queue, 0)
    desk.feed()
    desk.append(line(3), line(4))
    Path(f"{desk.queue}.1").write_text(line(3))
    assert desk.feed() == Counts(lines=2, accepted=2)


def test_renamed_file_is_read_even_if_no_new_one_was_made(desk: Desk) -> None:
    desk.append(line(1))
    desk.feed()
    desk.append(line(2))
    desk.queue.rename(desk.queue.with_suffix(".1"))
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.feed() == Counts()


def test_other_file_that_got_the_inode_of_a_deleted_one_is_left_alone(desk: Desk) -> None:
    desk.append(line(1))
    desk.feed()
    desk.queue.rename(other := desk.folder / "notes.txt")
    other.write_text("buy milk\ncall Ana\n")
    desk.append(line(2))
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.rejected() == []


@pytest.mark.parametrize("name", ["queue.jsonl.1", "queue.jsonl-20261123", "queue-1.jsonl"])
def test_what_a_truncated_file_held_is_read_from_the_copy(desk: Desk, name: str) -> None:
    desk.append(line(1))
    desk.feed()
    desk.append(line(2), "{\n", line(3).rstrip("\n"))
    shutil.copy(desk.queue, desk.folder / name)
    os.truncate(desk.queue, 0)
    desk.append(line(4), line(5))
    assert desk.feed() == Counts(lines=5, accepted=4, rejected=1)
    assert desk.subjects() == ["1", "2", "3", "4", "5"]
    assert desk.position()["generation"] == 2
    assert desk.feed() == Counts()


def test_copy_is_read_on_after_a_crash_in_the_middle_of_it(desk: Desk) -> None:
    desk.append(line(0))
    desk.feed()
    desk.append(*(line(n) for n in range(1, 10)))
    shutil.copy(desk.queue, f"{desk.queue}.1")
    os.truncate(desk.queue, 0)
    desk.append(line(10))
    asked = iter([False] * 4)
    feeder = desk.feeder(batch=2)
    feeder.feed(QueuePath(path=str(desk.queue)), lambda: next(asked, True))
    assert 0 < feeder.counts.lines < 9
    desk.feed(batch=2)
    assert desk.subjects() == sorted(map(str, range(11)))


@pytest.mark.parametrize(
    "name", ["backup", "queue2.jsonl", "other.jsonl", "queue.jsonl.bak", "queue-x.jsonl"]
)
def test_file_with_another_name_is_no_copy(desk: Desk, name: str) -> None:
    desk.append(line(1))
    desk.feed()
    (desk.folder / name).write_text(line(1) + line(2))
    os.truncate(desk.queue, 0)
    assert desk.feed() == Counts()


def test_queue_of_its_own_is_no_copy(desk: Desk) -> None:
    other = Path(f"{desk.queue}.2")
    desk.append(line(1))
    desk.feed()
    other.write_text(line(1))
    desk.feed(other)
    other.write_text(line(1) + line(2))
    os.truncate(desk.queue, 0)
    assert desk.feed() == Counts()
    assert desk.feed(other) == Counts(lines=1, accepted=1)
