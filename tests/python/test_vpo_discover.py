"""What discover_videos does where the contract is silent or says little."""

import inspect
import os
import pickle

import pytest
from conftest import unprivileged
from sanchay import vpo
from sanchay.vpo import DiscoveredFile, discover_videos


def names(found):
    return [os.path.basename(file.path) for file in found]


def test_records_are_named_tuples_that_unpack_index_and_pickle(tree):
    root = tree({"a.mkv": b"12345"})
    [file] = discover_videos([str(root)], ["mkv"])
    path, size, modified = file
    assert DiscoveredFile._fields == ("path", "size", "modified")
    assert (path, size) == (str(root / "a.mkv"), 5) == (file[0], file.size)
    assert modified == os.stat(path).st_mtime == file.modified
    assert type(file) is DiscoveredFile
    assert pickle.loads(pickle.dumps(file)) == file
    assert repr(file).startswith("DiscoveredFile(path='/")


def test_the_signature_is_the_contracts_with_keyword_only_extras():
    parameters = inspect.signature(discover_videos).parameters.values()
    contract = [
        (it.name, it.default) for it in parameters if it.kind == it.POSITIONAL_OR_KEYWORD
    ]
    assert contract == [
        ("roots", inspect.Parameter.empty),
        ("extensions", inspect.Parameter.empty),
        ("follow_symlinks", True),
        ("skip_hidden", True),
    ]
    assert vpo.__name__ == "sanchay.vpo"


def test_hidden_files_are_found_when_asked_for_and_a_hidden_root_always(tree):
    root = tree({".r/.h/a.mkv": b"", ".r/.b.mkv": b"", ".r/c.mkv": b""}) / ".r"
    assert names(discover_videos([str(root)], ["mkv"])) == ["c.mkv"]
    found = discover_videos([str(root)], ["mkv"], skip_hidden=False)
    assert names(found) == [".b.mkv", "a.mkv", "c.mkv"]


def test_case_does_not_matter_nor_does_a_leading_dot_of_the_argument(tree):
    root = tree({"a.MKV": b"", "b.mkv": b"", "c.Mp4": b"", "d.mkvx": b""})
    found = discover_videos([str(root)], [".Mkv", "MP4"])
    assert names(found) == ["a.MKV", "b.mkv", "c.Mp4"]


def test_only_the_last_suffix_is_an_extension(tree):
    root = tree({"a.tar.gz": b"", ".mkv": b"", "mkv": b"", "b.mkv.part": b""})
    root = str(root)
    assert names(discover_videos([root], ["gz"])) == ["a.tar.gz"]
    assert discover_videos([root], ["tar.gz"]) == []
    assert discover_videos([root], ["mkv"], skip_hidden=False) == []
    assert discover_videos([root], []) == []


def test_what_is_found_is_in_the_byte_order_of_paths(tree):
    files = ["b/x.mkv", "B.mkv", "a b.mkv", "é.mkv", "a/z.mkv", "ab.mkv"]
    root = tree(dict.fromkeys(files, b""))
    found = [file.path for file in discover_videos([str(root)], ["mkv"])]
    assert len(found) == 6
    assert found == sorted(found, key=os.fsencode)


def test_links_are_followed_once_under_the_shortest_path_unless_forbidden(tree):
    root = tree({"deep/er/a.mkv": b"1", "b.mkv": b"2"})
    os.symlink("deep/er", root / "short")
    os.symlink("..", root / "deep/cycle")
    found = discover_videos([str(root)], ["mkv"])
    assert [os.path.relpath(it.path, root) for it in found] == [
        "b.mkv",
        "short/a.mkv",
    ]
    found = discover_videos([str(root)], ["mkv"], follow_symlinks=False)
    assert [os.path.relpath(it.path, root) for it in found] == [
        "b.mkv",
        "deep/er/a.mkv",
    ]


def test_a_name_that_is_not_text_opens_again(tree):
    root = tree({})
    with open(os.fsencode(root) + b"/\xff\xe6.mkv", "wb") as file:
        file.write(b"abc")
    [found] = discover_videos([str(root)], ["mkv"])
    assert found.path == os.fsdecode(os.fsencode(root) + b"/\xff\xe6.mkv")
    with open(found.path, "rb") as file:
        assert file.read() == b"abc"


def test_only_regular_files_are_found(tree):
    root = tree({"d.mkv/inner.txt": b""})
    os.mkfifo(root / "pipe.mkv")
    os.symlink("nowhere", root / "broken.mkv")
    assert discover_videos([str(root)], ["mkv"]) == []


@pytest.mark.parametrize("ns", [-1_500_000_000, 1, 1_700_000_000_123_456_789])
def test_modified_is_what_stat_says_before_1970_too(tree, ns):
    root = tree({"a.mkv": b""})
    os.utime(root / "a.mkv", ns=(0, ns))
    [found] = discover_videos([str(root)], ["mkv"])
    assert found.modified == os.stat(root / "a.mkv").st_mtime


def test_a_root_that_is_no_directory_raises_the_right_kind(tree):
    root = tree({"file.mkv": b"", "ok/a.mkv": b""})
    missing = str(root / "missing")
    with pytest.raises(FileNotFoundError) as caught:
        discover_videos([str(root / "ok"), missing], ["mkv"])
    assert (caught.value.filename, caught.value.errno) == (missing, 2)
    file = str(root / "file.mkv")
    for path in [file, file + "/below"]:
        with pytest.raises(NotADirectoryError) as caught:
            discover_videos([path], ["mkv"])
        assert caught.value.filename == path
    with pytest.raises(FileNotFoundError):
        discover_videos([""], ["mkv"])


def test_what_may_not_be_read_is_an_error_as_a_root_and_skipped_below(open_folder):
    locked = open_folder / "locked"
    locked.mkdir()
    (locked / "a.mkv").touch()
    (open_folder / "b.mkv").touch()
    locked.chmod(0)
    with unprivileged():
        assert names(discover_videos([str(open_folder)], ["mkv"])) == ["b.mkv"]
        with pytest.raises(PermissionError) as caught:
            discover_videos([str(locked)], ["mkv"])
    assert caught.value.filename == str(locked)
    locked.chmod(0o700)


def test_an_extension_that_cannot_be_is_a_value_error_that_names_it(tmp_path):
    with pytest.raises(ValueError, match='^extensions: "a/b"'):
        discover_videos([str(tmp_path)], ["a/b"])
    with pytest.raises(TypeError, match="^roots: .* not None"):
        discover_videos(None, ["mkv"])
    with pytest.raises(TypeError, match="^extensions: .* not None"):
        discover_videos([str(tmp_path)], None)
    with pytest.raises(TypeError, match="^skip_hidden: .* not int"):
        discover_videos([str(tmp_path)], ["mkv"], skip_hidden=1)


def test_roots_in_common_are_reported_once_only_if_links_are_followed(tree):
    root = str(tree({"a.mkv": b""}))
    assert names(discover_videos([root, root], ["mkv"])) == ["a.mkv"]
    found = discover_videos([root, root], ["mkv"], follow_symlinks=False)
    assert names(found) == ["a.mkv", "a.mkv"]


def test_a_link_to_a_file_is_reported_only_if_the_file_is_not_found_itself(tree):
    outside = tree({"in/some/where/a.mkv": b"", "b.mkv": b""})
    root = outside / "in"
    os.symlink(root / "some/where/a.mkv", root / "a.mkv")
    os.symlink(outside / "b.mkv", root / "b.mkv")
    os.symlink(outside / "b.mkv", root / "some/b.mkv")
    found = discover_videos([str(root)], ["mkv"])
    assert [os.path.relpath(it.path, root) for it in found] == [
        "b.mkv",
        "some/where/a.mkv",
    ]
