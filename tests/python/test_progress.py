"""Progress callbacks: what they are given, and how they end a run."""

import time

import pytest
import sanchay
from sanchay import Progress
from vpo._core import hash_files as vpo_hash_files


def test_progress_is_typed_and_comes_at_most_ten_times_a_second(big):
    seen = []

    def look(progress):
        seen.append((time.monotonic(), progress))
        return len(seen) < 8

    with pytest.raises(sanchay.Cancelled):
        list(sanchay.hash_files(big, algorithm="sha256", progress=look))
    assert len(seen) == 8
    assert all(type(it) is Progress for _, it in seen)
    progress = seen[-1][1]
    assert progress.phase == "walking" and progress.bytes > 0
    assert progress.total_bytes is None and progress.errors == 0
    between = [b[0] - a[0] for a, b in zip(seen, seen[1:], strict=False)]
    assert sum(between) / len(between) >= 0.09


def test_only_false_ends_the_run(big):
    answers = [None, True, 0, "", [], False]
    given = []

    def answer(_):
        given.append(answers[len(given)])
        return given[-1]

    with pytest.raises(sanchay.Cancelled):
        list(sanchay.hash_files(big, algorithm="sha256", progress=answer))
    assert given == answers


def test_what_the_callback_raises_reaches_the_caller(big):
    class Own(Exception):
        pass

    own = Own("mine")

    def fail(_):
        raise own

    with pytest.raises(Own) as caught:
        list(sanchay.hash_files(big, algorithm="sha256", progress=fail))
    assert caught.value is own


def test_a_search_for_duplicates_tells_its_totals(tmp_path):
    for name in "ab":
        with (tmp_path / name).open("wb") as file:
            file.truncate(16 << 30)
    seen = []

    def look(progress):
        seen.append(progress)
        return progress.phase != "comparing" or progress.bytes < 1 << 20

    with pytest.raises(sanchay.Cancelled):
        list(sanchay.duplicates(tmp_path, algorithm="sha256", progress=look))
    assert seen[-1].phase == "comparing"
    assert (seen[-1].total_files, seen[-1].total_bytes) == (2, 32 << 30)


def test_vpo_functions_take_one_too(tmp_path):
    paths = []
    for number in range(20_000):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        paths.append(str(path))
    seen = []

    def look(progress):
        seen.append(progress)
        return False

    with pytest.raises(sanchay.Cancelled):
        # Long enough to be told something.
        while True:
            vpo_hash_files(paths * 10, num_threads=1, progress=look)
    assert type(seen[0]) is Progress


def test_a_callback_may_close_the_run_and_not_take_from_it(big):
    problems = []

    def meddle(_):
        try:
            next(records)
        except RuntimeError as problem:
            problems.append(problem)
        records.close()

    records = sanchay.hash_files(big, algorithm="sha256", progress=meddle)
    assert list(records) == []
    assert "being taken already" in str(problems[0])
