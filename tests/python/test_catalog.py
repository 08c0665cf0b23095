"""Digests that calls remember in a file."""

import time

import pytest
import sanchay


@pytest.fixture
def settled(tree):
    contents = {"d/a": b"same", "d/b": b"same", "d/c": b"other"}
    root = tree(contents) / "d"
    # A digest is kept of files that changed two seconds ago or more.
    time.sleep(2.1)
    return root


def test_a_file_that_is_as_it_was_is_not_read_again(settled, tmp_path):
    catalog = tmp_path / "catalog.db"
    first = sanchay.hash_files(settled, catalog=catalog)
    digests = list(first)
    assert first.summary.bytes == 13
    again = sanchay.hash_files(settled, catalog=str(catalog))
    assert list(again) == digests
    assert again.summary.bytes == 0
    (settled / "c").write_bytes(b"OTHER")
    changed = sanchay.hash_files(settled, catalog=catalog)
    assert [it.hash for it in changed][:2] == [it.hash for it in digests][:2]
    assert changed.summary.bytes == 5


def test_duplicates_take_what_hashing_made(settled, tmp_path):
    catalog = tmp_path / "catalog.db"
    for _ in sanchay.hash_files(settled, catalog=catalog):
        pass
    groups = list(sanchay.duplicates(settled, catalog=catalog))
    assert groups == list(sanchay.duplicates(settled))
    assert [len(group.files) for group in groups] == [2]


def test_a_catalog_is_not_among_the_files(settled):
    for _ in range(2):
        records = list(sanchay.hash_files(settled, catalog=settled / "c.db"))
        assert len(records) == 3


def test_what_is_no_catalog_is_an_error(settled, tmp_path):
    with pytest.raises(OSError, match="a folder"):
        sanchay.hash_files(settled, catalog=tmp_path)
