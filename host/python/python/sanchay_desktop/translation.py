"""Which language the window speaks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from sanchay_desktop.settings import Settings

__all__ = ["LANGUAGES", "speak"]

#: The languages that there are; English has its plurals in a file as well.
LANGUAGES = ("en", "hi")

_HERE = Path(__file__).parent
_INSTALLED: list[QTranslator] = []


def speak(settings: Settings) -> str:
    """Load the words of the language that was chosen, or of the system's."""
    wanted = settings.text("language") or QLocale.system().name()
    code = wanted.split("_")[0]
    if code not in LANGUAGES:
        code = "en"
    QLocale.setDefault(QLocale(settings.text("language") or QLocale.system()))
    for one in _INSTALLED:
        QCoreApplication.removeTranslator(one)
    _INSTALLED.clear()
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in ((f"qtbase_{code}", qt), (f"sanchay_{code}", str(_HERE))):
        translator = QTranslator()
        if translator.load(name, folder):
            QCoreApplication.installTranslator(translator)
            _INSTALLED.append(translator)
    return code
