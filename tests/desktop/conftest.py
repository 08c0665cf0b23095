"""What the tests share: a window over real trees, with nothing of this user's."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# Before Qt is imported. test_real_window.py starts the program on a screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, QSettings, Qt
from PySide6.QtGui import QColor, QDropEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication
from sanchay_desktop import thumbnails
from sanchay_desktop.start import make_window
from sanchay_desktop.window import Window
from sanchay_desktop.words import url_of

Tree = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of a user who never started it before."""
    folder = tmp_path / "home"
    for name in ("DATA", "CONFIG", "STATE", "CACHE"):
        place = folder / name.lower()
        place.mkdir(parents=True)
        monkeypatch.setenv(f"XDG_{name}_HOME", str(place))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    QSettings.setPath(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "config")
    )
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Makes a tree of files from names and contents."""

    def make(files: dict[str, bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / "tree"

    return make


@pytest.fixture
def window(qapp: QApplication, home: Path) -> Iterator[Window]:
    """The main window, on a screen that nobody sees."""
    made = make_window()
    made.show()
    made.activateWindow()
    yield made
    for job in list(made.desk.jobs):
        job.changes_files = False
    made.close()
    thumbnails.thumbnails.cache_clear()
    # The offscreen platform lets go of what was copied after Python has ended.
    QApplication.clipboard().clear()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def idle(qtbot, window: Window) -> Callable[[], None]:
    """Waits until no job goes on."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not window.desk.jobs, timeout=60_000)

    return wait


@pytest.fixture
def rows(window: Window) -> Callable[..., list[dict[str, object]]]:
    """All rows of a page's table, as they are shown."""

    def read(page) -> list[dict[str, object]]:
        return [page.model.row(it) for it in range(page.model.rowCount())]

    return read


def picture(path: Path, width: int = 320, shift: int = 0) -> None:
    """Save a picture that others are told apart from by their shift."""
    image = QImage(width, width * 3 // 4, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for x in range(8):
        for y in range(6):
            painter.fillRect(
                QRectF(x * width / 8, y * width / 8, width / 8 + 1, width / 8 + 1),
                QColor(
                    (x * 97 + y * 31 + shift) % 256, (x * x * 13) % 256, (y * 67) % 256
                ),
            )
    painter.end()
    assert image.save(str(path))


def drop(window: Window, paths: list[Path]) -> None:
    """Drop files and folders on the window."""
    data = QMimeData()
    data.setUrls([url_of(str(it)) for it in paths])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def layout() -> str:
    """The folder that the packages are in."""
    import sanchay_desktop

    return str(Path(sanchay_desktop.__file__).parents[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a process of the program is given."""
    return {**os.environ, "PYTHONPATH": layout(), "HOME": str(home), **more}


def program() -> list[str]:
    """What starts the program."""
    return [sys.executable, "-m", "sanchay_desktop"]


def pytest_terminal_summary(terminalreporter) -> None:
    """Say loudly what was left out."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"LEFT OUT: {report.nodeid}: {report.longrepr[2]}")
