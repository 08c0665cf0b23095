"""Shards run by several processes that share nothing but a folder, as jobs of
Kubernetes and Slurm are: some are killed, and started again."""

import os
import random
import signal
import subprocess
import sys
import time

import sanchay


def begin(root, index, count):
    words = ["shards", "run", "plan", "--out", "out", "--quiet", "--no-progress"]
    words += ["--index", str(index), "--count", str(count)]
    return subprocess.Popen([sys.executable, "-m", "sanchay", *words], cwd=root)


def complete(root):
    markers = root / "out/shards"
    return len(list(markers.iterdir())) if markers.exists() else 0


def test_processes_that_are_killed_and_started_again_have_the_whole_answer(tree):
    root = tree({f"in/{at % 9}/{at}": b"%d" % (at % 31) for at in range(270)})
    for number in range(6):
        # There is time to kill who hashes it.
        with (root / f"in/large{number}").open("wb") as file:
            file.truncate(24 << 20)
    shards = sanchay.plan_shards(root / "in", target_files=12)
    (root / "plan").write_text("".join(f"{it.text}\n" for it in shards))
    count, chance = 3, random.Random(1)
    assert len(shards) > 2 * count
    killed = []
    for turn in range(40):
        begun = complete(root)
        running = [begin(root, index, count) for index in range(count)]
        victim = chance.randrange(count)
        # Once it has come somewhere, and has something left to do.
        while complete(root) == begun < len(shards):
            if running[victim].poll() is not None:
                break
            time.sleep(0.002)
        if running[victim].poll() is None:
            os.kill(running[victim].pid, signal.SIGKILL)
            killed.append(victim)
        ends = [one.wait() for one in running]
        assert all(end in (0, -signal.SIGKILL) for end in ends)
        if ends == [0] * count:
            break
    assert killed
    assert complete(root) == len(shards)
    # One that is killed right after it is complete leaves that it has begun.
    begun = {path.name for path in (root / "out/begun").iterdir()}
    assert begun <= {shard.id for shard in shards}
    expected = list(sanchay.duplicates(root / "in"))
    assert list(sanchay.merge_partition(root / "out", None)) == expected
