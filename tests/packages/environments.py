"""Environments with nothing in them, to install into, and what is in them then."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Runs a program with words and gives what it wrote to its standard output.
Run = Callable[..., str]

# Files of a tree, two of them the same.
FILES = {
    "a.txt": b"content",
    "sub/the same": b"content",
    "sub/été 😀.md": b"another content",
    "sub/deep/zeros": bytes(3_000_000),
    ".hidden": b"not shown",
}


@dataclass(frozen=True)
class Root:
    """A folder that programs take for the root, in namespaces of their own."""

    path: Path
    # Folders of this machine that are in it while something runs.
    shown: dict[str, Path] = field(default_factory=dict)
    read_only: bool = False
    # The words of bwrap for who runs it; all that root may by default.
    who: Sequence[str] = ("--uid", "0", "--gid", "0", "--cap-add", "ALL")
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, code: int = 0) -> str:
        """Runs a program: no network, and nothing of this machine but these."""
        bind = "--ro-bind" if self.read_only else "--bind"
        line = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
        line += [bind, str(self.path), "/", "--proc", "/proc", "--dev", "/dev"]
        line += ["--tmpfs", "/tmp", "--clearenv", *self.who]
        for inside, outside in self.shown.items():
            line += ["--bind", str(outside), inside]
        variables = {"PATH": PATH, "HOME": "/tmp/home", **self.variables}
        for name, value in variables.items():
            line += ["--setenv", name, value]
        return run_here(*line, *words, code=code)

    def listing(self) -> dict[str, str]:
        """All that is in it: the contents of files by digest, links, modes."""
        return listing(self.path)


PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run_here(*words: str, code: int = 0) -> str:
    done = subprocess.run(words, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace")
    assert done.returncode == code, f"{words} ended with {done.returncode}: {said}"
    return done.stdout.decode()


def listing(folder: Path) -> dict[str, str]:
    """All that is in a folder: the contents of files by digest, links, modes."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            status = path.lstat()
            what = f"{stat.filemode(status.st_mode)} {status.st_uid} {status.st_gid}"
            if path.is_symlink():
                what += f" -> {path.readlink()}"
            elif path.is_file():
                digest = hashlib.sha256(path.read_bytes())
                what += f" {digest.hexdigest()}"
            found[str(path.relative_to(folder))] = what
    return found


def make_tree(folder: Path) -> Path:
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o666)
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o777)
    return folder


def does_its_job(run: Run, program: str, data: str, state: str) -> None:
    """Asks a program that was installed for what it is there for.

    `data` is a tree that `make_tree` made, and `state` a folder that may be
    written to, both as the program sees them.
    """
    shown = {
        f"{data}/{name}": content
        for name, content in sorted(FILES.items())
        if not name.startswith(".")
    }

    def ask(*words: str, code: int = 0) -> str:
        return run(program, "--no-config", *words, code=code)

    fields = ("--fields", "path,size", "--format", "json")
    listed = json.loads(ask("scan", "--sort", "path", *fields, data))
    sizes = [{"path": path, "size": len(it)} for path, it in shown.items()]
    assert listed == sizes

    sums = ask("hash", "--sort", "path", "-a", "sha256", data).splitlines()
    digests = {path: hashlib.sha256(it).hexdigest() for path, it in shown.items()}
    assert sums == [f"{digest}  {path}" for path, digest in digests.items()]

    [group] = ask("dupes", "--sort", "path", "--format", "ndjson", data).splitlines()
    same = [it["path"] for it in json.loads(group)["files"]]
    assert same == [f"{data}/a.txt", f"{data}/sub/the same"]

    # What changes files: done, and taken back.
    journals = ("--state-dir", state)
    to = ("--to", "{stem:upper}.{ext}", "--apply")
    ask("rename", *to, *journals, f"{data}/a.txt")
    names = ask("scan", "--max-depth", "1", "--template", "{name}", data).split()
    assert names == ["A.txt"]
    ask("undo", *journals)

    # What remembers.
    catalog = f"--catalog={state}/catalog.db"
    ask("snapshot", catalog, "--name", "before", data)
    assert ask("diff", catalog, "before", data) == ""
