"""Calls that change files: plans, their application, and undoing."""

import errno
import inspect
import os
import pickle
import signal
import subprocess
import sys
import time

import pandas
import polars
import pytest
import sanchay
from sanchay import BatchPlan


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """Journals and trash of the test's own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return folder


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, name in enumerate(["B b.JPG", "a.jpg", "c.txt"]):
        (folder / name).write_bytes(b"x" * number)
        os.utime(folder / name, (1_700_000_000 + number, 1_700_000_000 + number))
    return folder


def names(folder):
    return sorted(os.listdir(folder))


def listing(folder):
    """A tree with all that undo gives back."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            path = os.path.join(parent, name)
            stat = os.lstat(path)
            found[path] = (stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns)
    return found


def test_a_plan_is_shown_applied_and_taken_back(photos):
    before = listing(photos)
    plan = sanchay.rename(
        photos, "{modified:%Y}-{n:02}.{ext:lower}", extension="jpg", sort="size"
    )
    assert listing(photos) == before, "a plan changes nothing"
    assert isinstance(plan, BatchPlan) and len(plan) == 2
    assert plan.command == "rename" and plan.conflicts == () and plan.errors == ()
    assert [(os.path.basename(it.from_path), os.path.basename(it.to_path)) for it in plan] == [
        ("B b.JPG", "2023-01.jpg"), ("a.jpg", "2023-02.jpg"),
    ]
    assert plan[0].operation == "rename" and plan[1].size == 1
    assert plan[-1] == plan[1] and plan[:] == list(plan) == list(plan.entries())
    assert plan[0] in plan and plan.index(plan[1]) == 1
    with pytest.raises(IndexError):
        plan[2]
    assert [plan.entry(it) for it in range(plan.entry_count)] == list(plan.entries())
    for number in (-1, 2):
        with pytest.raises(IndexError):
            plan.entry(number)
    assert repr(plan) == "<BatchPlan: rename of 2 entries>"
    run = plan.apply()
    assert (run.done, run.refused, run.skipped, run.errors) == (2, 0, 0, ())
    assert names(photos) == ["2023-01.jpg", "2023-02.jpg", "c.txt"]
    looked = sanchay.undo(run, dry_run=True)
    assert looked.undone == 2 and "a.jpg" not in names(photos)
    undone = sanchay.undo(run)
    assert (undone.id, undone.undone, undone.kept) == (run.id, 2, 0)
    assert listing(photos) == before
    with pytest.raises(RuntimeError, match="undone already"):
        sanchay.undo(run)


def test_runs_are_listed_and_found_by_name(photos):
    assert sanchay.runs() == []
    with pytest.raises(LookupError, match=r"sanchay.runs\(\)"):
        sanchay.undo()
    first = sanchay.rename(photos, "{name:upper}").apply()
    second = sanchay.rename(photos, "{stem}.{ext:lower}").apply()
    listed = sanchay.runs()
    assert [it.id for it in listed] == [first.id, second.id]
    assert {it.state for it in listed} == {"finished"}
    assert abs(listed[0].started.timestamp() - time.time()) < 60
    assert listed[1].command == "rename" and listed[1].steps == listed[1].done == second.done
    assert sanchay.undo().id == second.id
    assert sanchay.undo(listed[0]).id == first.id
    assert names(photos) == ["B b.JPG", "a.jpg", "c.txt"]
    assert [it.state for it in sanchay.runs()] == ["undone", "undone"]
    with pytest.raises(LookupError):
        sanchay.undo("nothing")
    with pytest.raises(RuntimeError, match="it is over"):
        sanchay.resume(second)


def test_what_had_nothing_to_do_does_not_undo_another_run(photos):
    before = sanchay.rename(photos, "{name:upper}").apply()
    nothing = sanchay.rename(photos, "{name}").apply()
    assert nothing == ("", 0, 0, 0, (), ())
    assert sanchay.undo(nothing).undone == 0
    assert [it.id for it in sanchay.runs() if it.state == "finished"] == [before.id]
    with pytest.raises(LookupError):
        sanchay.resume("")


def test_conflicts_stop_everything_unless_told_otherwise(photos):
    plan = sanchay.rename(photos, "same.{ext:lower}")
    assert len(plan.conflicts) == 1 and len(plan) == 2
    [conflict] = plan.conflicts
    assert conflict.to_path.endswith("/same.jpg") and "same name" in conflict.why
    assert "1 in conflict" in repr(plan)
    with pytest.raises(sanchay.ConflictError, match="on_conflict"):
        plan.apply()
    assert names(photos) == ["B b.JPG", "a.jpg", "c.txt"]
    run = plan.apply(on_conflict="rename")
    assert run.done == 3 and plan.conflicts == ()
    assert names(photos) == ["same (2).jpg", "same.jpg", "same.txt"]
    sanchay.undo(run)
    skipping = sanchay.rename(photos, "same.{ext:lower}", on_conflict="skip")
    assert skipping.apply().done == 2
    assert len(names(photos)) == 3
    for wrong, kind in [("replace", ValueError), (1, TypeError)]:
        with pytest.raises(kind, match="^on_conflict: "):
            plan.apply(on_conflict=wrong)


def test_a_name_without_a_value_stays_in_conflict(photos):
    plan = sanchay.rename(photos, "{taken:%Y}.{ext}", on_conflict="rename")
    assert len(plan) == 0 and len(plan.conflicts) == 3
    assert all("has no value" in it.why and it.to_path is None for it in plan.conflicts)
    assert plan.apply(on_conflict="skip") == ("", 0, 0, 0, (), ())
    fallback = sanchay.rename(photos, "{taken|modified:%Y}-{stem}.{ext}")
    assert fallback.conflicts == () and len(fallback) == 3


def test_a_file_that_changed_since_is_refused_and_named(photos):
    plan = sanchay.rename(photos, "new-{name}")
    (photos / "a.jpg").write_bytes(b"changed")
    run = plan.apply()
    assert (run.done, run.refused) == (2, 1)
    [error] = run.errors
    assert isinstance(error, sanchay.EntryError) and error.errno == errno.EIO
    assert error.filename == str(photos / "a.jpg") and error.strerror
    assert names(photos) == ["a.jpg", "new-B b.JPG", "new-c.txt"]
    # What is in the way of undoing is named as well.
    (photos / "c.txt").write_bytes(b"another")
    undone = sanchay.undo(run)
    assert (undone.undone, undone.kept) == (1, 1)
    assert undone.errors[0].filename.endswith("c.txt")


def test_a_plan_is_checked_against_what_is_there_now(photos):
    plan = sanchay.rename(photos, "new-{name}")
    plan.check()
    assert len(plan) == 3 and plan.conflicts == ()
    (photos / "a.jpg").write_bytes(b"changed")
    (photos / "new-c.txt").touch()
    plan.check()
    assert len(plan) == 1 and len(plan.conflicts) == 2
    assert plan.apply(on_conflict="skip").done == 1
    assert names(photos) == ["a.jpg", "c.txt", "new-B b.JPG", "new-c.txt"]


def test_move_copy_link_and_delete(photos, tmp_path):
    target = tmp_path / "target"
    before = listing(photos)
    copied = sanchay.copy(photos, target / "copies", verify=True).apply()
    assert names(target / "copies") == names(photos)
    assert sanchay.undo(copied).kept == 0
    linked = sanchay.link(photos, f"{target}/links/{{ext:lower}}", extension="jpg").apply()
    assert os.stat(target / "links/jpg/a.jpg").st_ino == os.stat(photos / "a.jpg").st_ino
    sanchay.undo(linked)
    symbolic = sanchay.link(photos, target / "symbolic", symbolic=True, flat=True).apply()
    assert os.readlink(target / "symbolic/a.jpg") == str(photos / "a.jpg")
    moved = sanchay.move(photos, target / "moved", to="{name:lower}", where="size > 0").apply()
    assert names(photos) == ["B b.JPG"] and names(target / "moved") == ["a.jpg", "c.txt"]
    deleted = sanchay.delete(target / "moved", glob="*.txt").apply()
    assert names(target / "moved") == ["a.jpg"]
    for run in [deleted, moved, symbolic]:
        assert sanchay.undo(run).kept == 0
    assert listing(photos) == before and not target.exists()
    gone = sanchay.delete(photos / "c.txt", permanent=True).apply()
    assert gone.done == 1 and sanchay.undo(gone).kept == 1
    with pytest.raises(TypeError, match="^roots: "):
        sanchay.delete(None)


def test_a_plan_is_saved_and_loaded(photos, tmp_path):
    path = tmp_path / "names.plan"
    plan = sanchay.rename(photos, "same.{ext:lower}")
    plan.save(path)
    loaded = sanchay.load_plan(path)
    assert list(loaded) == [
        it._replace(from_path=os.path.abspath(it.from_path)) for it in plan
    ]
    with pytest.raises(sanchay.ConflictError):
        loaded.apply()
    text = path.read_text()
    path.write_text(text.replace("same.txt", "else.txt"))
    with pytest.raises(ValueError, match="names.plan: .*edited"):
        sanchay.load_plan(path)
    edited = sanchay.load_plan(path, edited=True)
    assert edited.apply(on_conflict="skip").done == 2
    assert "else.txt" in names(photos)
    with pytest.raises(FileNotFoundError):
        sanchay.load_plan(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        plan.save(tmp_path / "no/such")
    path.write_text("no plan\n")
    with pytest.raises(ValueError):
        sanchay.load_plan(path)


def test_the_program_applies_a_plan_that_python_saved(photos, tmp_path):
    sanchay.rename(photos, "{name:upper}").save(tmp_path / "plan")
    command = [sys.executable, "-m", "sanchay"]
    subprocess.run([*command, "apply", tmp_path / "plan"], check=True)
    assert names(photos) == ["A.JPG", "B B.JPG", "C.TXT"]
    [run] = sanchay.runs()
    assert sanchay.undo(run).undone == run.done
    done = subprocess.run(
        [*command, "rename", "--to", "{name:upper}", "--format", "ndjson", photos],
        capture_output=True, check=True,
    )
    (tmp_path / "theirs").write_bytes(done.stdout)
    plan = sanchay.load_plan(tmp_path / "theirs")
    assert [it.to_path for it in plan] == [
        it.to_path for it in sanchay.rename(photos, "{name:upper}")
    ]


def test_names_that_are_not_text_go_through(photos):
    odd = os.fsencode(photos) + b"/\xff.txt"
    with open(odd, "wb"):
        pass
    plan = sanchay.rename(photos, "{stem}.bak", extension="txt")
    paths = {os.fsencode(it.to_path) for it in plan}
    assert os.fsencode(photos) + b"/\xff.bak" in paths
    run = plan.apply()
    assert os.path.exists(odd[:-3] + b"bak")
    sanchay.undo(run)
    assert os.path.exists(odd)


def test_roots_and_relative_paths(photos, monkeypatch, tmp_path):
    monkeypatch.chdir(photos)
    plan = sanchay.rename(None, "{name:upper}", glob="a*")
    assert [(it.from_path, it.to_path) for it in plan] == [("a.jpg", "A.JPG")]
    # A plan means the folder where it was made.
    monkeypatch.chdir(tmp_path)
    assert plan.apply().done == 1 and "A.JPG" in names(photos)
    with pytest.raises(FileNotFoundError):
        sanchay.rename([photos, photos / "gone"], "{name:upper}")
    kept = sanchay.rename([photos, photos / "gone"], "{name:upper}", errors="keep")
    assert [type(it) for it in kept.errors] == [FileNotFoundError] and len(kept) == 2


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"to": "{nothing}"}, ValueError, "nothing"),
        ({"to": "{name"}, ValueError, "name"),
        ({"to": 5}, TypeError, "^to: expected text"),
        ({"match": "("}, ValueError, "at byte 1"),
        ({"replace": "x"}, ValueError, "replacement 1"),
        ({"replace": ["s/a/b/", 5]}, TypeError, "^replace: "),
        ({"sort": "nothing"}, ValueError, "there is no field"),
        ({"sort": "size:up"}, ValueError, "^sort: "),
        ({"truncate": 1}, TypeError, "^truncate: "),
        ({"on_conflict": "ask"}, ValueError, "^on_conflict: "),
        ({"threads": 0}, ValueError, "^threads: "),
        ({"where": "size >"}, ValueError, "^where: "),
        ({"follow": True}, ValueError, "^follow: "),
        ({"media": True}, ValueError, "^media: "),
        ({"extention": "x"}, TypeError, "Did you mean 'extension'"),
        ({"path_bytes": True}, TypeError, "path_bytes"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(photos, options, kind, words):
    with pytest.raises(kind, match=words):
        sanchay.rename(photos, **{"to": "x", **options})


def test_a_destination_that_can_be_none_is_refused(photos):
    with pytest.raises(OSError, match="no folder"):
        sanchay.move(photos, photos / "a.jpg")
    with pytest.raises(ValueError, match="^into: "):
        sanchay.move(photos, "")
    with pytest.raises(TypeError, match="^into: "):
        sanchay.copy(photos, None)
    with pytest.raises(ValueError, match="symbolic, reflink"):
        sanchay.link(photos, "x", symbolic=True, reflink=True)


def test_the_journals_can_be_elsewhere(photos, tmp_path, state):
    own = tmp_path / "own"
    run = sanchay.rename(photos, "{name:upper}").apply(state_dir=own)
    assert not (state / "sanchay").exists()
    assert [it.id for it in sanchay.runs(state_dir=own)] == [run.id]
    assert sanchay.undo(state_dir=own).undone == run.done


@pytest.fixture
def many(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30_000):
        (folder / f"{number}").touch()
    return folder


def test_progress_tells_what_is_done_and_false_ends_it(many):
    seen = []
    plan = sanchay.rename(many, "x{name}", progress=seen.append)
    assert seen[-1].phase == "planning" and seen[-1].files == 30_000
    with pytest.raises(sanchay.Cancelled):
        sanchay.rename(many, "x{name}", progress=lambda _: False)
    with pytest.raises(sanchay.Cancelled) as caught:
        plan.apply(progress=lambda _: False)
    run = caught.value.run
    assert isinstance(run, sanchay.AppliedRun) and run.done + run.refused <= 30_000
    [listed] = sanchay.runs()
    assert run.done < 30_000 and listed.state == "unfinished"
    seen.clear()
    assert sanchay.resume(run, progress=seen.append).done == 30_000
    assert seen[-1].phase == "applying" and seen[-1].files == 30_000
    seen.clear()
    assert sanchay.undo(run, progress=seen.append).undone == 30_000
    assert seen[-1].phase == "undoing" and seen[-1].files == 30_000
    assert sanchay.Cancelled("x").run is None


def test_ctrl_c_ends_applying_within_a_second_and_can_be_gone_on_with(tmp_path, state):
    folder = tmp_path / "big"
    folder.mkdir()
    for number in range(3):
        with (folder / f"{number}").open("wb") as file:
            # As good as read whole: it takes some seconds.
            file.write(os.urandom(1 << 20) * 120)
    program = (
        "import sys, time, sanchay\n"
        "plan = sanchay.copy(sys.argv[1], sys.argv[2], verify=True)\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    plan.apply()\n"
        "except KeyboardInterrupt as error:\n"
        "    print(time.time(), error.run.id, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), str(tmp_path / "copies")],
        stdout=subprocess.PIPE, text=True,
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.15)
    sent = time.time()
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    if not said:
        pytest.skip("it was over before it could be interrupted")
    when, run = said.split()
    assert float(when) - sent < 1
    [listed] = sanchay.runs()
    assert (listed.id, listed.state) == (run, "unfinished")
    assert sanchay.resume(run).done == listed.steps
    for number in range(3):
        assert (tmp_path / f"copies/{number}").read_bytes() == (folder / f"{number}").read_bytes()


def test_what_is_over_was_not_cancelled(photos):
    run = sanchay.rename(photos, "x{name}").apply(progress=lambda it: it.files < 3)
    assert run.done == 3


def test_what_a_callback_raises_comes_with_the_run(many):
    plan = sanchay.rename(many, "x{name}")

    def fail(_):
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        plan.apply(progress=fail)
    assert caught.value.run.id == sanchay.runs()[-1].id


def test_a_run_that_was_killed_is_gone_on_with(many):
    program = (
        "import os, sys, sanchay\n"
        "plan = sanchay.rename(sys.argv[1], 'x{name}')\n"
        "plan.apply(progress=lambda it: os.kill(os.getpid(), 9) if it.files > 99 else None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, many])
    if done.returncode == 0:
        pytest.skip("it was over before it could be killed")
    [run] = sanchay.runs()
    assert run.state in ("unfinished", "finished")
    if run.state == "unfinished":
        assert sanchay.resume(run).done == 30_000
    assert all(it.startswith("x") for it in names(many))


def test_a_fork_applies_a_plan(photos):
    plan = sanchay.rename(photos, "{name:upper}")
    child = os.fork()
    if child == 0:
        os._exit(plan.apply().done)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert plan.apply().refused == 3, "it was done in the child"


def test_names_are_shown_and_not_obeyed(photos):
    (photos / "<b>\u202e.txt").touch()
    shown = sanchay.rename(photos, "same.{ext}")._repr_html_()
    assert "&lt;b&gt;" in shown and "<b>" not in shown and "\u202e" not in shown
    assert "In conflict:" in shown and "rename of" in shown


def test_records_can_be_the_roots(photos):
    plan = sanchay.rename(sanchay.scan(photos, where="size < 2"), "{ext}{name:upper}")
    assert sorted(os.path.basename(it.to_path) for it in plan) == ["JPGB B.JPG", "jpgA.JPG"]
    same = sanchay.rename(photos, "{name}")
    assert len(same) == 0 and same.unchanged == 3


def test_a_function_may_give_the_names(photos):
    seen = []

    def name(path):
        seen.append(path)
        stem = os.path.basename(path).replace(" ", "_")
        return stem if stem != os.path.basename(path) else None

    plan = sanchay.rename(photos, name)
    assert sorted(seen) == [str(photos / it) for it in names(photos)]
    assert [os.path.basename(it.to_path) for it in plan] == ["B_b.JPG"]
    assert len(sanchay.rename(photos, lambda _: "../out").conflicts) == 3
    copies = sanchay.copy(photos, photos / "copies", to=lambda path: f"{len(path)}.bin")
    assert len(copies.conflicts) == 1, "two paths of one length"
    with pytest.raises(TypeError, match="^to: .*answers with a name"):
        sanchay.rename(photos, lambda _: 5)
    with pytest.raises(ZeroDivisionError):
        sanchay.rename(photos, lambda _: 1 / 0)
    with pytest.raises(ValueError, match="^replace: .*function"):
        sanchay.rename(photos, name, replace="s/a/b/")


def test_some_entries_can_be_left_out(photos):
    plan = sanchay.rename(photos, "same.{ext:lower}")
    assert len(plan.conflicts) == 1
    plan.retain(lambda step: step.from_path.endswith("txt"))
    assert plan.conflicts == () and len(plan) == 1
    assert plan.apply().done == 1 and "same.txt" in names(photos)


def test_a_plan_makes_a_table(photos):
    plan = sanchay.rename(photos, "x{name}")
    for frame in [polars.DataFrame(list(plan)), pandas.DataFrame(plan)]:
        assert list(frame.columns) == list(sanchay.BatchStep._fields)
        assert list(frame["to_path"]) == [it.to_path for it in plan]


def test_a_slash_in_a_new_name_makes_folders(photos):
    before = listing(photos)
    plan = sanchay.rename(photos, "{modified:%Y}/{stem}.{ext:lower}", where="size > 0")
    assert plan.conflicts == ()
    assert plan.apply().errors == ()
    assert names(photos / "2023") == ["a.jpg", "c.txt"]
    sanchay.undo()
    assert listing(photos) == before
    out = sanchay.rename(photos, "../{name}")
    assert len(out) == 0 and len(out.conflicts) == 3


def test_answers_and_plans_pickle(photos):
    plan = sanchay.rename(photos, "x{name}")
    run = plan.apply()
    assert pickle.loads(pickle.dumps(run)) == run
    assert pickle.loads(pickle.dumps(sanchay.runs())) == sanchay.runs()
    assert pickle.loads(pickle.dumps(plan[:])) == plan[:]
    assert list(pickle.loads(pickle.dumps(plan))) == list(plan)


@pytest.mark.parametrize("call", ["rename", "move", "copy", "link", "delete"])
def test_the_signatures_have_all_keywords_and_help_names_them(call):
    call = getattr(sanchay, call)
    parameters = inspect.signature(call).parameters
    assert {"where", "on_conflict", "threads", "progress", "errors"} <= set(parameters)
    for name in parameters:
        assert f"\n    {name}: " in inspect.getdoc(call), name


def test_a_plan_of_a_batch_goes_to_another_process(tree, tmp_path):
    root = tree({"a.txt": b"1", "b.txt": b"2"})
    plan = sanchay.rename(root, "{stem}.md", extension="txt")
    again = pickle.loads(pickle.dumps(plan))
    assert list(again) == list(plan) and again.command == "rename"
    run = again.apply(state_dir=tmp_path / "state")
    assert run.done == 2 and (root / "a.md").read_bytes() == b"1"
