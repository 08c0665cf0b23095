"""The options that all calls share: where they come from, and what they take."""

import inspect
import os
import subprocess
import sys
import time
import typing
from datetime import date, datetime, timedelta, timezone

import pytest
import sanchay
from sanchay import WalkOptions, _native

CALLS = [sanchay.scan, sanchay.hash_files, sanchay.duplicates]


def test_the_keywords_are_those_that_the_engine_knows():
    assert set(WalkOptions.__annotations__) == set(_native.walk_options())
    _native.Walk(**_native.walk_options())
    with pytest.raises(TypeError, match="unexpected keyword argument 'newer'"):
        _native.Walk(newer=1)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_shows_the_options_that_it_shares_with_others(call):
    signature = inspect.signature(call)
    assert isinstance(signature, inspect.Signature)
    shared = list(WalkOptions.__annotations__)
    names = list(signature.parameters)
    start = names.index(shared[0])
    assert names[start : start + len(shared)] == shared
    assert names[start + len(shared) :] == ["threads", "progress", "errors", "path_bytes"]
    for name, default in _native.walk_options().items():
        parameter = signature.parameters[name]
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert parameter.default == default
    assert str(signature.parameters["walker"]) == "walker: 'Walker' = 'native'"
    assert signature == inspect.signature(call) == signature.replace()
    assert hash(signature) == hash(signature.replace())
    assert str(signature).startswith("(") and "kind" in repr(signature)
    assert signature.bind("x", hidden=True).arguments["hidden"] is True
    with pytest.raises(TypeError):
        signature.bind("x", nonsense=1)
    assert "def " in inspect.getsource(call)


def test_their_types_can_be_asked_for_at_run_time():
    hints = typing.get_type_hints(WalkOptions)
    assert hints["hidden"] is bool
    assert hints["kind"] == sanchay.Kinds
    assert hints["changed_within"] == typing.Optional[sanchay.Time]
    for call in CALLS:
        assert "options" in typing.get_type_hints(call)


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_keyword_is_a_type_error_with_the_nearest(call):
    name = call.__name__
    words = rf"^{name}\(\) got an unexpected keyword argument"
    for given, near in [("extention", "extension"), ("thread", "threads"),
                        ("change_within", "changed_within")]:
        with pytest.raises(TypeError, match=f"{words} '{given}'. Did you mean '{near}'"):
            call("x", **{given: 1})
    with pytest.raises(TypeError, match=words + " 'qqq'$"):
        call("x", qqq=1)


NOW = time.time()
AGES = {"hour": 3600, "day": 86_400, "month": 30 * 86_400}


@pytest.fixture
def aged(tree):
    root = tree({name: b"x" for name in AGES})
    for name, age in AGES.items():
        os.utime(root / name, (NOW - age, NOW - age))
    return root


UTC = timezone.utc


@pytest.mark.parametrize(
    "when",
    [
        "12h",
        timedelta(hours=12),
        timedelta(hours=12, microseconds=7),
        datetime.fromtimestamp(NOW - 43_200, UTC),
        datetime.fromtimestamp(NOW - 43_200, timezone(timedelta(hours=-9.5))),
        datetime.fromtimestamp(NOW - 43_200, UTC).isoformat(),
    ],
    ids=repr,
)
def test_a_time_may_be_given_in_any_of_the_ways_that_python_has(aged, when):
    def names(**options):
        return {os.path.basename(it.path) for it in sanchay.scan(aged, **options)}

    assert names(changed_within=when) == {"hour"}
    assert names(changed_before=when) == {"day", "month"}
    assert names(changed_within=timedelta(days=2), changed_before=when) == {"day"}
    assert names(changed_within=None, changed_before=None) == set(AGES)
    hashed = sanchay.hash_files([aged / "hour", aged / "day"], changed_within=when)
    assert [os.path.basename(it.path) for it in hashed] == ["hour"]


def test_a_date_is_its_midnight_in_the_local_zone(aged):
    program = (
        "import sys, datetime, sanchay\n"
        "found = sanchay.scan(sys.argv[1:], changed_before=datetime.date(2026, 1, 31))\n"
        "print(*(it.path[-1] for it in found))\n"
    )
    for zone, offset in [("UTC", 0), ("EST5", 5)]:
        midnight = int(datetime(2026, 1, 31, offset, tzinfo=UTC).timestamp())
        os.utime(aged / "hour", (midnight, midnight))
        os.utime(aged / "day", (midnight - 1, midnight - 1))
        done = subprocess.run(
            [sys.executable, "-c", program, aged / "hour", aged / "day"],
            capture_output=True, text=True, env={**os.environ, "TZ": zone},
        )
        assert done.stdout == "y\n", (zone, done.stderr)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"changed_within": "soon"}, ValueError, "'soon' is not a time"),
        ({"changed_within": datetime(2026, 1, 1)}, ValueError, "has no time zone"),
        ({"changed_before": timedelta(-1)}, ValueError, "is negative"),
        ({"changed_before": datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))},
         ValueError, "is out of range"),
        ({"changed_before": 5}, TypeError, "expected text, or a datetime.* not int"),
        ({"changed_before": True}, TypeError, "not bool"),
        ({"kind": "folder"}, ValueError, "expected one of file, directory"),
        ({"kind": ["file", "x"]}, ValueError, '"x": expected one of'),
        ({"kind": 5}, TypeError, "not int"),
        ({"kind": None}, TypeError, "not None"),
        ({"min_size": b"1"}, TypeError, ""),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_and_named(options, kind, words):
    [name] = options
    with pytest.raises(kind, match=f"^{name}: .*{words}"):
        sanchay.scan(".", **options)


def test_a_scan_may_find_other_kinds_than_files(tree):
    root = tree({"d/f": b"x", "d/e/g": b"x"})
    os.symlink("f", root / "d/link")

    def names(kind):
        return {os.path.basename(it.path) for it in sanchay.scan(root / "d", kind=kind)}

    assert names(()) == names("file") == names(["file"]) == {"f", "g"}
    assert names("directory") == {"e"}
    assert names(["directory", "symlink"]) == names("directory,symlink") == {"e", "link"}
    assert names(b"file") == {"f", "g"}
    # Only files are hashed or compared.
    assert len(list(sanchay.hash_files(root / "d", kind="file,symlink"))) == 2
    for call in sanchay.hash_files, sanchay.duplicates:
        with pytest.raises(ValueError, match="^kind: only regular files"):
            call(root / "d", kind="directory")


def test_patterns_and_expressions_select_what_the_program_selects(tree):
    root = tree({"src/a.rs": b"x", "src/deep/b.RS": b"", "target/c.rs": b"xy"})

    def names(**options):
        found = sanchay.scan(root, **options)
        return {os.path.basename(it.path) for it in found}

    assert names(glob="*.rs") == {"a.rs", "c.rs"}
    assert names(glob=["src/**", "c.*"]) == {"a.rs", "b.RS", "c.rs"}
    assert names(glob=["*", "!target"]) == {"a.rs", "b.RS"}
    assert names(iglob=b"*.rs", exclude="target/") == {"a.rs", "b.RS"}
    assert names(regex="^[ab]") == {"a.rs", "b.RS"}
    assert names(min_depth=3) == {"b.RS"}
    assert names(where="size > 0 and not path ~ '^target'".replace("'", '"')) == {"a.rs"}
    assert names(where=["size > 0", "name glob c*"]) == {"c.rs"}
    with pytest.raises(ValueError, match="^where: .*expected a size"):
        names(where="size >")
    with pytest.raises(ValueError, match="^glob: "):
        names(glob="a[")
    with pytest.raises(TypeError, match="^min_depth: "):
        names(min_depth="2")
    plan = sanchay.Plan.scan(root, where="size > 0", glob=("*.rs",))
    assert len(list(plan.run())) == 2
