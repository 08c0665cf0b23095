"""Memory: a run holds a bounded part of its records, however many there are."""

import os
import subprocess
import sys
import textwrap

import pytest

#: A path of a hundred bytes, named a million times.
PRELUDE = """
import os, resource, sanchay
def peak():
    with open("/proc/self/status") as status:
        return next(int(it.split()[1]) for it in status if it.startswith("VmHWM"))
path = os.path.join(FOLDER, "f" * 60)
list(sanchay.hash_files([path], threads=2))
"""


def measured(folder, program):
    done = subprocess.run(
        [sys.executable, "-c", f"FOLDER = {str(folder)!r}\n" + PRELUDE
         + textwrap.dedent(program)],
        capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stderr
    return [int(it) for it in done.stdout.split()]


@pytest.fixture
def crowd(tmp_path):
    """A folder with 50,000 links to one small file."""
    first = tmp_path / ("f" * 60)
    first.write_bytes(b"x")
    for number in range(50_000):
        os.link(first, tmp_path / f"{number}{'n' * 60}")
    return tmp_path


def test_iterating_over_a_million_records_holds_few_of_them(crowd):
    [before, count, after] = measured(
        crowd,
        """
        print(peak())
        count = 0
        for _ in range(20):
            count += sum(1 for file in sanchay.scan(FOLDER, threads=2))
        print(count)
        print(peak())
        """,
    )
    assert count == 1_000_020
    # The listing of one directory, and some chunks of a megabyte.
    assert after - before < 48 * 1024


def test_a_taker_that_is_slow_makes_the_run_wait(crowd):
    [before, after] = measured(
        crowd,
        """
        import time
        print(peak())
        files = sanchay.scan([FOLDER] * 20, threads=2)
        next(files)
        time.sleep(2)
        print(peak())
        """,
    )
    assert after - before < 48 * 1024


def test_hashing_a_million_files_holds_the_results_and_no_more(crowd):
    [before, after, results] = measured(
        crowd,
        """
        paths = [path] * 1_000_000
        from sanchay.vpo import hash_files
        hash_files(paths[:1000], num_threads=2)
        print(peak())
        hashes = hash_files(paths, num_threads=2)
        assert hashes[-1].error is None
        print(peak())
        import sys
        # With what the garbage collector keeps before a tuple, and in the list.
        one = sys.getsizeof(hashes[0]) + sys.getsizeof(hashes[0].hash) + 16
        print((len(hashes) * (one + 8)) >> 10)
        """,
    )
    # The records themselves, and what is worked on.
    assert after - before < results + 48 * 1024
