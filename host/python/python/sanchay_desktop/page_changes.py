"""Changes: snapshots, and what became of files between two of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import sanchay
from PySide6.QtWidgets import QLineEdit

from sanchay_desktop import words
from sanchay_desktop.growth import growth
from sanchay_desktop.jobs import Job
from sanchay_desktop.kernels import pc
from sanchay_desktop.page import Page
from sanchay_desktop.said import failures, refused
from sanchay_desktop.table import ArrowModel
from sanchay_desktop.titles import title, titles
from sanchay_desktop.widgets import Flow, check, combo, labelled
from sanchay_desktop.words import mark, tr


class ChangesPage(Page):
    """What became of files."""

    title = mark("Changes")
    about = mark(
        "A snapshot keeps what files there are; two of them tell what changed."
    )
    empty = mark("Add a folder above, then take a snapshot: Ctrl+T.")
    run_text = mark("Co&mpare")
    kinds = ("diff", "snapshot")
    all_folders = True
    columns = ("change", "path", "from", "size", "modified")

    def build(self) -> None:
        self.before, self.after = combo("", []), combo("", [])
        for box, text in ((self.before, tr("&Between")), (self.after, tr("an&d"))):
            box.setMaximumWidth(300)
            self.bar.addWidget(labelled(text, box))
        self.snapshot_name = QLineEdit()
        self.snapshot_name.setPlaceholderText(tr("name, if any"))
        self.snapshot_name.setAccessibleName(tr("Name of the snapshot"))
        self.digests = check(tr("With &digests"))
        self.take_button = self.button(tr("&Take snapshot"), "Ctrl+T", self.take)
        self.bar.addWidget(self.snapshot_name)
        self.bar.addWidget(self.digests)
        self.shown_kinds = {
            kind: check(text, self._choose_kinds) for kind, text in titles("change")
        }
        for ticked in self.shown_kinds.values():
            ticked.setChecked(True)
        self.above.addLayout(Flow(*self.shown_kinds.values()))
        self.grown = ArrowModel("path", "growth", "more_files")
        self.grown_view = self.table(tr("Growth of folders"), self.grown)
        self.add_tabs(tr("Files"), (self.grown_view, tr("Growth of folders")))
        self.snapshots: list[sanchay.Snapshot] = []
        self.show_snapshots()

    def show_snapshots(self) -> None:
        """Show what snapshots there are, the newest first."""
        self.snapshots = []
        try:
            self.snapshots = sanchay.snapshots(catalog=self.desk.settings.catalog())
        except FileNotFoundError:
            pass
        except OSError as error:
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

    def chosen(self) -> dict[str, Any]:
        boxes = {"before": self.before, "after": self.after}
        return {key: box.currentData() for key, box in boxes.items()}

    def restore(self, options: dict[str, Any]) -> None:
        super().restore(options)
        self.digests.setChecked(bool(options.get("hash")))
        for key, box in (("before", self.before), ("after", self.after)):
            if key in options:
                # -1, which is no choice, for one that is gone.
                box.setCurrentIndex(box.findData(options[key]))

    def take(self) -> None:
        """Keep what files there are."""
        roots = self.roots()
        if roots:
            options = {**self.options(), "hash": self.digests.isChecked()}
            call = partial(
                sanchay.snapshot,
                roots,
                name=self.snapshot_name.text().strip() or None,
                catalog=self.desk.catalog(),
                **options,
            )
            self.desk.start(
                "snapshot",
                lambda job: job.call(call),
                options,
                progress=self.show_progress,
                done=self._taken,
                failed=lambda error: self.say(refused(error)),
            )

    def _taken(self, taken: sanchay.TakenSnapshot) -> None:
        self.snapshot_name.clear()
        self.show_snapshots()
        self.before.setCurrentIndex(self.before.findData(taken.number))
        said = tr("Snapshot {0} is taken: files {1}, {2}.").format(
            taken.number, words.number(taken.files), words.size(taken.bytes)
        )
        self.say(said + failures(taken.failures))

    def run_again(self) -> None:
        before, after = self.before.currentData(), self.after.currentData()
        if before is None or after is None:
            gone = tr("A snapshot of this job is gone: choose others.")
            none = tr("Take a snapshot first: Ctrl+T.")
            self.say(gone if self.snapshots else none)
            return
        roots = next(it.roots for it in self.snapshots if it.number == before)
        if not after and len(roots) != 1:
            self.say(
                tr("Only a snapshot of a single folder is compared with the disk.")
            )
            return
        sides: tuple[Any, Any] = (before, after or roots[0])
        more: dict[str, Any] = {"catalog": self.desk.catalog(), "path_bytes": True}
        #: The same the other way round, and where its paths begin.
        self._back = partial(sanchay.diff, *sides[::-1], **{**more, **self.options()})
        self._root = self.model.root = roots[0] if len(roots) == 1 else ""
        self.begin(partial(sanchay.diff, *sides, **more), self.options())

    def clear(self) -> None:
        super().clear()
        self.grown.clear()

    def told(self, answer: Any) -> str:
        table = self.model.table()
        if not table.num_rows:
            return tr("Nothing changed.")
        values, counts = pc.value_counts(table["change"]).flatten()
        found = dict(zip(values.to_pylist(), counts.to_pylist()))
        self._choose_kinds()
        self._ask_growth(table, "changed" in found)
        told = [
            f"{title('change', kind)}: {words.number(found[kind])}"
            for kind in self.shown_kinds
            if kind in found
        ]
        return f"{', '.join(told)}."

    def _ask_growth(self, table: pa.Table, changed: bool) -> None:
        back, root = self._back, self._root

        def work(job: Job) -> object:
            sizes = pa.table(back(progress=job.progress)) if changed else None
            return growth(table, sizes, root)

        self.follow(work, self.grown.show)

    def _choose_kinds(self) -> None:
        wanted = [kind for kind, box in self.shown_kinds.items() if box.isChecked()]
        all_of_them = len(wanted) == len(self.shown_kinds)
        self.view.only = None if all_of_them else ("change", tuple(wanted))
        self.view.order_again()
