"""Snapshots of trees, and what became of files."""

import asyncio
import os
import sqlite3
import struct
import threading
import time
from datetime import timedelta

import polars
import pytest
import sanchay
import xxhash


@pytest.fixture(autouse=True)
def catalog(tmp_path, monkeypatch):
    """The user's own catalog is one of the test's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data/sanchay/catalog.db"


@pytest.fixture
def trees(tmp_path):
    folder = tmp_path / "trees"
    (folder / "sub").mkdir(parents=True)
    for name in ["stays", "goes", "sub/moves", "grows"]:
        (folder / name).write_bytes(name.encode())
    return folder


def change(folder):
    (folder / "goes").unlink()
    (folder / "sub/moves").rename(folder / "moved")
    (folder / "grows").write_bytes(b"more than before")
    (folder / "comes").write_bytes(b"x")


CHANGES = [
    ("new", "comes", None),
    ("deleted", "goes", None),
    ("changed", "grows", None),
    ("moved", "moved", "sub/moves"),
]


def told(records):
    return [(it.change, it.path, it.from_path) for it in records]


def test_two_snapshots_tell_what_became_of_files(trees, catalog):
    with pytest.raises(FileNotFoundError):
        sanchay.snapshots()
    first = sanchay.snapshot(trees, name="before", hash=True)
    assert (first.number, first.name, first.files, first.errors) == (1, "before", 4, 0)
    assert first.roots == (os.path.realpath(trees),) and first.failures == ()
    assert abs(first.taken.timestamp() - time.time()) < 60
    assert catalog.exists()
    change(trees)
    assert told(sanchay.diff("before", str(trees))) == CHANGES
    second = sanchay.snapshot(trees, hash=True)
    assert sanchay.snapshots() == [first, second]
    for a, b in [(first, second), ("before", "latest"), (1, 2), ("latest~1", second.number)]:
        assert told(sanchay.diff(a, b)) == CHANGES
    found = {it.path: it for it in sanchay.diff(1, 2)}
    [digest] = sanchay.hash_files(trees / "grows")
    assert (found["grows"].hash, found["grows"].size) == (digest.hash, 16)
    assert found["grows"].modified == digest.modified
    frame = polars.DataFrame(sanchay.diff(1, 2))
    assert frame["change"].to_list() == [it[0] for it in CHANGES]
    assert frame["from"].to_list() == [it[2] for it in CHANGES]
    assert list(sanchay.diff(second, second)) == []


def test_options_of_a_snapshot_select_files(trees):
    assert sanchay.snapshot(trees, glob="g*").files == 2
    assert "g*" in sanchay.snapshots()[0].selection


def test_history_tells_it_of_one_file(trees, monkeypatch):
    sanchay.snapshot(trees)
    change(trees)
    sanchay.snapshot(trees)
    versions = sanchay.history(trees / "grows")
    assert [(it.snapshot, it.change, it.size) for it in versions] == [
        (1, "new", 5), (2, "changed", 16),
    ]
    assert versions[0].taken < versions[1].taken
    monkeypatch.chdir(trees)
    assert [it.change for it in sanchay.history(b"goes")] == ["new", "deleted"]
    assert sanchay.history("nothing") == []
    with pytest.raises(TypeError, match="^path: "):
        sanchay.history([trees])


def rot(catalog, path):
    """Makes a file one that rotted.

    Nobody can change a file and leave its times; so the catalog gets the digest
    of other bytes for it, and the row its checksum.
    """
    digest = bytes(16)
    database = sqlite3.connect(catalog)
    inode = os.stat(path).st_ino
    [(kind, fsid, method, *numbers)] = database.execute(
        "SELECT v.kind, v.fsid, m.name, inode, size, modified, changed FROM digests "
        "JOIN volumes v ON v.id = volume JOIN methods m ON m.id = method WHERE inode = ?",
        (inode,),
    )
    seed = xxhash.xxh3_64_intdigest(method.encode() + struct.pack("<Iq", kind, fsid))
    row = struct.pack("<4q", *numbers) + digest
    seal = xxhash.xxh3_64_intdigest(row, seed) & 0xFFFF_FFFF
    database.execute("UPDATE digests SET digest = ?, seal = ? WHERE inode = ?", (digest, seal, inode))
    database.commit()
    database.close()


def test_verify_finds_what_rotted(trees, catalog, tmp_path):
    own = tmp_path / "own.db"
    time.sleep(2.1)
    sanchay.hash_files(trees, catalog=own).collect()
    records = sanchay.verify(trees, catalog=own)
    assert {(os.path.basename(it.path), it.verdict) for it in records} == {
        (name, "ok") for name in ["stays", "goes", "moves", "grows"]
    }
    assert records.summary == (4, 4, 4, 0, 0, 0) and records.summary.ok
    half = sanchay.verify(trees, sample=0.5, catalog=own)
    assert len(list(half)) == 2 and half.summary.known == 4
    rot(own, trees / "grows")
    records = sanchay.verify(trees, catalog=own)
    verdicts = {os.path.basename(it.path): it.verdict for it in records}
    assert [name for name, it in verdicts.items() if it != "ok"] == ["grows"]
    assert verdicts["grows"] == "failed" and records.summary.mismatched == 1
    assert not records.summary.ok
    frame = polars.DataFrame(sanchay.verify(trees, catalog=own))
    assert frame["verdict"].to_list().count("failed") == 1
    for sample in [0, 1.1, -1, float("nan")]:
        with pytest.raises(ValueError, match="^sample: "):
            sanchay.verify(trees, sample=sample)
    with pytest.raises(FileNotFoundError):
        sanchay.verify(trees)
    with pytest.raises(FileNotFoundError):
        list(sanchay.verify([trees, trees / "gone"], catalog=own))
    kept = sanchay.verify([trees, trees / "gone"], catalog=own, errors="keep").collect()
    assert [type(it) for it in kept.errors] == [FileNotFoundError]


def test_relative_roots_are_those_of_the_call(trees, tmp_path, monkeypatch):
    monkeypatch.chdir(trees)
    time.sleep(2.1)
    sanchay.hash_files(".", catalog="../own.db").collect()
    records = sanchay.verify(catalog="../own.db", sample=1)
    changes = sanchay.watch(catalog="../own.db", poll=0.1)
    monkeypatch.chdir(tmp_path)
    assert len(list(records)) == 4
    changes.close()


def test_progress_and_cancelling(trees):
    seen = []
    sanchay.snapshot(trees, progress=seen.append)
    assert (seen[-1].phase, seen[-1].files) == ("walking", 4)
    # What is over is kept, whatever the callback says then.
    assert sanchay.snapshot(trees, progress=lambda _: False).number == 2
    for number in range(30_000):
        (trees / f"{number}").touch()
    with pytest.raises(sanchay.Cancelled):
        sanchay.snapshot(trees, progress=lambda _: False)
    assert len(sanchay.snapshots()) == 2, "one that was ended early is not kept"
    records = sanchay.diff("latest", trees, progress=seen.append).collect()
    assert seen[-1].files == records.summary.files == 30_004


def test_what_goes_wrong_has_the_kind_that_it_should(trees, tmp_path):
    sanchay.snapshot(trees, name="one")
    with pytest.raises(ValueError, match="one already"):
        sanchay.snapshot(trees, name="one")
    with pytest.raises(ValueError, match="cannot be called"):
        sanchay.snapshot(trees, name="")
    with pytest.raises(LookupError, match=r"snapshots\(\)"):
        sanchay.diff("one", "two")
    with pytest.raises(FileNotFoundError):
        sanchay.snapshot([trees, tmp_path / "gone"])
    kept = sanchay.snapshot([trees, tmp_path / "gone"], errors="keep")
    assert kept.errors == 1 and isinstance(kept.failures[0], FileNotFoundError)
    with pytest.raises(OSError, match="a folder"):
        sanchay.snapshots(catalog=tmp_path)
    (tmp_path / "text").write_text("no catalog")
    with pytest.raises(OSError, match="no catalog"):
        sanchay.snapshot(trees, catalog=tmp_path / "text")
    for options, kind in [
        ({"hash": "crc32"}, ValueError),
        ({"hash": 5}, TypeError),
        ({"media": True}, ValueError),
        ({"name": 5}, TypeError),
        ({"nam": "x"}, TypeError),
    ]:
        with pytest.raises(kind):
            sanchay.snapshot(trees, **options)
    with pytest.raises(TypeError, match="^a: "):
        sanchay.diff(None, "one")
    for poll in [0, -1, float("inf")]:
        with pytest.raises(ValueError, match="^poll: "):
            sanchay.watch(trees, poll=poll)


def test_a_watch_tells_changes_until_it_is_closed(trees):
    sanchay.snapshot(trees)
    change(trees)
    with sanchay.watch(trees, poll=timedelta(seconds=0.2)) as changes:
        assert [next(changes)[:3] for _ in range(4)] == [
            (kind, path, source) for kind, path, source in CHANGES
        ]
        (trees / "later").touch()
        assert next(changes)[:2] == ("new", "later")
        closer = threading.Timer(0.3, changes.close)
        closer.start()
        begun = time.monotonic()
        assert list(changes) == []
        assert time.monotonic() - begun < 5
        closer.join()
    assert changes.summary is None
    assert len(sanchay.snapshots()) == 3


def test_a_watch_ends_with_the_task_that_waits_for_it(trees):
    sanchay.snapshot(trees)

    async def first():
        async with sanchay.watch(trees, poll=0.2) as changes:
            (trees / "new").touch()
            async for change in changes:
                return change.path

    async def nothing():
        async for change in sanchay.watch(trees):
            return change

    assert asyncio.run(asyncio.wait_for(first(), 30)) == "new"
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(nothing(), 0.5))
