"""Drives a real window through all pages, and keeps a picture of each.

python real_window.py PICTURES NAME THEME LANGUAGE WIDTH TREE
"""

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

pictures, name, theme, language, width, tree = sys.argv[1:]
folder = Path(tree)

app = QApplication(sys.argv[:1])
assert app.platformName() == "xcb"

from sanchay_desktop.settings import Settings

settings = Settings()
for key, value in (("theme", theme), ("language", language)):
    settings.set(key, value)
settings.sync()

from sanchay_desktop.start import make_window


def make_tree() -> None:
    """Files of several kinds, with names that are hard to show."""
    for part in ("photos/2024", "photos/2025", "notes", "masters"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(24):
        image = QImage(240, 160, QImage.Format.Format_RGB32)
        for x in range(240):
            for y in range(160):
                image.setPixel(
                    x, y, (x * (number % 6 + 1) << 16 | y * 255 // 160 << 8) + 90
                )
        image.save(str(folder / f"photos/202{4 + number % 2}/IMG_{number:04}.png"))
    words = "\n".join(f"line {n} of a note that says something" for n in range(60))
    (folder / "notes/a.txt").write_text(words)
    (folder / "notes/b.txt").write_text(words.replace("line 9 of", "line nine of"))
    (folder / "masters/m.bin").write_bytes(b"x" * 90_000)
    for hard in (b"caf\xe9.bin", b"tab\there.bin", "gpj.\u202eexe".encode()):
        with open(os.fsencode(folder) + b"/notes/" + hard, "wb") as file:
            file.write(b"x" * 90_000)
    with open(folder / "notes/large.log", "wb") as file:
        file.write(os.urandom(400_000))


def settle() -> None:
    """Wait until no job goes on, and all is painted."""
    end = time.monotonic() + 60
    while window.desk.jobs and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)
    assert not window.desk.jobs, [job.kind for job in window.desk.jobs]
    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.01)


def keep(what: str, widget: QWidget) -> None:
    """Keep what the X server has of a window."""
    settle()
    screen = widget.screen()
    shot = screen.grabWindow(widget.winId())
    path = Path(pictures) / f"{name}-{what}.png"
    assert shot.save(str(path)), path
    print(path, shot.width(), shot.height())


make_tree()
window = make_window()
window.resize(int(width), 800)
window.show()
keep("0-empty", window)
window.desk.folders.set(
    [str(folder / "photos"), str(folder / "notes")], [str(folder / "masters")]
)
window.files.run_again()
settle()
window.files.view.go_to(1)
keep("1-files", window)
window.show_page(window.duplicates)
window.duplicates.keep.add("oldest")
window.duplicates.run_again()
settle()
window.duplicates.view.go_to(0)
keep("2-duplicates", window)
window.duplicates.tabs.setCurrentIndex(1)
keep("2-pairs", window)
window.duplicates.plan()
settle()
plan = window.duplicates.plan_window
assert plan is not None, window.duplicates.status.text()
plan.resize(min(int(width), 980), 560)
keep("3-plan", plan)
plan.close()
window.show_page(window.summary)
window.summary.run_again()
keep("4-summary", window)
window.summary.tabs.setCurrentIndex(2)
keep("5-types", window)
window.show_page(window.rename)
window.rename.template.setPlainText("{modified:%Y}_{n:03}_{stem}.{ext:lower}")
window.rename.run_again()
keep("6-rename", window)
window.show_page(window.similar)
window.similar.run_again()
settle()
keep("7-similar", window)
window.show_page(window.changes)
window.desk.folders.set([str(folder / "notes")], [])
window.changes.take()
settle()
(folder / "notes/a.txt").write_text("other")
(folder / "notes/b.txt").rename(folder / "notes/moved.txt")
window.changes.run_again()
keep("8-changes", window)
window.changes.tabs.setCurrentIndex(1)
window.filter_button.setChecked(True)
window.desk.filters.where.setPlainText("size > 1 and modified > 30d")
keep("8-growth", window)
window.desk.filters.where.setPlainText("")
window.filter_button.setChecked(False)
window.show_page(window.history)
keep("9-history", window)
assert QLocale().language() != QLocale.Language.AnyLanguage
window.close()
