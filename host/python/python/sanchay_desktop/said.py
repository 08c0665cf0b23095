"""What is said of runs: how far they are, what they came to."""

from __future__ import annotations

import sanchay
from PySide6.QtWidgets import QProgressBar

from sanchay_desktop import words
from sanchay_desktop.titles import title
from sanchay_desktop.words import tr


def progress_text(told: sanchay.Progress) -> str:
    """How far a run is, in words."""
    files = words.number(told.files)
    if told.total_files is not None:
        files = tr("{0} of {1}").format(files, words.number(told.total_files))
    text = tr("{0}: files {1}, {2}").format(
        title("phase", told.phase), files, words.size(told.bytes)
    )
    if told.errors:
        text += tr(", errors {0}").format(words.number(told.errors))
    return text


def show_progress(bar: QProgressBar, told: sanchay.Progress) -> None:
    """How far a run is, as a bar."""
    if told.total_files:
        bar.setRange(0, 1000)
        bar.setValue(min(1000 * told.files // told.total_files, 1000))


def outcome(answer: object) -> str:
    """What a run that changed files came to, or how it failed."""
    if isinstance(answer, sanchay.UndoneRun):
        said = tr("Taken back: {0}; not taken back: {1}.").format(
            words.number(answer.undone), words.number(answer.kept)
        )
    elif isinstance(answer, sanchay.AppliedRun):
        said = tr("Done: {0}; not done: {1}.").format(
            words.number(answer.done), words.number(answer.refused)
        )
    else:
        assert isinstance(answer, BaseException)
        return words.error_text(answer)
    errors = [words.error_text(it) for it in answer.errors + answer.notes]
    return "\n".join([said, *words.few(errors)])


def failures(errors: tuple[OSError, ...]) -> str:
    """What went wrong with entries, the first few."""
    told = words.few([words.error_text(it) for it in errors])
    return " " + tr("Not read: {0}").format("; ".join(told)) if told else ""


def refused(error: BaseException) -> str:
    """Why something that only looks, or plans, did not come to an end."""
    if isinstance(error, sanchay.Cancelled):
        return tr("Cancelled: nothing was changed.")
    said = words.error_text(error)
    return tr("It failed, and nothing was changed: {0}").format(said)
