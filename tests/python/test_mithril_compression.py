"""Compressors of mithril."""

import asyncio
import io
import os
import pickle
import random
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import mithril
import pytest
from mithril import CompressionLevel as Level

LEVELS = [Level.Fastest, Level.Fast, Level.Default, Level.Best, Level.Custom(1), 2]
COMPRESSORS = [
    *(mithril.ZstdCompressor(it) for it in LEVELS),
    *(mithril.Lz4Compressor(it) for it in LEVELS),
    mithril.StoredCompressor(),
    mithril.AdaptiveCompressor(),
    mithril.ZstdCompressor(dictionary=b"once more, " * 10),
]
SAMPLES = [b"", b"x", b"once more, " * 1000, os.urandom(5000), bytes(700_000)]


@pytest.mark.parametrize("compressor", COMPRESSORS, ids=repr)
def test_what_was_compressed_comes_back(compressor):
    for data in SAMPLES:
        compressed = compressor.compress(data)
        assert type(compressed) is bytes
        assert compressor.decompress(compressed) == data
        assert compressor.decompress(bytearray(compressed)) == data
        written = io.BytesIO()
        size = compressor.compress_stream(io.BytesIO(data), written)
        assert size == len(written.getvalue())
        again = io.BytesIO()
        written.seek(0)
        assert compressor.decompress_stream(written, again) == len(data)
        assert again.getvalue() == data
        assert compressor.estimate_ratio(data) >= 1.0


def test_the_example_of_the_contract_works():
    data = b"data" * 100
    compressor = mithril.ZstdCompressor(mithril.CompressionLevel.Default)
    compressed = compressor.compress(data)
    assert compressor.decompress(compressed) == data


def test_levels_are_effort():
    random.seed(1)
    words = [f"{random.random():.3}" for _ in range(300)]
    data = " ".join(random.choice(words) for _ in range(20_000)).encode()
    sizes = [len(mithril.ZstdCompressor(it).compress(data)) for it in LEVELS[:4]]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > sizes[3]
    assert mithril.ZstdCompressor(19).compress(data) == (
        mithril.ZstdCompressor(Level.Best).compress(data)
    )
    assert Level.Custom(3) == Level.Custom(3) != Level.Custom(4)
    assert repr(Level.Best) == "CompressionLevel.Best"
    assert pickle.loads(pickle.dumps(Level.Best)) == Level.Best
    for level in [10**12, Level.Custom(-(10**12))]:
        extreme = mithril.ZstdCompressor(level)
        assert extreme.decompress(extreme.compress(b"x")) == b"x"
    for kind in [
        mithril.ZstdCompressor, mithril.Lz4Compressor, mithril.StoredCompressor,
        mithril.AdaptiveCompressor,
    ]:
        with pytest.raises(ValueError, match="limit"):
            kind(limit=-1)
    for wrong in ["text", 5]:
        with pytest.raises(TypeError):
            mithril.ZstdCompressor(dictionary=wrong)
    for wrong in ["Best", 1.5, None]:
        with pytest.raises(TypeError, match="level"):
            mithril.ZstdCompressor(wrong)


def test_frames_are_those_that_other_programs_read(tmp_path):
    data = b"once more, " * 100_000
    for name, compressor in [
        ("zstd", mithril.ZstdCompressor()), ("lz4", mithril.Lz4Compressor())
    ]:
        if shutil.which(name) is None:
            print(f"LEFT OUT: there is no {name}")
            continue
        file = tmp_path / f"data.{name}"
        file.write_bytes(compressor.compress(data))
        said = subprocess.run([name, "-dc", file], capture_output=True, check=True)
        assert said.stdout == data


def test_a_dictionary_makes_small_things_smaller():
    samples = [f'{{"user": {n}, "name": "name of {n}"}}'.encode() for n in range(2000)]
    dictionary = mithril.ZstdCompressor.train(samples, 4096)
    assert 0 < len(dictionary) <= 4096
    assert dictionary == asyncio.run(mithril.ZstdCompressor.atrain(samples, 4096))
    trained = mithril.ZstdCompressor.with_dictionary(dictionary, Level.Default)
    plain = mithril.ZstdCompressor()
    small = trained.compress(samples[7])
    assert len(small) < len(plain.compress(samples[7]))
    assert trained.decompress(small) == samples[7]
    with pytest.raises(mithril.CompressionException):
        plain.decompress(small)
    with pytest.raises(mithril.CompressionException):
        mithril.ZstdCompressor.train([b"x"], 4096)
    with pytest.raises(ValueError, match="size"):
        mithril.ZstdCompressor.train(samples, 1 << 40)
    again = pickle.loads(pickle.dumps(trained))
    assert again.decompress(small) == samples[7]
    assert repr(trained) == (
        f"ZstdCompressor(CompressionLevel.Default, dictionary=<{len(dictionary)} bytes>)"
    )


def test_what_is_damaged_cut_off_or_foreign_is_an_exception():
    data = b"once more, " * 1000
    for compressor in [mithril.ZstdCompressor(), mithril.Lz4Compressor()]:
        compressed = bytearray(compressor.compress(data))
        with pytest.raises(mithril.CompressionException):
            compressor.decompress(compressed[:-5])
        compressed[-3] ^= 1
        with pytest.raises(mithril.CompressionException):
            compressor.decompress(compressed)
        with pytest.raises(mithril.InvalidDataException):
            compressor.decompress(b"neither")
        with pytest.raises(mithril.InvalidDataException):
            compressor.decompress_stream(io.BytesIO(b"neither"), io.BytesIO())


def test_a_bomb_is_an_exception_before_it_is_made():
    bomb = mithril.ZstdCompressor().compress(bytes(50 << 20))
    assert len(bomb) < 10_000
    for limited in [
        mithril.ZstdCompressor(limit=1 << 20),
        mithril.AdaptiveCompressor(limit=1 << 20),
    ]:
        packed = bomb
        if limited.name == "adaptive":
            packed = mithril.AdaptiveCompressor().compress(bytes(50 << 20))
        with pytest.raises(mithril.CompressionException, match="more than 1048576"):
            limited.decompress(packed)
        out = io.BytesIO()
        with pytest.raises(mithril.CompressionException, match="more than 1048576"):
            limited.decompress_stream(io.BytesIO(packed), out)
        assert len(out.getvalue()) <= 1 << 20


def test_the_adaptive_one_tells_what_it_chose():
    adaptive = mithril.AdaptiveCompressor()
    assert adaptive.chosen(adaptive.compress(os.urandom(10_000))) == "stored"
    assert adaptive.choose(os.urandom(10_000)) == "stored"
    assert adaptive.chosen(adaptive.compress(bytes(10_000))) in ("lz4", "zstd")
    with pytest.raises(mithril.InvalidDataException):
        adaptive.chosen(b"nothing of it")
    only = mithril.AdaptiveCompressor.with_compressors([mithril.Lz4Compressor()])
    assert only.chosen(only.compress(bytes(10_000))) == "lz4"
    assert pickle.loads(pickle.dumps(only)).decompress(only.compress(b"x")) == b"x"
    with pytest.raises(TypeError, match="Compressors"):
        mithril.AdaptiveCompressor.with_compressors(["zstd"])


def test_what_files_raise_is_raised_as_it_is():
    class Broken:
        def read(self, size):
            raise KeyError("reader")

        def write(self, data):
            raise KeyError("writer")

    class Lying:
        def write(self, data):
            return len(data) + 1

    for compressor in [mithril.ZstdCompressor(), mithril.Lz4Compressor()]:
        with pytest.raises(KeyError, match="reader"):
            compressor.compress_stream(Broken(), io.BytesIO())
        with pytest.raises(KeyError, match="writer"):
            compressor.compress_stream(io.BytesIO(os.urandom(10_000_000)), Broken())
        with pytest.raises(TypeError, match="more than it was given"):
            compressor.compress_stream(io.BytesIO(b"x"), Lying())
        with pytest.raises(TypeError, match="read"):
            compressor.compress_stream(io.StringIO("text"), io.BytesIO())
        with pytest.raises(AttributeError):
            compressor.compress_stream(b"no file", io.BytesIO())


def test_small_reads_and_short_writes_are_enough():
    data = os.urandom(300_000)

    class Slow(io.RawIOBase):
        def __init__(self, data=b""):
            self.data = io.BytesIO(data)

        def read(self, size):
            return self.data.read(min(size, 7001))

        def write(self, data):
            return self.data.write(data[:5003])

    compressor = mithril.ZstdCompressor()
    packed = Slow()
    compressor.compress_stream(Slow(data), packed)
    assert compressor.decompress(packed.data.getvalue()) == data


def test_a_storage_streams_into_a_compressor(tmp_path):
    storage = mithril.LocalStorage(tmp_path, durable=False)
    data = b"once more, " * 1_000_000
    storage.put("key", data)
    packed = io.BytesIO()
    with storage.get_stream("key") as stream:
        mithril.Lz4Compressor().compress_stream(stream, packed)
    assert mithril.Lz4Compressor().decompress(packed.getvalue()) == data


def test_all_of_it_in_asyncio():
    compressor = mithril.ZstdCompressor()
    data = b"once more, " * 500_000

    async def go():
        packed = await compressor.acompress(data)
        assert await compressor.adecompress(packed) == data
        written = io.BytesIO()
        await compressor.acompress_stream(io.BytesIO(data), written)
        written.seek(0)
        out = io.BytesIO()
        assert await compressor.adecompress_stream(written, out) == len(data)
        with pytest.raises(mithril.InvalidDataException):
            await compressor.adecompress(b"x")

    asyncio.run(go())


def test_a_cancelled_task_reads_no_more():
    class Endless:
        reads = 0

        def read(self, size):
            Endless.reads += 1
            return os.urandom(size)

    class Nowhere:
        def write(self, data):
            return len(data)

    async def go():
        compress = mithril.ZstdCompressor().acompress_stream
        task = asyncio.create_task(compress(Endless(), Nowhere()))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    # It ends only if the thread does.
    asyncio.run(go())
    assert Endless.reads > 0


def test_the_interpreter_is_released_meanwhile():
    data = os.urandom(3 << 20) * 8
    compressor = mithril.ZstdCompressor(12)
    done = threading.Event()
    counted = 0

    def count():
        nonlocal counted
        while not done.is_set():
            counted += 1

    counter = threading.Thread(target=count)
    counter.start()
    compressor.compress(data)
    done.set()
    counter.join()
    # Without that, this thread would have had no turn to speak of.
    assert counted > 10_000


def test_many_threads_share_a_compressor():
    compressor = mithril.AdaptiveCompressor()
    samples = [bytes([n]) * n * 1000 for n in range(1, 60)]
    with ThreadPoolExecutor(8) as pool:
        packed = list(pool.map(compressor.compress, samples))
        assert list(pool.map(compressor.decompress, packed)) == samples
