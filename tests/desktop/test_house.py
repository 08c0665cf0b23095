"""What is around the windows: types, translations, names, integration."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import environment, layout, program
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from sanchay_desktop import integration, translation
from sanchay_desktop.settings import Settings
from sanchay_desktop.settings_window import SettingsWindow
from sanchay_desktop.words import tr

CHECKOUT = Path(__file__).parents[2]


def test_types_are_strict():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull]
        + ["--config-file", str(CHECKOUT / "pyproject.toml")]
        + ["-p", "sanchay_desktop"],
        capture_output=True,
        text=True,
        cwd=layout(),
        env={**os.environ, "MYPYPATH": layout()},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_hold_under_pyright(tmp_path):
    # Arrow and some of Qt have no types of their own.
    config = {
        "typeCheckingMode": "standard",
        "include": [f"{layout()}/sanchay_desktop"],
        "extraPaths": [layout()],
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson"]
        + ["--pythonpath", sys.executable, "--project", tmp_path],
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout)
    assert told["summary"]["filesAnalyzed"] > 30
    wrong = [
        f"{it['file']}:{it['range']['start']['line'] + 1}: {it['message']}"
        for it in told["generalDiagnostics"]
        if it["severity"] == "error"
    ]
    assert not wrong, "\n".join(wrong)


def test_every_text_is_translated_and_the_files_are_what_is_made_of_them():
    tool = CHECKOUT / "host/python/build/translations.py"
    done = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_translations_keep_the_places_of_values():
    sys.path.insert(0, str(CHECKOUT / "host/python/build"))
    import translations

    have = translations.known(translations.SOURCES / "sanchay_hi.ts")
    assert len(have) > 250
    for text, forms in have.items():
        for form in forms:
            assert sorted(re.findall(r"\{\d\}|%n", text)) == sorted(
                re.findall(r"\{\d\}|%n", form)
            ), text


def test_each_flow_of_the_documentation_has_the_test_that_it_names():
    document = (CHECKOUT / "docs/DESKTOP.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", document))
    tests = "".join(it.read_text("utf-8") for it in Path(__file__).parent.glob("*.py"))
    assert len(named) > 20
    assert named <= set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE))
    flows = set(re.findall(r"^def (test_from_an_empty_start_\w+)", tests, re.MULTILINE))
    assert flows <= named


def test_the_window_speaks_hindi_when_it_was_chosen(qapp, home):
    from sanchay_desktop.start import make_window

    settings = Settings()
    settings.set("language", "hi")
    settings.sync()
    window = make_window()
    try:
        assert window.files.name == "फ़ाइलें"
        assert window.files.run_button.text().startswith("स्कैन करें")
        assert tr("Do %n steps", 3) == "3 चरण करें"
    finally:
        window.close()
        settings.set("language", "en")
        translation.speak(settings)
    assert tr("Do %n steps", 1) == "Do 1 step" and tr("Do %n steps", 2) == "Do 2 steps"


def test_all_that_can_be_reached_has_a_name_for_screen_readers(window):
    nameless = []
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if not isinstance(
            widget,
            (
                QAbstractButton,
                QAbstractItemView,
                QAbstractSpinBox,
                QComboBox,
                QLineEdit,
                QPlainTextEdit,
            ),
        ):
            continue
        # What opens below a box is a window of its own, and the box has the name.
        if widget.window() is not window:
            continue
        if isinstance(widget.parentWidget(), QAbstractSpinBox):
            continue
        if widget.objectName().startswith(("qt_", "ScrollLeft", "ScrollRight")):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name):
            nameless.append((type(widget).__name__, widget.parentWidget()))
    assert not nameless


def test_pages_are_reached_by_keys_and_keys_are_shown(window, qtbot):
    for number, page in enumerate(window.pages):
        keys = [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4]
        keys += [Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_7, Qt.Key.Key_8]
        qtbot.keyClick(window, keys[number], Qt.KeyboardModifier.ControlModifier)
        assert window.page() is page
        assert f"Ctrl+{number + 1}" in window.keys_text()
    window.show_page(window.duplicates)
    assert "Keep this file" in window.keys_text()


def test_settings_are_kept_and_colours_follow_them(window, home):
    settings = SettingsWindow(window.desk.settings)
    theme = settings.form.fields["theme"]
    theme.setCurrentIndex(theme.findData("dark"))
    settings.form.fields["thumbnails"].setChecked(False)
    settings.form.fields["catalog"].setText(str(home / "my.db"))
    settings.accept()
    again = Settings()
    assert again.theme() == "dark" and not again.thumbnails()
    assert again.catalog() == home / "my.db"
    again.set("theme", "light")
    again.apply_theme()


def test_folders_are_there_again_at_the_next_start(window, tree, qapp):
    from sanchay_desktop.start import make_window

    name = os.fsdecode(b"caf\xe9")
    folder = tree({f"{name}/x": b"1", "other/y": b"1"})
    window.desk.folders.set([str(folder / name)], [str(folder / "other")])
    window.desk.settings.sync()
    again = make_window()
    assert again.desk.folders.roots() == [str(folder / name)]
    assert again.desk.folders.protected() == [str(folder / "other")]
    again.close()


def test_integration_writes_what_desktops_read_and_removes_it_again(home):
    env = environment(home)
    run = [*program(), "--integrate"]
    done = subprocess.run([*run, "install"], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.splitlines()]
    assert len(written) == 4 and all(it.is_file() for it in written)
    entries = [it for it in written if it.suffix == ".desktop"]
    for entry in entries:
        assert "@PROGRAM@" not in entry.read_text()
    if shutil.which("desktop-file-validate"):
        [menu] = [it for it in entries if "applications" in it.parts]
        checked = subprocess.run(
            ["desktop-file-validate", menu], capture_output=True, text=True
        )
        assert checked.returncode == 0, checked.stdout
    [script] = [it for it in written if "nautilus" in it.parts]
    assert script.stat().st_mode & stat.S_IXUSR
    done = subprocess.run([*run, "remove"], env=env, capture_output=True, text=True)
    assert done.returncode == 0 and not any(it.exists() for it in written)


@pytest.mark.parametrize(
    "word", ["a b", 'quo"te', "back\\slash", "100%", "$HOME", "`x`"]
)
def test_a_program_with_any_name_is_quoted_as_the_key_exec_wants(word):
    quoted = integration._quoted([word])
    # What a desktop does: the file's escapes, the quotes, the fields.
    plain = quoted.replace("\\\\", "\\")[1:-1]
    found, at = "", 0
    while at < len(plain):
        at += plain[at] == "\\"
        found += plain[at]
        at += 1
    assert found.replace("%%", "%") == word


def test_the_program_says_its_version_and_needs_no_screen_for_it(home):
    import sanchay

    done = subprocess.run(
        [*program(), "--version"], env=environment(home), capture_output=True, text=True
    )
    assert done.stdout == f"sanchay-desktop {sanchay.version()}\n"


def test_paths_that_are_not_there_are_named_and_end_it_if_there_is_no_other(home):
    asked = [b"/no/such\xff", b"/nor/this"]
    done = subprocess.run([*program(), *asked], env=environment(home), capture_output=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        rb"sanchay-desktop: /no/such\xff: No such file or directory",
        b"sanchay-desktop: /nor/this: No such file or directory",
    ]


def test_of_several_paths_those_that_are_there_are_opened(home, tree):
    folder = tree({"a": b"1"})
    process = subprocess.Popen(
        [*program(), "/no/such", folder],
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr.readline().endswith("/no/such: No such file or directory\n")
        settings = home / "config/sanchay/desktop.ini"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and str(folder) not in _text(settings):
            time.sleep(0.05)
        assert str(folder) in _text(settings) and process.poll() is None
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()


def _text(path):
    return path.read_text() if path.exists() else ""


def test_what_is_neither_a_folder_nor_a_file_is_said_in_the_window(window, tree):
    folder = tree({"a": b"1"})
    window.open([str(folder), "/no/such\n"])
    assert window.desk.folders.roots() == [str(folder)]
    said = window.page().status.text()
    assert said == r"Neither a folder nor a file: /no/such\n"


def test_headings_in_hindi_are_not_cut(qapp, home):
    from sanchay_desktop.start import make_window

    settings = Settings()
    settings.set("language", "hi")
    settings.sync()
    window = make_window()
    try:
        window.show()
        for page in window.pages:
            window.show_page(page)
            image = page.findChild(QLabel, "heading").grab().toImage()
            for row in (0, image.height() - 1):
                colours = {image.pixel(it, row) for it in range(image.width())}
                assert len(colours) == 1, f"{page.name}: line {row}"
    finally:
        window.close()
        settings.set("language", "en")
        translation.speak(settings)


def test_without_qt_the_program_says_what_to_install(home, tmp_path):
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6/__init__.py").write_text("raise ImportError('no Qt')")
    env = environment(home)
    env["PYTHONPATH"] = f"{tmp_path}:{env['PYTHONPATH']}"
    done = subprocess.run(program(), env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'sanchay[desktop]'" in done.stderr


def test_a_translator_is_there_for_each_language(qapp, home):
    for code in translation.LANGUAGES:
        assert Path(translation._HERE, f"sanchay_{code}.qm").stat().st_size > 50
    assert QCoreApplication.translate("sanchay", "no such text") == "no such text"
