"""Installs the source distribution of a folder where nothing else is.

    python host/python/build/sdist.py FOLDER

A new environment and a working folder outside the checkout: pip builds the
package from what is in the archive, with maturin from PyPI and crates from
their registry, in some minutes. Then the package scans and hashes a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROGRAM = """
import hashlib, pathlib, sanchay
pathlib.Path("a.txt").write_bytes(b"sanchay")
[file] = sanchay.scan(".")
assert file.size == 7, file
[hashed] = sanchay.hash_files(["a.txt"], algorithm="sha256")
assert hashed.hash == hashlib.sha256(b"sanchay").hexdigest(), hashed
import mithril
storage = mithril.LocalStorage("objects")
storage.put("key", mithril.ZstdCompressor().compress(b"value"))
assert mithril.ZstdCompressor().decompress(storage.get("key")) == b"value"
print("sanchay", sanchay.version(), "from", sanchay.__file__)
"""


def main() -> None:
    [folder] = sys.argv[1:]
    [archive] = Path(folder).resolve().glob("*.tar.gz")
    # What belongs to this checkout's builds.
    ours = ("CARGO", "PYTHON", "SANCHAY", "VIRTUAL_ENV")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) or name == "CARGO_HOME"
    }
    with tempfile.TemporaryDirectory(prefix="sanchay-sdist-") as empty:
        venv.create(f"{empty}/environment", with_pip=True)
        python = f"{empty}/environment/bin/python"
        work = Path(empty, "work")
        work.mkdir()
        print(f"installing {archive.name}; this takes some minutes", flush=True)
        install = [python, "-m", "pip", "install", "--quiet", archive]
        subprocess.run(install, cwd=work, env=environment, check=True)
        run = [python, "-c", PROGRAM]
        subprocess.run(run, cwd=work, env=environment, check=True)


if __name__ == "__main__":
    main()
