"""What hash_files answers, compared with hashlib and xxhash."""

import hashlib
import os
import zlib

import pyarrow
import pytest
import sanchay
import xxhash
from sanchay import HashedFile
from sanchay.vpo import hash_files as vpo_hash

CONTENTS = {"empty": b"", "one": b"1", "d/big": bytes(range(256)) * 9000}
ORACLES = {
    "xxh64": xxhash.xxh64_hexdigest,
    "xxh3-64": xxhash.xxh3_64_hexdigest,
    "xxh3-128": xxhash.xxh3_128_hexdigest,
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
    "sha512": lambda data: hashlib.sha512(data).hexdigest(),
    "sha1": lambda data: hashlib.sha1(data).hexdigest(),
    "md5": lambda data: hashlib.md5(data).hexdigest(),
    "crc32": lambda data: f"{zlib.crc32(data):08x}",
}


@pytest.mark.parametrize("algorithm", [None, *ORACLES])
def test_digests_are_those_of_other_implementations(tree, algorithm):
    root = tree(CONTENTS)
    paths = [root / name for name in CONTENTS]
    records = list(sanchay.hash_files(paths, algorithm=algorithm))
    name = algorithm or "xxh3-128"
    for record, path in zip(records, paths, strict=True):
        data = path.read_bytes()
        assert record == HashedFile(
            path=str(path),
            size=len(data),
            modified_ns=os.stat(path).st_mtime_ns,
            algorithm=name,
            hash=ORACLES[name](data),
            error=None,
        )
        assert record.modified.timestamp() == pytest.approx(
            os.stat(path).st_mtime, abs=1e-5
        )


def test_blake3_is_blake3(tree):
    [record] = sanchay.hash_files(tree({"f": b""}) / "f", algorithm="blake3")
    assert record.hash == (
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    )


@pytest.mark.parametrize("partial", [True, 65_536, "64KiB"])
def test_partial_digests_are_those_of_the_contract(tree, partial):
    root = tree({"f": b"hello world"})
    [record] = sanchay.hash_files(root, partial=partial)
    assert record.hash == "xxh64:45ab6734b21e6968:45ab6734b21e6968:11"
    assert record.algorithm == "xxh64"
    [record] = sanchay.hash_files(root, partial=False)
    assert len(record.hash) == 32


def test_directories_are_walked_and_the_order_is_that_of_arguments_and_paths(tree):
    names = ["b/z", "b/a", "b/c/d", "a/x", "b/é", "b/B", "b/c.x"]
    root = tree({name: name.encode() for name in names})
    given = [root / "b", root / "a/x", root / "a"]
    found = [it.path for it in sanchay.hash_files(given)]
    inner = sorted(
        (str(root / it) for it in names if it.startswith("b/")), key=os.fsencode
    )
    assert found == [*inner, str(root / "a/x"), str(root / "a/x")]
    assert found == [it.path for it in sanchay.hash_files(given, threads=1)]


def test_what_was_named_raises_in_its_turn(tree):
    root = tree({"a": b"1", "c": b"3"})
    records = sanchay.hash_files([root / "a", root / "b", root / "c"])
    taken = []
    with pytest.raises(FileNotFoundError) as caught:
        for record in records:
            taken.append(record.path)
    assert taken == [str(root / "a")]
    assert caught.value.filename == str(root / "b")


def test_kept_errors_have_records_in_their_places(tree):
    root = tree({"a": b"1", "c": b"3"})
    given = [root / "a", root / "b", "/dev/null", root / "c"]
    records = list(sanchay.hash_files(given, errors="keep"))
    assert [it.path for it in records] == [str(it) for it in given]
    assert [type(it.error) for it in records] == [
        type(None),
        FileNotFoundError,
        sanchay.EntryError,
        type(None),
    ]
    missing = records[1]
    assert missing[1:5] == (None, None, None, None) and missing.modified is None
    assert missing.error.filename == str(root / "b")
    assert records[2].error.strerror == (
        "it is a character device, not a regular file"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"algorithm": "md4"}, "^algorithm: .*md4"),
        ({"partial": 0}, "^partial: "),
        ({"partial": "32MiB"}, "^partial: "),
        ({"partial": True, "algorithm": "sha256"}, "^partial: .*sha256"),
    ],
)
def test_a_bad_option_is_a_value_error_that_names_it(options, words):
    with pytest.raises(ValueError, match=words):
        sanchay.hash_files(".", **options)
    for algorithm in [5, b"sha256"]:
        with pytest.raises(TypeError, match="^algorithm: expected one of xxh64"):
            sanchay.hash_files(".", algorithm=algorithm)


def test_nothing_to_hash_is_not_the_current_directory():
    assert list(sanchay.hash_files([])) == []
    for given in [None, 5, [None]]:
        with pytest.raises(TypeError, match="^paths: expected a path"):
            sanchay.hash_files(given)


NO_PATHS = {
    "": (FileNotFoundError, "No such file or directory"),
    "a\0b": (sanchay.EntryError, "embedded null byte"),
    "a\ud800b": (sanchay.EntryError, "no path: it has a lone surrogate"),
}


def test_what_can_be_no_path_has_a_record_in_its_place_if_errors_are_kept(tree):
    good = str(tree({"good": b"1"}) / "good")
    given = [good]
    for text in NO_PATHS:
        given += [text, good]
    given += [b"\xff\0", b""]
    records = list(sanchay.hash_files(given, errors="keep"))
    assert [it.path for it in records] == [*given[:-2], "\udcff\0", ""]
    for record in records[:7:2]:
        assert record.error is None and record.size == 1
    for record, (kind, words) in zip(records[1:7:2], NO_PATHS.values(), strict=True):
        assert type(record.error) is kind
        assert record.error.strerror.startswith(words)
        assert record.error.filename == record.path and record.hash is None
    table = pyarrow.table(
        sanchay.hash_files(given, errors="keep", path_bytes=True)
    )
    assert table["path"].to_pylist() == [*given[:5], None, good, None, ""]
    assert table["error"].null_count == 4


def test_what_can_be_no_path_is_an_error_at_once_unless_errors_are_kept():
    for text, kind in zip(NO_PATHS, [FileNotFoundError, ValueError, ValueError],
                          strict=True):
        for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
            with pytest.raises(kind):
                call(["x", text])


@pytest.mark.parametrize("call", [sanchay.scan, sanchay.duplicates])
def test_what_can_be_no_root_is_an_error_of_the_answer_if_errors_are_kept(tree, call):
    root = tree({"a": b"1", "b": b"1"})
    answer = call([*NO_PATHS, root], errors="keep")
    assert len(list(answer)) in (1, 2)
    told = {it.filename: (type(it), it.strerror) for it in answer.errors}
    assert told.keys() == NO_PATHS.keys()
    for text, (kind, words) in NO_PATHS.items():
        assert told[text][0] is kind and told[text][1].startswith(words)
    assert answer.summary.errors == answer.summary.named_errors == 3


def test_records_are_paths(tree):
    root = tree({"a": b"1", "b/c": b"2"})
    odd = os.fsencode(root) + b"/\xff"
    with open(odd, "wb"):
        pass
    files = sorted(sanchay.scan(root))
    for record in files:
        assert os.fspath(record) == record.path
        with open(record, "rb") as file:
            assert hashlib.md5(file.read()).hexdigest()
    hashed = sorted(sanchay.hash_files(sanchay.scan(root)))
    assert [it.path for it in hashed] == [it.path for it in files]
    [same] = sanchay.hash_files(files[0])
    assert same.path == files[0].path
    again = list(sanchay.hash_files(hashed))
    assert [it.hash for it in again] == [it.hash for it in hashed]


@pytest.mark.parametrize("call", [sanchay.scan, sanchay.hash_files, sanchay.duplicates])
def test_a_relative_path_is_that_of_the_call_whatever_is_the_directory_later(
    tree, call, monkeypatch
):
    root = tree({"here/d/a": b"1", "here/d/b": b"1", "there/d/x": b"2"})
    def plain(answer):
        return sorted(
            path
            for it in answer
            for path in (it.files if hasattr(it, "files") else [it.path])
        )
    monkeypatch.chdir(root / "here")
    calls = [call(it) for it in ["d", ["./d", str(root / "here/d")], "../here/d/a"]]
    if call is not sanchay.hash_files:
        calls.append(call())
    expected = [plain(it) for it in [
        call("d"), call(["./d", str(root / "here/d")]), call("../here/d/a"),
        *([call()] if call is not sanchay.hash_files else []),
    ]]
    assert expected[0] == ["d/a", "d/b"]
    monkeypatch.chdir(root / "there")
    assert [plain(it) for it in calls] == expected


def test_an_open_file_is_not_taken_for_a_list_of_paths(tree):
    path = tree({"list": b"a\nb\n"}) / "list"
    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates, vpo_hash]:
        with path.open() as file:
            with pytest.raises(TypeError, match="not an open file; its lines"):
                call(file)
            assert file.read() == "a\nb\n"
