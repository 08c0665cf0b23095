"""Progress callbacks: what they are given, and how they end a run."""

import functools
import os
import signal
import subprocess
import sys
import time

import numpy
import pytest
import sanchay
from sanchay import Progress
from sanchay.vpo import discover_videos
from sanchay.vpo import hash_files as vpo_hash_files


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
    assert progress.phase == "hashing" and progress.bytes > 0
    assert progress.errors == 0
    assert (progress.total_files, progress.total_bytes) == (1, 64 << 30)
    between = [b[0] - a[0] for a, b in zip(seen, seen[1:], strict=False)]
    assert sum(between) / len(between) >= 0.09


@pytest.mark.parametrize("last", [False, numpy.False_], ids=repr)
def test_only_false_ends_the_run(big, last):
    answers = [None, True, 0, "", [], numpy.True_, numpy.int64(0), last]
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
    # Their ends, of 16 KiB each, are read first.
    total = (32 << 30) + 4 * (16 << 10)
    assert (seen[-1].total_files, seen[-1].total_bytes) == (2, total)


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


@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration])
def test_a_stop_that_the_callback_raises_does_not_look_like_the_end(big, kind):
    def fail(_):
        raise kind

    records = sanchay.hash_files(big, algorithm="sha256", progress=fail)
    with pytest.raises(RuntimeError) as caught:
        list(records)
    assert str(caught.value) == f"the progress callback raised {kind.__name__}"
    assert type(caught.value.__cause__) is kind


def test_a_stop_that_a_signal_handler_raises_does_not_look_like_the_end(big):
    def ring(*_):
        raise StopIteration

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(RuntimeError, match="a signal handler raised"):
            list(sanchay.hash_files(big, algorithm="sha256"))
    finally:
        signal.signal(signal.SIGALRM, before)


def test_the_last_progress_has_the_numbers_of_the_summary(tree):
    root = tree({f"{a}/{b}": b"%d" % (b % 7) for a in range(30) for b in range(99)})
    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
        seen = []
        records = call(root, progress=seen.append).collect()
        assert list(records) and records.summary.files == 30 * 99
        assert seen[-1][1:4] == records.summary[1::-1] + records.summary[2:3]
        assert [it[1:4] for it in seen].count(seen[-1][1:4]) == 1
        phase = {sanchay.scan: "walking", sanchay.hash_files: "hashing"}
        assert seen[-1].phase == phase.get(call, "comparing")
    seen = []
    paths = [str(root / f"1/{number}") for number in range(99)]
    vpo_hash_files(paths, progress=seen.append)
    assert seen[-1].files == seen[-1].total_files == 99
    discover_videos([str(root)], ["mkv"], progress=seen.append)
    assert seen[-1].directories == 31


def test_hashing_tells_its_totals_where_all_files_are_named(tree, big):
    small = tree({"small": b"x" * 1000, "d/x": b"y"}) / "small"

    def last(paths, **options):
        seen = []

        def look(progress):
            seen.append(progress)
            return progress.bytes < 1 << 20

        records = sanchay.hash_files(
            paths, algorithm="sha256", progress=look, threads=1, **options
        )
        with pytest.raises(sanchay.Cancelled):
            list(records)
        return seen[-1][4:6]

    whole = (64 << 30) + 1000
    assert last([small, big]) == (2, whole)
    assert last([small, big, "", "missing"], errors="keep") == (2, whole)
    assert last([small, big], min_size=1001) == (1, 64 << 30)
    assert last([small.parent / "d", big]) == (None, None)
    seen = []
    partial = sanchay.hash_files([small, big], partial="1k", progress=seen.append)
    assert len(list(partial)) == 2
    assert seen[-1][4:6] == (2, 1000 + 2000)


def test_a_run_that_is_over_at_once_has_told_its_totals(tree):
    root = tree({"a": b"1", "b": b"22"})
    for _ in range(20):
        seen = []
        records = sanchay.hash_files([root / "a", root / "b"], progress=seen.append)
        assert len(list(records)) == 2
        assert [it.files for it in seen] == [2]
        assert (seen[-1].total_files, seen[-1].total_bytes) == (2, 3)
    seen = []
    assert len(list(sanchay.hash_files(root, progress=seen.append))) == 2
    assert (seen[-1].total_files, seen[-1].total_bytes) == (None, None)


def test_parts_of_a_run_tell_their_progress_together(tree):
    path = str(tree({"a": b"data"}) / "a")
    seen = []
    records = sanchay.hash_files([path] * 70_000, progress=seen.append).collect()
    assert records.summary.files == seen[-1].files == 70_000
    assert [it.files for it in seen] == sorted(it.files for it in seen)
    assert len(list(records)) == 70_000


def test_a_coroutine_function_is_no_callback():
    async def look(_):
        return False

    class Looker:
        async def __call__(self, _):
            return False

    for callback in [look, Looker(), functools.partial(look)]:
        with pytest.raises(TypeError, match="^progress: .*plain function"):
            sanchay.scan(".", progress=callback)
        with pytest.raises(TypeError, match="^progress: .*plain function"):
            vpo_hash_files([], progress=callback)


def test_true_writes_a_line_to_a_terminal_where_there_is_no_tqdm(tree):
    folder = tree({"a": b"one", "b": b"two"})
    parent, child = os.openpty()
    code = (
        "import sys; sys.modules['tqdm'] = None; import sanchay;"
        f"list(sanchay.hash_files({str(folder)!r}, progress=True))"
    )
    done = subprocess.run([sys.executable, "-c", code], stderr=child)
    os.close(child)
    shown = os.read(parent, 4096)
    os.close(parent)
    assert done.returncode == 0, shown
    assert b"hashing: 2" in shown and shown.endswith(b"\n")


def test_true_writes_nothing_to_a_pipe_where_there_is_no_tqdm(tree):
    folder = tree({"a": b"one"})
    code = (
        "import sys; sys.modules['tqdm'] = None; import sanchay;"
        f"list(sanchay.scan({str(folder)!r}, progress=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, check=True
    )
    assert done.stderr == b""


def test_true_is_a_bar_of_tqdm_where_there_is_one(tree):
    folder = tree({"a": b"one", "b": b"two"})
    code = f"""
import sanchay, sys, types
bars = []
class Bar:
    def __init__(self, desc, unit):
        self.desc, self.n, self.total, self.closed = desc, 0, None, False
        bars.append(self)
    def set_postfix_str(self, text, refresh): pass
    def update(self, n): self.n += n
    def refresh(self): pass
    def close(self): self.closed = True
sys.modules["tqdm"] = types.ModuleType("tqdm")
sys.modules["tqdm.auto"] = types.ModuleType("tqdm.auto")
sys.modules["tqdm.auto"].tqdm = Bar
list(sanchay.duplicates({str(folder)!r}, progress=True))
assert bars[-1].desc == "comparing" and bars[-1].n == 2, vars(bars[-1])
assert all(bar.closed for bar in bars)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
