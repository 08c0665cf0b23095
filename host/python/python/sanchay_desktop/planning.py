"""Pages whose files make way by a plan, which is shown in a window of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import sanchay
from PySide6.QtWidgets import QFileDialog

from sanchay_desktop.jobs import Job
from sanchay_desktop.keep_rules import KeepRules
from sanchay_desktop.page import Page
from sanchay_desktop.plan_window import PlanWindow
from sanchay_desktop.said import refused
from sanchay_desktop.titles import titles
from sanchay_desktop.widgets import combo, labelled
from sanchay_desktop.words import tr


class PlanningPage(Page):
    """One plan after the other; their windows are kept while they are open."""

    plan_window: PlanWindow | None = None

    def build(self) -> None:
        self._windows: list[PlanWindow] = []
        self.plan_button = self.button(tr("&Plan…"), "Ctrl+P", self.plan)

    def plan(self) -> None:
        raise NotImplementedError

    def open_plan(self, plan: sanchay.BatchPlan, permanent: bool = False) -> None:
        """Show a plan in a window of its own."""
        self.say(tr("The plan is in a window of its own; nothing was changed."))
        # One that is at work stays, whether it is shown or not.
        self._windows = [it for it in self._windows if it.isVisible() or it.job]
        self.plan_window = PlanWindow(self.desk, plan, permanent)
        self._windows.append(self.plan_window)
        self.plan_window.show()


class ChoosingPage(PlanningPage):
    """Of groups of files one stays, by rules or by hand; the others make way."""

    #: What may become of the others, and the engine's call that plans it.
    offered: tuple[str, ...] = ()
    planner: Callable[..., sanchay.BatchPlan]

    def build(self) -> None:
        self._planning: Job | None = None
        #: Files, and folders with all that is in them, that stay because somebody
        #: said so.
        self.kept: set[str] = set()
        choices = [it for it in titles("action") if it[0] in self.offered]
        self.action = combo(tr("What becomes of the others"), choices)
        self.bar.addWidget(labelled(tr("The o&thers:"), self.action))
        self.keep = KeepRules()
        self.above.addWidget(self.keep)
        super().build()

    def catalog(self) -> dict[str, Any]:
        """Where the engine keeps digests, for calls that make them."""
        return {}

    def plan(self) -> None:
        roots, action, into = self.roots(), self.action.currentData(), ""
        if roots and action == "move-to":
            into = QFileDialog.getExistingDirectory(self, tr("Move to"))
        if not roots or (action == "move-to" and not into):
            return
        options = self.options()
        call = partial(
            type(self).planner,
            roots,
            action,
            keep=list(self.keep.rules),
            into=into or None,
            # What stays by hand is to the engine what is protected.
            reference=self.desk.folders.protected() + sorted(self.kept),
            on_conflict="skip",
            **options,
            **self.catalog(),
        )

        def show(plan: sanchay.BatchPlan) -> None:
            if plan.entry_count or plan.conflicts:
                self.open_plan(plan, permanent=action == "delete")
            else:
                self.say(tr("There is nothing to do."))

        self._planning = self.desk.start(
            "plan",
            lambda job: job.call(call),
            {**options, "action": action},
            progress=self.show_progress,
            done=show,
            failed=lambda error: self.say(refused(error)),
        )

    def cancel(self) -> None:
        super().cancel()
        if self._planning is not None:
            self._planning.cancel()
