"""Files whose texts are nearly the same, and pictures that look the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._fields import describe
from sanchay._keywords import (
    DEFAULTS,
    LikenessOptions,
    RecordOptions,
    RunOptions,
    SimilarOptions,
)
from sanchay._options import Unpack, split, takes, unexpected
from sanchay._records import Records
from sanchay._types import OnProgress, Paths, WalkOptions

__all__ = [
    "LIKENESS",
    "SimilarGroup",
    "SimilarPair",
    "SimilarSummary",
    "completed",
    "similar",
    "similar_pairs",
    "start_similar",
]


class SimilarGroup(NamedTuple):
    """Files that are nearly the same: each is like another of them."""

    files: tuple[str, ...]
    similarities: tuple[float, ...]
    sizes: tuple[int, ...]
    widths: tuple[int, ...] = ()
    heights: tuple[int, ...] = ()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from sanchay._html import similar

        return similar(self)


describe(
    SimilarGroup,
    files=(
        "Their paths in byte order; at least two, unless ``where`` tests the "
        "similarity."
    ),
    similarities=(
        "How alike each is to the first of them, from 0 to 1: of texts, the "
        "number of shingles that both have, divided by the number of all."
    ),
    sizes="Their sizes in bytes.",
    widths="With images: their widths in pixels, upright.",
    heights="With images: their heights in pixels.",
)


class SimilarPair(NamedTuple):
    """Two files that are nearly the same."""

    group: int
    similarity: float
    path: str
    other: str


describe(
    SimilarPair,
    group="The number of their group, from 1.",
    similarity="How alike they are, from 0 to 1.",
    path="The path of one, which comes first in byte order.",
    other="The path of the other.",
)


class SimilarSummary(NamedTuple):
    """What a finished search for similar files came to."""

    files: int
    directories: int
    bytes: int
    errors: int
    named_errors: int
    groups: int
    similar_files: int
    compared: int
    too_large: int


describe(
    SimilarSummary,
    files="Files looked at.",
    directories="Directories listed.",
    bytes="Bytes of the files looked at.",
    errors="Entries that failed.",
    named_errors="Of these, the ones that the caller had named.",
    groups="How many groups there are.",
    similar_files="How many files are in them.",
    compared="How many files were compared: those that are texts, or pictures.",
    too_large="How many files were left out for their size.",
)


@takes(LikenessOptions, WalkOptions, RunOptions, RecordOptions)
def similar(
    roots: Paths | None = None,
    *,
    progress: OnProgress | None = None,
    **options: Unpack[SimilarOptions],
) -> Records[SimilarGroup, SimilarSummary]:
    """Find groups of files with nearly the same text, or that look the same.

        for group in sanchay.similar("notes", threshold=0.8, where="size > 1k"):
            print(group.files, group.similarities)

    Texts are cut into shingles, so many words in a row; two are as alike as
    their sets of shingles. White space does not count. What has zero bytes at its
    beginning is no text, and is left out, as empty files are unless min_size=0.
    At the threshold, one pair in a thousand is missed if no third file joins the
    two; what is told is exact.

    With ``images=True``, pictures are compared that look the same in another
    format, size or compression, brighter, or cropped a little.

    Groups are in the byte order of their first paths, and so are the files of
    each. All files are compared before there is a first group. See Records for
    the ways to take them, for asyncio and for Arrow (a row for each file, with
    the columns group, similarity, size, path, of pictures width and height as
    well; groups are counted from 1). dedupe_similar() has files make way.

    Args:
        roots: A directory, or several; None is the current directory.
        **options: As SimilarOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path. All other errors of roots
            are raised when groups are taken.
    """
    return start_similar(roots, options, progress)


@takes(LikenessOptions, WalkOptions, RunOptions, RecordOptions)
def similar_pairs(
    roots: Paths | None = None,
    *,
    progress: OnProgress | None = None,
    **options: Unpack[SimilarOptions],
) -> Records[SimilarPair, SimilarSummary]:
    """Find pairs of files that are nearly the same, and how alike they are.

    As similar(), which tells of each file only how alike it is to the first of
    its group. Texts of the groups are read once more. The columns for Arrow are
    group, similarity, path and other.

    Args:
        roots: A directory, or several; None is the current directory.
        **options: As SimilarOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path. All other errors of roots
            are raised when pairs are taken.
    """
    run = _begin(similar_pairs, roots, True, options, progress, SimilarPair)
    return Records(run, SimilarSummary, "sanchay.similar_pairs")


#: The keywords that say how alike files are to be.
LIKENESS = (
    "images",
    "rotations",
    "threshold",
    "shingle_size",
    "characters",
    "max_file_size",
)


def completed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Add the likeness that is not given; refuse what is no option of it."""
    for name in options:
        if name not in LIKENESS:
            raise unexpected(similar, name)
    return {**DEFAULTS[LikenessOptions], **options}


def start_similar(
    roots: Paths | None,
    options: Mapping[str, Any],
    progress: OnProgress | None,
) -> Records[SimilarGroup, SimilarSummary]:
    """Begin a search for groups of similar texts."""
    run = _begin(similar, roots, False, options, progress, SimilarGroup)
    return Records(run, SimilarSummary, "sanchay.similar")


def _begin(
    call: Callable[..., object],
    roots: Paths | None,
    pairs: bool,
    options: Mapping[str, Any],
    progress: OnProgress | None,
    record: type,
) -> _native.Run:
    walk, others = split(call, options)
    return _native.similar(
        roots,
        walk,
        pairs,
        {name: others[name] for name in LIKENESS},
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        others["path_bytes"],
        record,
    )
