"""The service under load, in one run: pages of a long result, listeners,
accepted jobs a second, the same job by HTTP and by the program, a soak.

    python service.py --program target/release/sanchay [--files N]
        [--copies N] [--listeners N] [--jobs N] [--soak SECONDS]
        [--database postgres://...]

Nothing but the standard library is needed. The tree has N empty files and is
scanned so many times in one job, so that ten million rows need no ten million
files. Client and service share the machine: what the client takes is in every
figure.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import random
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

#: How many files a folder of the tree has.
A_FOLDER = 1000


class Service:
    """A service that runs, and a way to ask it."""

    def __init__(
        self, program: Path, root: Path, state: Path, options: list[str]
    ) -> None:
        state.mkdir(parents=True)
        self.key = secrets.token_urlsafe(32)
        tokens = state / "tokens"
        tokens.write_text(f"bench read,run,write {self.key}\n")
        tokens.chmod(0o600)
        self.process = subprocess.Popen(
            [
                program,
                "serve",
                root,
                "--listen=127.0.0.1:0",
                f"--catalog={state / 'catalog.db'}",
                f"--state-dir={state / 'state'}",
                f"--token-file={tokens}",
                "--max-rate=1000000",
                *options,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        address = self.process.stdout.readline().partition("/#")[0]
        if not address:
            sys.exit("the service did not start")
        self.host, _, port = address.removeprefix("http://").partition(":")
        self.port = int(port)
        self.own = threading.local()
        self.root = self.get("/api/v1/roots")["roots"][0]["id"]

    def ask(self, method: str, path: str, body: object = None) -> bytes:
        """The body of an answer, over a connection of this thread's own."""
        connection = getattr(self.own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.host, self.port)
            self.own.connection = connection
        headers = {"Authorization": f"Bearer {self.key}"}
        sent = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            sent = json.dumps(body).encode()
        connection.request(method, path, sent, headers)
        answer = connection.getresponse()
        read = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {read.decode()}")
        return read

    def get(self, path: str) -> Any:
        return json.loads(self.ask("GET", path))

    def begin(self, kind: str, copies: int = 1, **options: object) -> int:
        request = {"kind": kind, "roots": [{"root": self.root}] * copies}
        begun = self.ask("POST", "/api/v1/jobs", request | options)
        number: int = json.loads(begun)["id"]
        return number

    def wait(self, job: int) -> Any:
        while True:
            found = self.get(f"/api/v1/jobs/{job}")
            if found["state"] not in ("queued", "running"):
                if found["state"] != "done":
                    sys.exit(f"job {job}: {found}")
                return found
            time.sleep(0.01)

    def mebibytes(self, field: str = "VmRSS") -> float:
        """Its memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        for line in status.splitlines():
            name, _, value = line.partition(":")
            if name == field:
                return int(value.split()[0]) / 1024
        return float("nan")

    def files_open(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@contextlib.contextmanager
def service(
    program: Path, root: Path, state: Path, *options: str
) -> Iterator[Service]:
    made = Service(program, root, state, list(options))
    try:
        yield made
    finally:
        made.end()


def tell(what: str, figure: str) -> None:
    print(f"{what:<52} {figure}", flush=True)


def spread(seconds: list[float]) -> str:
    """Median and 99th of a hundred."""
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"p50 {1e3 * statistics.median(ordered):.1f} ms, p99 {1e3 * last:.1f} ms"


def plant(root: Path, files: int) -> None:
    """Empty files, but for every third, which has a twin."""
    for number in range(files):
        folder = root / f"{number // A_FOLDER:04}"
        if number % A_FOLDER == 0:
            folder.mkdir(parents=True)
        with open(folder / f"{number:07}.dat", "wb") as file:
            if number % 3 == 0:
                file.write(b"%d" % (number // 6))


def pages(served: Service, copies: int) -> None:
    """Pages of 200 rows at any depth of a long result."""
    begun = time.perf_counter()
    job = served.wait(served.begin("scan", copies))
    rows = job["rows"]
    tell(f"scan of {rows:,} rows", f"{time.perf_counter() - begun:.1f} s")
    path = f"/api/v1/jobs/{job['id']}/results?limit=200"
    took = []
    draw = random.Random(1)
    for _ in range(1000):
        depth = draw.randrange(rows - 200)
        begun = time.perf_counter()
        page = served.get(f"{path}&cursor={depth}")
        took.append(time.perf_counter() - begun)
        if page["from"] != depth or len(page["rows"]) != 200:
            sys.exit(f"not the page at {depth}: {page['from']}")
    tell(f"page of 200 rows, any depth of {rows:,}", spread(took))
    tell("memory of the service, now and at most",
         f"{served.mebibytes():.0f} and {served.mebibytes('VmHWM'):.0f} MiB")


async def listen(
    served: Service, ready: asyncio.Semaphore, asked: asyncio.Future[int]
) -> bool:
    """Whether a listener hears that the job which is asked for is done."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(
        f"GET /api/v1/events HTTP/1.1\r\nHost: {served.host}\r\n"
        f"Authorization: Bearer {served.key}\r\n\r\n".encode()
    )
    status = await reader.readline()
    ready.release()
    heard = b" 200 " in status
    while heard:
        line = await reader.readline()
        if not line:
            heard = False
        elif line.startswith(b"data:") and b'"done"' in line:
            if json.loads(line[5:])["id"] == await asked:
                break
    writer.close()
    return heard


async def listened(
    served: Service, count: int, copies: int
) -> tuple[float, int]:
    """How long a job takes, and how many of so many listeners miss its end."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Semaphore(0)
    asked: asyncio.Future[int] = loop.create_future()
    heard = [
        asyncio.create_task(listen(served, ready, asked)) for _ in range(count)
    ]
    for _ in range(count):
        await ready.acquire()
    job = await loop.run_in_executor(None, served.begin, "scan", copies)
    asked.set_result(job)
    found = await loop.run_in_executor(None, served.wait, job)
    told = await asyncio.wait_for(asyncio.gather(*heard), 120)
    took = moment(found["ended"]) - moment(found["started"])
    return took, count - sum(told)


def moment(text: str) -> float:
    """Seconds of an RFC 3339 time of UTC; its fraction has any length."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    parsed = time.strptime(whole, "%Y-%m-%dT%H:%M:%S")
    return time.mktime(parsed) + float(f"0.{fraction or 0}")


def listeners(served: Service, count: int, copies: int) -> None:
    """What listeners cost a job of some seconds, in turns with one without."""
    alone, with_them, missed = [], [], 0
    for _ in range(5):
        found = served.wait(served.begin("scan", copies))
        alone.append(moment(found["ended"]) - moment(found["started"]))
        took, deaf = asyncio.run(listened(served, count, copies))
        with_them.append(took)
        missed += deaf
    ratio = statistics.median(with_them) / statistics.median(alone)
    tell(
        f"a job with {count:,} listeners",
        f"{ratio:.2f} x without ({statistics.median(alone):.1f} s)",
    )
    tell("listeners that missed its end", str(missed))


def accepted(served: Service, count: int, name: str) -> None:
    """Jobs a second, each done once."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: served.begin("scan"), range(count)))
    took = time.perf_counter() - begun
    tell(f"accepted jobs a second, {name}", f"{count / took:,.0f}")
    attempts = [served.wait(job)["attempts"] for job in ids]
    if len(set(ids)) != count or set(attempts) != {1}:
        sys.exit("a job was not done once")


def against_program(served: Service, program: Path, root: Path) -> None:
    """A search for duplicates by HTTP, and by the program."""
    by_http, by_program = [], []
    for _ in range(5):
        begun = time.perf_counter()
        job = served.wait(served.begin("dupes"))
        path = f"/results?job={job['id']}&limit=1000"
        served.get(path)
        by_http.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        state = root.parent / "own"
        shutil.copytree(root.parent / "state", state, dirs_exist_ok=True)
        begun = time.perf_counter()
        subprocess.run(
            [program, "dupes", root, f"--catalog={state / 'catalog.db'}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        by_program.append(time.perf_counter() - begun)
    http, own = statistics.median(by_http), statistics.median(by_program)
    tell("dupes by HTTP", f"{http / own:.2f} x the program ({own:.2f} s)")


def soak(served: Service, seconds: float) -> None:
    """Two hundred requests a second for some time; what they leave."""
    job = served.wait(served.begin("scan"))["id"]
    paths = [
        "/api/v1/jobs?limit=50",
        f"/api/v1/jobs/{job}",
        f"/api/v1/jobs/{job}/results?limit=200",
        "/api/v1/roots",
        "/health",
        "/metrics",
        f"/api/v1/browse?root={served.root}&path=0000",
        "/openapi.json",
    ]
    turns = iter(range(sys.maxsize))
    lock = threading.Lock()
    end = time.monotonic() + seconds
    warm: list[tuple[float, int]] = []
    took: list[float] = []

    def work() -> None:
        while True:
            with lock:
                turn = next(turns)
            due = end - seconds + turn / 200
            if due >= end:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            begun = time.perf_counter()
            served.ask("GET", paths[turn % len(paths)])
            took.append(time.perf_counter() - begun)
            if turn == int(200 * seconds / 5):
                warm.append((served.mebibytes(), served.files_open()))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (memory, files) = warm[0]
    tell(f"{len(took):,} requests in {seconds:.0f} s", spread(took))
    tell("memory after a fifth of them, and after all",
         f"{memory:.0f} and {served.mebibytes():.0f} MiB")
    tell("files open after a fifth of them, and after all",
         f"{files} and {served.files_open()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--files", type=int, default=160_000)
    parser.add_argument("--copies", type=int, default=64)
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--soak", type=float, default=600)
    parser.add_argument("--database")
    given = parser.parse_args()
    program = given.program.resolve()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        large, small = place / "large", place / "small"
        plant(large, given.files)
        plant(small, 10)
        with service(program, large, place / "state") as served:
            pages(served, given.copies)
            listeners(served, given.listeners, max(1, given.copies // 4))
            against_program(served, program, large)
        with service(program, small, place / "few") as served:
            accepted(served, given.jobs, "SQLite")
            soak(served, given.soak)
        if given.database:
            database = f"--database={given.database}"
            with service(program, small, place / "pg", database) as served:
                accepted(served, given.jobs, "PostgreSQL")


if __name__ == "__main__":
    main()
