"""A queue file is read once, wherever it goes: appended to, truncated, made anew."""

import os
from pathlib import Path

import pytest
from sqlalchemy import update

from fisioflow_cli.errors import DatabaseUnavailable
from fisioflow_cli.intake.feed import Counts
from fisioflow_cli.intake.source import QueuePath
from fisioflow_cli.ledger import sources
from tests.engine.workbench import losing_answers
from tests.intake.desk import Desk, line


def _numbers(*numbers: object) -> list[str]:
    return sorted(map(str, numbers))


def test_second_reading_finds_only_what_was_appended(desk: Desk) -> None:
    desk.append(line(1), line(2))
    assert desk.feed() == Counts(lines=2, accepted=2)
    assert desk.feed() == Counts()
    desk.append(line(3))
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.subjects() == _numbers(1, 2, 3)


def test_same_content_on_another_line_is_another_event(desk: Desk) -> None:
    desk.append(line(1), line(1))
    desk.feed()
    desk.append(line(1))
    desk.feed()
    assert desk.subjects() == ["1", "1", "1"]


def test_unfinished_line_is_left_until_its_newline_comes(desk: Desk) -> None:
    desk.append(line(1), line(2)[:-20])
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.feed() == Counts()
    desk.append(line(2)[-20:])
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.rejected() == []


def test_file_is_never_changed(desk: Desk) -> None:
    desk.append(line(1), "{\n", line(2)[:-5])
    desk.queue.chmod(0o400)
    before = (desk.queue.read_bytes(), desk.queue.stat().st_mtime_ns)
    desk.feed()
    assert (desk.queue.read_bytes(), desk.queue.stat().st_mtime_ns) == before


def test_line_numbers_go_on_where_the_last_reading_ended(desk: Desk) -> None:
    desk.append(line(1), "\n", line(2))
    desk.feed()
    desk.append("\n", "{\n")
    desk.feed()
    assert [each["line"] for each in desk.rejected()] == [5]


def test_position_says_how_far_which_file_was_read(desk: Desk) -> None:
    desk.append(line(1), line(2))
    desk.feed()
    facts, row = desk.queue.stat(), desk.position()
    assert (row["device"], row["inode"]) == (str(facts.st_dev), str(facts.st_ino))
    assert (row["generation"], row["position"], row["line"]) == (1, facts.st_size, 2)
    assert row["path"] == str(desk.queue)


def test_other_path_to_the_same_file_finds_its_position(desk: Desk, tmp_path: Path) -> None:
    desk.append(line(1))
    desk.feed()
    link, hard = tmp_path / "link", tmp_path / "hard"
    link.symlink_to(desk.queue)
    hard.hardlink_to(desk.queue)
    assert desk.feed(link) == desk.feed(hard) == Counts()


@pytest.mark.parametrize("anew", ["shorter", "longer", "as long"])
def test_file_written_anew_is_read_from_its_beginning(desk: Desk, anew: str) -> None:
    desk.append(line(11), line(12))
    desk.feed()
    inode = desk.queue.stat().st_ino
    lines = {"shorter": [21], "longer": [21, 22, 23], "as long": [21, 22]}[anew]
    desk.queue.write_text("".join(map(line, lines)))
    assert desk.queue.stat().st_ino == inode
    assert desk.feed() == Counts(lines=len(lines), accepted=len(lines))
    assert desk.subjects() == _numbers(11, 12, *lines)
    assert desk.position()["generation"] == 2
    assert desk.feed() == Counts()


def test_same_lines_after_the_file_was_seen_empty_are_other_events(desk: Desk) -> None:
    desk.append(line(1))
    desk.feed()
    os.truncate(desk.queue, 0)
    assert desk.feed() == Counts()
    desk.append(line(1))
    assert desk.feed() == Counts(lines=1, accepted=1)


def test_deleted_and_made_again_even_with_the_same_inode(desk: Desk) -> None:
    desk.append(line(1), line(2))
    desk.feed()
    desk.queue.unlink()
    desk.append(line(3))
    assert desk.feed() == Counts(lines=1, accepted=1)
    facts = desk.queue.stat()
    known = sources.find(desk.ledger, str(facts.st_dev), str(facts.st_ino))
    assert known is not None
    assert known.position == facts.st_size
    assert desk.subjects() == _numbers(1, 2, 3)


def test_device_that_got_another_number_makes_no_new_file(desk: Desk) -> None:
    desk.append(line(1), line(2))
    desk.feed()
    table = desk.ledger.tables.sources
    with desk.ledger.writing() as connection:
        connection.execute(update(table).values(device="before the restart"))
    desk.append(line(3))
    assert desk.feed() == Counts(lines=1, accepted=1)
    assert desk.feed() == Counts()


def test_stop_between_batches_leaves_the_rest_for_the_next_reading(desk: Desk) -> None:
    desk.append(*(line(n) for n in range(10)))
    asked = iter([False] * 3)
    desk.feeder(batch=3).feed(QueuePath(path=str(desk.queue)), lambda: next(asked, True))
    read = len(desk.subjects())
    assert read in {3, 6}
    assert desk.feed() == Counts(lines=10 - read, accepted=10 - read)


def test_lost_answer_to_a_commit_does_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.append(line(1), "{\n")
    with monkeypatch.context() as patch:
        losing_answers(desk.bench.engine, patch, times=1)
        with pytest.raises(DatabaseUnavailable):
            desk.feed()
    assert desk.feed() == Counts()
    assert desk.subjects() == ["1"]
    assert len(desk.rejected()) == 1


def test_database_that_is_away_moves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.append(line(1))
    with monkeypatch.context() as patch:
        losing_answers(desk.bench.engine, patch, times=1, before=True)
        with pytest.raises(DatabaseUnavailable):
            desk.feed()
    assert desk.subjects() == []
    assert desk.feed() == Counts(lines=1, accepted=1)


def test_line_far_over_the_limit_is_passed_by(desk: Desk) -> None:
    desk.append(line(1), b"x" * 5_000_000, "\n", line(2))
    assert desk.feed() == Counts(lines=3, accepted=2, rejected=1)
    (reject,) = desk.rejected()
    assert (reject["line"], reject["bytes"]) == (2, 5_000_000)


def test_many_lines_of_every_size_are_read_once(desk: Desk) -> None:
    lines = [line(f"{n} {'x' * (n % 50) ** 3}") for n in range(400)]
    desk.append(*lines)
    assert desk.feed(batch=37) == Counts(lines=400, accepted=400)
    assert len(set(desk.subjects())) == 400
