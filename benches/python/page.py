"""The service's page in headless Chromium: how long after the first byte it can
be used, and how fast it hashes a file beside the program with one thread.

    ./x bench-page [--mebibytes N] [--rounds N]

The file is in the page cache for both. The program's time is that of its whole
run; the page's begins when its worker has the file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from service import Service

HERE = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    program = given.program.resolve()
    with tempfile.TemporaryDirectory(prefix="page-") as name:
        folder = Path(name)
        root = folder / "root"
        root.mkdir()
        file = root / "large"
        piece = os.urandom(1 << 20)
        with file.open("wb") as large:
            for number in range(given.mebibytes):
                large.write(number.to_bytes(8, "little") + piece[8:])
        native = []
        for _ in range(given.rounds):
            begun = time.perf_counter()
            run = [program, "hash", "--threads", "1", "--format", "ndjson", file]
            said = subprocess.run(run, check=True, capture_output=True).stdout
            native.append(time.perf_counter() - begun)
        digest = json.loads(said)["hash"]
        service = Service(program, root, folder / "state", [])
        try:
            service.wait(service.begin("snapshot", hash=True))
            (folder / "profile").mkdir()
            asked = {
                "tools": str(HERE / ".tools/node"),
                "chromium": given.chromium,
                "profile": str(folder / "profile"),
                "url": f"http://{service.host}:{service.port}/",
                "key": service.key,
                "file": str(file),
                "rounds": given.rounds,
            }
            (folder / "asked.json").write_text(json.dumps(asked))
            node = ["node", HERE / "benches/page.mjs", folder / "asked.json"]
            told = json.loads(subprocess.run(node, check=True, stdout=subprocess.PIPE).stdout)
        finally:
            service.process.terminate()
            service.process.wait()
    if digest not in told["hash"].values():
        sys.exit(f"the page says {told['hash']}, the program {digest}")
    usable = sorted(told["usable"])
    print(f"usable after the first byte: {usable[len(usable) // 2]:.0f} ms (300)")
    mebibytes = told["bytes"] / 2**20
    page, own = mebibytes / (min(told["hashing"]) / 1000), mebibytes / min(native)
    print(f"hashing: page {page:.0f} MiB/s, program {own:.0f} MiB/s, {page / own:.2f} x (0.5)")


if __name__ == "__main__":
    main()
