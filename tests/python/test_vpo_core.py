"""The distribution vpo-core: vpo._core beside an application's own package.

Each application lives in an environment of its own, into which vpo-core was
installed as pip does, from a wheel that is built here.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sanchay

SOURCES = Path(__file__).parents[2] / "host/python/vpo-core"
HOST_PACKAGES = Path(pytest.__file__).parents[1]

#: What an application's tests hold: its own package, and the contract's module.
USE = (
    "import vpo, vpo.other\n"
    "from vpo._core import discover_videos, hash_files, FileHash\n"
    "import vpo._core\n"
    "assert vpo.mine == 1 and vpo.other.own() == 2\n"
    "assert vpo._core.__name__ == 'vpo._core'\n"
    "[record] = hash_files(['/nonexistent'])\n"
    "assert record == FileHash('/nonexistent', None, 'File not found')\n"
)


def run(*words, **options):
    done = subprocess.run(
        [str(it) for it in words], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def linked(file, to):
    """Link a file, which is large and does not change, or copy it."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy(file, to)


def pip(*words, **options):
    return run(
        sys.executable, "-m", "pip", "--disable-pip-version-check", *words,
        **options,
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip(
        "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, SOURCES,
    )
    [wheel] = folder.iterdir()
    return wheel


class Environment:
    """A virtual environment that has sanchay, and nothing else."""

    def __init__(self, folder):
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        self.python = folder / "bin/python"
        [self.site] = (folder / "lib").glob("python*/site-packages")
        # No link: pip takes a folder that holds nothing else for one that
        # can go as a whole.
        package = Path(sanchay.__file__).parent
        shutil.copytree(package, self.site / "sanchay", copy_function=linked)

    def pip(self, *words):
        # setuptools, which builds applications, is the outer environment's.
        return pip(
            "--python", self.python, *words,
            env={**os.environ, "PYTHONPATH": str(HOST_PACKAGES)},
        )

    def install(self, *words):
        options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
        return self.pip("install", *options, *words)

    def run(self, *words, path="", **options):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(path)}
        return run(self.python, *words, env=environment, **options)

    def files(self):
        return sorted(
            str(it.relative_to(self.site))
            for it in self.site.rglob("*")
            if "__pycache__" not in it.parts
        )


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path / "environment")


@pytest.fixture
def equipped(environment, wheel):
    """An environment that has vpo-core too."""
    environment.install(wheel)
    return environment


@pytest.fixture(scope="session")
def shared(tmp_path_factory, wheel):
    """Likewise, for tests that install nothing more."""
    environment = Environment(tmp_path_factory.mktemp("shared") / "environment")
    environment.install(wheel)
    return environment


def application(folder, layout):
    """An application with a package vpo of its own."""
    package = folder / "src/vpo" if layout == "src" else folder / "vpo"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("mine = 1\n")
    (package / "other.py").write_text("def own(): return 2\n")
    where = '["src"]' if layout == "src" else '["."]'
    (folder / "pyproject.toml").write_text(
        "[build-system]\nrequires = ['setuptools']\n"
        "build-backend = 'setuptools.build_meta'\n"
        "[project]\nname = 'application'\nversion = '1'\n"
        f"[tool.setuptools.packages.find]\nwhere = {where}\n"
        "include = ['vpo*']\n"
    )
    return package


@pytest.mark.parametrize("layout", ["src", "flat"])
@pytest.mark.parametrize("way", ["installed", "editable", "strict"])
def test_an_installed_applications_own_package_has_the_contracts_module(
    tmp_path, equipped, layout, way
):
    folder = tmp_path / "application"
    package = application(folder, layout)
    before = sorted(package.iterdir())
    mode = ["--config-settings", "editable_mode=strict"]
    equipped.install(*{
        "installed": [folder],
        "editable": ["--editable", folder],
        "strict": [*mode, "--editable", folder],
    }[way])
    equipped.run("-B", "-c", USE, cwd=tmp_path)
    assert sorted(package.iterdir()) == before


@pytest.mark.parametrize("layout", ["src", "flat"])
@pytest.mark.parametrize("way", ["path", "checkout"])
def test_an_applications_own_package_has_the_contracts_module(
    tmp_path, shared, layout, way
):
    package = application(tmp_path / "application", layout)
    before = sorted(package.iterdir())
    path, cwd = (package.parent, tmp_path) if way == "path" else ("", package.parent)
    shared.run("-B", "-c", USE, path=path, cwd=cwd)
    assert sorted(package.iterdir()) == before


@pytest.mark.parametrize("layout", ["src", "flat"])
@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_pytest_in_the_checkout_has_it(tmp_path, shared, layout, mode):
    folder = tmp_path / "application"
    application(folder, layout)
    (folder / "tests").mkdir()
    (folder / "tests/test_it.py").write_text(
        "from vpo._core import version\n"
        "def test_it():\n"
        + "".join(f"    {line}\n" for line in USE.splitlines())
    )
    options = ["-p", "no:cacheprovider", f"--import-mode={mode}"]
    if layout == "src":
        options += ["-o", "pythonpath=src"]
    said = shared.run(
        "-B", "-m", "pytest", "-q", *options, cwd=folder, path=HOST_PACKAGES
    )
    assert "1 passed" in said


def test_an_applications_own_core_is_never_replaced(tmp_path, equipped):
    folder = tmp_path / "application"
    package = application(folder, "src")
    own = package / "_core.py"
    own.write_text("whose = 'mine'\n")
    program = "import vpo._core; print(vpo._core.whose, vpo._core.__file__)"
    told = equipped.run("-B", "-c", program, path=package.parent)
    assert told.split() == ["mine", str(own)]
    equipped.install("--editable", folder)
    assert equipped.run("-B", "-c", program).split() == ["mine", str(own)]
    equipped.pip("uninstall", "--yes", "application")
    equipped.install(folder)
    told = equipped.run("-c", program).split()
    assert told == ["mine", str(equipped.site / "vpo/_core.py")]
    equipped.pip("uninstall", "--yes", "vpo-core")
    assert (equipped.site / "vpo/_core.py").read_text() == "whose = 'mine'\n"


def test_a_finder_that_is_registered_later_comes_first(tmp_path, shared):
    package = application(tmp_path / "application", "src")
    program = (
        "import importlib.util, sys\n"
        "class Late:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name == 'vpo':\n"
        "            return importlib.util.spec_from_file_location(\n"
        f"                name, {str(package / '__init__.py')!r},\n"
        f"                submodule_search_locations=[{str(package)!r}])\n"
        "sys.meta_path.append(Late)\n"
    )
    shared.run("-B", "-c", program + USE)


def test_without_any_package_vpo_there_is_an_empty_one(shared):
    said = shared.run(
        "-c", "import vpo._core, vpo; print(vpo._core.version(), *vpo.__path__)"
    )
    assert said.split() == [sanchay.version()]
    said = shared.run(
        "-c",
        "import importlib.util, vpo\n"
        "print(importlib.util.find_spec('vpo.other'))\n"
        "print(importlib.util.find_spec('other'))\n",
    )
    assert said.split() == ["None", "None"]


def test_a_namespace_package_has_it_too(tmp_path, shared):
    (tmp_path / "a/vpo").mkdir(parents=True)
    (tmp_path / "a/vpo/other.py").write_text("x = 1\n")
    program = "import vpo.other; from vpo._core import version; print(version())"
    said = shared.run("-B", "-c", program, path=tmp_path / "a")
    assert said.split() == [sanchay.version()]


def test_records_pickle_between_an_application_and_others(shared, environment):
    record = shared.run(
        "-c",
        "import pickle\nfrom vpo._core import hash_files\n"
        "print(pickle.dumps(hash_files(['/nonexistent'])).hex())",
    )
    environment.run(
        "-c", "import pickle, sys\nprint(pickle.loads(bytes.fromhex(sys.argv[1])))",
        record.strip(),
    )


def test_without_vpo_core_there_is_no_vpo(environment):
    said = environment.run(
        "-c",
        "import sanchay, sanchay.vpo, importlib.util\n"
        "print(importlib.util.find_spec('vpo'))",
    )
    assert said == "None\n"


def test_one_line_of_an_applications_own_does_the_same(tmp_path, environment):
    package = application(tmp_path / "application", "src")
    readme = (SOURCES / "README.md").read_text()
    line = "from sanchay.vpo import *\n"
    assert line in readme
    (package / "_core.py").write_text(line)
    environment.run("-B", "-c", USE, path=package.parent)


def test_uninstalling_leaves_nothing(environment, wheel):
    before = environment.files()
    environment.install(wheel)
    assert "vpo_core.pth" in environment.files()
    assert not any(it.startswith("vpo/") for it in environment.files())
    environment.run("-c", "import vpo._core")
    environment.pip("uninstall", "--yes", "vpo-core")
    assert environment.files() == before
    said = environment.run(
        "-c", "import importlib.util, sys\nprint(importlib.util.find_spec('vpo'))"
    )
    assert said == "None\n"


def test_nothing_is_imported_before_somebody_asks(equipped):
    program = "import sys; print(*sorted(sys.modules))"
    with_it = set(equipped.run("-c", program).split())
    without = set(equipped.run("-S", "-c", program).split())
    assert "vpo_core" in with_it
    assert not any(it.split(".")[0] in ("sanchay", "vpo") for it in with_it)
    equipped.pip("uninstall", "--yes", "vpo-core")
    plain = set(equipped.run("-c", program).split())
    assert with_it - plain == {"vpo_core"}
    assert "vpo_core" not in without


def test_an_application_has_the_types(tmp_path, shared):
    folder = tmp_path / "application"
    folder.mkdir()
    text = (
        "import vpo\nfrom vpo.other import own\nown() + vpo.mine\n"
        "from vpo._core import FileHash, discover_videos, hash_files\n"
        "from sanchay import Records, ScannedFile, Summary, scan\n"
        "for record in hash_files([it.path for it in discover_videos([], [])]):\n"
        "    reveal_type(record)\n"
        "files: Records[ScannedFile, Summary] = scan('x')\n"
    )
    (folder / "vpo").mkdir()
    (folder / "vpo/__init__.py").write_text("mine: int = 1\n")
    (folder / "vpo/other.py").write_text("def own() -> int: return 1\n")
    (folder / "program.py").write_text(text)
    said = run(
        sys.executable, "-m", "mypy", "--strict", "--no-incremental",
        "--python-executable", shared.python, "program.py",
        cwd=folder, env={},
    )
    assert "fallback=sanchay.vpo.FileHash]" in said


def test_the_one_line_has_the_types_too(tmp_path, environment):
    (tmp_path / "vpo").mkdir()
    (tmp_path / "vpo/__init__.py").touch()
    (tmp_path / "vpo/_core.py").write_text("from sanchay.vpo import *\n")
    (tmp_path / "program.py").write_text(
        "from vpo._core import hash_files\nreveal_type(hash_files([]))\n"
    )
    said = run(
        sys.executable, "-m", "mypy", "--strict", "--no-incremental",
        "--python-executable", environment.python, "program.py",
        cwd=tmp_path, env={},
    )
    assert "sanchay.vpo.FileHash" in said
