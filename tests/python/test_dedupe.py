"""dedupe() and dedupe_similar(): files make way for one that stays."""

import os

import pytest
import sanchay


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """Journals and trash of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def same(tmp_path):
    folder = tmp_path / "same"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(["b", "a.long", "sub/c", "other"]):
        path = folder / name
        path.write_bytes(b"another" if name == "other" else b"the same")
        os.utime(path, (1_700_000_000 + number,) * 2)
    return folder


def inodes(folder):
    names = ["b", "a.long", "sub/c", "other"]
    return [os.stat(folder / it).st_ino for it in names]


def test_of_files_that_are_the_same_one_stays(same):
    before = inodes(same)
    plan = sanchay.dedupe(same, "hardlink", keep="oldest")
    assert inodes(same) == before
    assert plan.command == "dedupe" and plan.conflicts == ()
    assert plan.duplicates == (2, 1, 16, 0)
    assert {it.same_as for it in plan.entries()} == {str(same / "b")}
    run = plan.apply()
    assert run.errors == () and run.done >= 2
    after = inodes(same)
    assert after[0] == after[1] == after[2] == before[0] and after[3] == before[3]
    assert sanchay.undo(run).kept == 0
    assert len(set(inodes(same))) == 4
    assert [os.stat(same / it).st_mtime for it in ["b", "a.long"]] == [1_700_000_000, 1_700_000_001]


def test_rules_are_asked_in_their_order(same):
    def stays(*rules, **options):
        plan = sanchay.dedupe(same, "trash", keep=rules, **options)
        [kept] = {it.same_as for it in plan.entries()}
        return os.path.relpath(kept, same)

    assert stays("newest") == "sub/c"
    assert stays("longest-path") == "a.long"
    assert stays(f"under:{same}/sub", "oldest") == "sub/c"
    assert stays("regex:long$") == "a.long"
    assert stays("newest", reference=same / "b") == "b"


def test_what_goes_to_a_folder_or_the_trash_comes_back(same, tmp_path):
    before = inodes(same)
    for action, options in [("trash", {}), ("move-to", {"into": tmp_path / "out"})]:
        plan = sanchay.dedupe(same, action, keep="shortest-path", where="size > 0", **options)
        assert plan.apply().errors == ()
        assert not (same / "a.long").exists() and (same / "b").exists()
        assert sanchay.undo().kept == 0
        assert inodes(same) == before
    symbolic = sanchay.dedupe(same, "symlink", keep="shortest-path").apply()
    assert os.readlink(same / "sub/c") == "../b"
    assert sanchay.undo(symbolic).kept == 0
    assert not (same / "sub/c").is_symlink() and (same / "sub/c").read_bytes() == b"the same"


def test_a_file_that_changed_since_stays_and_is_named(same):
    plan = sanchay.dedupe(same, "delete", keep="oldest")
    (same / "sub/c").write_bytes(b"the SAME")
    run = plan.apply()
    assert run.refused == 1 and run.errors[0].filename == str(same / "sub/c")
    assert (same / "sub/c").read_bytes() == b"the SAME"
    assert not (same / "a.long").exists() and (same / "b").exists()


@pytest.mark.parametrize(
    ("action", "options", "words"),
    [
        ("erase", {}, "^action: expected 'hardlink'"),
        ("trash", {"keep": "best"}, "^keep: "),
        ("move-to", {}, "^into: "),
        ("trash", {"into": "x"}, "^into: "),
        ("move-to", {"into": ""}, "^into: "),
        ("trash", {"follow": True}, "^follow: "),
        ("trash", {"algorithm": "crc32"}, "^algorithm: "),
        ("trash", {"on_conflict": "x"}, "^on_conflict: "),
    ],
)
def test_what_makes_no_sense_is_refused(same, action, options, words):
    with pytest.raises(ValueError, match=words):
        sanchay.dedupe(same, action, **options)


def test_a_plan_for_duplicates_is_saved_and_loaded(same, tmp_path):
    plan = sanchay.dedupe(same, "hardlink", keep="oldest", catalog=tmp_path / "c.db")
    plan.save(tmp_path / "plan")
    loaded = sanchay.load_plan(tmp_path / "plan")
    assert [it.same_as for it in loaded] == [it.same_as for it in plan]
    assert loaded.duplicates is None
    assert loaded.apply().done == len(plan)
    assert sanchay.rename(same, "x{name}").duplicates is None


@pytest.fixture
def alike(tmp_path):
    """Two texts that are nearly the same, a longer one, and another."""
    folder = tmp_path / "alike"
    (folder / "sub").mkdir(parents=True)
    words = [f"word{number}" for number in range(300)]
    for name, own in [
        ("draft", words),
        ("sub/draft 2", [*words[:-1], "end"]),
        ("final", ["Title", *words, "and", "more"]),
        ("other", [it.upper() for it in words]),
    ]:
        (folder / name).write_text(" ".join(own))
    return folder


def test_of_files_that_are_similar_one_stays(alike, tmp_path):
    before = {it: it.read_bytes() for it in alike.rglob("*") if it.is_file()}
    plan = sanchay.dedupe_similar(alike, "trash", keep="largest")
    steps = list(plan.entries())
    assert {it.from_path for it in steps} == {
        str(alike / "draft"), str(alike / "sub/draft 2")
    }
    assert {it.like for it in steps} == {str(alike / "final")}
    assert {it.same_as for it in steps} == {None}
    assert all(it.because.endswith(" alike; kept: largest") for it in steps)
    assert plan.duplicates.kept == 1
    assert plan.duplicates.reclaimable == sum(it.size for it in steps)
    plan.save(tmp_path / "plan")
    loaded = sanchay.load_plan(tmp_path / "plan")
    assert [it.like for it in loaded] == [it.like for it in plan]
    assert loaded.apply().errors == ()
    left = {it.name for it in alike.rglob("*") if it.is_file()}
    assert left == {"final", "other"}
    assert sanchay.undo().kept == 0
    assert {it: it.read_bytes() for it in before} == before


def test_what_changed_since_it_was_judged_stays(alike):
    plan = sanchay.dedupe_similar(alike, "delete", keep="largest")
    (alike / "final").write_text("nothing of that")
    run = plan.apply()
    assert run.done == 0 and run.refused == 2
    assert "the similar file that stays was changed" in str(run.errors[0])
    assert (alike / "draft").exists() and (alike / "sub/draft 2").exists()


def test_references_stay_and_options_of_similar_hold(alike):
    plan = sanchay.dedupe_similar(alike, "trash", reference=alike / "sub")
    assert {it.like for it in plan.entries()} == {str(alike / "sub/draft 2")}
    assert len(sanchay.dedupe_similar(alike, "trash", threshold=1.0)) == 0
    for action, options, words in [
        ("hardlink", {}, "^action: files that are only similar"),
        ("trash", {"threshold": 7}, "^threshold: "),
        ("trash", {"rotations": True}, "^rotations: "),
        ("move-to", {}, "^into: "),
        ("trash", {"keep": "best"}, "^keep: "),
        ("trash", {"follow": True}, "^follow: "),
        ("trash", {"reference": alike / "missing"}, "^reference: "),
    ]:
        with pytest.raises(ValueError, match=words):
            sanchay.dedupe_similar(alike, action, **options)
    with pytest.raises(TypeError, match="verify"):
        sanchay.dedupe_similar(alike, "trash", verify=True)
