"""What vpo's hash_files does: golden values, order, and every odd path."""

import os
import pickle

import pytest
from conftest import unprivileged
from sanchay.vpo import FileHash, hash_files, version


def pattern(length):
    return bytes((7 * i + i // 251) % 256 for i in range(length))


GOLDEN = {
    b"": "ef46db3751d8e999:ef46db3751d8e999:0",
    b"data": "b7119b48552d1da3:b7119b48552d1da3:4",
    b"hello world": "45ab6734b21e6968:45ab6734b21e6968:11",
    b"x" * 1000: "4cb9a3b69cb700e1:4cb9a3b69cb700e1:1000",
    b"x" * 200_000: "c73196eb9ba40060:c73196eb9ba40060:200000",
    pattern(65_536): "dd16e5b8424c329f:dd16e5b8424c329f:65536",
    pattern(65_537): "b1e7d4e15af7e16b:b1e7d4e15af7e16b:65537",
    pattern(131_071): "8d9939112d08bd90:8d9939112d08bd90:131071",
    pattern(131_072): "dd16e5b8424c329f:3e7d999f29247ce6:131072",
    pattern(200_000): "dd16e5b8424c329f:55721d2e9dc228fe:200000",
}


@pytest.mark.parametrize("content", GOLDEN, ids=len)
def test_golden_values_hold(tree, content):
    path = str(tree({"file": content}) / "file")
    expected = FileHash(path, "xxh64:" + GOLDEN[content], None)
    assert hash_files([path]) == [expected]


@pytest.mark.parametrize("chunk", [1, 7, 4096, 65_536, 1 << 20])
def test_hashes_are_those_of_the_xxhash_package(tree, chunk):
    from xxhash import xxh64_hexdigest as xxh64

    root = tree(
        {
            str(size): pattern(size)
            for size in [chunk - 1, chunk, 2 * chunk - 1, 2 * chunk, 3 * chunk]
        }
    )
    for name in os.listdir(root):
        data = (root / name).read_bytes()
        first, last = data[:chunk], data[-chunk:]
        if len(data) < 2 * chunk:
            first = last = data
        [record] = hash_files([str(root / name)], chunk_size=chunk)
        expected = f"xxh64:{xxh64(first)}:{xxh64(last)}:{len(data)}"
        assert record.hash == expected


def test_a_large_file_is_read_at_its_ends_only(tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(b"first")
        file.truncate(8 << 40)
    [record] = hash_files([str(path)])
    assert record.hash.endswith(f":{8 << 40}")


def test_records_are_named_tuples_that_unpack_index_and_pickle(tree):
    path = str(tree({"file": b"data"}) / "file")
    [record] = hash_files([path])
    assert FileHash._fields == ("path", "hash", "error")
    assert type(record) is FileHash
    same, digest, error = record
    assert same is path and digest == record[1] and error is None
    assert pickle.loads(pickle.dumps(record)) == record


def test_no_paths_give_an_empty_list():
    assert hash_files([]) == []


def test_every_path_has_its_record_in_its_place_whatever_it_is(tree):
    root = tree({"f": b"data", "d/inner": b"inner", "d/e/deep": b"deep"})
    os.mkfifo(root / "pipe")
    os.symlink("f", root / "link")
    os.symlink("loop", root / "loop")
    os.symlink("d", root / "dirlink")
    os.mkdir(root / "empty")
    good = "xxh64:" + GOLDEN[b"data"]
    cases = [
        ("d", None, "Is a directory"),
        ("f", good, None),
        ("missing", None, "File not found"),
        ("f", good, None),
        ("d/", None, "Is a directory"),
        ("dirlink", None, "Is a directory"),
        ("empty", None, "Is a directory"),
        ("link", good, None),
        ("./f", good, None),
        ("d//..//f", good, None),
        ("f/", None, "Not a directory"),
        ("f/x", None, "Not a directory"),
        ("pipe", None, "it is a FIFO, not a regular file"),
        ("loop", None, "Too many levels of symbolic links"),
        ("x" * 300, None, "File name too long"),
        ("nul\0", None, "embedded null byte"),
        ("s\ud800", None, "no path: it has a lone surrogate, which stands for no byte"),
        ("d", None, "Is a directory"),
    ]
    paths = [f"{root}/{name}" for name, _, _ in cases] + [""]
    records = hash_files(paths)
    assert [it.path for it in records] == paths
    expected = [it[1:] for it in cases] + [(None, "File not found")]
    assert [it[1:] for it in records] == expected


def test_a_file_that_may_not_be_read_says_permission_denied(open_folder):
    (open_folder / "secret").write_bytes(b"data")
    (open_folder / "secret").chmod(0)
    with unprivileged():
        [record] = hash_files([str(open_folder / "secret")])
    assert record[1:] == (None, "Permission denied")


def test_names_that_are_not_text_and_other_kinds_of_path_are_taken(tree):
    root = os.fsencode(tree({}))
    odd = root + b"/\xff\xfe"
    with open(odd, "wb") as file:
        file.write(b"data")
    plain = tree({"f": b"data"}) / "f"
    records = hash_files([odd, os.fsdecode(odd), plain])
    assert [it.hash for it in records] == ["xxh64:" + GOLDEN[b"data"]] * 3
    assert [it.path for it in records] == [
        os.fsdecode(odd),
        os.fsdecode(odd),
        str(plain),
    ]


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_order_holds_with_any_number_of_threads(tree, threads):
    root = tree({f"{i}": b"%d" % i for i in range(500)})
    paths = [f"{root}/{i}" for i in reversed(range(500))]
    assert [it.path for it in hash_files(paths, num_threads=threads)] == paths


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"chunk_size": 0}, "chunk_size"),
        ({"chunk_size": -1}, "chunk_size"),
        ({"chunk_size": (16 << 20) + 1}, "chunk_size"),
        ({"chunk_size": 1 << 70}, "chunk_size"),
        ({"num_threads": 0}, "num_threads"),
        ({"num_threads": -3}, "num_threads"),
        ({"num_threads": 2000}, "num_threads"),
    ],
)
def test_an_option_out_of_bounds_is_a_value_error_that_names_it(options, named):
    with pytest.raises(ValueError, match=f"^{named}: "):
        hash_files([], **options)


def test_what_is_no_list_of_paths_is_a_type_error():
    for paths in ["one", b"one", 3, None, [3]]:
        with pytest.raises(TypeError, match="^paths: expected a"):
            hash_files(paths)


def test_the_version_is_the_packages():
    import sanchay

    assert version() == sanchay.version() == sanchay.__version__
