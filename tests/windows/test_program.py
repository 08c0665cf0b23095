"""The program on Windows, or under Wine elsewhere: what is different there.

It is `SANCHAY_PROGRAM`, or the debug build of this checkout. Under Wine, tests
make and look at files with this machine's system calls; what Wine has not, or
what would ask Wine and not Windows, is skipped with the reason.
"""

from __future__ import annotations

import base64
import csv
import ctypes
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

ON_WINDOWS = sys.platform == "win32"
HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
BUILT = "debug" if ON_WINDOWS else "x86_64-pc-windows-gnu/debug"
PROGRAM = os.environ.get("SANCHAY_PROGRAM", str(TARGET / BUILT / "sanchay.exe"))
COMMAND = [PROGRAM] if ON_WINDOWS else [str(HERE / "wine"), PROGRAM]
# No run comes near it unless it hangs.
LIMIT = 120

on_windows_itself = pytest.mark.skipif(
    not ON_WINDOWS, reason="only Windows itself can show it"
)


def given(path: Path) -> str:
    """A path as the program is told it: Wine shows this machine's root as Z:."""
    return str(path) if ON_WINDOWS else f"Z:{path}"


def told(path: Path) -> str:
    """A path as the program tells it."""
    return given(path).replace("\\", "/")


def beyond(path: Path) -> str:
    """A path that Python opens as it is: of any length, with any name."""
    return f"\\\\?\\{path}" if ON_WINDOWS else str(path)


class Program:
    """The program, with state and a catalog of its own."""

    def __init__(self, folder: Path) -> None:
        self.top = folder / "top"
        self.top.mkdir()
        self.catalog = folder / "catalog.db"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SANCHAY_")}
        self.environment = kept | {
            "SANCHAY_NO_CONFIG": "1",
            "SANCHAY_STATE_DIR": given(folder / "state"),
        }

    def start(self, *words: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Starts it in `top`."""
        of_path = [given(it) if isinstance(it, Path) else it for it in words]
        return subprocess.Popen(
            [*COMMAND, *of_path],
            cwd=self.top,
            env=self.environment,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def run(
        self, *words: str | Path, code: int = 0, data: bytes | None = None
    ) -> tuple[str, str]:
        """Runs it and returns what it wrote, as text."""
        stdin = subprocess.DEVNULL if data is None else subprocess.PIPE
        running = self.start(*words, stdin=stdin)
        try:
            out, err = running.communicate(data, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
        wrote = (out.decode(), err.decode())
        assert running.returncode == code, (words, running.returncode, *wrote)
        return wrote

    def records(self, *words: str | Path, code: int = 0) -> list[dict[str, Any]]:
        """The records of a run, from NDJSON."""
        lines = self.run(*words, "--format", "ndjson", code=code)[0].splitlines()
        return [json.loads(line) for line in lines]

    def paths(self, *words: str | Path, code: int = 0) -> list[str]:
        """The paths of the files that a run lists."""
        return sorted(it["path"] for it in self.records("scan", *words, code=code))

    def contents(self) -> dict[str, bytes]:
        """All files in `top`."""
        found = (it for it in self.top.rglob("*") if it.is_file())
        return {it.relative_to(self.top).as_posix(): it.read_bytes() for it in found}


@pytest.fixture(scope="session", autouse=True)
def wine() -> None:
    """Wine's own processes, which would else keep the pipes of the first run."""
    if not ON_WINDOWS:
        nowhere = subprocess.DEVNULL
        start = [str(HERE / "wine"), "wineboot"]
        subprocess.run(start, stdin=nowhere, stdout=nowhere, stderr=nowhere, check=True)


@pytest.fixture
def sanchay(tmp_path: Path) -> Program:
    return Program(tmp_path)


def make(program: Program, **files: str) -> None:
    """Makes files, whose names have `__` for slashes and `_dot_` for dots."""
    for name, text in files.items():
        name = name.replace("__", "/").replace("_dot_", ".")
        path = program.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def listed(stream: Any) -> Queue[str]:
    """The lines of a stream, as they come."""
    lines: Queue[str] = Queue()

    def read() -> None:
        for line in stream:
            lines.put(line.decode())

    threading.Thread(target=read, daemon=True).start()
    return lines


# What is listed, read and compared.


def test_files_are_listed_with_slashes_by_a_path_of_any_form(
    sanchay: Program,
) -> None:
    make(sanchay, a="1", d__e__b_dot_txt="22", d__c_dot_TXT="333", _dot_hidden="4")
    assert sanchay.paths() == ["a", "d/c.TXT", "d/e/b.txt"]
    assert sanchay.paths("d\\e") == ["d/e/b.txt"]
    whole = told(sanchay.top)
    for root in [given(sanchay.top), whole, whole.replace("/", "\\")]:
        assert sanchay.paths(root, "-e", "txt") == [
            f"{whole}/d/c.TXT",
            f"{whole}/d/e/b.txt",
        ]
    assert sanchay.paths("--where", 'size > 2 and name ~ "^c"') == ["d/c.TXT"]
    assert sanchay.paths("--hidden", "--max-depth", "1") == [".hidden", "a"]


def test_files_have_the_digests_that_others_compute(sanchay: Program) -> None:
    make(sanchay, a="one", d__b="two")
    lines = sanchay.run("hash", "--sha256", "--sort", "path", "a", "d")[0].splitlines()
    expected = [
        f"{hashlib.sha256(text).hexdigest()}  {name}"
        for name, text in [("a", b"one"), ("d/b", b"two")]
    ]
    assert lines == expected
    checked, _ = sanchay.run("hash", "--check", "-", data="\r\n".join(lines).encode())
    assert checked.splitlines() == ["a: OK", "d/b: OK"]


def test_equal_files_are_found_and_names_of_one_file_are_counted(
    sanchay: Program,
) -> None:
    make(sanchay, a="same", b="same", c="else", d="same as none")
    os.link(sanchay.top / "a", sanchay.top / "z")
    found = csv.DictReader(
        io.StringIO(sanchay.run("scan", "--fields", "path,links", "--format", "csv")[0])
    )
    links = {it["path"]: it["links"] for it in found}
    assert links == {"a": "2", "b": "1", "c": "1", "d": "1", "z": "2"}
    groups = sanchay.run("dupes")[0]
    assert "b" in groups.split() and ("a" in groups.split()) != ("z" in groups.split())


def test_paths_may_be_longer_than_260_units(sanchay: Program) -> None:
    folder = sanchay.top
    for number in range(12):
        folder = folder / f"{number} a folder whose name is not short"
    assert len(str(folder)) > 400
    os.makedirs(beyond(folder))
    for name in ["a", "b"]:
        Path(beyond(folder / name)).write_text("deep")
    below = folder.relative_to(sanchay.top).as_posix()
    assert sanchay.paths() == [f"{below}/a", f"{below}/b"]
    digest = hashlib.sha256(b"deep").hexdigest()
    assert sanchay.run("hash", "--sha256", folder / "a")[0].startswith(digest)
    sanchay.run("rename", "--to", "{name}-long", "--apply")
    assert sorted(os.listdir(beyond(folder))) == ["a-long", "b-long"]
    sanchay.run("undo")
    assert sorted(os.listdir(beyond(folder))) == ["a", "b"]


@on_windows_itself
def test_a_name_of_255_units_is_like_others(sanchay: Program) -> None:
    # 765 bytes: the file systems that Wine has here take 255.
    name = "日" * 255
    Path(beyond(sanchay.top / name)).write_text("text")
    sanchay.run("rename", "--to", "a", "--apply")
    assert os.listdir(sanchay.top) == ["a"]
    sanchay.run("undo")
    assert os.listdir(sanchay.top) == [name]
    _, said = sanchay.run("rename", "--to", "{name}x", "--apply", code=1)
    assert "longer than 255 bytes" in said, said


def test_links_to_paths_are_urls(sanchay: Program) -> None:
    make(sanchay, d__a="text")
    line, _ = sanchay.run("scan", "--fields", "path", "--hyperlink=always")
    url, path = line.removeprefix("\x1b]8;;").split("\x1b\\", 1)
    top = urllib.parse.quote(told(sanchay.top), safe="/:")
    assert url == f"file:///{top}/d/a", url
    assert path.startswith("d/a"), path


@on_windows_itself
def test_a_name_with_half_a_pair_comes_back_as_it_was(sanchay: Program) -> None:
    # Wine keeps names as UTF-8 and has no such name.
    (sanchay.top / "half-\ud83d.txt").write_text("text")
    [record] = sanchay.records("scan")
    name = base64.b64decode(record["path_base64"])
    assert name == b"half-\xed\xa0\xbd.txt"
    sanchay.run("rename", "--replace", "s/half/whole/", "--apply")
    assert os.listdir(sanchay.top) == ["whole-\ud83d.txt"]


def test_names_that_win32_changes_are_files_like_others(sanchay: Program) -> None:
    odd = ["CON", "nul.txt", "com1", "dot.", "space "]
    for name in odd:
        Path(beyond(sanchay.top / name)).write_text(name)
    assert sanchay.paths() == sorted(odd)
    for name in odd:
        digest = hashlib.sha256(name.encode()).hexdigest()
        assert sanchay.run("hash", "--sha256", name)[0].split()[0] == digest
    sanchay.run("delete", "--permanent", "--apply", ".")
    assert os.listdir(sanchay.top) == []


@pytest.mark.parametrize("path", ["C:a", "C:", "a:stream", "a::$DATA"])
def test_a_path_that_may_mean_two_things_is_refused(
    sanchay: Program, path: str
) -> None:
    make(sanchay, a="text")
    for words in [
        ("scan", path),
        ("hash", path),
        ("scan", "-o", path),
        ("copy", "a", "--apply", "--into", path),
        ("store", "init", path),
    ]:
        _, said = sanchay.run(*words, code=2)
        assert path in said, said
    assert sanchay.contents() == {"a": b"text"}


def test_no_output_is_written_under_another_name(sanchay: Program) -> None:
    make(sanchay, a="text")
    for name in ["out.", "out "]:
        _, said = sanchay.run("scan", "-o", name, code=2)
        assert "ends in a dot or a space" in said, said
    assert sanchay.contents() == {"a": b"text"}


def test_a_server_that_is_not_there_is_no_folder_of_the_drive(
    sanchay: Program,
) -> None:
    make(sanchay, a="text")
    for into in ["//sanchay-nowhere", "//sanchay-nowhere/share/x", "\\\\"]:
        sanchay.run("copy", "a", "--apply", "--into", into, code=2)
    top = Path("C:/") if ON_WINDOWS else TARGET / "wine-prefix/drive_c"
    assert not [it for it in os.listdir(top) if "nowhere" in it]
    assert sanchay.contents() == {"a": b"text"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lists_may_be_as_shells_of_windows_write_them(
    sanchay: Program, encoding: str
) -> None:
    make(sanchay, one="1", zwei_ä="2", three="3")
    listed = "one\r\nzwei_ä\r\n".encode(encoding)
    (sanchay.top / "list").write_bytes(listed)
    named = sanchay.records("scan", "--files-from", "list")
    assert sorted(it["path"] for it in named) == ["one", "zwei_ä"]
    out, _ = sanchay.run("scan", "--files-from", "-", data=listed)
    assert len(out.splitlines()) == 2
    digests, _ = sanchay.run("hash", "--sha256", "one", "zwei_ä")
    (sanchay.top / "sums").write_bytes(
        digests.replace("\n", "\r\n").encode(encoding)
    )
    checked, _ = sanchay.run("hash", "--check", "sums")
    assert sorted(checked.splitlines()) == ["one: OK", "zwei_ä: OK"]
    plan, _ = sanchay.run("rename", "--to", "{name}2", "zwei_ä")
    (sanchay.top / "plan").write_bytes(plan.replace("\n", "\r\n").encode(encoding))
    sanchay.run("apply", "plan")
    assert (sanchay.top / "zwei_ä2").read_text() == "2"


def test_a_backslash_in_a_glob_separates_names(sanchay: Program) -> None:
    make(sanchay, a="1", d__e__b_dot_txt="2", d__c_dot_txt="3", f__b_dot_txt="4")
    assert sanchay.paths("--glob", "d\\e\\*.txt") == ["d/e/b.txt"]
    assert sanchay.paths("--iglob", "D\\**\\*.TXT") == ["d/c.txt", "d/e/b.txt"]
    assert sanchay.paths("--exclude", "d\\") == ["a", "f/b.txt"]
    assert sanchay.paths("--glob", "!f\\b*") == ["a", "d/c.txt", "d/e/b.txt"]
    words = ("--json", "--root", ".", "--destination", "out", "--include", "d\\e\\*")
    said, _ = sanchay.run("attachments", "manifest", "snapshot", *words)
    manifest = json.loads((sanchay.top / json.loads(said)["manifest"]).read_text())
    assert [it["path"] for it in manifest["paths"]] == ["d/e/b.txt"]


def test_what_has_the_attribute_is_hidden(sanchay: Program) -> None:
    make(sanchay, shown="1", marked="2")
    attrib = ["attrib"] if ON_WINDOWS else [str(HERE / "wine"), "attrib"]
    nowhere = subprocess.DEVNULL
    subprocess.run(
        [*attrib, "+h", given(sanchay.top / "marked")],
        check=True,
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
    )
    assert sanchay.paths() == ["shown"]
    assert sanchay.paths("--hidden") == ["marked", "shown"]


@on_windows_itself
def test_what_would_have_to_be_fetched_is_read_if_that_is_asked_for(
    sanchay: Program,
) -> None:
    # Wine keeps no such attribute.
    make(sanchay, here="text", elsewhere="text")
    path = given(sanchay.top / "elsewhere")
    subprocess.run(["attrib", "+o", path], check=True)
    assert sanchay.paths() == ["elsewhere", "here"]
    _, said = sanchay.run("dupes", code=3)
    assert "SANCHAY_FETCH=1" in said
    sanchay.environment["SANCHAY_FETCH"] = "1"
    assert "elsewhere" in sanchay.run("dupes")[0]


@on_windows_itself
def test_a_junction_is_a_link(sanchay: Program) -> None:
    # Wine shows links of this machine as what they lead to.
    make(sanchay, d__a="text")
    link = sanchay.top / "link"
    subprocess.run(
        ["cmd", "/c", "mklink", "/J", str(link), str(sanchay.top / "d")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert sanchay.paths() == ["d/a"]
    assert sanchay.paths("--follow") == ["d/a", "link/a"]
    sanchay.paths("--follow", "--beneath", code=3)


@on_windows_itself
def test_a_file_that_another_process_holds_costs_a_message(sanchay: Program) -> None:
    # A process of this machine does not hold files against Wine's.
    make(sanchay, a="free", held="held")
    kernel = getattr(ctypes, "WinDLL")("kernel32")
    kernel.CreateFileW.restype = ctypes.c_void_p
    # To be read and written, by nobody else; one that is there.
    held = kernel.CreateFileW(
        str(sanchay.top / "held"), 0xC0000000, 0, None, 3, 0, None
    )
    assert held != ctypes.c_void_p(-1).value
    try:
        out, said = sanchay.run("hash", "--sha256", code=3)
        assert out.split() == [hashlib.sha256(b"free").hexdigest(), "a"]
        assert said.startswith("sanchay: held: cannot open: "), said
        _, said = sanchay.run("delete", "--permanent", "--apply", code=3)
        assert "held: cannot delete: " in said, said
        assert os.listdir(sanchay.top) == ["held"]
    finally:
        kernel.CloseHandle(ctypes.c_void_p(held))


def test_commands_are_run_for_files_and_may_be_batch_files(
    sanchay: Program,
) -> None:
    make(sanchay, a="1", d__b_dot_txt="2")
    out, _ = sanchay.run("scan", "-x", "cmd", "/c", "echo", "{/}", "{//}", ";", ".")
    lines = sorted(it.split() for it in out.splitlines())
    assert [it[0] for it in lines] == ["a", "b.txt"], out


def test_no_name_is_a_command_for_the_interpreter(sanchay: Program) -> None:
    make(sanchay, **{"a&echo injected": "1", "%OS%": "2", "plain": "3"})
    for option in ["-x", "-X"]:
        words = ("scan", option, "cmd.exe", "/c", "echo", "got")
        out, said = sanchay.run(*words, code=1)
        assert out.split() == ["got", "plain"], out
        assert "a&echo injected: cmd would read" in said, said


def test_settings_are_taken_from_a_file_that_nobody_else_may_write(
    sanchay: Program,
) -> None:
    make(sanchay, a="1", d__b="2")
    named = sanchay.top.parent / "own.toml"
    named.write_text("[scan]\nmax-depth = 1\n")
    del sanchay.environment["SANCHAY_NO_CONFIG"]
    assert sanchay.paths("--config", named) == ["a"]
    found = sanchay.top / "sanchay.toml"
    found.write_text(named.read_text())
    assert sanchay.paths() == ["a", "sanchay.toml"]
    if ON_WINDOWS:
        everyone = ["icacls", str(found), "/grant", "*S-1-1-0:W"]
        subprocess.run(everyone, check=True, stdout=subprocess.DEVNULL)
    else:
        found.chmod(0o666)
    out, said = sanchay.run("scan", "--sort", "path", "--fields", "path")
    assert out.split() == ["a", "d/b", "sanchay.toml"], out
    assert "not read: other users may write it" in said, said


# The catalog.


def test_a_second_run_with_a_catalog_reads_nothing(sanchay: Program) -> None:
    make(sanchay, a="one", d__b="two")
    # What was changed within the last two seconds is not relied on.
    time.sleep(2.5)
    hashing = ("hash", "-v", "--sort", "path", f"--catalog={given(sanchay.catalog)}")
    first, said = sanchay.run(*hashing, ".")
    assert "bytes: 6," in said, said
    again, said = sanchay.run(*hashing, ".")
    assert again == first
    assert "bytes: 0," in said, said


def test_snapshots_tell_what_became_of_files(sanchay: Program) -> None:
    make(sanchay, a="one", b="two")
    catalog = f"--catalog={given(sanchay.catalog)}"
    sanchay.run("snapshot", catalog, "--name", "first", ".")
    (sanchay.top / "a").write_text("one more")
    (sanchay.top / "b").rename(sanchay.top / "c")
    found = sanchay.records("diff", catalog, "first", ".", code=1)
    assert {it["path"] for it in found} >= {"a", "c"}, found


def test_the_history_of_a_path_below_a_folder_is_told(sanchay: Program) -> None:
    make(sanchay, d__a="one")
    catalog = f"--catalog={given(sanchay.catalog)}"
    sanchay.run("snapshot", catalog, "--name", "first", ".")
    for path in ["d/a", "d\\a", sanchay.top / "d" / "a"]:
        [found] = sanchay.records("history", catalog, path)
        assert found["size"] == 3, found


def test_watch_tells_of_a_change(sanchay: Program) -> None:
    make(sanchay, a="one")
    watching = sanchay.start("watch", "--catalog", sanchay.catalog, ".")
    try:
        lines = listed(watching.stdout)
        deadline = time.monotonic() + LIMIT
        number = 0
        while time.monotonic() < deadline:
            number += 1
            (sanchay.top / f"new-{number}").write_text("text")
            try:
                assert "new-" in lines.get(timeout=5)
                return
            except Empty:
                assert watching.poll() is None
        pytest.fail("it told nothing")
    finally:
        watching.kill()
        watching.communicate()


# What changes files.


def test_files_are_renamed_moved_and_copied_and_it_is_undone(
    sanchay: Program,
) -> None:
    make(sanchay, in__A_dot_TXT="a", in__deep__B_dot_TXT="b")
    before = sanchay.contents()
    runs: list[tuple[str | Path, ...]] = [
        ("rename", "--to", "{stem}-{n:02}.{ext:lower}", "in"),
        ("move", "--into", "out\\{ext}", "in"),
        ("move", "--into", sanchay.top / "out", "in"),
        ("copy", "--into", "out", "--verify", "in"),
        ("link", "--into", "out", "in"),
        ("rename", "--replace", "s/A/a/", "in"),
    ]
    for words in runs:
        sanchay.run(*words, "--apply")
        assert sanchay.contents() != before, words
        sanchay.run("undo")
        assert sanchay.contents() == before, words


def test_a_plan_is_applied_from_a_file_and_a_pipe(sanchay: Program) -> None:
    make(sanchay, a="1")
    plan, _ = sanchay.run("rename", "--to", "{name}2", ".")
    header = json.loads(plan.splitlines()[0])
    assert header["roots"][0]["path"] == told(sanchay.top)
    sanchay.run("apply", "-", data=plan.encode())
    assert sanchay.contents() == {"a2": b"1"}
    plan_file = sanchay.top.parent / "plan"
    sanchay.run("rename", "--to", "{name}2", ".", "--plan", plan_file)
    sanchay.run("apply", plan_file)
    assert sanchay.contents() == {"a22": b"1"}


@pytest.mark.parametrize(
    "name",
    ["CON", "nul.txt", "COM1", "conin$", "a.", "a ", "x:y", "a?", "back\\\\slash"]
)
def test_no_name_is_made_that_others_could_not_open(
    sanchay: Program, name: str
) -> None:
    make(sanchay, a="text", b="text")
    _, said = sanchay.run("rename", "--to", name, "a", "--apply", code=2)
    assert "the new name is none on Windows" in said, said
    assert sanchay.contents() == {"a": b"text", "b": b"text"}
    # Nor does an edited plan make one.
    plan, _ = sanchay.run("rename", "--to", "instead", "a")
    edited = plan.replace('"instead"', json.dumps(name))
    assert edited != plan
    _, said = sanchay.run("apply", "-", "--force-edited", data=edited.encode(), code=2)
    assert "could open" in said, said
    assert sanchay.contents() == {"a": b"text", "b": b"text"}


def test_links_that_cannot_be_made_are_not_planned(sanchay: Program) -> None:
    make(sanchay, a="same", b="same")
    for words in [
        ("link", "--symbolic", "--into", "links", "."),
        ("link", "--reflink", "--into", "links", "."),
        ("dedupe", "--action", "symlink", "."),
        ("dedupe", "--action", "reflink", "."),
    ]:
        _, said = sanchay.run(*words, "--apply", code=2)
        assert "no symbolic links" in said or "cannot share" in said, said
    assert sanchay.contents() == {"a": b"same", "b": b"same"}


def test_names_that_differ_in_case_alone_collide_in_a_plan(sanchay: Program) -> None:
    make(sanchay, one="1", two="2", d__Three="3")
    before = sanchay.contents()
    _, said = sanchay.run("rename", "--replace", "s/two/ONE/", ".", "--apply", code=2)
    assert "two" in said, said
    to = ("rename", "--kind", "file", "--replace", "s/one/same/", "--replace")
    _, said = sanchay.run(*to, "s/two/SAME/", ".", "--apply", code=2)
    assert "gets the same name" in said, said
    assert sanchay.contents() == before
    # A name that changes its case only collides with none.
    sanchay.run("rename", "--replace", "s/Three/THREE/", "--apply", ".")
    assert os.listdir(sanchay.top / "d") == ["THREE"]


def test_what_is_thrown_away_comes_back(sanchay: Program) -> None:
    make(sanchay, a="one", d__b="two")
    before = sanchay.contents()
    sanchay.run("delete", "--apply", "--kind", "file", ".")
    left = sanchay.contents()
    assert all(name.startswith(".sanchay-trash/") for name in left), left
    if ON_WINDOWS:
        # It is in the recycle bin of the volume, and not beneath the root.
        assert os.listdir(sanchay.top) == ["d"]
    sanchay.run("undo")
    assert before.items() <= sanchay.contents().items()


def test_a_protected_file_is_deleted_copied_and_brought_back(sanchay: Program) -> None:
    make(sanchay, a="same", b="same")
    for name in ["a", "b"]:
        os.chmod(sanchay.top / name, 0o444)
    sanchay.run("copy", "--into", "out", "a", "--apply")
    assert not os.access(sanchay.top / "out/a", os.W_OK) or not ON_WINDOWS
    sanchay.run("undo")
    sanchay.run("dedupe", "--action", "delete", "--apply", ".")
    assert len(sanchay.contents()) == 1
    sanchay.run("undo")
    assert sanchay.contents() == {"a": b"same", "b": b"same"}
    assert (sanchay.top / "a").stat().st_mode & 0o222 == 0
    assert (sanchay.top / "b").stat().st_mode & 0o222 == 0
    sanchay.run("delete", "--permanent", "--apply", ".")
    assert sanchay.contents() == {}


# Stores, attachments, the service.


def test_a_store_gives_back_what_was_put_into_it(sanchay: Program) -> None:
    make(sanchay, d__a="one", d__e__b="two" * 100_000, d__empty="")
    store = sanchay.top / "store"
    sanchay.run("store", "init", store)
    sanchay.run("store", "put", store, "d", "--name", "first")
    sanchay.run("store", "check", store)
    sanchay.run("store", "get", store, "first", sanchay.top / "back")
    for name in ["a", "e/b", "empty"]:
        [found] = (sanchay.top / "back").rglob(name.rsplit("/", 1)[-1])
        assert found.read_bytes() == (sanchay.top / "d" / name).read_bytes()
    # A part of it.
    sanchay.run("store", "get", store, "first", sanchay.top / "part", "e\\b")
    [found] = (it for it in (sanchay.top / "part").rglob("*") if it.is_file())
    assert found.read_bytes() == b"two" * 100_000
    # Of several roots, the whole paths.
    sanchay.run("store", "put", store, "d/e", "d/a", "--name", "second")
    sanchay.run("store", "get", store, "second", sanchay.top / "again")
    [found] = (sanchay.top / "again").rglob("b")
    assert found.read_bytes() == b"two" * 100_000


@pytest.fixture
def drives(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Two folders that are drives, by the tops of these."""
    letters = {f"{it}:\\": tmp_path / f"drive_{it}" for it in "RS"}
    devices = TARGET / "wine-prefix/dosdevices"
    for top, folder in letters.items():
        folder.mkdir()
        if ON_WINDOWS:
            subprocess.run(["subst", top[:2], str(folder)], check=True)
        else:
            (devices / top[:2].lower()).symlink_to(folder)
    yield letters
    for top in letters:
        if ON_WINDOWS:
            subprocess.run(["subst", top[:2], "/d"], check=True)
        else:
            (devices / top[:2].lower()).unlink()


def test_whole_drives_are_stored_and_come_back(
    sanchay: Program, drives: dict[str, Path]
) -> None:
    for top, folder in drives.items():
        (folder / "d").mkdir()
        (folder / "d/file").write_text(top)
    store = sanchay.top / "store"
    sanchay.run("store", "init", store)
    sanchay.run("store", "put", store, *drives, "--name", "both")
    sanchay.run("store", "check", store)
    sanchay.run("store", "get", store, "both", sanchay.top / "back")
    for top in drives:
        back = sanchay.top / "back" / top[0] / "d/file"
        assert back.read_text() == top
    [one, two] = drives
    sanchay.run("move", f"{one}d\\file", "--into", two, "--apply")
    assert (drives[two] / "file").read_text() == one
    sanchay.run("undo")
    assert (drives[one] / "d/file").read_text() == one
    sanchay.run("copy", one, "--into", f"{two}new\\below", "--apply")
    assert (drives[two] / "new/below/d/file").read_text() == one
    sanchay.run("undo")
    assert os.listdir(drives[two]) == ["d"]


def test_a_snapshot_of_attachments_has_the_files(sanchay: Program) -> None:
    make(sanchay, d__a_dot_txt="hello", d__sub__b_dot_txt="world")
    words = ("--json", "--root", "d", "--destination", "out", "--name", "one")
    said, _ = sanchay.run("attachments", "manifest", "snapshot", *words)
    manifest = json.loads((sanchay.top / json.loads(said)["manifest"]).read_text())
    assert [it["path"] for it in manifest["paths"]] == ["a.txt", "sub/b.txt"]


@pytest.fixture
def service(sanchay: Program) -> Iterator[tuple[str, str]]:
    make(sanchay, a="one")
    catalog = f"--catalog={given(sanchay.catalog)}"
    words = ("serve", sanchay.top, "--listen", "127.0.0.1:0", catalog)
    running = sanchay.start(*words)
    try:
        line = listed(running.stdout).get(timeout=LIMIT)
        base, token = line.strip().split("/#token=")
        yield base, token
    finally:
        running.kill()
        running.communicate()


def test_the_service_answers_on_this_machine(service: tuple[str, str]) -> None:
    base, token = service
    body = json.dumps({"token": token}).encode()
    heading = {"content-type": "application/json", "origin": base}
    asked = urllib.request.Request(f"{base}/api/v1/session", body, heading)
    with urllib.request.urlopen(asked, timeout=LIMIT) as answer:
        key = json.load(answer)["key"]
    heading["authorization"] = f"Bearer {key}"
    asked = urllib.request.Request(f"{base}/api/v1/roots", headers=heading)
    with urllib.request.urlopen(asked, timeout=LIMIT) as answer:
        assert json.load(answer)


# How it ends.


def test_a_reader_that_goes_away_ends_it_quietly(sanchay: Program) -> None:
    for number in range(3000):
        (sanchay.top / f"a file with a name that is not short {number}").touch()
    running = sanchay.start("scan")
    assert running.stdout is not None and running.stderr is not None
    assert running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(LIMIT) == 0


@on_windows_itself
@pytest.mark.parametrize("event", ["CTRL_BREAK_EVENT"])
def test_ctrl_break_ends_a_run(sanchay: Program, event: str) -> None:
    # Processes of Wine have no console here.
    running = sanchay.start(
        "watch",
        "--catalog",
        sanchay.catalog,
        ".",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP"),
    )
    make(sanchay, new="text")
    assert listed(running.stdout).get(timeout=LIMIT)
    running.send_signal(getattr(signal, event))
    assert running.wait(LIMIT) == 130
