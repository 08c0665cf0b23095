"""Similar texts and pictures: pairs, side by side, and the way to the plan."""

from __future__ import annotations

from typing import Any

import sanchay
from PySide6.QtWidgets import QDoubleSpinBox

from sanchay_desktop import words
from sanchay_desktop.compare import Compare
from sanchay_desktop.planning import ChoosingPage
from sanchay_desktop.widgets import check, combo, labelled
from sanchay_desktop.words import mark, tr


class SimilarPage(ChoosingPage):
    """Which files are nearly the same."""

    title = mark("Similar")
    about = mark("Texts that are nearly the same, and pictures that look the same.")
    empty = mark("Add a folder above, then look for similar files: F5.")
    run_text = mark("&Find similar")
    kinds = ("similar",)
    columns = ("similarity", "path", "other", "group")
    offered = ("trash", "move-to", "delete")
    engine = sanchay.similar_pairs
    planner = sanchay.dedupe_similar

    def build(self) -> None:
        self.model.group_by = "group"
        kinds = [(True, tr("Pictures")), (False, tr("Texts"))]
        self.what = combo(tr("What is compared"), kinds)
        self.what.currentIndexChanged.connect(self._set_least)
        self.threshold = QDoubleSpinBox(singleStep=0.05)
        self.rotations = check(tr("Tur&ned, too"))
        self.bar.addWidget(self.what)
        self.bar.addWidget(labelled(tr("As ali&ke as"), self.threshold))
        self.bar.addWidget(self.rotations)
        super().build()
        self.compare = Compare(self.desk)
        self.compare.hide()
        self.below.addWidget(self.compare)
        self.view.row_changed.connect(self._compare)
        self._set_least()

    def _set_least(self) -> None:
        pictures = bool(self.what.currentData())
        self.threshold.setRange(0.7 if pictures else 0.05, 1.0)
        self.threshold.setValue(0.9 if pictures else 0.8)
        self.rotations.setEnabled(pictures)

    def restore(self, options: dict[str, Any]) -> None:
        super().restore(options)
        self.what.setCurrentIndex(self.what.findData(bool(options.get("images"))))
        self.rotations.setChecked(bool(options.get("rotations")))
        if options.get("threshold") is not None:
            self.threshold.setValue(float(options["threshold"]))

    def options(self) -> dict[str, Any]:
        pictures = bool(self.what.currentData())
        return {
            **super().options(),
            "images": pictures,
            "rotations": pictures and self.rotations.isChecked(),
            "threshold": round(self.threshold.value(), 2),
        }

    def places(self, roots: list[str]) -> list[str]:
        return roots + self.desk.folders.protected()

    def told(self, answer: Any) -> str:
        if self.model.rowCount():
            self.view.go_to(0)
        summary: sanchay.SimilarSummary = answer.summary
        return tr("Groups: {0}; similar files: {1} of {2} that were compared.").format(
            words.number(summary.groups),
            words.number(summary.similar_files),
            words.number(summary.compared),
        )

    def _compare(self, row: int) -> None:
        self.compare.setVisible(row >= 0)
        if row >= 0:
            one, other = self.model.path(row), self.model.path(row, "other")
            self.compare.show_pair(one, other, bool(self.what.currentData()))
