"""Files with nearly the same text."""

import asyncio
import json
import pickle
import struct
import subprocess
import sys

import polars
import pytest
import sanchay

WORDS = "the quick brown fox jumps over the lazy dog and runs away from it".split()


@pytest.fixture
def texts(tree):
    text = " ".join(f"{word}{n}" for n in range(20) for word in WORDS)
    return tree(
        {
            "a.txt": text.encode(),
            "b/near.txt": (text + " at last").encode(),
            "c.md": text.upper().encode("utf-16"),
            "far.txt": b"something else altogether, of a few words",
            "same.txt": text.encode(),
            "data.bin": bytes(1000),
        }
    )


def test_groups_are_told_with_how_alike_their_files_are(texts):
    found = sanchay.similar(texts, threshold=0.9)
    [group] = found
    assert group.files == tuple(
        str(texts / it) for it in ["a.txt", "b/near.txt", "same.txt"]
    )
    assert group.similarities[0] == group.similarities[2] == 1.0
    assert 0.9 < group.similarities[1] < 1.0
    assert group.sizes[0] == (texts / "a.txt").stat().st_size
    assert group.widths == group.heights == ()
    summary = found.summary
    assert (summary.groups, summary.similar_files, summary.compared) == (1, 3, 5)
    assert summary.files == 6 and summary.too_large == 0 and found.errors == ()


def test_pairs_are_told_once_each(texts):
    pairs = list(sanchay.similar_pairs(texts, threshold=0.9))
    names = [(it.path.rpartition("/")[2], it.other.rpartition("/")[2]) for it in pairs]
    assert sorted(names) == [
        ("a.txt", "near.txt"), ("a.txt", "same.txt"), ("near.txt", "same.txt")
    ]
    assert {it.group for it in pairs} == {1}
    alike = dict(zip(names, (it.similarity for it in pairs)))
    assert alike["a.txt", "same.txt"] == 1.0
    assert 0.9 < alike["a.txt", "near.txt"] < 1


def test_it_tells_what_the_program_tells(texts):
    words = ["similar", "--format", "ndjson", "--pairs", "--threshold", "0.5", texts]
    said = subprocess.run(
        [sys.executable, "-m", "sanchay", *words], capture_output=True, check=True
    )
    expected = [json.loads(it) for it in said.stdout.splitlines()]
    own = sanchay.similar_pairs(texts, threshold=0.5)
    assert [it._asdict() for it in own] == [
        {key: it[key] for key in ("group", "similarity", "path", "other")}
        for it in expected
    ]


def test_options_are_those_of_the_program(texts):
    def names(**options):
        return [len(it.files) for it in sanchay.similar(texts, **options)]

    assert names(where="ext = txt") == [3]
    assert names(where='name != "same.txt"', threshold=0.9) == [2]
    assert names(extension="md") == []
    assert names(max_file_size=100) == []
    assert sanchay.similar(texts, max_file_size="1k").collect().summary.too_large > 0
    assert names(characters=True, shingle_size=5, threshold=0.9) == [3]
    assert names(threshold=1.0) == [2]
    for options, word in [
        ({"threshold": 0.01}, "threshold"),
        ({"threshold": 2}, "threshold"),
        ({"shingle_size": 0}, "shingle_size"),
        ({"shingle_size": 65}, "shingle_size"),
        ({"max_file_size": "much"}, "max_file_size"),
        ({"media": True}, "media"),
        ({"rotations": True}, "rotations"),
        ({"images": True, "characters": True}, "characters"),
        ({"images": True, "threshold": 0.5}, "threshold"),
    ]:
        with pytest.raises(ValueError, match=word):
            sanchay.similar(texts, **options)
    with pytest.raises(TypeError, match="Did you mean 'threshold'"):
        sanchay.similar(texts, treshold=0.5)
    with pytest.raises(TypeError, match="threshold"):
        sanchay.similar(texts, threshold="0.5")


def test_records_are_for_arrow_asyncio_and_notebooks(texts):
    table = polars.DataFrame(sanchay.similar(texts, threshold=0.9))
    assert table.columns == ["group", "similarity", "size", "path"]
    assert table.height == 3 and table["group"].to_list() == [1, 1, 1]
    table = polars.DataFrame(sanchay.similar_pairs(texts, threshold=0.9))
    assert table.columns == ["group", "similarity", "path", "other"]
    assert table.height == 3

    async def go():
        return [it async for it in sanchay.similar(texts)]

    assert len(asyncio.run(go())) == 1
    found = sanchay.similar(texts).collect()
    assert "a.txt" in found._repr_html_()
    [group] = found
    assert "<table>" in group._repr_html_() and "1.000" in group._repr_html_()


def test_a_plan_of_it_can_be_sent_elsewhere(texts):
    plan = sanchay.Plan.similar(texts, threshold=0.9, where="ext = txt")
    again = sanchay.Plan.from_json(plan.to_json())
    assert again == plan == pickle.loads(pickle.dumps(plan))
    assert list(again.run()) == list(sanchay.similar(texts, threshold=0.9, where="ext = txt"))
    with pytest.raises(ValueError, match="similar texts"):
        plan.shards(2)
    with pytest.raises(ValueError, match="threshold"):
        sanchay.Plan.similar(texts, threshold=7)


def bitmap(width, height, shift=0):
    """A picture with some shapes in it, as BMP."""
    rows = bytearray()
    for y in range(height):
        for x in range(width):
            u, v = x / width, y / height
            tone = int(255 * (u * v)) if (u - 0.4) ** 2 + (v - 0.6) ** 2 > 0.05 else 20
            level = min(255, tone + shift)
            rows += bytes([level, level // 2, 255 - level])
        rows += bytes(-len(rows) % 4)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + head + bytes(rows)


def test_pictures_that_look_the_same_are_found(tree):
    root = tree(
        {
            "a.bmp": bitmap(96, 96),
            "b.bmp": bitmap(160, 160, 8),
            "c.bmp": bytes(reversed(bitmap(96, 96))),
            "d.txt": b"text",
        }
    )
    found = sanchay.similar(root, images=True, errors="keep")
    [group] = found
    assert group.widths == group.heights == (96, 160)
    table = polars.DataFrame(sanchay.similar(root, images=True, errors="keep"))
    assert table.columns == [
        "group", "similarity", "size", "width", "height", "path"
    ]
    assert [it.rpartition("/")[2] for it in group.files] == ["a.bmp", "b.bmp"]
    assert group.similarities[0] == 1.0 and 0.9 <= group.similarities[1] <= 1
    # What is no picture costs an error.
    assert [it.filename for it in found.errors] == [str(root / "c.bmp")]
    [pair] = sanchay.similar_pairs(root, images=True, rotations=True, exclude="c.*")
    assert (pair.path, pair.other) == group.files and pair.group == 1


def test_progress_is_told_and_ends_the_run(texts):
    told = []
    sanchay.similar(texts, progress=told.append).collect()
    assert told[-1].phase == "comparing" and told[-1].files == 6
    with pytest.raises(sanchay.Cancelled):
        sanchay.similar(texts, progress=lambda progress: False).collect()


def test_a_root_that_is_not_there_raises(texts):
    with pytest.raises(FileNotFoundError, match="missing"):
        list(sanchay.similar(texts / "missing"))
    kept = sanchay.similar([texts, texts / "missing"], errors="keep").collect()
    assert [type(it) for it in kept.errors] == [FileNotFoundError]
