"""Calls from several threads at once, and from forked processes."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
import sanchay
from sanchay.vpo import discover_videos, hash_files


def test_calls_from_several_threads_answer_as_alone(tree):
    files = {f"{a}/{b}.mkv": b"%d" % (a * b) for a in range(20) for b in range(20)}
    root = str(tree(files))
    found = discover_videos([root], ["mkv"])
    paths = [file.path for file in found]
    hashes = hash_files(paths)

    def work(number):
        if number % 2:
            return discover_videos([root], ["mkv"]) == found
        return hash_files(paths, num_threads=1 + number % 3) == hashes

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(40)))


def test_the_interpreter_is_free_while_a_call_works(big):
    counted = 0
    stop = threading.Event()

    def count():
        nonlocal counted
        while not stop.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    until = time.monotonic() + 0.5

    def look(_):
        return time.monotonic() < until

    with pytest.raises(sanchay.Cancelled):
        list(sanchay.hash_files(big, algorithm="sha256", threads=1, progress=look))
    stop.set()
    thread.join()
    assert counted > 100


def test_close_from_another_thread_ends_a_call(big):
    records = sanchay.hash_files(big, algorithm="sha256")
    threading.Timer(0.2, records.close).start()
    begun = time.monotonic()
    assert list(records) == []
    assert time.monotonic() - begun < 1.2


def test_one_thread_at_a_time_takes_records(big):
    records = sanchay.hash_files(big, algorithm="sha256")
    thread = threading.Thread(target=lambda: list(records))
    thread.start()
    time.sleep(0.2)
    with pytest.raises(RuntimeError, match="being taken already"):
        next(records)
    records.close()
    thread.join(2)
    assert not thread.is_alive()


def alone(program, *words):
    """What another interpreter says; fails if it hangs."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_errors_are_made_while_another_thread_looks_at_the_run():
    program = """
import sanchay, threading, time
names = [b"/nonexistent\\xff%d" % number for number in range(10_000)]
records = sanchay.scan(names, errors="keep").collect()
until = time.monotonic() + 2
def look():
    while time.monotonic() < until:
        assert len(records.errors) == 10_000
thread = threading.Thread(target=look)
thread.start()
while time.monotonic() < until:
    assert records.summary.errors == 10_000
    records.close()
thread.join()
print("over")
"""
    assert alone(program) == "over\n"


def test_a_run_that_could_not_begin_raises_and_has_no_records(tree):
    program = """
import os, resource, sanchay, sys
records = sanchay.scan(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
try:
    next(records)
except RuntimeError as error:
    print(error)
try:
    list(records)
except RuntimeError as error:
    print(error)
"""
    said = alone(program, tree({"a": b""})).splitlines()
    assert said[0].startswith("cannot start a thread: ")
    assert "os error" not in said[0]
    assert said[1].startswith("this run was cut short (RuntimeError: cannot")


def in_child(work):
    """What a forked child answers; fails if it hangs."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = repr(work())
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    until = time.monotonic() + 20
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > until:
            os.kill(child, 9)
            os.waitpid(child, 0)
            pytest.fail("the child hangs")
        time.sleep(0.01)
    with os.fdopen(reader, "rb") as answer:
        return answer.read().decode()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_can_use_what_its_parent_used(tree):
    root = tree({"a.mkv": b"data"})
    path = str(root / "a.mkv")
    assert len(discover_videos([str(root)], ["mkv"])) == 1
    [record] = hash_files([path])

    def work():
        found = [it.path for it in sanchay.scan(root)]
        return found == [path], hash_files([path]) == [record]

    assert in_child(work) == "(True, True)"
    # In a child's child too, and in the parent afterwards.
    assert in_child(lambda: in_child(work)) == repr("(True, True)")
    assert hash_files([path]) == [record]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_works_while_a_thread_of_the_parent_does(tree, big):
    path = str(tree({"a.mkv": b"data"}) / "a.mkv")
    records = sanchay.hash_files(big, algorithm="sha256")
    thread = threading.Thread(target=lambda: list(records))
    thread.start()
    time.sleep(0.1)
    for _ in range(20):
        answer = in_child(lambda: hash_files([path])[0].error)
        assert answer == "None"
    records.close()
    thread.join()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_run_of_the_parents_is_refused_in_a_child_and_goes_on_in_the_parent(tree):
    files = {str(number): b"" for number in range(3000)}
    records = sanchay.scan(tree(files))
    next(records)

    def work():
        records.close()
        next(records)

    assert in_child(work).startswith("RuntimeError: this run belongs to the parent")
    assert in_child(lambda: records.errors).startswith("RuntimeError: this run")
    assert len(list(records)) == 2999
    # One that was not begun belongs to whoever begins it.
    fresh = sanchay.scan(os.path.dirname(os.__file__), max_depth=1)
    assert int(in_child(lambda: len(list(fresh)))) == len(list(fresh)) > 50


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_records_go_through_process_pools(tree, method):
    root = tree({"a": b"data", "b": b"x"})
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
        answers = pool.map(hash_files, [[f"{root}/a"], [f"{root}/b"]])
        assert [it[0].error for it in answers] == [None, None]


def test_a_program_may_end_while_a_run_goes_on(big):
    program = (
        "import sanchay, sys\n"
        "records = sanchay.hash_files([__file__ if 0 else sys.argv[1], sys.argv[2]],"
        " algorithm='sha256')\n"
        "next(records)\n"
    )
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program, os.__file__, str(big)],
            capture_output=True,
            timeout=20,
        )
        assert (done.returncode, done.stderr) == (0, b"")
