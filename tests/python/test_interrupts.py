"""Ctrl-C, closing, and what becomes of the threads."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time

import pyarrow
import pytest
import sanchay
from conftest import threads
from sanchay.vpo import hash_files

CALLS = {
    "hash": "list(sanchay.hash_files(path, algorithm='sha256'))",
    "duplicates": "list(sanchay.duplicates([path, twin], algorithm='sha256'))",
    "arrow": "sanchay.hash_files(path, algorithm='sha256').__arrow_c_stream__()",
    "collect": "sanchay.hash_files(path, algorithm='sha256').collect()",
    "vpo": "hash_files([path] * 3_000_000)",
    "plan": "sanchay.rename(path, '{hash}')",
    "snapshot": "sanchay.snapshot(path, hash='sha256', catalog=path + '.db')",
    "diff": "list(sanchay.diff(path[:-8], path[:-8], hash='sha256', catalog=path + '.db'))",
    "watch": "list(sanchay.watch(path, hash='sha256', catalog=path + '.db'))",
    "get": "silent().get('key')",
    "list": "list(silent().list_objects())",
    "put": "silent().put_stream('key', iter(lambda: bytes(1 << 20), None))",
    "aget": "asyncio.run(silent().aget('key'))",
    "compress": "mithril.ZstdCompressor(19).compress(os.urandom(40 << 20))",
    "compress_stream": "mithril.ZstdCompressor(19).compress_stream("
    "open('/dev/urandom', 'rb'), open('/dev/null', 'wb'))",
    "minhash": "mithril.MinHasher(4096).hash_text(os.urandom(1 << 20).hex(), 5)",
}

#: What the calls need.
SET_UP = """
import asyncio, os, socket, sys, time, sanchay, mithril
from sanchay.vpo import hash_files

def silent():
    global server
    server = socket.create_server(("127.0.0.1", 0))
    endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
    return mithril.S3Storage("bucket", endpoint=endpoint, anonymous=True)
"""


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_ends_a_long_call_within_a_second(big, call):
    twin = big.with_name("twin")
    with twin.open("wb") as file:
        file.truncate(big.stat().st_size)
    program = (
        SET_UP + "path, twin = sys.argv[1:]\n"
        "print('ready', flush=True)\n"
        "try:\n"
        f"    {CALLS[call]}\n"
        "except KeyboardInterrupt:\n"
        "    print(time.time(), flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(big), str(twin)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.7)
    sent = time.time()
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=20)
    assert child.returncode == 0
    assert float(said) - sent < 1


def test_a_handler_of_another_signal_may_raise(big):
    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(Alarm):
            list(sanchay.hash_files(big, algorithm="sha256"))
    finally:
        signal.signal(signal.SIGALRM, before)


def settled(most):
    """Whether there are so few threads again, in a while."""
    for _ in range(100):
        if threads() <= most:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def calm():
    """How many threads there are when nothing runs."""
    list(sanchay.hash_files(os.__file__))
    hash_files([os.__file__])
    gc.collect()
    time.sleep(0.1)
    return threads()


@pytest.mark.parametrize("end", ["close", "with", "drop", "exception"])
def test_a_run_that_is_not_finished_leaves_no_thread_behind(big, end, calm):
    def look(_):
        raise ValueError

    progress = look if end == "exception" else None
    given = [os.__file__, big]
    records = sanchay.hash_files(given, algorithm="sha256", progress=progress)
    assert next(records).path == os.__file__
    assert threads() > calm
    if end == "close":
        records.close()
        assert list(records) == []
    elif end == "with":
        with records:
            pass
    elif end == "exception":
        with pytest.raises(ValueError):
            list(records)
        with pytest.raises(RuntimeError, match="cut short .ValueError."):
            list(records)
    del records
    gc.collect()
    assert settled(calm)


def test_a_run_that_nobody_took_from_was_never_begun(big, calm):
    records = sanchay.hash_files(big)
    time.sleep(0.1)
    assert threads() == calm
    del records


def test_a_cycle_through_the_callback_is_collected(big, calm):
    class Holder:
        def look(self, _):
            return None

    holder = Holder()
    holder.records = sanchay.hash_files(
        [os.__file__, big], algorithm="sha256", progress=holder.look
    )
    next(holder.records)
    del holder
    gc.collect()
    assert settled(calm)


def test_a_run_that_was_closed_has_no_more_records(tree):
    root = tree({str(number): b"" for number in range(3000)})

    async def take(records):
        return [it async for it in records]

    records = sanchay.scan(root)
    next(records)
    records.close()
    assert list(records) == [] and asyncio.run(take(records)) == []
    with sanchay.scan(root).collect() as records:
        next(records)
    assert list(records) == []
    with pytest.raises(RuntimeError, match="dropped when it was closed"):
        pyarrow.table(records)


def test_a_run_that_was_interrupted_does_not_look_finished(big):
    def ring(*_):
        raise KeyboardInterrupt

    async def take(records):
        return [it async for it in records]

    records = sanchay.hash_files([os.__file__, big], algorithm="sha256")
    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            for _ in records:
                pass
    finally:
        signal.signal(signal.SIGALRM, before)
    words = r"cut short \(KeyboardInterrupt\).* Begin a new one"
    for again in [list, pyarrow.table, next, lambda it: it.collect()]:
        with pytest.raises(RuntimeError, match=words):
            again(records)
    with pytest.raises(RuntimeError, match=words):
        asyncio.run(take(records))
    assert records.summary is None
    # What it was is still there.
    assert records.errors == ()


def test_ctrl_c_while_a_table_is_made_ends_it(tree, big):
    program = (
        "import sys, time, pyarrow, sanchay\n"
        "files, big = sys.argv[1:]\n"
        "records = sanchay.hash_files([files, big], algorithm='sha256')\n"
        "reader = pyarrow.RecordBatchReader.from_stream(records)\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    try:\n"
        "        reader.read_all()\n"
        "    except OSError as error:\n"
        "        assert str(error) == 'Io error: KeyboardInterrupt', error\n"
        "        time.sleep(0.1)\n"
        "        print('not raised again', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
    )
    root = tree({f"d/{number}": b"x" for number in range(10_000)}) / "d"
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(root), str(big)],
        stdout=subprocess.PIPE, text=True,
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.7)
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=15)
    # Arrow has room for an error's words and not for the exception, which
    # comes after it.
    assert said == "interrupted\n"
    assert child.returncode == 0
