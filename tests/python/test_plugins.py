"""plugin=: components that filter entries and extract values from files."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pyarrow
import pytest
import sanchay

COMPONENTS = Path(__file__).parents[2] / "target/plugins"


@pytest.fixture
def images():
    """The example plugin that tells the dimensions of pictures."""
    path = Path(os.environ.get("SANCHAY_TEST_IMAGES", COMPONENTS / "images.wasm"))
    if not path.exists():
        pytest.skip("LEFT OUT: `./x plugins` makes the example plugins")
    return path


def png(width, height):
    """A picture."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 1) * height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.fixture
def pictures(tree):
    return tree({"a.png": png(3, 2), "b/c.png": png(3, 2), "d.txt": b"text"})


def test_values_of_a_plugin_are_in_the_records(pictures, images):
    found = {Path(it).name: it for it in sanchay.scan(pictures, plugin=images)}
    assert type(found["a.png"]) is sanchay.ExtractedFile
    assert isinstance(found["a.png"], sanchay.ScannedFile)
    assert found["a.png"].values["images.width"] == 3
    assert found["a.png"].values["images.height"] == 2
    assert found["d.txt"].values["images.width"] is None
    [hashed] = sanchay.hash_files(pictures / "a.png", plugin=[str(images)])
    assert type(hashed) is sanchay.ExtractedHash
    assert hashed.values["images.height"] == 2


def test_a_group_has_the_values_of_each_file(pictures, images):
    [group] = sanchay.duplicates(pictures, plugin=images)
    assert [it["images.width"] for it in group.values] == [3, 3]


def test_files_are_found_by_what_a_plugin_tells(pictures, images):
    def names(where):
        found = sanchay.scan(pictures, plugin=images, where=where)
        return sorted(Path(it).name for it in found)

    assert names("images.width > 2") == ["a.png", "c.png"]
    assert names(["not has(images.width)", "size > 0"]) == ["d.txt"]
    [group] = sanchay.duplicates(
        pictures, plugin=images, where="images.format = png"
    )
    assert len(group.values) == 2
    with pytest.raises(ValueError, match="did you mean images.width"):
        names("images.wdith > 2")
    with pytest.raises(ValueError, match="no plugin of this run has columns"):
        list(sanchay.scan(pictures, where="images.width > 2"))


def test_values_are_columns_of_a_table(pictures, images):
    table = pyarrow.table(sanchay.scan(pictures, plugin=f"{images},name=i"))
    assert "i.width" in table.column_names
    assert sorted(table["i.width"].to_pylist(), key=str) == [3, 3, None]


def test_without_a_plugin_records_are_plain(pictures):
    assert {type(it) for it in sanchay.scan(pictures)} == {sanchay.ScannedFile}


def test_what_is_no_plugin_is_an_error_at_once(tmp_path):
    bad = tmp_path / "bad.wasm"
    bad.write_bytes(b"no component")
    with pytest.raises(ValueError, match="plugin: .*bad.wasm"):
        sanchay.scan(tmp_path, plugin=bad)
    with pytest.raises(FileNotFoundError):
        sanchay.scan(tmp_path, plugin=tmp_path / "gone.wasm")
    with pytest.raises(ValueError, match="KEY=VALUE"):
        sanchay.scan(tmp_path, plugin="x.wasm,nothing")
    with pytest.raises(TypeError, match="plugin"):
        sanchay.scan(tmp_path, plugin=3)


def test_the_program_out_of_the_package_compiles_plugins(
    pictures, images, monkeypatch, tmp_path
):
    # Nothing that was compiled before is there.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    done = subprocess.run(
        [sys.executable, "-m", "sanchay", "scan", pictures, "--plugin", images]
        + ["--fields", "name,images.width", "-e", "png", "--format", "csv"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == [
        "a.png,,3", "c.png,,3", "name,name_base64,images.width",
    ]
    assert list((tmp_path / "caches/sanchay/plugins").iterdir())


def test_a_plan_keeps_its_plugins(pictures, images):
    plan = sanchay.Plan.scan(pictures, plugin=str(images), extension="png")
    again = sanchay.Plan.from_json(plan.to_json())
    assert again == plan
    assert {it.values["images.width"] for it in again.run()} == {3}
