"""Checks what the wheels of a folder carry beside the package.

    python host/python/build/wheel.py FOLDER

Each must have its packages with their types, a bill of materials that names the
parts of the component, too, the texts of all licences, and no path of the
machine that built it but in the extension module.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZipFile

# A part of the extension module, of the engine, and two of the component.
PARTS = {"pyo3", "wasmtime", "sanchay-inspector", "xxhash-rust"}
LICENCES = {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES.txt"}


def check(wheel: Path) -> None:
    checkout = Path(__file__).resolve().parents[3]
    with ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    [bill] = [it for it in files if it.endswith(".dist-info/sboms/sanchay.cdx.json")]
    assert [it for it in files if "/sboms/" in it] == [bill], "another bill"
    names = {it["name"] for it in json.loads(files[bill])["components"]}
    assert PARTS <= names, f"the bill lacks {PARTS - names}"
    licences = {it.split("/licenses/")[1] for it in files if "/licenses/" in it}
    assert licences == LICENCES, licences
    for name, content in files.items():
        if not name.endswith((".so", ".pyd")):
            assert str(checkout).encode() not in content, f"{name} names {checkout}"
            assert str(Path.home()).encode() not in content, name
    for package in ("mithril", "rusty_attachments", "sanchay", "sanchay_desktop"):
        assert f"{package}/__init__.py" in files, f"there is no {package}"
        assert f"{package}/py.typed" in files, f"{package} has no types"
    print(f"{wheel.name}: {len(names)} parts, {len(licences)} files of licences")


def main() -> None:
    [folder] = sys.argv[1:]
    wheels = sorted(Path(folder).glob("sanchay-*.whl"))
    assert wheels, f"there is no wheel in {folder}"
    for wheel in wheels:
        check(wheel)


if __name__ == "__main__":
    main()
