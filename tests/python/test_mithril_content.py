"""Hashing, content by its digest, and MinHash of mithril."""

import asyncio
import hashlib
import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import mithril
import pytest
import sanchay
import xxhash

FUNCTIONS = {
    "xxh64": (mithril.XxHash(), lambda it: xxhash.xxh64(it).digest()),
    "xxh3-128": (mithril.XxHash3(), lambda it: xxhash.xxh3_128(it).digest()),
    "sha256": (mithril.Sha256Hash(), lambda it: hashlib.sha256(it).digest()),
    "blake3": (mithril.Blake3Hash(), None),
}
SAMPLES = [b"", b"hello world", os.urandom(100_003), bytes(3_000_000)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_digests_are_those_of_other_libraries(name, tmp_path):
    function, other = FUNCTIONS[name]
    assert function.name == name
    for data in SAMPLES:
        file = tmp_path / "file"
        file.write_bytes(data)
        [own] = sanchay.hash_files(file, algorithm=name)
        expected = bytes.fromhex(own.hash)
        if other is not None:
            assert expected == other(data)
        assert function.hash(data) == expected
        assert function.hash(memoryview(data)) == expected
        assert function.hash_hex(data) == expected.hex()
        assert function.hash_u64(data) == int.from_bytes(expected[:8], "big")
        assert function.output_size == len(expected)
        hasher = function.hasher()
        for at in range(0, len(data), 65_537):
            hasher.update(data[at : at + 65_537])
        assert hasher.finalize() == expected
        for call in [hasher.finalize, hasher.finalize_u64, lambda: hasher.update(b"")]:
            with pytest.raises(ValueError, match="finished"):
                call()
        hasher = function.hasher()
        hasher.update(bytearray(data))
        assert hasher.finalize_u64() == int.from_bytes(expected[:8], "big")
        assert asyncio.run(function.ahash(data)) == expected
        assert asyncio.run(function.ahash_hex(data)) == expected.hex()
        assert asyncio.run(function.ahash_u64(data)) == function.hash_u64(data)


def test_hash_functions_are_values():
    assert mithril.XxHash() == mithril.XxHash() != mithril.XxHash3()
    assert len({mithril.XxHash(), mithril.XxHash(), mithril.Sha256Hash()}) == 2
    again = pickle.loads(pickle.dumps(mithril.Blake3Hash()))
    assert again == mithril.Blake3Hash() and repr(again) == "Blake3Hash()"
    with pytest.raises(TypeError, match="XxHash"):
        mithril.HashFunction()
    for wrong in ["text", None, 3, [b"x"]]:
        with pytest.raises(TypeError, match="data"):
            mithril.XxHash().hash(wrong)


def test_a_digest_in_the_making_may_be_shared_by_threads():
    hasher = mithril.XxHash().hasher()
    piece = bytes(1_000_000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hasher.update, [piece] * 16))
    assert hasher.finalize() == mithril.XxHash().hash(piece * 16)


@pytest.fixture(params=["memory", "local"])
def cas(request, tmp_path):
    storage = mithril.MemoryStorage()
    if request.param == "local":
        storage = mithril.LocalStorage(tmp_path, durable=False)
    return mithril.ContentAddressedStore(storage, mithril.XxHash3())


def test_the_example_of_the_contract_works(tmp_path):
    storage = mithril.LocalStorage(tmp_path / "cas")
    cas = mithril.ContentAddressedStore(storage, mithril.XxHash3())
    address = cas.store(b"content")
    assert cas.retrieve(address) == b"content"
    assert address == xxhash.xxh3_128(b"content").hexdigest()


def test_content_is_kept_once_until_its_last_reference_goes(cas):
    assert isinstance(cas, mithril.ContentAddressable)
    addresses = {cas.store(b"content") for _ in range(3)}
    [address] = addresses
    other = cas.store(b"other")
    assert cas.stats() == (2, 12, 14)
    assert cas.stats().deduplicated_bytes == 14
    cas.delete(other)
    for _ in range(3):
        assert cas.contains(address) and cas.retrieve(address) == b"content"
        cas.delete(address)
    assert not cas.contains(address)
    with pytest.raises(mithril.ContentNotFoundException, match=address):
        cas.retrieve(address)
    with pytest.raises(mithril.ContentNotFoundException):
        cas.delete(address)
    assert cas.stats() == (0, 0, 0) and cas.storage.list() == []
    assert issubclass(mithril.CasException, mithril.MithrilException)


@pytest.mark.parametrize("address", ["", "../../secret", "AB" * 16, "ab", "é"])
def test_what_is_no_address_is_refused(cas, address):
    for call in [cas.retrieve, cas.contains, cas.delete]:
        with pytest.raises(mithril.InvalidAddressException):
            call(address)


def test_damaged_content_is_an_exception(cas):
    address = cas.store(b"content")
    [key] = cas.storage.list("objects/")
    cas.storage.put(key, b"contend")
    with pytest.raises(mithril.CorruptContentException):
        cas.retrieve(address)
    [reference] = cas.storage.list("refs/")
    cas.storage.delete(reference)
    assert cas.collect_garbage(3600) == (0, 0)
    assert cas.collect_garbage(0).copies == 1
    assert cas.storage.list() == []


def test_content_in_asyncio_by_many_at_once(cas):
    async def go():
        data = [bytes([n % 10]) * 100 for n in range(100)]
        addresses = await asyncio.gather(*(cas.astore(it) for it in data))
        assert len(set(addresses)) == 10
        got = await asyncio.gather(*(cas.aretrieve(it) for it in addresses))
        assert got == data
        assert await cas.acontains(addresses[0])
        assert (await cas.astats()).total_objects == 10
        await asyncio.gather(*(cas.adelete(it) for it in addresses))
        assert not await cas.acontains(addresses[0])
        await cas.acollect_garbage(0)

    asyncio.run(go())
    assert cas.storage.list() == []


def test_a_store_of_content_needs_a_storage_and_a_hash_function(tmp_path):
    with pytest.raises(TypeError, match="storage"):
        mithril.ContentAddressedStore(str(tmp_path), mithril.XxHash())
    with pytest.raises(TypeError, match="hasher"):
        mithril.ContentAddressedStore(mithril.MemoryStorage(), "xxh64")
    local = mithril.LocalStorage(tmp_path)
    cas = mithril.ContentAddressedStore(local, mithril.Sha256Hash())
    address = cas.store(b"x")
    assert pickle.loads(pickle.dumps(cas)).retrieve(address) == b"x"
    assert repr(cas) == f"ContentAddressedStore({local!r}, Sha256Hash())"


def test_the_example_of_minhash_in_the_contract_works():
    hasher = mithril.MinHasher(128)
    one = hasher.hash_text("hello world", 3)
    other = hasher.hash_text("hello there world", 3)
    assert 0.2 < mithril.MinHasher.similarity(one, other) < 0.8


def test_signatures_are_the_same_on_every_machine_and_in_every_version():
    signature = mithril.MinHasher(4).hash_tokens(range(100))
    assert signature == mithril.MinHasher.with_seed(4, 1).hash_tokens(range(100))
    assert signature.values == (106513865, 27981808, 1084177, 6379944)


def test_similarity_estimates_the_jaccard_index():
    hasher = mithril.MinHasher(1024)
    for shared, own in [(0, 1000), (500, 500), (900, 50), (1000, 0)]:
        one = hasher.hash_tokens(range(shared + own))
        other = hasher.hash_tokens([*range(shared), *range(10**6, 10**6 + own)])
        expected = shared / (shared + 2 * own)
        found = mithril.MinHasher.similarity(one, other)
        assert abs(found - expected) <= 4 * (expected * (1 - expected) / 1024) ** 0.5 + 1e-9
    one = hasher.hash_words("the quick brown fox jumps over the lazy dog", 2)
    near = hasher.hash_words("the quick brown fox jumps over the lazy cat", 2)
    assert 0.5 < hasher.similarity(one, near) < 1
    assert set(one.bands(512)) & set(near.bands(512))
    assert len(one.bands(64)) == 64 and one.bands(0) == []
    assert hasher.similarity(one, mithril.MinHasher(8).hash_tokens([1])) == 0
    assert pickle.loads(pickle.dumps(one)) == one
    again = pickle.loads(pickle.dumps(mithril.MinHasher(16, seed=7)))
    assert repr(again) == "MinHasher(16, seed=7)"


def test_what_can_be_no_signature_is_refused():
    for number in [0, 1 << 40, -1]:
        with pytest.raises((ValueError, OverflowError)):
            mithril.MinHasher(number)
    hasher = mithril.MinHasher(8)
    with pytest.raises(OverflowError):
        hasher.hash_tokens([-1])
    with pytest.raises(TypeError):
        hasher.hash_tokens(["x"])
    with pytest.raises(ValueError, match="num_bands"):
        hasher.hash_tokens([1]).bands(1 << 40)
    numpy = pytest.importorskip("numpy")
    tokens = numpy.array([1, 2**64 - 1], dtype="u8")
    assert hasher.hash_tokens(tokens) == hasher.hash_tokens([2**64 - 1, 1, 1])


def test_the_interpreter_is_released_while_a_text_is_cut_up():
    text = os.urandom(30_000).hex()
    done = threading.Event()
    counted = 0

    def count():
        nonlocal counted
        while not done.is_set():
            counted += 1

    counter = threading.Thread(target=count)
    counter.start()
    mithril.MinHasher(256).hash_text(text, 5)
    done.set()
    counter.join()
    assert counted > 10_000
