"""summary(): what trees consist of."""

import json
import os
import subprocess
import sys

import pytest
import sanchay


@pytest.fixture
def trees(tree):
    return tree({"a.txt": b"one", "b/c.txt": b"three", "b/d.png": b"", "e": b"x"})


def test_the_sums_are_those_of_the_files(trees):
    found = sanchay.summary(trees)
    assert (found["files"], found["bytes"]) == (4, 9)
    by_extension = {it["extension"]: it["files"] for it in found["extensions"]}
    assert by_extension == {"txt": 2, "png": 1, None: 1}
    assert found.errors == ()


def test_it_is_what_the_program_prints(trees):
    done = subprocess.run(
        [sys.executable, "-m", "sanchay", "summary", trees, "--format", "json"],
        capture_output=True,
        check=True,
    )
    printed = json.loads(done.stdout)
    found = dict(sanchay.summary(trees))
    assert printed.pop("now") and found.pop("now")
    assert found == printed


def test_options_are_those_of_the_program(trees):
    assert sanchay.summary(trees, extension="txt")["files"] == 2
    assert len(sanchay.summary(trees, top=1)["largest"]) == 1
    assert {it["depth"] for it in sanchay.summary(trees, depth=0)["folders"]} == {0}
    found = sanchay.summary(trees, content=True)
    assert {it["content"] for it in found["contents"] if it["files"]} >= {"text"}
    with pytest.raises(TypeError, match="Did you mean 'depth'"):
        sanchay.summary(trees, depht=1)


def test_a_root_that_is_not_there_raises_or_is_kept(trees):
    with pytest.raises(FileNotFoundError):
        sanchay.summary([trees, trees / "gone"])
    found = sanchay.summary([trees, trees / "gone"], errors="keep")
    assert found["files"] == 4
    assert isinstance(found.errors[0], FileNotFoundError)


def test_the_callback_can_end_it(trees):
    with pytest.raises(sanchay.Cancelled):
        sanchay.summary(trees, progress=lambda _: False)


def test_a_notebook_shows_a_table_with_names_escaped(tree):
    folder = tree({"x.<b>": b"1", os.fsdecode(b"y.\xff"): b"2"})
    shown = sanchay.summary(folder)._repr_html_()
    assert "&lt;b&gt;" in shown and "<b>" not in shown
    assert "2 files" in shown
