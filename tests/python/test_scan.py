"""What scan finds, compared with os.walk."""

import os
from datetime import datetime, timezone
from pathlib import Path

import numpy
import pytest
import sanchay
from conftest import unprivileged
from sanchay import ScannedFile


def walked(root, wanted=lambda path, status: True):
    found = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [it for it in folders if not it.startswith(".")]
        for name in files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            regular = (status.st_mode & 0o170000) == 0o100000
            if regular and not name.startswith(".") and wanted(path, status):
                found.add((path, status.st_size, status.st_mtime_ns))
    return found


@pytest.fixture
def forest(tree):
    files = {
        f"{a}/{b}.{c}": b"x" * (a * b)
        for a in range(12)
        for b in range(12)
        for c in ("png", "TXT", "d.gz")
    }
    root = tree(files | {".h/a.png": b"1", "1/.b.png": b"2"})
    os.symlink("1", root / "link")
    os.utime(root / "1/1.png", ns=(0, -1_234_567_891))
    return root


def test_a_scan_finds_what_os_walk_finds(forest):
    found = list(sanchay.scan(forest))
    assert set(map(tuple, found)) == walked(forest)
    assert len(found) == 12 * 12 * 3
    assert all(type(file) is ScannedFile for file in found)


@pytest.mark.parametrize(
    "given",
    ["str", "bytes", "path", "list", "tuple", "generator", "relative", "dirfd"],
)
def test_roots_may_be_anything_that_is_a_path_or_several(forest, given, monkeypatch):
    monkeypatch.chdir(forest)
    text = str(forest)
    roots = {
        "str": text,
        "bytes": os.fsencode(forest),
        "path": forest,
        "list": [text],
        "tuple": (forest,),
        "generator": (it for it in [os.fsencode(text)]),
        "relative": None,
        "dirfd": ".",
    }[given]
    start = {"relative": "", "dirfd": "./"}.get(given, text + "/")
    expected = {start + it[0][len(text) + 1 :] for it in walked(forest)}
    assert {it.path for it in sanchay.scan(roots)} == expected


def test_options_mean_what_the_programs_do(forest):
    def paths(**options):
        return {it.path for it in sanchay.scan(forest, **options)}

    def expected(wanted):
        return {it[0] for it in walked(forest, wanted)}

    assert paths(extension="png") == expected(lambda p, _: p.endswith(".png"))
    assert paths(extension=[".PNG", b"txt"]) == expected(
        lambda p, _: p.lower().endswith((".png", ".txt"))
    )
    assert paths(min_size=30, max_size=60) == expected(
        lambda _, status: 30 <= status.st_size <= 60
    )
    assert paths(min_size="0.0kb"[2:]) == expected(lambda *_: True)
    assert paths(min_size="1k") == set()
    assert len(paths(hidden=True)) == 12 * 12 * 3 + 2
    assert paths(max_depth=0) == set()
    assert paths(max_depth=1) == set()
    assert len(paths(max_depth=2)) == 12 * 12 * 3
    assert paths(walker="portable") == paths() == paths(threads=1)
    followed = paths(follow=True)
    assert len(followed) == 12 * 12 * 3
    assert followed == paths(follow=True, beneath=True)


def test_flags_of_numpy_are_flags(tree):
    root = tree({".hidden": b"", "a": b""})
    assert len(list(sanchay.scan(root, hidden=numpy.True_))) == 2
    assert len(list(sanchay.scan(root, hidden=numpy.False_))) == 1
    [odd] = sanchay.hash_files(root / "a", partial=numpy.True_)
    assert odd.algorithm == "xxh64"
    for other in [numpy.int64(1), numpy.array([True]), "True"]:
        with pytest.raises(TypeError, match="^hidden: expected True or False"):
            sanchay.scan(root, hidden=other)


def test_beneath_refuses_links_that_lead_out(tree):
    root = tree({"in/a": b"", "out/b": b""})
    os.symlink("../out", root / "in/way")
    assert len(list(sanchay.scan(root / "in", follow=True))) == 2
    confined = sanchay.scan(root / "in", follow=True, beneath=True)
    assert [it.path for it in confined] == [str(root / "in/a")]
    [error] = confined.errors
    assert type(error) is sanchay.EntryError
    assert error.filename == str(root / "in/way")
    assert error.strerror == "the link leads out of the root"


def test_times_are_exact_and_aware(forest):
    [file] = (it for it in sanchay.scan(forest) if it.path.endswith("/1/1.png"))
    assert file.modified_ns == -1_234_567_891
    assert file.modified == datetime(
        1969, 12, 31, 23, 59, 58, 765432, tzinfo=timezone.utc
    )


def test_names_that_are_not_text_open_again(tree):
    root = os.fsencode(tree({}))
    for name in [b"\xff\xfe", b"a\nb", "é文".encode(), b"\xed\xa0\x80"]:
        with open(root + b"/" + name, "wb") as file:
            file.write(name)
    found = list(sanchay.scan(root))
    assert len(found) == 4
    for file in found:
        assert file.path == os.fsdecode(os.fsencode(file.path))
        content = Path(file.path).read_bytes()
        assert os.fsencode(file.path) == root + b"/" + content


def test_the_summary_comes_with_the_end(forest):
    files = sanchay.scan(forest)
    assert files.summary is None
    size = sum(file.size for file in files)
    assert files.summary == sanchay.Summary(
        files=12 * 12 * 3, directories=13, bytes=size, errors=0, named_errors=0
    )
    assert next(files, None) is None and list(files) == []


def test_a_root_that_is_not_there_raises_when_records_are_taken(forest):
    missing = forest / "missing"
    files = sanchay.scan([forest, missing])
    with pytest.raises(FileNotFoundError) as caught:
        list(files)
    assert caught.value.filename == str(missing)
    assert caught.value.errno == 2
    with pytest.raises(RuntimeError, match="cut short .FileNotFoundError"):
        list(files)
    assert files.summary is None
    with pytest.raises(NotADirectoryError):
        list(sanchay.scan(forest / "1/1.png/x"))


def test_kept_errors_let_the_scan_go_on(forest):
    files = sanchay.scan([forest / "missing", forest], errors="keep")
    assert len(list(files)) == 12 * 12 * 3
    [error] = files.errors
    assert type(error) is FileNotFoundError
    assert error.filename == str(forest / "missing")
    assert (files.summary.errors, files.summary.named_errors) == (1, 1)


def test_what_may_not_be_read_is_an_error_that_names_it(open_folder):
    (open_folder / "locked").mkdir(mode=0)
    (open_folder / "free").write_bytes(b"")
    with unprivileged():
        files = sanchay.scan(open_folder)
        assert [it.path for it in files] == [str(open_folder / "free")]
        [error] = files.errors
        with pytest.raises(PermissionError) as caught:
            list(sanchay.scan(open_folder / "locked"))
    assert type(error) is PermissionError
    assert error.filename == str(open_folder / "locked")
    assert caught.value.filename == str(open_folder / "locked")


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"threads": 0}, ValueError, "^threads: 0 is not between 1 and 1024"),
        ({"threads": "2"}, TypeError, "^threads: "),
        ({"min_size": -1}, ValueError, "^min_size: -1"),
        ({"min_size": "3 apples"}, ValueError, "^min_size: "),
        ({"max_size": 1.5}, TypeError, "^max_size: "),
        ({"max_size": 1 << 64}, ValueError, "^max_size: "),
        ({"min_size": 2, "max_size": 1}, ValueError, "^min_size, max_size: the minimum is"),
        ({"extension": ""}, ValueError, "^extension: "),
        ({"extension": ["a", "b/c"]}, ValueError, '^extension: .*"b/c"'),
        ({"max_depth": -1}, ValueError, "^max_depth: "),
        ({"walker": "slow"}, ValueError, "^walker: "),
        ({"beneath": True}, ValueError, "^beneath: "),
        ({"errors": "ignore"}, ValueError, "^errors: "),
        ({"progress": 3}, TypeError, "^progress: "),
        ({"nonsense": 1}, TypeError, "nonsense"),
        ({"hidden": 1}, TypeError, "^hidden: expected True or False, not int"),
        ({"follow": None}, TypeError, "^follow: .* not None"),
        ({"beneath": "yes"}, TypeError, "^beneath: .* not str"),
        ({"walker": None}, TypeError, "^walker: .* not None"),
        ({"walker": "\ud800"}, ValueError, r"^walker: .* not '\\ud800'"),
        ({"errors": 1}, TypeError, "^errors: "),
        ({"extension": None}, TypeError, "^extension: .* not None"),
        ({"extension": 5}, TypeError, "^extension: .* not int"),
        ({"extension": [5]}, TypeError, "^extension: .* not int"),
        ({"extension": "\ud800"}, ValueError, "^extension: "),
        ({"min_size": 10**5000}, ValueError, "^min_size: a number of so many"),
        ({"roots": [None]}, TypeError, "^roots: .* not None"),
        ({"roots": 5}, TypeError, "^roots: expected a path or several, not int"),
        ({"roots": "a\0b"}, ValueError, "^roots: .*null byte"),
        ({"roots": ["\ud800"]}, ValueError, "^roots: "),
    ],
)
def test_a_bad_option_is_refused_at_once_and_named(options, kind, words):
    with pytest.raises(kind, match=words):
        sanchay.scan(**options)


def test_what_an_argument_raises_itself_is_not_replaced():
    class Own(Exception):
        pass

    class Odd:
        def __index__(self):
            raise Own

        def __iter__(self):
            raise Own

        def __fspath__(self):
            raise KeyboardInterrupt

    def late():
        yield "x"
        raise Own

    for options in [{"min_size": Odd()}, {"threads": Odd()}, {"roots": late()}]:
        with pytest.raises(Own):
            sanchay.scan(**options)
    with pytest.raises(KeyboardInterrupt):
        sanchay.scan([Odd()])
    del Odd.__fspath__
    for options in [{"roots": Odd()}, {"extension": Odd()}]:
        with pytest.raises(Own):
            sanchay.scan(**options)


def test_a_size_that_is_too_large_to_be_written_is_said_without_noise(capfd):
    with pytest.raises(ValueError, match="a number of so many digits is not"):
        sanchay.scan(max_size=10**5000)
    assert capfd.readouterr().err == ""


def test_a_root_that_is_a_file_is_taken_whatever_its_name_if_its_size_fits(tree):
    root = tree({"a.txt": b"12345"}) / "a.txt"
    for call in [sanchay.scan, sanchay.hash_files]:
        assert len(list(call(root, extension="png"))) == 1
        assert list(call(root, min_size=6)) == []


def test_a_root_that_is_no_path_is_refused_at_once():
    with pytest.raises(TypeError, match="expected a path or several"):
        sanchay.scan(3)
    with pytest.raises(TypeError, match="os.PathLike"):
        sanchay.scan([3])
    with pytest.raises(ValueError, match="null byte"):
        sanchay.scan("a\0b")
    with pytest.raises(FileNotFoundError):
        sanchay.scan("")
