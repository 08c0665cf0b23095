"""Which language the window speaks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from sanchay_desktop.settings import Settings

#: The languages that there are; English has its plurals in a file as well.
LANGUAGES = ("en", "hi")

_HERE = Path(__file__).parent
_INSTALLED: list[QTranslator] = []


def speak(settings: Settings) -> None:
    """Load the words of the language that was chosen, or of the system's."""
    locale = QLocale(settings.text("language") or QLocale.system())
    code = locale.name().split("_")[0]
    code = code if code in LANGUAGES else "en"
    QLocale.setDefault(locale)
    while _INSTALLED:
        QCoreApplication.removeTranslator(_INSTALLED.pop())
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in ((f"qtbase_{code}", qt), (f"sanchay_{code}", str(_HERE))):
        translator = QTranslator()
        if translator.load(name, folder):
            QCoreApplication.installTranslator(translator)
            _INSTALLED.append(translator)
