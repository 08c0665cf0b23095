"""Rename: a template, and the names that it would give, as one types."""

from __future__ import annotations

from functools import partial

import sanchay

from sanchay_desktop import words
from sanchay_desktop.form import Field, Form
from sanchay_desktop.jobs import Job
from sanchay_desktop.plan_model import PlanModel
from sanchay_desktop.planning import PlanningPage
from sanchay_desktop.rename_delegate import DifferenceDelegate
from sanchay_desktop.widgets import Flow, button, check
from sanchay_desktop.words import mark, tr

#: Parts of templates that are offered.
_PARTS = (
    "{stem}",
    ".{ext:lower}",
    "{modified:%Y-%m-%d}",
    "{taken|modified:%Y-%m-%d}",
    "{n:03}",
    "{n:03,parent}",
    '{camera|""}',
    "{hash:8}",
)
_EXAMPLE = "{taken|modified:%Y-%m-%d}_{n:03}.{ext:lower}"
_FIELDS = (
    Field("template", mark("&Template"), "marked", _EXAMPLE),
    Field("match", mark("Only names in which &is found"), "text", r"^IMG_(\d+)"),
    Field("replace", mark("R&eplace"), "text", "s/ +/_/g"),
    Field("sort", mark("Count in the order o&f"), "text", "modified,name:desc"),
    Field("portable", mark("Refuse names that &Windows would refuse"), "flag"),
    Field("truncate", mark("Cut names that are too &long"), "flag"),
)


class RenamePage(PlanningPage):
    """New names for files."""

    title = mark("Rename")
    about = mark(
        "Nothing is renamed before the plan is applied, and all can be undone."
    )
    run_text = mark("Pre&view")

    def build(self) -> None:
        super().build()
        self.alone = check(tr("Conflicts al&one"), self._show_names)
        self.bar.addWidget(self.alone)
        self.form = Form(_FIELDS, 300)
        self.template = self.form.fields["template"]
        self.form.changed.connect(self._drop_names)
        self.form.settled.connect(self.run_again)
        self.form.entered.connect(self.run_again)
        parts = Flow()
        for part in _PARTS:
            offered = button(part, partial(self._insert, part))
            offered.setAccessibleName(tr("Insert {0}").format(part))
            parts.addWidget(offered)
        self.form.column.insertLayout(1, parts)
        self.above.addWidget(self.form)
        self.view.show_rows(PlanModel())
        self.view.setItemDelegateForColumn(2, DifferenceDelegate(self.view))
        self.body.setCurrentWidget(self.view)
        self._drop_names()

    def _insert(self, part: str, _checked: bool = False) -> None:
        self.template.insertPlainText(part)
        self.template.setFocus()

    def say_old(self) -> None:
        """The files have other names by now."""
        self._drop_names()

    def _drop_names(self) -> None:
        self.names: sanchay.BatchPlan | None = None
        self.plan_button.setEnabled(False)

    def run_again(self) -> None:
        """Find out the new names."""
        self.form.timer.stop()
        if self.job is not None:
            self.job.give_up()
            self.job = None
        asked = self.form.values()
        roots = self.roots() if asked else []
        if not roots:
            return
        call = partial(
            sanchay.rename,
            roots,
            asked.pop("template", None),
            on_conflict="skip",
            **self.options(),
            **asked,
        )
        # Each letter that is typed begins one: they are not in the history.
        self.job = Job(
            "rename",
            lambda job: job.call(call),
            progress=self.show_progress,
            done=self._found,
            failed=self._failed,
        )
        self.desk.run(self.job)

    def _found(self, plan: sanchay.BatchPlan) -> None:
        self.job = None
        self.form.show_mistake(None)
        self.names = plan
        self._show_names()
        self.plan_button.setEnabled(plan.entry_count > 0)
        said = tr("Steps: {0}; names that stay: {1}; in the way: {2}.").format(
            words.number(plan.entry_count),
            words.number(plan.unchanged),
            words.number(len(plan.conflicts)),
        )
        self.say(said)

    def _show_names(self) -> None:
        if self.names is not None:
            model = PlanModel(self.names)
            model.frozen = True
            model.conflicts_alone = self.alone.isChecked()
            self.view.show_rows(model)

    def _failed(self, error: BaseException) -> None:
        self.job = None
        if isinstance(error, sanchay.Cancelled):
            self.say(tr("Cancelled."))
            return
        self.form.show_mistake(error)
        self.say(tr("Nothing was changed."))

    def plan(self) -> None:
        """Show the plan, with the way to apply it."""
        if self.names is not None:
            self.open_plan(self.names)
            # The window cuts the plan down, which is no preview any more.
            self.view.show_rows(PlanModel())
            self._drop_names()
