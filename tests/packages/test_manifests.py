"""What others read: manifests of Kubernetes, and GitHub's workflows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from conftest import CHECKOUT

MANIFESTS = sorted((CHECKOUT / "deploy").glob("*.yaml"))
WORKFLOWS = sorted((CHECKOUT / ".github/workflows").glob("*.yml"))


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))


def containers(path: Path) -> list[Any]:
    """The containers of all pods that a manifest describes."""
    pods = [
        it["spec"]["template"] for it in documents(path) if "template" in it["spec"]
    ]
    return [it for pod in pods for it in pod["spec"]["containers"]]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda it: it.name)
def test_kubernetes_takes_the_manifest(path: Path) -> None:
    for document in documents(path):
        kubernetes_validate.validate(document, "1.34", strict=True)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda it: it.name)
def test_no_container_may_do_more_than_it_needs(path: Path) -> None:
    assert containers(path)
    for container in containers(path):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


def test_a_manifest_with_a_word_that_kubernetes_does_not_know_is_refused() -> None:
    [document] = [
        it
        for it in documents(CHECKOUT / "deploy/service.yaml")
        if it["kind"] == "Deployment"
    ]
    document["spec"]["replicas"] = "one"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.34", strict=True)


def schema_refuses(*files: Path) -> str:
    words = [sys.executable, "-m", "check_jsonschema"]
    words += ["--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*words, *files], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_github_takes_the_workflows() -> None:
    assert {it.name for it in WORKFLOWS} == {"ci.yml", "release.yml"}
    assert schema_refuses(*WORKFLOWS) == ""


def test_a_workflow_with_a_word_that_github_does_not_know_is_refused(
    tmp_path: Path,
) -> None:
    wrong = tmp_path / "wrong.yml"
    text = WORKFLOWS[0].read_text().replace("runs-on:", "runs-at:", 1)
    wrong.write_text(text)
    assert "wrong.yml" in schema_refuses(wrong)


def test_the_workflows_may_read_and_no_more_but_where_a_job_says_so() -> None:
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {"contents": "read"}, path.name
        for job in workflow["jobs"].values():
            steps = [it for it in job["steps"] if "checkout" in it.get("uses", "")]
            for step in steps:
                assert step["with"]["persist-credentials"] is False


def test_the_workflows_call_recipes_that_there_are() -> None:
    recipes = {
        line.split()[0].rstrip(":")
        for line in (CHECKOUT / "justfile").read_text().splitlines()
        if line and line[0].isalpha() and ":" in line and ":=" not in line
    }
    called = set()
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            for line in "\n".join(
                it.get("run", "") for it in job["steps"]
            ).splitlines():
                words = line.split()
                if words[:1] == ["./x"]:
                    called.add(words[1])
    assert called
    assert {it for it in called if not it.startswith("-")} <= recipes
