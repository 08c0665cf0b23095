"""Storages of mithril: the same of each, by waiting and in asyncio."""

import asyncio
import io
import multiprocessing
import os
import pickle
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import mithril
import pytest
import sanchay

BAD_KEYS = [
    "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b",
    "a\0b", "a\nb", "x" * 256, "a/" * 600 + "a", ".mithril/x",
    ".well-known/acme-challenge/x", "\udc80",
]


@pytest.fixture(scope="module")
def server():
    """An S3 on loopback, and what makes storages there."""
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    import boto3

    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id="key", aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket="bucket")
    yield endpoint
    server.stop()


@pytest.fixture(params=["local", "memory", "s3"])
def storage(request, tmp_path):
    if request.param == "local":
        return mithril.LocalStorage(tmp_path / "objects", durable=False)
    if request.param == "memory":
        return mithril.MemoryStorage()
    endpoint = request.getfixturevalue("server")
    return mithril.S3Storage(
        "bucket", request.node.name.replace("[", "-").strip("]"),
        endpoint=endpoint, key_id="key", secret_key="secret",
    )


def test_the_example_of_the_contract_works(tmp_path):
    storage = mithril.LocalStorage(tmp_path / "mithril")
    storage.put("key", b"value")
    assert storage.get("key") == b"value"
    assert (tmp_path / "mithril/key").read_bytes() == b"value"


def test_what_was_put_is_there_until_it_is_deleted(storage):
    before = datetime.now(timezone.utc) - timedelta(seconds=2)
    for key in ["a/1", "a/2", "b", "a-c"]:
        storage.put(key, key.encode())
    assert storage.get("a/1") == b"a/1"
    assert storage.get_opt("a/2") == b"a/2" and storage.get_opt("c") is None
    assert storage.exists("b") and not storage.exists("c")
    assert storage.list("a/") == ["a/1", "a/2"]
    assert storage.list() == ["a-c", "a/1", "a/2", "b"]
    assert storage.list("nothing") == []
    assert sorted(it.key for it in storage.list_objects("a")) == ["a-c", "a/1", "a/2"]
    meta = storage.head("a/1")
    assert (meta.key, meta.size) == ("a/1", 3)
    assert before < meta.last_modified < before + timedelta(minutes=5)
    assert meta.last_modified.tzinfo is timezone.utc
    assert storage.get_range("a/1", 1, 100) == b"/1"
    assert storage.put_new("new", b"1") and not storage.put_new("new", b"2")
    assert storage.get("new") == b"1"
    storage.put("b", b"")
    assert storage.get("b") == b"" and storage.head("b").size == 0
    storage.delete("b")
    storage.delete_many(["a/1", "a-c", "was never there", "new"])
    assert storage.list() == ["a/2"]


def test_a_missing_object_is_not_found_everywhere(storage):
    for call in [storage.get, storage.head, storage.delete, storage.get_stream]:
        with pytest.raises(mithril.NotFoundException, match="missing"):
            call("missing")
    assert issubclass(mithril.NotFoundException, mithril.StorageException)
    assert issubclass(mithril.StorageException, mithril.MithrilException)


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_can_be_none_is_refused_by_every_call(tmp_path, key):
    outside = tmp_path / "a"
    outside.write_text("outside")
    local = mithril.LocalStorage(tmp_path / "objects")
    for storage in [local, mithril.MemoryStorage()]:
        for call in [
            storage.get, storage.get_opt, storage.delete, storage.exists,
            storage.head, storage.get_stream,
            lambda key: storage.put(key, b"x"),
            lambda key: storage.put_stream(key, [b"x"]),
        ]:
            with pytest.raises(mithril.InvalidKeyException):
                call(key)
    assert outside.read_text() == "outside"


def test_what_is_no_key_or_no_bytes_is_a_type_error(storage):
    for call in [
        lambda: storage.get(b"key"),
        lambda: storage.get(None),
        lambda: storage.put("key", "text"),
        lambda: storage.put("key", 3),
        lambda: storage.put_stream("key", b"bytes"),
        lambda: storage.put_stream("key", ["text"]),
        lambda: storage.delete_many("key"),
        lambda: storage.get_range("key", "0", 1),
    ]:
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError, match="start"):
        storage.get_range("key", -1, 1)
    numpy = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match="objects"):
        storage.put("key", numpy.array([object()]))
    assert storage.list() == []


def test_whatever_has_bytes_can_be_put(storage):
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(6, dtype="<u2").reshape(2, 3)
    for number, data in enumerate(
        [b"ab", bytearray(b"ab"), memoryview(b"xabx")[1:3], array, array.T]
    ):
        storage.put("key", data)
        expected = memoryview(data).tobytes()
        assert storage.get("key") == expected, number


def test_streams_go_both_ways_in_pieces(storage):
    data = os.urandom(20 << 20)
    pieces = [data[at : at + 3_000_000] for at in range(0, len(data), 3_000_000)]
    storage.put_stream("generated", iter(pieces))
    storage.put_stream("file", io.BytesIO(data))
    for key in ["generated", "file"]:
        assert storage.head(key).size == len(data)
        with storage.get_stream(key) as stream:
            got = list(stream)
        assert len(got) > 1 and b"".join(got) == data
        assert max(map(len, got)) <= 16 << 20
    stream = storage.get_stream("file")
    assert stream.read(10) + stream.read(-1) == data and stream.read(10) == b""
    stream = storage.get_stream("file")
    next(stream)
    stream.close()
    assert list(stream) == []


def test_a_stream_that_raises_stores_nothing_and_raises_that(storage):
    def pieces():
        yield b"x" * 20_000_000
        raise KeyError("mine")

    storage.put("key", b"before")
    with pytest.raises(KeyError, match="mine"):
        storage.put_stream("key", pieces())
    with pytest.raises(KeyError, match="mine"):
        storage.put_stream("other", pieces())
    assert storage.get("key") == b"before" and storage.list() == ["key"]


def test_all_of_it_in_asyncio(storage):
    async def pieces():
        for _ in range(3):
            await asyncio.sleep(0)
            yield b"piece"

    async def go():
        await storage.aput("a", b"1")
        assert await storage.aget("a") == b"1"
        assert await storage.aget_opt("b") is None
        assert await storage.aget_range("a", 0, 1) == b"1"
        assert await storage.aput_new("a", b"2") is False
        assert await storage.aexists("a")
        assert (await storage.ahead("a")).size == 1
        await storage.aput_stream("s", pieces())
        await storage.aput_stream("t", [b"pie", b"ce"])
        await storage.aput_stream("u", io.BytesIO(b"piece"))
        assert await storage.alist() == ["a", "s", "t", "u"]
        assert [it.key async for it in storage.list_objects("s")] == ["s"]
        async with await storage.aget_stream("s") as stream:
            assert b"".join([it async for it in stream]) == b"piecepiecepiece"
        assert await storage.aget("t") == await storage.aget("u") == b"piece"
        with pytest.raises(mithril.NotFoundException):
            await storage.aget("missing")
        with pytest.raises(mithril.InvalidKeyException):
            await storage.aput("..", b"")
        async def fails():
            yield b"x"
            raise KeyError("mine")
        with pytest.raises(KeyError, match="mine"):
            await storage.aput_stream("v", fails())
        await storage.adelete("a")
        await storage.adelete_many(["s", "t", "u"])
        assert await storage.alist() == []

    asyncio.run(go())


def test_many_at_once_in_asyncio_and_in_several_event_loops(storage):
    async def go(name):
        keys = [f"{name}/{number}" for number in range(200)]
        await asyncio.gather(*(storage.aput(it, it.encode()) for it in keys))
        got = await asyncio.gather(*(storage.aget(it) for it in keys))
        assert got == [it.encode() for it in keys]

    asyncio.run(go("one"))
    asyncio.run(go("two"))
    assert len(storage.list()) == 400


def test_a_listing_of_thousands_comes_as_it_is_found():
    storage = mithril.MemoryStorage()
    for number in range(5000):
        storage.put(f"{number:04}", b"")
    listing = storage.list_objects()
    assert len(next(listing).key) == 4
    assert len(list(listing)) == 4999
    with storage.list_objects() as listing:
        next(listing)
    assert list(listing) == []


def test_what_was_cut_short_is_not_taken_for_all_there_is():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        patience = mithril.Patience(retries=0, answer=0.5, total=1)
        storage = mithril.S3Storage(
            "bucket", endpoint=endpoint, anonymous=True, patience=patience
        )
        listing = storage.list_objects()
        with pytest.raises(mithril.ConnectionException):
            next(listing)
        with pytest.raises(RuntimeError, match="cut short .ConnectionException"):
            next(listing)

        async def go():
            listing = storage.list_objects()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(listing.__anext__(), 0.1)
            with pytest.raises(RuntimeError, match="cut short .CancelledError"):
                await listing.__anext__()

        asyncio.run(go())


def test_a_stream_of_which_a_piece_may_be_missing_is_refused():
    storage = mithril.MemoryStorage()
    storage.put("key", b"x" * 5_000_000)

    async def go():
        stream = await storage.aget_stream("key")
        task = asyncio.create_task(stream.__anext__())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(RuntimeError, match="cut short"):
            await stream.__anext__()
        with pytest.raises(RuntimeError, match="cut short"):
            stream.read()

    asyncio.run(go())


def test_a_task_that_is_cancelled_stores_nothing_more(tmp_path):
    storage = mithril.LocalStorage(tmp_path, durable=False)

    async def endless():
        while True:
            yield b"x" * 100_000

    async def go():
        task = asyncio.create_task(storage.aput_stream("key", endless()))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(storage.aput_stream("key", endless()), 0.2)
        assert await storage.alist() == []
        # The event loop is as it was.
        await storage.aput("other", b"1")

    asyncio.run(go())
    assert storage.list() == ["other"]


def test_a_temporary_folder_goes_with_its_storage():
    storage = mithril.LocalStorage.temp()
    root = storage.root
    storage.put("key", b"1")
    assert (root / "key").read_bytes() == b"1"
    del storage
    assert not root.exists()


def test_storages_are_pickled_by_where_they_are(tmp_path, monkeypatch, server):
    storage = mithril.LocalStorage(tmp_path)
    storage.put("key", b"1")
    again = pickle.loads(pickle.dumps(storage))
    assert again.get("key") == b"1" and repr(again) == repr(storage)
    with pytest.raises(TypeError, match="MemoryStorage"):
        pickle.dumps(mithril.MemoryStorage())
    secret = mithril.S3Storage("b", key_id="k", secret_key="very-secret", endpoint=server)
    with pytest.raises(TypeError, match="credentials") as raised:
        pickle.dumps(secret)
    assert "very-secret" not in str(raised.value) + repr(secret) + str(vars(mithril))
    anonymous = mithril.S3Storage(
        "bucket", "p", anonymous=True, endpoint=server,
        patience=mithril.Patience(retries=1),
    )
    again = pickle.loads(pickle.dumps(anonymous))
    assert repr(again) == "S3Storage('bucket', 'p')"
    gcs = mithril.GcsStorage("b", anonymous=True)
    assert repr(pickle.loads(pickle.dumps(gcs))) == "GcsStorage('b')"
    with pytest.raises(TypeError, match="token"):
        pickle.dumps(mithril.GcsStorage("b", token="secret"))
    monkeypatch.setenv("AWS_BUCKET", "bucket")
    monkeypatch.setenv("AWS_PREFIX", "prefix")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    of_environment = mithril.S3Storage.from_env()
    of_environment.put("key", b"2")
    assert pickle.loads(pickle.dumps(of_environment)).get("key") == b"2"


def test_the_calls_of_sanchay_take_buckets_for_folders(server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    storage = mithril.create_storage("s3://bucket/calls")
    for key in ["a.txt", "b/c.txt", "b/d.bin"]:
        storage.put(key, b"same")
    root = "s3://bucket/calls"
    found = {it.path: it.size for it in sanchay.scan(root, extension="txt")}
    assert found == {f"{root}/a.txt": 4, f"{root}/b/c.txt": 4}
    [hashed] = sanchay.hash_files(f"{root}/b", extension="bin", algorithm="sha256")
    assert hashed.hash == mithril.Sha256Hash().hash_hex(b"same")
    [group] = sanchay.duplicates(root)
    assert len(group.files) == 3
    assert sanchay.summary(root)["files"] == 3
    with pytest.raises(OSError):
        list(sanchay.scan("s3://bucket-that-is-missing"))


def test_a_server_that_does_not_answer_is_a_connection_error():
    patience = mithril.Patience(retries=1, total=1, connect=1, answer=1, pause=0.01)
    s3 = mithril.S3Storage(
        "bucket", endpoint="http://127.0.0.1:9", anonymous=True, patience=patience
    )
    gcs = mithril.GcsStorage(
        "bucket", endpoint="http://127.0.0.1:9", patience=patience
    )
    for storage in [s3, gcs]:
        with pytest.raises(mithril.ConnectionException):
            storage.get("key")


@pytest.mark.parametrize(
    "arguments",
    [
        {"key_id": "x"},
        {"secret_key": "x"},
        {"session_token": "x"},
        {"patience": mithril.Patience(total=-1)},
        {"patience": mithril.Patience(pause=float("nan"))},
    ],
)
def test_options_that_make_no_sense_are_value_errors(arguments):
    with pytest.raises(ValueError):
        mithril.S3Storage("bucket", **arguments)


def test_a_wrong_credential_is_permission_denied_and_not_shown(monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(mithril.StorageException) as raised:
        mithril.GcsStorage("bucket", token="bad\nsecret")
    assert isinstance(raised.value, mithril.PermissionDeniedException)
    assert "secret" not in str(raised.value)


def test_what_cannot_be_a_folder_is_a_storage_exception(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(mithril.StorageException) as raised:
        mithril.LocalStorage(tmp_path / "file")
    assert str(tmp_path) in str(raised.value)
    with pytest.raises(TypeError, match="LocalStorage"):
        mithril.StorageBackend()
    with pytest.raises(mithril.StorageException, match="empty"):
        mithril.LocalStorage("")
    assert mithril.LocalStorage(os.fsencode(tmp_path)).root == tmp_path


def test_what_a_killed_writer_left_is_removed(tmp_path):
    storage = mithril.LocalStorage(tmp_path)
    storage.put("key", b"1")
    incoming = tmp_path / ".mithril/incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    assert storage.remove_stale(timedelta(days=1)) == 0
    with pytest.raises(ValueError, match="age"):
        storage.remove_stale(-1)
    assert asyncio.run(storage.aremove_stale(3600)) == 0


def in_child(work):
    """What a forked process says of some work."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = repr(work())
        except BaseException as error:
            said = repr(error)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as file:
        said = file.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_opens_what_it_can_anew(tmp_path, server):
    local = mithril.LocalStorage(tmp_path)
    temporary = mithril.LocalStorage.temp()
    memory = mithril.MemoryStorage()
    s3 = mithril.S3Storage(
        "bucket", "fork", endpoint=server, key_id="key", secret_key="secret"
    )
    for storage in [local, temporary, memory, s3]:
        storage.put("key", b"parent's")
    for storage in [local, temporary, s3]:
        said = in_child(lambda: (storage.get("key"), storage.put("child", b"x")))
        assert said == "(b\"parent's\", None)", storage
        assert storage.get("child") == b"x"
    assert "belongs to the parent" in in_child(lambda: memory.get("key"))
    assert memory.get("key") == b"parent's"

    def in_asyncio():
        return asyncio.run(local.aget("key"))

    assert asyncio.run(local.aget("key")) == b"parent's"
    assert in_child(in_asyncio) == "b\"parent's\""

    def drop():
        nonlocal temporary
        root = temporary.root
        temporary = None
        return root.exists()

    assert in_child(drop) == "True"
    assert temporary.root.exists()
    data = b"x" * 1_000_000
    zstd = mithril.ZstdCompressor()
    assert in_child(lambda: zstd.decompress(zstd.compress(data)) == data) == "True"


def read(storage):
    return storage.get("key")


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_pool_of_processes_reads_from_one_storage(tmp_path, method):
    storage = mithril.LocalStorage(tmp_path)
    storage.put("key", b"1")
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        assert pool.map(read, [storage] * 4) == [b"1"] * 4


def test_a_program_ends_while_something_goes_on(tmp_path):
    program = (
        "import asyncio, mithril\n"
        "storage = mithril.S3Storage('b', endpoint='http://127.0.0.1:9', anonymous=True)\n"
        "async def go():\n"
        "    asyncio.create_task(storage.aget('key'))\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(go())\n"
        f"local = mithril.LocalStorage({str(tmp_path)!r})\n"
        "stream = local.put_stream\n"
        "print('end')\n"
    )
    environment = {"PYTHONPATH": str(Path(mithril.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env=environment, timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")
