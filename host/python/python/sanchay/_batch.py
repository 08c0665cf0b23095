"""Batches: plans of what is to be done with files, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from os import PathLike
from typing import Literal, NamedTuple, Union, cast, overload

from sanchay import _native
from sanchay._arguments import reporter
from sanchay._fields import describe
from sanchay._types import OnConflict, OnProgress, Operation, moment

__all__ = [
    "AppliedRun",
    "BatchConflict",
    "BatchPlan",
    "BatchRun",
    "BatchStep",
    "DedupeSummary",
    "Location",
    "UndoneRun",
]

#: A file or a folder.
Location = Union[str, PathLike[str]]


class BatchStep(NamedTuple):
    """What is to be done with one entry."""

    operation: Operation
    from_path: str | None
    to_path: str | None
    because: str
    size: int
    same_as: str | None = None
    like: str | None = None


describe(
    BatchStep,
    operation="What is done.",
    from_path=(
        "The entry that it is done to, as it is reached from the root that was "
        "given; None for a folder that is made."
    ),
    to_path="Where the result will be; None where there is none.",
    because="Why, in a word or two.",
    size="The entry's size in bytes.",
    same_as="The equal file that stays, where the entry makes way for one.",
    like="The similar file that stays, likewise.",
)


class BatchConflict(NamedTuple):
    """An entry that something stands in the way of."""

    from_path: str
    to_path: str | None
    why: str


describe(
    BatchConflict,
    from_path="The entry.",
    to_path="Where it was to go; None where that is not known.",
    why="What stands in the way.",
)


class DedupeSummary(NamedTuple):
    """What a plan for equal or similar files comes to."""

    duplicates: int
    kept: int
    reclaimable: int
    ties: int


describe(
    DedupeSummary,
    duplicates="How many files make way.",
    kept="For how many files that stay.",
    reclaimable=(
        "How many bytes that frees. Names of one file, and files that share "
        "their bytes on disk, free them together or not at all."
    ),
    ties="In how many groups the rules left several files.",
)


class AppliedRun(NamedTuple):
    """What became of a plan that was applied."""

    id: str
    done: int
    refused: int
    skipped: int
    errors: tuple[OSError, ...]
    notes: tuple[OSError, ...]


describe(
    AppliedRun,
    id="What undo() and resume() know it by; empty where there was nothing to do.",
    done="Steps that were done.",
    refused=(
        "Steps that were not done: the entry is not what it was when the plan "
        "was made, its place is taken by now, the system refused."
    ),
    skipped="Steps that there was no need to do.",
    errors=(
        "Why steps were not done: an EntryError each, with the entry in "
        "filename. At most 10,000; the journal has all."
    ),
    notes=(
        "What was done and lacks something, a copy without the times of its "
        "original, say: an EntryError each."
    ),
)


class UndoneRun(NamedTuple):
    """What became of a run that was taken back."""

    id: str
    undone: int
    kept: int
    skipped: int
    errors: tuple[OSError, ...]
    notes: tuple[OSError, ...]


describe(
    UndoneRun,
    id="The run; empty where there was nothing to undo.",
    undone="Steps that were undone, or would be.",
    kept="Steps that were not: what they made was changed since, or the old "
    "place is taken.",
    skipped="Steps that there was no need to undo.",
    errors="Why steps were not undone: an EntryError each.",
    notes="What was undone and lacks something: an EntryError each.",
)


class BatchRun(NamedTuple):
    """A run that changed files, by its journal."""

    id: str
    command: str
    started_ns: int
    state: Literal["unfinished", "finished", "undone"]
    steps: int
    done: int
    failed: int
    undone: int
    kept: int

    @property
    def started(self) -> datetime:
        """When it began, in UTC, to the microsecond."""
        return moment(self.started_ns)


describe(
    BatchRun,
    id="What undo() and resume() know it by.",
    command="The command: rename, move, copy, link, delete.",
    started_ns="When it began, in nanoseconds since 1970-01-01 00:00 UTC.",
    state="How far it is; an unfinished one was ended early, or is going on.",
    steps="How many steps it has.",
    done="How many of them were done.",
    failed="How many could not be done.",
    undone="How many were undone.",
    kept="How many could not be undone.",
)


class BatchPlan(Sequence[BatchStep]):
    """What is to be done with files, found out and checked before anything is.

    rename(), move(), copy(), link(), delete(), dedupe(), dedupe_similar() and
    load_plan() make these. A plan is a sequence of its steps, in the order in
    which apply() does them; folders that are made and temporary names are among
    them. Making it changed nothing.
    It can be pickled, which keeps what save() keeps.
    """

    def __init__(self, plan: _native.Batch) -> None:
        """Not to be called: rename() and the other calls make these."""
        self._plan = plan

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self._plan)

    @overload
    def __getitem__(self, number: int) -> BatchStep: ...
    @overload
    def __getitem__(self, number: slice) -> list[BatchStep]: ...
    def __getitem__(self, number: int | slice) -> BatchStep | list[BatchStep]:
        """A step by its number, or several."""
        numbers = range(len(self))[number]
        if isinstance(numbers, range):
            return [self[it] for it in numbers]
        step = self._plan.step(numbers, BatchStep)
        if step is None:
            raise IndexError("the plan has fewer steps")
        return cast(BatchStep, step)

    @property
    def entry_count(self) -> int:
        """How many entries will be changed, as far as that was asked for."""
        return self._plan.entry_count

    def entry(self, number: int) -> BatchStep:
        """One of entries() by its number, from 0."""
        if not 0 <= number < self.entry_count:
            raise IndexError("the plan has fewer entries")
        return cast(BatchStep, self._plan.candidate(number, BatchStep))

    def entries(self) -> Iterator[BatchStep]:
        """What was asked for: a step for each entry that will be changed.

        These are the ones to show to people, in the order in which the entries
        were found.
        """
        return self._candidates(self._plan.entry_count)

    def _candidates(self, count: int) -> Iterator[BatchStep]:
        for number in range(count):
            candidate = self._plan.candidate(number, BatchStep)
            if candidate is not None:
                yield cast(BatchStep, candidate)

    @property
    def command(self) -> str:
        """The command that it was made for: "rename", "move", ..."""
        return self._plan.command

    @property
    def conflicts(self) -> tuple[BatchConflict, ...]:
        """What stands in the way of entries that are not among the steps."""
        found = self._plan.conflicts(self._plan.conflict_count, BatchConflict)
        return cast("tuple[BatchConflict, ...]", found)

    @property
    def duplicates(self) -> DedupeSummary | None:
        """What a plan of dedupe() or dedupe_similar() comes to; None for others."""
        numbers = self._plan.duplicates()
        return None if numbers is None else DedupeSummary(*numbers)

    @property
    def unchanged(self) -> int:
        """How many entries are already as they should be."""
        return self._plan.unchanged

    @property
    def errors(self) -> tuple[OSError, ...]:
        """What went wrong with entries while the tree was walked."""
        return self._plan.errors()

    def retain(self, keep: Callable[[BatchStep], bool]) -> None:
        """Keep only the entries for which a function says so.

        It is asked about those in conflict too. What stands in the way of the
        rest is found out anew: a conflict with an entry that is left out is gone.
        """
        count = self._plan.candidate_count
        self._plan.retain([bool(keep(it)) for it in self._candidates(count)])

    def check(self) -> None:
        """Look whether each step could be done now; changes nothing on disk.

        Those that could not, because their entries changed since or their places
        are taken by now, become conflicts.
        """
        self._plan.check()

    def save(self, path: Location) -> None:
        """Write it to a file, which load_plan() and the program's apply read."""
        self._plan.save(path)

    def apply(
        self,
        *,
        on_conflict: OnConflict | None = None,
        state_dir: Location | None = None,
        progress: OnProgress | None = None,
    ) -> AppliedRun:
        """Do what it says, and keep a journal of it, for undo().

        A step whose entry is not what it was when the plan was made is not
        done, nor one whose place is taken by now; the others are.

        Ctrl-C, or a callback that returns False, ends it after the step that it
        is at. The exception then has the attribute ``run``, an AppliedRun:
        resume() goes on with it, and undo() takes it back.

        Args:
            on_conflict: Decides anew what becomes of entries in conflict: "skip"
                leaves them out, "rename" gives them other names, "error" does
                nothing at all. None is what the plan was made with. Of a plan
                that was loaded, entries in conflict are left out.
            state_dir: The folder of the journals; None is the user's,
                $XDG_STATE_HOME/sanchay.
            progress: Called with a Progress, as in scan(), or True for a bar.

        Raises:
            ConflictError: There are conflicts, and nothing was done.
            Cancelled: The progress callback returned False.
            OSError: There can be no journal, and nothing was done.
        """
        run = self._plan.apply(
            on_conflict, state_dir, reporter(progress), AppliedRun
        )
        return cast(AppliedRun, run)

    def __reduce__(self) -> tuple[Callable[[bytes], BatchPlan], tuple[bytes]]:
        """Pickle it: another process has it as load_plan() would."""
        return _unpickled, (self._plan.to_bytes(),)

    def __repr__(self) -> str:
        """What it does, in numbers."""
        conflicts = self._plan.conflict_count
        more = f", {conflicts} in conflict" if conflicts else ""
        entries = self._plan.entry_count
        return f"<BatchPlan: {self.command} of {entries} entries{more}>"

    def _repr_html_(self) -> str:
        """For notebooks: the first entries and conflicts."""
        from itertools import islice

        from sanchay._html import ROWS, batch

        entries = list(islice(self.entries(), ROWS))
        conflicts = self._plan.conflicts(ROWS, BatchConflict)
        return batch(repr(self), entries, conflicts)


def _unpickled(plan: bytes) -> BatchPlan:
    return BatchPlan(_native.batch_of_bytes(plan))
