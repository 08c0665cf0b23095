"""Plans: calls as values, and shards of them."""

import dataclasses
import datetime
import enum
import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy
import pyarrow
import pytest
import sanchay
import xxhash
from conftest import unprivileged
from sanchay import Plan

UTC = datetime.timezone.utc
WHEN = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
#: Before the calendar begins, in UTC.
EARLIEST = datetime.datetime.min.replace(tzinfo=WHEN.tzinfo)

PLANS = [
    Plan.scan(),
    Plan.scan("x", shard=(2, 3), threads=1, errors="keep", path_bytes=True),
    Plan.scan(["a\udcff", b"b\xff"], extension=["png", b"\xff"], kind="symlink"),
    Plan.scan("/", changed_within=WHEN, changed_before=datetime.timedelta(days=1)),
    Plan.scan("/", changed_within=datetime.date(2026, 1, 31), hidden=True),
    Plan.hash_files("x", algorithm="sha256", min_size="1k", max_depth=0),
    Plan.hash_files(["x", "y"], partial=4096, shard=(0, 1)),
    Plan.duplicates("x", hardlinks=True, min_size=0, follow=True, beneath=True),
]


@pytest.fixture
def forest(tree):
    root = tree(
        {f"{a}/{b}/{c}.x": b"%d" % (c % 5) for a in range(5) for b in range(6) for c in range(40)}
    )
    (root / "1/empty").mkdir()
    os.symlink("1", root / "link")
    return root


@pytest.mark.parametrize("plan", PLANS, ids=repr)
def test_a_plan_is_a_value(plan):
    assert pickle.loads(pickle.dumps(plan)) == plan
    names = {"Plan": Plan, "datetime": datetime}
    again = eval(repr(plan), names)  # noqa: S307
    assert again == plan and repr(again) == repr(plan)
    text = plan.to_json()
    assert Plan.from_json(text) == Plan.from_json(text.encode()) == plan
    assert text.isascii() and Plan.from_json(text).to_json() == text
    assert json.loads(text)["version"] == 1
    assert len({plan, again}) == 1
    assert [it for it in PLANS if it == plan] == [plan]
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.command = "scan"


def test_what_is_as_if_not_given_is_not_in_a_plan():
    bare = Plan.scan("x")
    assert bare == Plan.scan(
        ["x"], extension=(), hidden=False, threads=None, errors="raise", kind=[]
    )
    assert bare.options == () and bare.paths == ("x",)
    assert Plan.scan("x", extension="a") == Plan.scan("x", extension=["a"])
    assert dict(Plan.scan("x", min_size=0).options) == {"min_size": 0}
    assert Plan.scan("x", changed_within=WHEN) == Plan.scan(
        "x", changed_within=WHEN.astimezone(UTC)
    )


def test_a_plan_keeps_what_was_meant_and_not_its_class():
    class Word(str, enum.Enum):
        SYMLINK = "symlink"

    class Later(datetime.datetime):
        pass

    class Longer(datetime.timedelta):
        pass

    plan = Plan.scan(
        Path("x"),
        kind=Word.SYMLINK,
        extension=iter([Word.SYMLINK]),
        changed_within=Later(2026, 1, 31, 10, tzinfo=UTC),
        changed_before=Longer(days=1),
        hidden=numpy.bool_(True),
        max_depth=numpy.int64(3),
    )
    assert plan == Plan.scan(
        "x",
        kind="symlink",
        extension="symlink",
        changed_within=WHEN,
        changed_before=datetime.timedelta(days=1),
        hidden=True,
        max_depth=3,
    )
    assert eval(repr(plan), {"Plan": Plan, "datetime": datetime}) == plan  # noqa: S307
    assert Plan.from_json(plan.to_json()) == plan


def test_true_is_another_chunk_than_one_byte(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(bytes(range(256)) * 1024)
    usual, byte = Plan.hash_files(path, partial=True), Plan.hash_files(path, partial=1)
    assert usual != byte
    assert list(usual.run()) == list(sanchay.hash_files(path, partial=True))
    assert list(byte.run()) == list(sanchay.hash_files(path, partial=1)) != list(usual.run())
    assert Plan.hash_files(path, partial=False) == Plan.hash_files(path)


def test_a_plan_runs_as_the_call_does(forest):
    names = {it.path for it in sanchay.scan(forest, extension="x")}
    assert {it.path for it in Plan.scan(forest, extension="x").run()} == names
    plan = Plan.hash_files(forest, algorithm="md5", min_size=1)
    assert list(plan.run()) == list(sanchay.hash_files(forest, algorithm="md5"))
    assert list(plan.run()) == list(plan.run())
    groups = Plan.duplicates(forest, hardlinks=True)
    assert list(groups.run()) == list(sanchay.duplicates(forest, hardlinks=True))
    seen = []
    records = plan.run(progress=seen.append)
    assert len(list(records)) == records.summary.files == seen[-1].files == 1200


def test_a_plan_is_read_as_arrow(forest):
    reader = Plan.hash_files(forest, path_bytes=True).reader()
    assert isinstance(reader, pyarrow.RecordBatchReader)
    table = reader.read_all()
    assert table.num_rows == 1200 and "path_bytes" in table.column_names


def test_a_plan_runs_in_another_process_and_directory(forest, tmp_path):
    plan = Plan.scan(["1", "2"], extension="x", shard=(1, 3))
    program = (
        "import pickle, sys\n"
        "plan = pickle.load(sys.stdin.buffer)\n"
        "assert pickle.loads(pickle.dumps(plan)) == plan\n"
        "print(*sorted(it.path for it in plan.run()), sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps(plan), cwd=forest, capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    found = done.stdout.decode().splitlines()
    below = {name: name.split("/", 1)[1] for name in found}
    assert found and all(
        xxhash.xxh3_64_intdigest(os.fsencode(it)) % 3 == 1 for it in below.values()
    )
    expected = []
    for root in "12":
        for folder, _, files in os.walk(forest / root):
            for name in files:
                path = os.path.relpath(os.path.join(folder, name), forest / root)
                if xxhash.xxh3_64_intdigest(os.fsencode(path)) % 3 == 1:
                    expected.append(f"{root}/{path}")
    assert found == sorted(expected)


@pytest.mark.parametrize("make", [Plan.scan, Plan.hash_files])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_shards_have_nothing_in_common_and_together_all(forest, make, count):
    odd = os.fsencode(forest) + b"/2/\xff"
    with open(odd, "wb"):
        pass
    given = [
        forest, f"{forest}/1/", forest / "1//2", forest / "3/3/3.x", odd, f"{forest}/3//3/4.x"
    ]
    for options in [{}, {"extension": "x"}, {"max_depth": 2}, {"walker": "portable"}]:
        whole = make(given, **options)
        records = whole.run()
        rows = sorted(records, key=lambda it: os.fsencode(it.path))
        parts, files, errors, size = [], 0, 0, 0
        for plan in whole.shards(count):
            seen = []
            part = plan.run(progress=seen.append)
            mine = list(part)
            assert count > 2 or mine
            assert part.summary.files == len(mine) == seen[-1].files
            # In the order of the whole.
            if make is Plan.hash_files:
                paths = {it.path for it in mine}
                assert mine == [it for it in whole.run() if it.path in paths]
            parts += mine
            files += part.summary.files
            errors += part.summary.errors
            size += part.summary.bytes
        assert sorted(parts, key=lambda it: os.fsencode(it.path)) == rows
        summary = records.summary
        assert (files, errors, size) == (summary.files, summary.errors, summary.bytes)


@pytest.mark.parametrize("options", [{"kind": ["file", "directory", "symlink"]}, {"follow": True}])
def test_shards_of_a_scan_of_other_kinds_and_of_links_are_a_partition(forest, options):
    whole = Plan.scan(forest, **options)
    expected = sorted(it.path for it in whole.run())
    parts = [it.path for plan in whole.shards(3) for it in plan.run()]
    assert sorted(parts) == expected
    assert len(expected) > 1200 or "follow" in options


def test_an_error_that_is_kept_belongs_to_one_shard(open_folder):
    for number in range(20):
        (open_folder / f"{number}").write_bytes(b"x")
        (open_folder / f"locked{number}").mkdir(mode=0)
    os.chmod(open_folder / "3", 0)
    given = [open_folder, *(open_folder / f"missing{it}" for it in range(9)), ""]
    with unprivileged():
        whole = Plan.hash_files(given, errors="keep")
        rows = [it.path for it in whole.run()]
        parts = [[it.path for it in plan.run()] for plan in whole.shards(4)]
        assert len(rows) == 20 + 20 + 10
        assert sorted(sum(parts, [])) == sorted(rows)
        # Their whole errors, too.
        found = Plan.scan([open_folder])
        for plan in [found, *found.shards(4)]:
            records = plan.run().collect()
            assert records.summary.errors == len(records.errors)
        assert sum(len(it.run().collect().errors) for it in found.shards(4)) == 20
    missing = Plan.scan([open_folder, open_folder / "missing"])
    for plan in missing.shards(3):
        with pytest.raises(FileNotFoundError):
            list(plan.run())


def test_a_shard_reads_nothing_of_another(tmp_path):
    # Each takes minutes to read.
    for number in range(40):
        with (tmp_path / f"{number}").open("wb") as file:
            file.truncate(64 << 30)
    (tmp_path / "small").write_bytes(b"x")
    digest = xxhash.xxh3_64_intdigest(b"small")
    count = next(
        n for n in range(100, 10_000)
        if all(
            xxhash.xxh3_64_intdigest(b"%d" % it) % n != digest % n for it in range(40)
        )
    )
    plan = Plan.hash_files(tmp_path, algorithm="sha256", shard=(digest % count, count))
    [file] = plan.run()
    assert file.path == str(tmp_path / "small")


def test_a_plan_that_makes_no_sense_is_refused_when_it_is_made():
    for make, options, kind, words in [
        (Plan.scan, {"extention": 1}, TypeError, r"scan\(\) got .* 'extension'"),
        (Plan.scan, {"progress": print}, TypeError, "progress"),
        (Plan.scan, {"min_size": "big"}, ValueError, "^min_size: "),
        (Plan.scan, {"min_size": 1.5}, TypeError, "^min_size: "),
        (Plan.scan, {"kind": "folder"}, ValueError, "^kind: "),
        (Plan.scan, {"kind": 5}, TypeError, "^kind: "),
        (Plan.scan, {"kind": io.StringIO("file")}, TypeError, "^kind: "),
        (Plan.scan, {"changed_within": EARLIEST}, ValueError, "^changed_within: .*range"),
        (Plan.scan, {"threads": 0}, ValueError, "^threads: "),
        (Plan.scan, {"errors": "ignore"}, ValueError, "^errors: "),
        (Plan.scan, {"changed_within": WHEN.replace(tzinfo=None)}, ValueError, "zone"),
        (Plan.scan, {"shard": (3, 3)}, ValueError, "^shard: 3 is not from 0"),
        (Plan.scan, {"shard": (-1, 3)}, ValueError, "^shard: "),
        (Plan.scan, {"shard": 3}, TypeError, "^shard: "),
        (Plan.scan, {"shard": ("0", "1")}, TypeError, "^shard: "),
        (Plan.hash_files, {"algorithm": "md4"}, ValueError, "^algorithm: "),
        (Plan.hash_files, {"follow": True, "shard": (0, 2)}, ValueError, "^shard: "),
        (Plan.duplicates, {"algorithm": "crc32"}, ValueError, "^algorithm: "),
        (Plan.duplicates, {"shard": (0, 2)}, TypeError, "'shard'"),
    ]:
        with pytest.raises(kind, match=words):
            make("x", **options)
    for paths in [5, [5], [None]]:
        with pytest.raises(TypeError, match="^paths: "):
            Plan.hash_files(paths)
    with pytest.raises(TypeError, match="^paths: "):
        Plan.hash_files(None)
    with pytest.raises(ValueError, match="^shard: .*compares all"):
        Plan.duplicates("x").shards(2)
    with pytest.raises(ValueError, match="^count: "):
        Plan.scan("x", shard=(0, 2)).shards(2)
    with pytest.raises(ValueError, match="^count: "):
        Plan.scan("x").shards(0)
    with pytest.raises(ValueError, match="^command: "):
        Plan("check", ("x",))
    with pytest.raises(TypeError, match="^progress: .*run"):
        Plan("scan", ("x",), (("progress", print),))
    with pytest.raises(TypeError, match="'hardlinks'"):
        Plan("scan", ("x",), (("hardlinks", True),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "5",
        "[" * 100_000,
        '{"version": 2}',
        '{"version": true}',
        '{"version": 1}',
        *(
            json.dumps({**json.loads(PLANS[1].to_json()), **change})
            for change in [
                {"command": "rm"},
                {"command": ["scan"]},
                {"options": []},
                {"options": {"min_size": {"bytes": "!"}}},
                {"options": {"min_size": {"pickle": "x"}}},
                {"options": {"min_size": {}}},
                {"options": {"changed_within": {"datetime": "never"}}},
                {"options": {"changed_within": {"timedelta": 1 << 99}}},
                {"options": {"changed_within": {"timedelta": "1"}}},
                {"shard": [5, 2]},
                {"more": 1},
            ]
        ),
    ],
)
def test_what_is_no_plan_is_a_value_error(text):
    with pytest.raises(ValueError):
        Plan.from_json(text)


def test_a_plan_with_an_option_that_is_none_is_a_type_error():
    plan = json.loads(Plan.scan("x").to_json())
    for change in [{"options": {"qqq": 1}}, {"paths": [5]}, {"paths": 5}]:
        with pytest.raises(TypeError):
            Plan.from_json(json.dumps({**plan, **change}))
