"""Measures the desktop application's table over a real tree.

    QT_QPA_PLATFORM=offscreen python benches/python/desktop.py FOLDER

Scans FOLDER in the window, as F5 does, and prints as JSON: how long that took, how
long the window was ever silent meanwhile, what the rows take in memory, how long
orders take, and how long a frame takes: the model is asked for the rows in sight
and they are painted, in one go. `cpu` is what the window's thread worked for it,
which other programs on the machine hardly lengthen. With --link ROWS, FOLDER is
made first, of hard links to a few files: so many names take some 40 bytes each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path


def resident() -> int:
    """Bytes of this process that are in memory, where the system tells."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def link(folder: str, rows: int) -> None:
    """Make a tree of so many names."""
    base = os.fsencode(folder)
    source = b""
    for row in range(rows):
        place = b"%b/photos-%03d/shoot" % (base, row // 10_000)
        if row % 10_000 == 0:
            os.makedirs(place)
        if row % 50_000 == 0:
            source = b"%b/seed-%d.bin" % (base, row)
            with open(source, "wb") as file:
                file.write(b"x" * (row // 50_000 * 37 + 1))
        kind = b"holiday" if row % 3 else b"work"
        os.link(source, b"%b/IMG_%06d_%b.jpeg" % (place, row * 7919 % 10_000, kind))


def share(times: list[float], part: float) -> float:
    """The time that this part of them do not exceed, in milliseconds."""
    return round(1000 * sorted(times)[int(len(times) * part)], 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--link", type=int, metavar="ROWS")
    given = parser.parse_args()
    if given.link:
        link(given.folder, given.link)
    home = tempfile.mkdtemp()
    for name in ("DATA", "CONFIG", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = home

    from PySide6.QtCore import QCoreApplication, QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication(sys.argv[:1])
    from sanchay_desktop.start import make_window

    window = make_window()
    window.resize(1280, 900)
    window.show()
    app.processEvents()
    told: dict[str, object] = {"resident_before": resident()}
    beats: list[float] = []
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start()

    def settle() -> float:
        beats.clear()
        begun = time.monotonic()
        while window.desk.jobs:
            QCoreApplication.processEvents()
            time.sleep(0.001)
        spent = time.monotonic() - begun
        gaps = [b - a for a, b in zip(beats, beats[1:])]
        told["longest_silence_ms"] = max(
            float(str(told.get("longest_silence_ms", 0))),
            round(1000 * max(gaps, default=0), 1),
        )
        return round(spent, 2)

    page = window.files
    window.desk.folders.set([given.folder], [])
    append, appended = page.model.append, []

    def measured(batches: list[object]) -> None:
        before = time.thread_time()
        append(batches)
        appended.append(time.thread_time() - before)

    page.model.append = measured
    page.run_again()
    told["scan_s"] = settle()
    told["append_cpu_p99_ms"] = share(appended, 0.99)
    told["append_cpu_most_ms"] = share(sorted(appended)[-1:], 0)
    told["rows"] = rows = page.model.rowCount()
    told["rows_bytes"] = page.model.memory()
    told["resident_scanned"] = resident()

    def frames() -> dict[str, float]:
        """Wheel steps from somewhere, and jumps to anywhere."""
        bar, view = page.view.verticalScrollBar(), page.view.viewport()
        found = {}
        for name, step in (("wheel", 3 * 24), ("jump", 0)):
            times, worked = [], []
            bar.setValue(bar.maximum() // 3)
            for _ in range(300):
                begun, before = time.monotonic(), time.thread_time()
                value = bar.value() + step if step else random.randrange(bar.maximum())
                bar.setValue(value)
                view.repaint()
                times.append(time.monotonic() - begun)
                worked.append(time.thread_time() - before)
            for part in (0.5, 0.95, 0.99):
                found[f"{name}_p{100 * part:.0f}_ms"] = share(times, part)
                found[f"{name}_cpu_p{100 * part:.0f}_ms"] = share(worked, part)
        return found

    told["frames"] = frames()
    for section, name in ((1, "size"), (2, "modified"), (0, "path")):
        page.view.horizontalHeader().sectionClicked.emit(section)
        told[f"sort_{name}_s"] = settle()
    told["frames_sorted"] = frames()
    told["resident_sorted"] = resident()
    told["order_bytes"] = page.model.memory() - int(str(told["rows_bytes"]))
    begun = time.monotonic()
    page.view.go_to(rows - 1)
    app.processEvents()
    told["go_to_last_ms"] = round(1000 * (time.monotonic() - begun), 1)
    print(json.dumps(told, indent=1))
    window.close()


if __name__ == "__main__":
    main()
