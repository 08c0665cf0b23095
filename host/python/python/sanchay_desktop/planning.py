"""Makes a plan in a thread, and shows it."""

from __future__ import annotations

from collections.abc import Callable

import sanchay

from sanchay_desktop import words
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.page import Page, progress_text
from sanchay_desktop.plan_window import PlanWindow
from sanchay_desktop.words import tr

__all__ = ["Planner"]


class Planner:
    """For a page: one plan after the other, the windows kept while open."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._permanent = False
        self.window: PlanWindow | None = None
        self._open: list[PlanWindow] = []
        self.job: Job | None = None

    def plan(
        self,
        make: Callable[[Control], sanchay.BatchPlan],
        options: dict[str, object],
        permanent: bool = False,
    ) -> None:
        """Make a plan; nothing on disk changes by it."""
        self._permanent = permanent
        job = self._page.desk.job("plan", make, options)
        job.progressed.connect(self._show_progress)
        job.finished.connect(self._show)
        job.failed.connect(self._failed)
        self.job = job
        self._page.desk.run(job)

    def cancel(self) -> None:
        """End the planning."""
        if self.job is not None:
            self.job.cancel()

    def _show_progress(self, told: sanchay.Progress) -> None:
        self._page.say(progress_text(told))

    def _show(self, plan: sanchay.BatchPlan) -> None:
        self.job = None
        if not len(plan) and not plan.conflicts:
            self._page.say(tr("There is nothing to do."))
            return
        self.open(plan, self._permanent)

    def open(self, plan: sanchay.BatchPlan, permanent: bool = False) -> None:
        """Show a plan in a window of its own."""
        self._page.say(tr("The plan is in a window of its own; nothing was changed."))
        self.window = PlanWindow(self._page.desk, plan, permanent)
        # One that is at work stays, whether it is shown or not.
        self._open = [it for it in self._open if it.isVisible() or it.job is not None]
        self._open.append(self.window)
        self.window.show()

    def _failed(self, error: BaseException) -> None:
        self.job = None
        said = words.error_text(error)
        self._page.say(tr("It failed, and nothing was changed: {0}").format(said))
