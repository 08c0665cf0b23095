"""Changes: snapshots, and what became of files between two of them."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc
import sanchay
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control, take
from sanchay_desktop.page import TablePage
from sanchay_desktop.table import Column
from sanchay_desktop.words import tr

__all__ = ["ChangesPage"]

_KINDS = ("new", "changed", "moved", "deleted", "touched")


def _kind_title(kind: str) -> str:
    titles = {
        "new": tr("new"),
        "changed": tr("changed"),
        "moved": tr("moved"),
        "deleted": tr("deleted"),
        "touched": tr("touched"),
    }
    return titles.get(kind, kind)


class ChangesPage(TablePage):
    """What became of files."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Changes"),
            tr("A snapshot keeps what files there are; two of them tell what changed."),
            [
                Column("change", tr("Change"), "text"),
                Column("path", tr("Path"), "path"),
                Column("from", tr("Was at"), "path"),
                Column("size", tr("Size"), "size"),
                Column("modified", tr("Modified"), "time"),
            ],
        )
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("name, if any"))
        self.name.setAccessibleName(tr("Name of the snapshot"))
        self.digests = QCheckBox(tr("With &digests"))
        self.take_button = self.button(
            tr("&Take snapshot"), "Ctrl+T", self.take_snapshot
        )
        self.bar.addWidget(self.name)
        self.bar.addWidget(self.digests)
        self.before = QComboBox()
        self.after = QComboBox()
        for box, title in ((self.before, tr("&Between")), (self.after, tr("an&d"))):
            box.setMinimumContentsLength(24)
            label = QLabel(title)
            label.setBuddy(box)
            self.bar.addWidget(label)
            self.bar.addWidget(box)
        self.compare_button = self.button(tr("Co&mpare"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        kinds = QHBoxLayout()
        self.kinds: dict[str, QCheckBox] = {}
        for kind in _KINDS:
            check = QCheckBox(_kind_title(kind))
            check.setChecked(True)
            check.toggled.connect(self._choose_kinds)
            kinds.addWidget(check)
            self.kinds[kind] = check
        kinds.addStretch(1)
        self.column.addLayout(kinds)
        self.empty.setText(tr("Add a folder above, then take a snapshot: Ctrl+T."))
        self.snapshots: list[sanchay.Snapshot] = []
        self.finish_layout()
        self.show_snapshots()

    def show_snapshots(self) -> None:
        """Show what snapshots there are, the newest first."""
        catalog = self.desk.settings.catalog()
        try:
            self.snapshots = sanchay.snapshots(catalog=catalog)
        except FileNotFoundError:
            self.snapshots = []
        except OSError as error:
            self.snapshots = []
            self.say(words.error_text(error))
        for box in (self.before, self.after):
            chosen = box.currentData()
            box.clear()
            if box is self.after:
                box.addItem(tr("the disk now"), 0)
            for it in reversed(self.snapshots):
                roots = ", ".join(words.shown(root) for root in it.roots)
                name = f" “{words.shown(it.name)}”" if it.name else ""
                box.addItem(f"{words.when(it.taken_ns)}{name} {roots}", it.number)
            box.setCurrentIndex(max(box.findData(chosen), 0))

    def take_snapshot(self) -> None:
        """Keep what files there are."""
        roots = self.roots()
        if not roots:
            return
        options: dict[str, Any] = self.desk.options()
        name = self.name.text().strip() or None
        digests = self.digests.isChecked()
        catalog = self.desk.catalog()

        def work(control: Control) -> object:
            return sanchay.snapshot(
                roots,
                name=name,
                hash=digests,
                catalog=catalog,
                progress=control.progress,
                **options,
            )

        job = self.desk.job("snapshot", work, options)
        job.progressed.connect(self.show_progress)
        job.finished.connect(self._taken)
        job.failed.connect(self._not_taken)
        self.desk.run(job)

    def _taken(self, taken: sanchay.TakenSnapshot) -> None:
        self.name.clear()
        self.show_snapshots()
        self.before.setCurrentIndex(self.before.findData(taken.number))
        self.failures = taken.failures
        said = tr("Snapshot {0} is taken: files {1}, {2}.").format(
            taken.number, words.number(taken.files), words.size(taken.bytes)
        )
        self.say(f"{said} {self.failure_text()}".strip())

    def _not_taken(self, error: BaseException) -> None:
        said = words.error_text(error)
        self.say(tr("It failed, and nothing was changed: {0}").format(said))

    def run_again(self) -> None:
        """Compare."""
        before, after = self.before.currentData(), self.after.currentData()
        if before is None:
            self.say(tr("Take a snapshot first: Ctrl+T."))
            return
        options: dict[str, Any] = self.desk.options()
        one = next(it for it in self.snapshots if it.number == before)
        other: int | str = after
        if not after:
            if len(one.roots) != 1:
                self.say(
                    tr("Only a snapshot of a single folder is compared with the disk.")
                )
                return
            other = one.roots[0]
        catalog = self.desk.catalog()

        def work(control: Control) -> object:
            records = sanchay.diff(
                before,
                other,
                catalog=catalog,
                progress=control.progress,
                path_bytes=True,
                **options,
            )
            return take(control, records)

        self.begin(self.desk.job("diff", work, options))

    def job_done(self, answer: Any) -> None:
        """Say how many there are of each kind."""
        self.failures = tuple(answer.errors)
        table = self.model.table()
        if not table.num_rows:
            self.say(tr("Nothing changed. {0}").format(self.failure_text()).strip())
            return
        counts = {
            it["values"]: it["counts"]
            for it in pc.value_counts(table["change"]).to_pylist()
        }
        told = [
            f"{_kind_title(kind)}: {words.number(counts[kind])}"
            for kind in _KINDS
            if kind in counts
        ]
        self.say(f"{', '.join(told)}. {self.failure_text()}".strip())
        self._choose_kinds()

    def _choose_kinds(self, _checked: object = None) -> None:
        wanted = tuple(kind for kind, box in self.kinds.items() if box.isChecked())
        self.view.only = None if len(wanted) == len(_KINDS) else ("change", wanted)
        self.view.order_again()
