"""The calls that change files: each makes a plan, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._batch import (
    AppliedRun,
    BatchPlan,
    BatchRun,
    Location,
    UndoneRun,
)
from sanchay._calls import GROUPS
from sanchay._keywords import (
    BatchOptions,
    DedupeOptions,
    DedupeSimilarOptions,
    GroupOptions,
    LikenessOptions,
    NameOptions,
    RunOptions,
)
from sanchay._options import Unpack, split, takes
from sanchay._similar import LIKENESS
from sanchay._types import (
    DedupeAction,
    OnProgress,
    Paths,
    SimilarAction,
    Template,
    Texts,
    WalkOptions,
)

__all__ = [
    "copy",
    "dedupe",
    "dedupe_similar",
    "delete",
    "link",
    "load_plan",
    "move",
    "rename",
    "resume",
    "runs",
    "undo",
]


@takes(NameOptions, BatchOptions, WalkOptions, RunOptions)
def rename(
    roots: Paths | None,
    to: Template | None = None,
    *,
    progress: OnProgress | None = None,
    **options: Unpack[NameOptions],
) -> BatchPlan:
    """Plan to give entries other names, each in its folder or below that.

        plan = sanchay.rename("photos", "{taken:%Y}/{stem}.{ext}", extension="jpg")
        print(plan.conflicts)
        run = plan.apply()
        sanchay.undo(run)

    Everything is found before anything is renamed: names that are taken, names
    that two entries would get, names that cannot be. Entries that swap their
    names go by a temporary one. Only regular files are renamed, unless kind says
    otherwise. Links are not followed.

    Args:
        roots: A directory, or several; None is the current directory. A root
            that is a file is renamed itself.
        to: The template of the new names: {stem}, {ext}, {modified:%Y}, {n:03},
            {hash:8}, {taken|modified:%Y}, ...; docs/FORMATS.md has all. A slash
            makes folders below the one that the entry is in. None is {name},
            for replace alone. Or a function, which is called with the path of
            each entry and answers with its new name, or None to leave it as it
            is.
        **options: As NameOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is not there.
        Cancelled: The progress callback returned False.
    """
    return _plan(rename, roots, {"to": to}, options, progress)


@takes(NameOptions, BatchOptions, WalkOptions, RunOptions)
def move(
    roots: Paths | None,
    into: Location,
    *,
    to: Template | None = None,
    flat: bool = False,
    progress: OnProgress | None = None,
    **options: Unpack[NameOptions],
) -> BatchPlan:
    """Plan to move entries into a folder.

    To another file system a file is copied, the copy is read again and
    compared, and then the original is removed.

    Args:
        roots: A directory, or several; None is the current directory.
        into: The folder: a path, or a template of one, as
            "sorted/{ext}/{modified:%Y}". The part up to the last slash before
            the first placeholder is a path.
        to: The template of new names, or a function of them, as in rename();
            None keeps them.
        flat: Put entries directly into the folder, and not into folders like
            those below each root.
        **options: As NameOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        OSError: A root is not there, or the folder can be none.
        Cancelled: The progress callback returned False.
    """
    own = {"into": into, "to": to, "flat": flat}
    return _plan(move, roots, own, options, progress)


@takes(NameOptions, BatchOptions, WalkOptions, RunOptions)
def copy(
    roots: Paths | None,
    into: Location,
    *,
    to: Template | None = None,
    flat: bool = False,
    verify: bool = False,
    progress: OnProgress | None = None,
    **options: Unpack[NameOptions],
) -> BatchPlan:
    """Plan to copy files and links into a folder.

    A copy appears at once and whole, with times, permissions, extended
    attributes and holes; where the file system can, it shares its blocks.

    Args:
        roots: A directory, or several; None is the current directory.
        into: The folder: a path, or a template of one, as in move().
        to: The template of new names, or a function of them, as in rename();
            None keeps them.
        flat: Put copies directly into the folder, and not into folders like
            those below each root.
        verify: Read each copy again, and compare it with what was read.
        **options: As NameOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        OSError: A root is not there, or the folder can be none.
        Cancelled: The progress callback returned False.
    """
    own = {"into": into, "to": to, "flat": flat, "verify": verify}
    return _plan(copy, roots, own, options, progress)


@takes(NameOptions, BatchOptions, WalkOptions, RunOptions)
def link(
    roots: Paths | None,
    into: Location,
    *,
    to: Template | None = None,
    flat: bool = False,
    symbolic: bool = False,
    reflink: bool = False,
    progress: OnProgress | None = None,
    **options: Unpack[NameOptions],
) -> BatchPlan:
    """Plan to link files into a folder: by hard links, unless told otherwise.

    Args:
        roots: A directory, or several; None is the current directory.
        into: The folder: a path, or a template of one, as in move().
        to: The template of new names, or a function of them, as in rename();
            None keeps them.
        flat: Put links directly into the folder, and not into folders like
            those below each root.
        symbolic: Make symbolic links.
        reflink: Make files that share the contents' blocks, where the file
            system can.
        **options: As NameOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        OSError: A root is not there, or the folder can be none.
        Cancelled: The progress callback returned False.
    """
    own = {
        "into": into,
        "to": to,
        "flat": flat,
        "symbolic": symbolic,
        "reflink": reflink,
    }
    return _plan(link, roots, own, options, progress)


@takes(BatchOptions, WalkOptions, RunOptions)
def delete(
    roots: Paths,
    *,
    permanent: bool = False,
    progress: OnProgress | None = None,
    **options: Unpack[BatchOptions],
) -> BatchPlan:
    """Plan to delete entries: to the trash, from which undo() takes them back.

    Args:
        roots: A directory, or several.
        permanent: Delete for good: undo() cannot take that back. A directory
            must be empty then.
        **options: As BatchOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is not there.
        Cancelled: The progress callback returned False.
    """
    if cast("Paths | None", roots) is None:
        raise TypeError("roots: expected a path or several, not None")
    return _plan(delete, roots, {"permanent": permanent}, options, progress)


@takes(GroupOptions, BatchOptions, WalkOptions, RunOptions)
def dedupe(
    roots: Paths | None,
    action: DedupeAction,
    *,
    keep: Texts = (),
    into: Location | None = None,
    catalog: Location | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[DedupeOptions],
) -> BatchPlan:
    """Plan to have files make way that are the same as one that stays.

        plan = sanchay.dedupe("photos", "hardlink", keep="oldest")
        print(plan.duplicates.reclaimable)
        plan.apply()

    Groups are found as by duplicates(). Right before a file makes way, both are
    compared byte by byte: one that was changed since stays, and is named. One
    file of every group stays, always.

    Args:
        roots: A directory, or several; None is the current directory.
        action: What becomes of a file that is the same as one that stays:
            "hardlink" makes it a name of that, "reflink" has it share its
            blocks, "symlink" makes it a symbolic link; "trash", "delete";
            "move-to" moves it into a folder.
        keep: The rules that say which file stays, in their order: oldest,
            newest, largest, smallest, shortest-path, longest-path, first-root,
            "under:FOLDER", "regex:REGEX". Where they leave several, the first
            path in the order of bytes stays.
        into: With "move-to": the folder.
        catalog: A file in which digests are remembered, as in duplicates().
        **options: As DedupeOptions. Files of reference and against all stay.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is not there.
        Cancelled: The progress callback returned False.
    """
    walk, others = split(dedupe, options)
    groups = {name: others[name] for name in GROUPS}
    plan = _native.plan_dedupe(
        roots,
        walk,
        action,
        keep,
        into,
        groups,
        others["algorithm"],
        others["hardlinks"],
        others["on_conflict"],
        catalog,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
    )
    return BatchPlan(plan)


@takes(LikenessOptions, BatchOptions, WalkOptions, RunOptions)
def dedupe_similar(
    roots: Paths | None,
    action: SimilarAction,
    *,
    keep: Texts = (),
    into: Location | None = None,
    reference: Paths = (),
    progress: OnProgress | None = None,
    **options: Unpack[DedupeSimilarOptions],
) -> BatchPlan:
    """Plan to have files make way that are similar to one that stays.

        plan = sanchay.dedupe_similar("photos", "trash", images=True, keep="largest")
        for step in plan.entries():
            print(step.from_path, step.like, step.because)
        plan.apply()

    Files are found as by similar(): texts that are nearly the same, or with
    ``images=True`` pictures that look the same. Each makes way for a file that it
    is itself as alike as the threshold says, or more. There is nothing to
    compare byte by byte: right before a file makes way, it and the one that
    stays must be what they were when they were judged, or it stays.

    Args:
        roots: A directory, or several; None is the current directory.
        action: What becomes of a file that is similar to one that stays:
            "trash"; "delete", which undo() cannot take back; "move-to" moves it
            into a folder.
        keep: The rules that say which file stays, as in dedupe(). largest and
            smallest count the pixels of pictures first, then bytes.
        into: With "move-to": the folder.
        reference: A directory or file, or several, whose files all stay.
        **options: As DedupeSimilarOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is not there.
        Cancelled: The progress callback returned False.
    """
    walk, others = split(dedupe_similar, options)
    plan = _native.plan_dedupe_similar(
        roots,
        walk,
        action,
        keep,
        into,
        reference,
        {name: others[name] for name in LIKENESS},
        others["on_conflict"],
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
    )
    return BatchPlan(plan)


def _plan(
    call: Callable[..., BatchPlan],
    roots: Paths | None,
    own: dict[str, Any],
    options: Mapping[str, Any],
    progress: OnProgress | None,
) -> BatchPlan:
    """Make a plan of the arguments of a call."""
    walk, others = split(call, options)
    threads, errors = others.pop("threads"), others.pop("errors")
    plan = _native.plan_batch(
        call.__name__,
        roots,
        walk,
        {**others, **own},
        threads,
        reporter(progress),
        raises(errors),
    )
    return BatchPlan(plan)


def load_plan(path: Location, *, edited: bool = False) -> BatchPlan:
    """Read a plan that BatchPlan.save() or the program wrote.

    Its paths lead nowhere but down from the roots that it names; who applies a
    plan trusts whoever made it with these folders.

    Args:
        path: The file.
        edited: Take a plan that was edited or cut since it was made.

    Raises:
        ValueError: It is no plan, was cut or edited, or is of a newer version.
        OSError: It cannot be read.
    """
    return BatchPlan(_native.load_batch(path, edited))


def undo(
    run: AppliedRun | BatchRun | str | None = None,
    *,
    dry_run: bool = False,
    state_dir: Location | None = None,
    progress: OnProgress | None = None,
) -> UndoneRun:
    """Take a run back, as far as that is possible.

    Steps are undone backwards, each only where the entry is still the one that
    the run left there, and its old place is free: nothing is replaced.

    Args:
        run: What apply() answered, one of runs(), or the name of a run or its
            beginning. None is the last one that was not undone.
        dry_run: Only tell what would be undone, and what could not be.
        state_dir: The folder of the journals, as given to apply().
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        LookupError: There is no such run.
        RuntimeError: It was undone before, or goes on in another process.
        Cancelled: The progress callback returned False.
    """
    if isinstance(run, (AppliedRun, BatchRun)):
        run = run.id
        if not run:
            # There was nothing to do: that is no reason to undo the last one.
            return UndoneRun("", 0, 0, 0, (), ())
    undone = _native.undo_batch(
        run, dry_run, state_dir, reporter(progress), UndoneRun
    )
    return cast(UndoneRun, undone)


def resume(
    run: AppliedRun | BatchRun | str,
    *,
    state_dir: Location | None = None,
    progress: OnProgress | None = None,
) -> AppliedRun:
    """Go on with a run that was killed or interrupted.

    Args:
        run: The run, as in undo().
        state_dir: The folder of the journals, as given to apply().
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        LookupError: There is no such run.
        RuntimeError: It is over, or was undone, or goes on in another process.
        Cancelled: The progress callback returned False.
    """
    if isinstance(run, (AppliedRun, BatchRun)):
        run = run.id
    applied = _native.resume_batch(
        run, state_dir, reporter(progress), AppliedRun
    )
    return cast(AppliedRun, applied)


def runs(*, state_dir: Location | None = None) -> list[BatchRun]:
    """List the runs that changed files, the oldest first.

    Args:
        state_dir: The folder of the journals, as given to apply().
    """
    return cast("list[BatchRun]", _native.list_runs(state_dir, BatchRun))
