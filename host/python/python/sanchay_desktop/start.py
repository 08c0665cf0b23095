"""Starts the application."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from sanchay_desktop import words
from sanchay_desktop.settings import Settings
from sanchay_desktop.translation import speak
from sanchay_desktop.window import STYLE, Window


def make_window() -> Window:
    """Set up what is of the application, and make its window."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setApplicationName("sanchay-desktop")
    app.setApplicationDisplayName("Sanchay")
    app.setDesktopFileName("sanchay")
    settings = Settings()
    speak(settings)
    settings.apply_theme()
    if app.styleSheet() != STYLE:
        app.setStyleSheet(STYLE)
    return Window()


def start(paths: list[str], page: str) -> int:
    """Show the window, until it is closed."""
    missing = 0
    for path in paths:
        try:
            os.stat(path)
        except OSError as error:
            print(f"sanchay-desktop: {words.error_text(error)}", file=sys.stderr)
            missing += 1
    if paths and missing == len(paths):
        return 2
    app = QApplication(sys.argv[:1])
    try:
        window = make_window()
    except (OSError, sqlite3.Error) as error:
        print(f"sanchay-desktop: {words.error_text(error)}", file=sys.stderr)
        return 2
    # Python hears signals only while it runs: now and then is enough.
    beat = QTimer(interval=200)
    beat.timeout.connect(lambda: None)
    beat.start()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: window.close())
    window.show()
    window.open(paths, page)
    return app.exec()
