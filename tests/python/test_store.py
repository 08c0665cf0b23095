"""Stores of snapshots of trees."""

import io
import json
import os
import pickle
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import mithril
import polars
import pytest
import sanchay
from conftest import unprivileged


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"a" * 1000)
    (folder / "sub/b.jpg").write_bytes(os.urandom(3_000_000))
    (folder / "same.jpg").write_bytes(b"a" * 1000)
    (folder / ".hidden").write_text("hidden")
    (folder / "link").symlink_to("a.jpg")
    return folder


@pytest.fixture(params=["folder", "storage"])
def store(request, tmp_path):
    if request.param == "storage":
        return sanchay.Store.init(mithril.MemoryStorage())
    return sanchay.Store.init(tmp_path / "store")


def content(folder):
    return {
        str(it.relative_to(folder)): it.read_bytes() if it.is_file() else None
        for it in sorted(folder.rglob("*"))
    }


def test_what_was_put_comes_back(store, photos, tmp_path):
    put = store.put(photos, name="before")
    assert put.snapshot.name == "before" and put.snapshot.files == 4
    assert put.snapshot.links == 1 and put.errors == ()
    assert put.snapshot.roots == (str(photos),)
    now = datetime.now(timezone.utc)
    assert now - timedelta(minutes=5) < put.snapshot.taken <= now
    assert put.read == 4 and put.stored < 3_100_000
    again = store.put(photos)
    assert (again.objects, again.object_bytes) == (0, 0)
    assert [it.id for it in store.snapshots()] == [put.snapshot.id, again.snapshot.id]
    assert store.find("before") == put.snapshot
    assert store.find("latest") == again.snapshot
    assert store.find("latest~1") == store.find(put.snapshot.id[:8]) == put.snapshot
    target = tmp_path / "restored"
    got = store.get("before", target, verify=True)
    assert (got.copied, got.kept, got.failed, got.errors) == (5, 0, 0, ())
    assert content(target) == content(photos)
    assert os.readlink(target / "link") == "a.jpg"
    assert store.get(put, target).kept == 5


def test_some_of_it_comes_back(store, photos, tmp_path):
    store.put(photos)
    got = store.get("latest", tmp_path / "some", where="ext = jpg and size > 1M")
    assert got.copied == 1
    assert [it.name for it in (tmp_path / "some").rglob("*")] == ["sub", "b.jpg"]
    (tmp_path / "some/sub/b.jpg").write_bytes(b"changed")
    got = store.get("latest", tmp_path / "some", extension="jpg")
    assert got.copied == 2 and got.failed == 1
    assert got.errors[0].filename.endswith("b.jpg")
    got = store.get("latest", tmp_path / "some", extension="jpg", overwrite=True)
    assert got.failed == 0
    assert (tmp_path / "some/sub/b.jpg").stat().st_size == 3_000_000


def test_what_is_in_a_snapshot_is_listed_and_read(store, photos):
    put = store.put(photos)
    entries = {it.path: it for it in store.ls()}
    assert {it: entries[it].kind for it in entries} == {
        ".hidden": "file", "a.jpg": "file", "link": "symlink", "same.jpg": "file",
        "sub": "directory", "sub/b.jpg": "file",
    }
    assert entries["sub/b.jpg"].size == 3_000_000
    modified = (photos / "a.jpg").stat().st_mtime_ns
    assert entries["a.jpg"].modified_ns == modified
    some = store.ls(put.snapshot, extension="jpg", min_size="1M")
    assert [it.path for it in some] == ["sub/b.jpg"]
    table = polars.DataFrame(store.ls())
    assert table.columns == ["path", "kind", "size", "modified"] and table.height == 6
    data = (photos / "sub/b.jpg").read_bytes()
    assert store.read("sub/b.jpg") == data
    with store.open("sub/b.jpg", put) as file:
        assert file.seek(-10, io.SEEK_END) == len(data) - 10
        assert file.read() == data[-10:]
        file.seek(1_000_000)
        assert file.read(7) == data[1_000_000:1_000_007]
    with pytest.raises(FileNotFoundError, match="missing"):
        store.open("missing")
    with pytest.raises(OSError):
        store.open("sub")


def test_snapshots_are_removed_and_what_only_they_had_is_collected(store, photos):
    for number in range(4):
        (photos / "changing").write_bytes(os.urandom(200_000))
        store.put(photos, name="kept" if number == 0 else None)
    assert [it.name for it in store.rm(keep=1, dry_run=True)] == [None, None]
    assert len(store.snapshots()) == 4
    gone = store.rm(keep=1)
    assert len(gone) == 2 and len(store.snapshots()) == 2
    assert store.rm("latest")[0].name is None
    before = store.stats()
    assert before.objects > before.referenced and before.snapshots == 1
    assert store.gc(grace=0, waste=0, dry_run=True).condemned > 0
    first = store.gc(grace=timedelta(0), waste=0)
    second = store.gc(grace="0s", waste=0)
    assert first.condemned > 0 and first.deleted + second.deleted > 0
    after = store.stats()
    assert after.stored < before.stored and after.condemned == 0
    assert store.check(read_data=True).ok
    assert store.read("a.jpg", "kept") == b"a" * 1000
    with pytest.raises(ValueError, match="keep"):
        store.rm()
    with pytest.raises(ValueError, match="keep"):
        store.rm(keep=0)
    with pytest.raises(ValueError, match="waste"):
        store.gc(waste=101)
    assert store.gc(grace="7d").condemned == store.gc().condemned == 0
    for wrong in [-1, "soon", timedelta(days=-1)]:
        with pytest.raises(ValueError, match="grace"):
            store.gc(grace=wrong)
    with pytest.raises(TypeError, match="grace"):
        store.gc(grace=None)


def test_what_is_damaged_or_foreign_is_found(tmp_path, photos):
    store = sanchay.Store.init(tmp_path / "store")
    store.put(photos)
    report = store.check(read_data=True, progress=lambda progress: None)
    assert report.ok and report.flaws == () and report.snapshots == 1
    assert report.bytes > 3_000_000
    pack = max(
        (it for it in (tmp_path / "store").rglob("*") if it.is_file()),
        key=lambda it: it.stat().st_size,
    )
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    (tmp_path / "store/foreign").write_text("x")
    report = store.check(read_data=True)
    assert not report.ok
    assert any(it.is_loss for it in report.flaws)
    assert any("foreign" in it.subject for it in report.flaws)
    with pytest.raises(OSError):
        sanchay.Store(tmp_path / "store").read("sub/b.jpg")


def test_it_is_a_store_of_the_programs(tmp_path, photos):
    def program(*words):
        said = subprocess.run(
            [sys.executable, "-m", "sanchay", "store", *words],
            capture_output=True, text=True, check=True,
        )
        return said.stdout

    folder = tmp_path / "store"
    program("init", folder)
    program("put", "--name", "theirs", folder, photos)
    store = sanchay.Store(str(folder))
    assert [it.name for it in store.snapshots()] == ["theirs"]
    store.put(photos, name="ours", exclude="sub")
    listed = [json.loads(it) for it in program("ls", "--format", "ndjson", folder).splitlines()]
    assert [it["snapshot"] for it in listed] == [it.id for it in store.snapshots()]
    assert json.loads(program("stats", "--json", folder)) == store.stats()._asdict() | {}


def test_what_cannot_be_is_an_error_of_the_right_kind(tmp_path, photos):
    folder = tmp_path / "store"
    with pytest.raises(FileNotFoundError):
        sanchay.Store(folder)
    store = sanchay.Store.init(folder)
    with pytest.raises(FileExistsError):
        sanchay.Store.init(folder)
    with pytest.raises(OSError, match="not empty"):
        sanchay.Store.init(photos)
    with pytest.raises(FileNotFoundError, match="no store"):
        sanchay.Store(photos)
    with pytest.raises(TypeError, match="location"):
        sanchay.Store(3)
    for call in [
        lambda: store.find("latest"),
        lambda: store.get("nothing", tmp_path / "x"),
        lambda: store.ls("nothing"),
        lambda: store.rm("nothing"),
        lambda: store.read("a", "nothing"),
    ]:
        with pytest.raises(LookupError, match="there is no snapshot"):
            call()
    for options, word in [
        ({"level": 20}, "level"), ({"name": "latest"}, "latest"),
        ({"name": ""}, "empty"), ({"follow": True}, "follow"),
        ({"media": True}, "media"),
    ]:
        with pytest.raises(ValueError, match=word):
            store.put(photos, **options)
    with pytest.raises(FileNotFoundError, match="missing"):
        store.put(photos / "missing")
    with pytest.raises(TypeError, match="Did you mean 'exclude'"):
        store.put(photos, excude="x")
    with pytest.raises(sanchay.Cancelled):
        for _ in range(50):
            (photos / "big").write_bytes(os.urandom(20_000_000))
            store.put(photos, progress=lambda progress: False)
    for wrong in [3, None, ["latest"]]:
        with pytest.raises(TypeError, match="snapshot"):
            store.rm(wrong)
    store.put(photos)
    with pytest.raises(NotADirectoryError):
        store.get("latest", photos / "a.jpg")
    with pytest.raises(FileNotFoundError):
        store.get("latest", photos / "missing/x")
    assert repr(store) == f"Store({str(folder)!r})"
    again = pickle.loads(pickle.dumps(store))
    assert repr(again) == repr(store)


def test_a_single_file_and_several_roots_are_stored(store, photos, tmp_path):
    one = store.put(photos / "a.jpg")
    assert [it.path for it in store.ls(one) if it.kind == "file"] == ["a.jpg"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").write_text("x")
    both = store.put([other, photos / "sub"])
    files = [it.path for it in store.ls(both) if it.kind == "file"]
    assert sorted(files) == sorted(
        str(it)[1:] for it in [other / "x", photos / "sub/b.jpg"]
    )


def test_entries_that_cannot_be_read_are_told(open_folder):
    (open_folder / "a").write_text("a")
    (open_folder / "secret").write_text("b")
    (open_folder / "secret").chmod(0)
    store = sanchay.Store.init(mithril.MemoryStorage())
    with unprivileged():
        put = store.put(open_folder)
    assert [type(it) for it in put.errors] == [PermissionError]
    assert put.errors[0].filename == str(open_folder / "secret")
    assert put.snapshot.errors == 1
    assert [it.path for it in store.ls() if it.kind == "file"] == ["a"]


def test_pipes_are_errors_and_the_rest_is_stored(store, photos):
    os.mkfifo(photos / "pipe")
    put = store.put(photos)
    assert [it.filename for it in put.errors] == [str(photos / "pipe")]
    assert put.snapshot.errors == 1 and put.snapshot.files == 4


def test_names_that_are_no_text_come_back(store, tmp_path):
    folder = os.fsencode(tmp_path / "names")
    os.mkdir(folder)
    with open(os.path.join(folder, b"\xff"), "wb") as file:
        file.write(b"x")
    store.put(folder)
    [entry] = store.ls()
    assert entry.path == "\udcff" and store.read(entry.path) == b"x"
    store.get("latest", tmp_path / "back")
    assert os.listdir(os.fsencode(tmp_path / "back")) == [b"\xff"]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_is_told_to_open_it_anew(tmp_path, photos):
    store = sanchay.Store.init(tmp_path / "store")
    store.put(photos)
    program = (
        "import os, sys, sanchay\n"
        "store = sanchay.Store(sys.argv[1])\n"
        "store.stats()\n"
        "if os.fork() == 0:\n"
        "    try:\n"
        "        store.stats()\n"
        "    except RuntimeError as error:\n"
        "        print(error)\n"
        "    print(sanchay.Store(sys.argv[1]).stats().snapshots, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    environment = {"PYTHONPATH": str(Path(sanchay.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, tmp_path / "store"],
        capture_output=True, text=True, env=environment, timeout=60,
    )
    assert "belongs to the parent process" in done.stdout, done.stderr
    assert done.stdout.endswith("\n1\n")
