"""A real window: the X server has no screen, all else is as with one.

With SANCHAY_SCREENSHOTS=FOLDER the pictures are kept, to be looked at.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import environment
from PySide6.QtGui import QImage

DRIVER = Path(__file__).with_name("real_window.py")


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """The number of a display that is there for these tests."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("LEFT OUT: the tests in a real window, for there is no Xvfb")
    read, write = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write), "-screen", "0", "2600x1900x24"]
        + ["-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    process.terminate()
    process.wait()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("SANCHAY_SCREENSHOTS", tmp_path / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(
    ("theme", "language", "scale", "width"),
    [
        ("light", "en", "1", 1180),
        ("dark", "en", "1", 1180),
        ("light", "hi", "1", 1180),
        ("light", "en", "2", 1180),
        ("dark", "en", "1", 320),
        ("light", "hi", "1", 320),
    ],
)
def test_every_page_is_drawn_in_a_real_window(
    home, tmp_path, pictures, display, theme, language, scale, width
):
    env = environment(
        home,
        DISPLAY=display,
        QT_QPA_PLATFORM="xcb",
        QT_SCALE_FACTOR=scale,
    )
    name = f"{theme}-{language}-{scale}-{width}"
    done = subprocess.run(
        [sys.executable, DRIVER, pictures, name, theme, language, str(width)]
        + [tmp_path / "tree"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    drawn = sorted(pictures.glob(f"{name}-*.png"))
    assert len(drawn) == 12, done.stdout
    for path in drawn:
        image = QImage(str(path))
        assert image.width() >= min(width, 900) * int(scale), path
        if width < 900:
            assert image.width() == width, f"{path} is wider than its window"
        points = [
            image.pixelColor(x, y)
            for x in range(0, image.width(), 7)
            for y in range(0, image.height(), 7)
        ]
        colours = {it.rgb() for it in points}
        assert len(colours) > 12, f"{path} is nearly blank"
        light = sum(it.lightnessF() for it in points) / len(points)
        assert (light < 0.5) == (theme == "dark"), f"{path}: {light}"
