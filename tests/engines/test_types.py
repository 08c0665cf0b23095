"""The types of sanchay.ray and sanchay.spark, with the engines installed."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
import sanchay

PROGRAM = """
import ray.data
import sanchay
import sanchay.ray
import sanchay.spark
from pyspark.sql import DataFrame, SparkSession

shards = sanchay.plan_shards("/srv", target_files=1000)


def look(progress: sanchay.Progress) -> bool:
    return progress.files < 5


listed: ray.data.Dataset = sanchay.ray.scan(shards, cpus=2)
hashed: ray.data.Dataset = sanchay.ray.hash_files(
    shards, ray_options={"memory": 1 << 20}
)
groups: ray.data.Dataset = sanchay.ray.duplicates(
    shards, "out", progress=look, same_device=True
)
again: ray.data.Dataset = sanchay.ray.merge("out", min_group=3)
texts: ray.data.Dataset = sanchay.ray.similar(shards, threshold=0.9)
sums: ray.data.Dataset = sanchay.ray.summary(shards)
kept: ray.data.Dataset = sanchay.ray.put(shards, "store", name="x", level=9)
done: list[sanchay.ShardOutput] = sanchay.ray.write(shards, "out", progress=True)


def rows(session: SparkSession) -> list[DataFrame]:
    return [
        sanchay.spark.scan(session, shards),
        sanchay.spark.hash_files(session, shards, cpus=2),
        sanchay.spark.summary(session, shards),
        sanchay.spark.duplicates(session, shards, min_group=3),
    ]


sanchay.ray.scan(3)
sanchay.ray.similar(shards, treshold=0.9)
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the sources and stubs: mypy refuses those that are installed."""
    pytest.importorskip("ray", reason="LEFT OUT: there is no Ray here")
    pytest.importorskip("pyspark", reason="LEFT OUT: there is no Spark here")
    (tmp_path / "program.py").write_text(PROGRAM)
    package = Path(sanchay.__file__).parent
    for name in ("sanchay", "mithril"):
        copy = tmp_path / name
        copy.mkdir()
        for file in (package.parent / name).iterdir():
            if file.suffix in (".py", ".pyi", ".typed"):
                shutil.copy(file, copy)
    return tmp_path


def checked(sources: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=sources, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_the_types_hold_under_mypy_strict(sources: Path) -> None:
    said = checked(
        sources, "mypy", "--strict", "--no-incremental",
        "-m", "program", "-m", "sanchay.ray", "-m", "sanchay.spark",
    )
    errors = [line for line in said.splitlines() if ": error: " in line]
    assert len(errors) == 2, said
    assert all(line.startswith("program.py:") for line in errors), said
    assert '"scan" has incompatible type "int"' in errors[0]
    assert 'Unexpected keyword argument "treshold"' in errors[1]


def test_the_types_hold_under_pyright(sources: Path) -> None:
    (sources / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "standard", "include": ["program.py"]})
    )
    said = checked(
        sources, "basedpyright", "--outputjson", "--pythonpath", sys.executable
    )
    found = json.loads(said)["generalDiagnostics"]
    errors = [it["rule"] for it in found if it["severity"] == "error"]
    assert errors == ["reportArgumentType", "reportCallIssue"], found


def test_every_call_is_documented_with_all_that_it_takes() -> None:
    pytest.importorskip("ray", reason="LEFT OUT: there is no Ray here")
    import sanchay.ray
    import sanchay.spark

    for module in (sanchay.ray, sanchay.spark):
        for name in module.__all__:
            call = getattr(module, name)
            text = inspect.getdoc(call) or ""
            for parameter in inspect.signature(call).parameters:
                assert f"\n    {parameter}: " in text or (
                    f"\n    **{parameter}: " in text
                ), (module, name, parameter)
            assert get_type_hints(call)["return"] is not None
