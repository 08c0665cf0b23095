"""The package as such: types, documentation, and how it is laid out."""

import dataclasses
import importlib
import inspect
import pickle
import re
import shutil
import subprocess
import sys
import typing
from pathlib import Path

import mithril
import pytest
import rusty_attachments
import sanchay
import sanchay.spark
import sanchay.vpo

PACKAGE = Path(sanchay.__file__).parent
#: What the wheel has.
PACKAGES = [
    PACKAGE,
    Path(mithril.__file__).parent,
    Path(rusty_attachments.__file__).parent,
]


@pytest.fixture
def sources(tmp_path):
    """A copy of the sources and stubs: mypy refuses those that are installed."""
    for package in PACKAGES:
        copy = tmp_path / "sources" / package.name
        copy.mkdir(parents=True)
        for file in package.iterdir():
            if file.suffix in (".py", ".pyi", ".typed"):
                shutil.copy(file, copy)
    return tmp_path / "sources"


@pytest.fixture
def installed(tmp_path):
    """An interpreter whose environment has nothing but what the wheel has."""
    run("-m", "venv", "--without-pip", tmp_path / "environment")
    [site] = (tmp_path / "environment/lib").glob("python*/site-packages")
    for package in PACKAGES:
        (site / package.name).symlink_to(package)
    return tmp_path / "environment/bin/python"


def run(*words, **options):
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_types_hold_under_mypy_strict(tmp_path, sources):
    program = tmp_path / "program.py"
    program.write_text(
        "import sanchay\n"
        "import asyncio\n"
        "from sanchay.vpo import FileHash, discover_videos, hash_files\n"
        "def look(progress: sanchay.Progress) -> bool:\n"
        "    return progress.bytes < 5\n"
        "async def go() -> None:\n"
        "    async for file in sanchay.scan(b'x', progress=look):\n"
        "        reveal_type(file)\n"
        "    groups = await sanchay.duplicates(['x'], algorithm='sha256')\n"
        "    reveal_type(next(groups).files)\n"
        "    reveal_type(groups.summary)\n"
        "    task = asyncio.create_task(sanchay.scan('x', path_bytes=True).acollect())\n"
        "    files = await task\n"
        "    reveal_type(next(files))\n"
        "    async with sanchay.hash_files(sanchay.scan('x')) as hashed:\n"
        "        reveal_type(hashed.errors)\n"
        "        open(next(hashed))\n"
        "        await hashed.aclose()\n"
        "    async for group in groups:\n"
        "        reveal_type(group)\n"
        "paths: sanchay.Paths = ['x', b'y']\n"
        "size: sanchay.Size = '10MB'\n"
        "algorithm: sanchay.Algorithm = 'sha256'\n"
        "on: sanchay.OnProgress = look\n"
        "both: sanchay.Records[sanchay.HashedFile, sanchay.Summary]\n"
        "both = sanchay.hash_files(paths, algorithm=algorithm, min_size=size)\n"
        "for one in sanchay.hash_files('x', partial='64KiB'):\n"
        "    reveal_type(one.error)\n"
        "import datetime\n"
        "day = datetime.timedelta(days=1)\n"
        "sanchay.scan('x', changed_within=day, kind=['file', 'symlink'])\n"
        "shared: sanchay.WalkOptions = {'hidden': True, 'min_size': 1}\n"
        "sanchay.duplicates('x', **shared)\n"
        "plan = sanchay.Plan.hash_files(['x'], partial=True, shard=(0, 2), **shared)\n"
        "reveal_type(sanchay.Plan.from_json(plan.to_json()))\n"
        "batch = sanchay.rename('x', '{name:lower}', on_conflict='skip', **shared)\n"
        "reveal_type(batch[0])\n"
        "reveal_type(batch[1:])\n"
        "reveal_type(batch.conflicts)\n"
        "applied = batch.apply(progress=look, on_conflict='rename')\n"
        "reveal_type(sanchay.undo(applied))\n"
        "try:\n"
        "    sanchay.resume(sanchay.runs()[-1])\n"
        "except sanchay.Cancelled as error:\n"
        "    reveal_type(error.run)\n"
        "named: sanchay.NameOptions = {'match': '.', 'replace': ['s/a/b/'], 'where': 'empty'}\n"
        "sanchay.copy('x', 'y', verify=True, **named)\n"
        "taken = sanchay.snapshot('x', hash='sha256', hidden=True)\n"
        "reveal_type(taken.failures)\n"
        "for change in sanchay.diff(taken, 'latest'):\n"
        "    reveal_type(change)\n"
        "reveal_type(sanchay.verify('x', sample=0.5).summary)\n"
        "reveal_type(sanchay.history('x'))\n"
        "reveal_type(sanchay.watch('x', poll=1))\n"
        "for similar in sanchay.similar('x', threshold=0.9, where='size > 1k'):\n"
        "    reveal_type(similar)\n"
        "reveal_type(next(sanchay.similar_pairs('x')))\n"
        "store = sanchay.Store.init('x')\n"
        "put = store.put(['x', b'y'], name='z', exclude='*.o', progress=look)\n"
        "reveal_type(put)\n"
        "reveal_type(store.get(put, 'x', where='empty'))\n"
        "reveal_type(next(store.ls(put.snapshot)))\n"
        "reveal_type(store.rm('latest', keep=3))\n"
        "reveal_type(store.check(read_data=True).flaws)\n"
        "reveal_type(discover_videos(['x'], ['mkv']))\n"
        "reveal_type(hash_files(['x'], num_threads=2))\n"
    )
    said = run(
        "-m", "mypy", "--strict", "--no-incremental",
        "-m", "program", "-p", "sanchay", "-p", "mithril",
        "-p", "rusty_attachments",
        cwd=tmp_path, env={"MYPYPATH": f"{sources}:{tmp_path}"},
    )
    revealed = [it.split('"')[1] for it in said.splitlines() if "Revealed" in it]
    assert [it.split("fallback=")[-1].rstrip("]") for it in revealed] == [
        "sanchay._types.ScannedFile",
        "tuple[str, ...",
        "sanchay._types.DuplicateSummary] | None",
        "sanchay._types.ScannedFile",
        "tuple[OSError, ...",
        "sanchay._types.DuplicateGroup",
        "OSError | None",
        "sanchay._plan.Plan",
        "sanchay._batch.BatchStep",
        "sanchay._batch.BatchStep",
        "sanchay._batch.BatchConflict], ...",
        "sanchay._batch.UndoneRun",
        "sanchay._batch.UndoneRun] | None",
        "tuple[OSError, ...",
        "sanchay._catalog.Difference",
        "sanchay._catalog.VerifySummary] | None",
        "sanchay._catalog.FileVersion",
        "sanchay._catalog.Difference], None",
        "sanchay._similar.SimilarGroup",
        "sanchay._similar.SimilarPair",
        "sanchay._store.PutSummary",
        "sanchay._store.RestoredTree",
        "sanchay._store.StoredEntry",
        "sanchay._store.StoreSnapshot",
        "sanchay._store.StoreFlaw], ...",
        "sanchay.vpo.DiscoveredFile",
        "sanchay.vpo.FileHash",
    ]


def examples(page):
    """The programs in Python that a page of the documentation shows."""
    text = (Path(__file__).parents[2] / page).read_text()
    blocks = text.split("```python\n")[1:]
    return [it.split("```")[0] for it in blocks]


@pytest.mark.parametrize("page", ["README.md", "docs/PYTHON.md"])
def test_the_examples_of_the_documentation_have_no_type_errors(
    tmp_path, installed, page
):
    typed = [it for it in examples(page) if "import polars" not in it]
    assert any("sanchay.duplicates" in it for it in typed)
    programs = [tmp_path / f"example{number}.py" for number in range(len(typed))]
    for program, example in zip(programs, typed):
        program.write_text(example.replace("(root)", "(root: str) -> int", 1))
    run(
        "-m", "mypy", "--strict", "--no-incremental",
        "--python-executable", installed, *programs,
        cwd=tmp_path, env={},
    )


def test_a_wrong_use_is_a_type_error_under_mypy(tmp_path, sources):
    program = tmp_path / "program.py"
    program.write_text(
        "import sanchay\n"
        "sanchay.scan(3, walker='fast')\n"
        "sanchay.scan('x', extention='png')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", program],
        capture_output=True, text=True, env={"MYPYPATH": str(sources)},
    )
    assert done.returncode == 1
    assert done.stdout.count("[arg-type]") == 2
    assert 'Unexpected keyword argument "extention" for "scan"' in done.stdout


def test_the_stubs_are_what_is_there(tmp_path, sources):
    # What mypy's own stubtest cannot see, and what only a debug build has.
    known = tmp_path / "known"
    known.write_text(
        "sanchay._native._panic\n"
        "sanchay._native.__all__\n"
        "sanchay(._types)?.(Algorithm|Change|DedupeAction|Errors|Kind|OnConflict|Operation|SimilarAction)\n"
        "sanchay(._types)?.(Verdict|Walker)\n"
        "sanchay._plan.Command\n"
        "rusty_attachments(._types)?.(ConflictResolution|ManifestVersion)\\..*\n"
        "rusty_attachments(._types)?.(FileSystemLocationType|PathFormat)\\..*\n"
        # The sum of lists of names.
        "rusty_attachments.__all__\n"
        # It needs Ray; tests/engines checks its types.
        "sanchay.(ray|_ray_tasks)\n"
        # Where nobody has Spark, they are any object.
        "sanchay.spark.(DataFrame|SparkSession).*\n"
        # They are named tuples and more.
        "sanchay(._types)?.Extracted(File|Group|Hash)\n"
        "sanchay(._catalog)?.TakenSnapshot\n"
        # Where nobody checks types, they are any object.
        "(mithril|mithril._types).Buffer.*\n"
        "mithril._tensors.Array.*\n"
        "sanchay._store.StorageBackend.*\n"
        # Static methods behind a decorator.
        "sanchay._plan.Plan.(scan|hash_files|duplicates|similar)\n"
    )
    said = run(
        "-m", "mypy.stubtest", "--allowlist", str(known),
        "--ignore-unused-allowlist", "sanchay", "mithril",
        "rusty_attachments",
        cwd=tmp_path,
        env={"MYPYPATH": str(sources), "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert "no issues found in" in said


def documented(thing):
    yield thing
    for name, member in vars(thing).items():
        own = inspect.isfunction(member) or isinstance(member, property)
        if own and not name.startswith("_"):
            yield member


@pytest.mark.parametrize(
    "module",
    [sanchay, sanchay.spark, sanchay.vpo, mithril, rusty_attachments],
    ids=lambda it: it.__name__,
)
def test_every_public_name_is_documented(module):
    for name in module.__all__:
        public = getattr(module, name)
        if not inspect.isclass(public) and not inspect.isfunction(public):
            # A type that is another name for one: help() has no text of it.
            types = (PACKAGE / "_types.py").read_text()
            assert re.search(rf"^#: .+\n{name} = ", types, re.MULTILINE), name
            continue
        members = documented(public) if inspect.isclass(public) else [public]
        for member in members:
            text = inspect.getdoc(member)
            assert text and not text.startswith(f"{name}("), (name, member)
        for field in getattr(public, "_fields", ()):
            words = getattr(public, field).__doc__
            assert words and "Alias for field" not in words, (name, field)
    assert module.__doc__


def test_help_names_every_option_and_error():
    said = run("-c", "import sanchay; help(sanchay.scan)")
    assert "scan(roots: 'Paths | None' = None, *, glob:" in said
    for name in inspect.signature(sanchay.scan).parameters:
        assert f"    {name}: " in said, name
    assert "ValueError: An option makes no sense" in said
    for call in [sanchay.hash_files, sanchay.duplicates, sanchay.vpo.hash_files]:
        for name in inspect.signature(call).parameters:
            assert f"\n    {name}: " in inspect.getdoc(call), name


def test_exceptions_and_records_pickle():
    error = sanchay.EntryError(5, "it grew", "x")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is sanchay.EntryError and again.filename == "x"
    assert issubclass(sanchay.EntryError, OSError)
    assert pickle.loads(pickle.dumps(sanchay.Cancelled("x"))).args == ("x",)
    file = sanchay.ScannedFile("x", 1, 2)
    assert pickle.loads(pickle.dumps(file)) == file
    assert repr(sanchay.scan(".")) == "<Records of sanchay.scan>"


def test_the_package_says_that_it_is_typed():
    assert all((package / "py.typed").exists() for package in PACKAGES)


def test_types_can_be_asked_for_at_run_time():
    for module in [sanchay, sanchay.spark, sanchay.vpo, mithril, rusty_attachments]:
        for name in module.__all__:
            public = getattr(module, name)
            if not inspect.isclass(public) and not inspect.isfunction(public):
                continue
            typing.get_type_hints(public)
            if inspect.isclass(public):
                for member in vars(public).values():
                    member = getattr(member, "fget", member)
                    if inspect.isfunction(member):
                        typing.get_type_hints(member)
    hints = typing.get_type_hints(sanchay.scan)
    assert hints["roots"] == typing.Optional[sanchay.Paths]

    @dataclasses.dataclass
    class Job:
        roots: sanchay.Paths
        progress: sanchay.OnProgress

    assert typing.get_type_hints(Job)["roots"] == sanchay.Paths


def test_the_types_of_mithril_hold_under_mypy_strict(tmp_path, sources):
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio, io, mithril\n"
        "from datetime import timedelta\n"
        "storage: mithril.StorageBackend = mithril.LocalStorage('x', durable=False)\n"
        "storage = mithril.S3Storage('b', 'p', endpoint='http://x', anonymous=True,\n"
        "    patience=mithril.Patience(retries=2))\n"
        "storage = mithril.create_storage('memory:')\n"
        "storage.put('key', memoryview(b'x'))\n"
        "storage.put_stream('key', open('x', 'rb'))\n"
        "reveal_type(storage.get_opt('key'))\n"
        "reveal_type(storage.list())\n"
        "for meta in storage.list_objects('a'):\n"
        "    reveal_type(meta.last_modified)\n"
        "async def go() -> None:\n"
        "    reveal_type(await storage.aget('key'))\n"
        "    async with await storage.aget_stream('key') as stream:\n"
        "        async for piece in stream:\n"
        "            reveal_type(piece)\n"
        "    await storage.aput_stream('key', stream)\n"
        "asyncio.run(go())\n"
        "level = mithril.CompressionLevel.Custom(7)\n"
        "zstd = mithril.ZstdCompressor(level, limit=1)\n"
        "reveal_type(zstd.compress_stream(storage.get_stream('x'), io.BytesIO()))\n"
        "mithril.AdaptiveCompressor.with_compressors([zstd, mithril.Lz4Compressor(1)])\n"
        "cas = mithril.ContentAddressedStore(storage, mithril.Blake3Hash())\n"
        "reveal_type(cas.collect_garbage(timedelta(days=1)))\n"
        "one = mithril.MinHasher(128).hash_text('x', 3)\n"
        "reveal_type(mithril.MinHasher.similarity(one, one))\n"
        "reveal_type(mithril.DType.from_numpy_str('f4'))\n"
        "reveal_type(mithril.bytes_to_numpy(b'', mithril.DType.Int8, (0,)))\n"
        "reveal_type(mithril.numpy_to_bytes(mithril.bytes_to_numpy(b'', mithril.DType.Bool)))\n"
        "reveal_type(mithril.CoreConfig.from_env().storage)\n"
    )
    said = run(
        "-m", "mypy", "--strict", "--no-incremental", program,
        cwd=tmp_path, env={"MYPYPATH": str(sources)},
    )
    revealed = [it.split('"')[1] for it in said.splitlines() if "Revealed" in it]
    assert [it.replace("builtins.", "") for it in revealed] == [
        "bytes | None", "list[str]", "datetime.datetime", "bytes", "bytes", "int",
        "tuple[int, int, fallback=mithril._content.Garbage]", "float",
        "mithril._tensors.DType | None", "numpy.ndarray[Any, Any]",
        "memoryview[int]", "mithril._config.StorageConfig | None",
    ]


def test_the_types_of_attachments_hold_under_mypy_strict(tmp_path, sources):
    program = tmp_path / "program.py"
    program.write_text(
        "import rusty_attachments as ra\n"
        "s3 = ra.S3Location('b', 'p')\n"
        "place = ra.ManifestLocation('b', 'p', 'f', 'q')\n"
        "keys = ra.AwsCredentials('k', 's', session_token=None)\n"
        "def look(p: ra.ScanProgress) -> bool:\n"
        "    return p.files_processed < 5\n"
        "async def go() -> None:\n"
        "    done = await ra.submit_bundle_attachments(\n"
        "        region='r', s3_location=s3, manifest_location=place,\n"
        "        asset_references=ra.AssetReferences(['x']),\n"
        "        options=ra.BundleSubmitOptions(manifest_version='2023-03-03'),\n"
        "        progress_callback=look, credentials=keys)\n"
        "    reveal_type(done)\n"
        "    reveal_type(done.attachments)\n"
        "    synced = await ra.sync_inputs('r', s3, done.attachments, 'x',\n"
        "        progress_callback=lambda p: print(p.current_key))\n"
        "    reveal_type(synced)\n"
        "    await ra.sync_inputs('r', s3, done.attachments, 3)\n"
        "    await ra.sync_inputs('r', s3, done.attachments, 'x', callback=look)\n"
        "made = ra.create_manifest('x', ra.SnapshotOptions(\n"
        "    filter=ra.GlobFilter(exclude=['*.tmp'])), look)\n"
        "reveal_type(made)\n"
        "reveal_type(ra.diff_manifests(made, made).added)\n"
        "reveal_type(ra.download_manifest_sync('r', s3, 'p'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", program],
        capture_output=True, text=True, cwd=tmp_path,
        env={"MYPYPATH": str(sources)},
    )
    said = done.stdout
    revealed = [it.split('"')[1] for it in said.splitlines() if "Revealed" in it]
    assert [it.split("._types.")[-1] for it in revealed] == [
        "BundleSubmitResult", "Attachments", "SyncResult", "Manifest",
        "list[builtins.str]" if "builtins.str" in said else "list[str]",
        "Manifest",
    ], said + done.stderr
    assert said.count("[arg-type]") == said.count("[call-arg]") == 1, said


def test_the_exceptions_of_mithril_have_the_names_and_kinds_of_the_contract():
    assert mithril.MithrilException.__mro__[1] is Exception
    kinds = {
        mithril.StorageException: (
            mithril.NotFoundException, mithril.PermissionDeniedException,
            mithril.ConnectionException, mithril.InvalidKeyException,
        ),
        mithril.CompressionException: (mithril.InvalidDataException,),
        mithril.CasException: (
            mithril.ContentNotFoundException, mithril.InvalidAddressException,
            mithril.CorruptContentException,
        ),
    }
    for kind, below in kinds.items():
        assert kind.__bases__ == (mithril.MithrilException,)
        for one in (kind, *below):
            assert one is kind or one.__bases__ == (kind,)
            assert one.__module__ == "mithril"
            again = pickle.loads(pickle.dumps(one("words")))
            assert type(again) is one and str(again) == "words"


def test_importing_it_imports_nothing_that_takes_long():
    program = (
        "import sys; before = set(sys.modules); import sanchay, sanchay.vpo\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    environment = {"PYTHONPATH": str(PACKAGE.parent)}
    imported = set(run("-S", "-c", program, env=environment).split())
    slow = {"asyncio", "inspect", "ast", "threading", "logging", "socket", "ssl"}
    assert not imported & slow
    # Those of typing, datetime and the package itself.
    assert len(imported) < 60, imported


def test_the_example_of_the_documentation_draws_what_it_says(tmp_path):
    [example] = (it for it in examples("docs/PYTHON.md") if "polars" in it)
    environment = {
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(tmp_path),
        "PYTHONPATH": str(PACKAGE.parent),
    }
    said = run("-c", example, cwd=tmp_path, env=environment)
    assert "extension" in said and "files" in said
    assert (tmp_path / "sizes.png").read_bytes().startswith(b"\x89PNG")


def test_the_examples_of_the_documentation_pass_options_and_plans_on(tmp_path):
    (tmp_path / "tree").mkdir()
    for number in range(40):
        (tmp_path / f"tree/{number}.jpg").write_bytes(b"x")
    [options] = (it for it in examples("docs/PYTHON.md") if "WalkOptions" in it)
    [plan] = (it for it in examples("docs/PYTHON.md") if "sanchay.Plan" in it)
    example = re.sub(r'"/srv/\w+"', repr(str(tmp_path / "tree")), options + plan)
    program = tmp_path / "example.py"
    program.write_text(example + "print(len(photos), len(digests))\n")
    environment = {"PYTHONPATH": str(PACKAGE.parent)}
    *part, counts = run(program, cwd=tmp_path, env=environment).splitlines()
    assert counts == "40 40"
    assert 0 < len(part) < 40 and all(it.endswith(".jpg") for it in part)
    assert len(list(tmp_path.glob("part-*.json"))) == 4


def test_the_examples_of_the_documentation_change_files_and_remember_them(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ["a.JPG", "b.jpg", "c.txt", "index.html"]:
        (photos / name).write_text(name)
    [acting] = (it for it in examples("docs/PYTHON.md") if "sanchay.rename" in it)
    [remembering] = (it for it in examples("docs/PYTHON.md") if "sanchay.verify" in it)
    again = "import os\nprint(sorted(os.listdir('/srv/photos')))\n"
    later = remembering.replace(
        "# Much later:", "open('/srv/photos/new', 'w').close()"
    )
    program = tmp_path / "example.py"
    text = acting.replace("undone = ", again + "undone = ") + later
    program.write_text(text.replace("/srv/photos", str(photos)) + "print(rotten)\n")
    environment = {
        "PYTHONPATH": str(PACKAGE.parent),
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }
    said = run(program, cwd=tmp_path, env=environment).splitlines()
    today = said[0].partition("->")[2].rpartition("/")[2][:10]
    assert said[2] == "2 done 0 refused"
    assert said[3] == f"['{today}_001.jpg', '{today}_002.jpg', 'c.txt', 'index.html']"
    assert said[4] == "2 undone 0 kept"
    assert said[5] == "new new "
    assert said[6].endswith(" new 10") and said[-1] == "[]"


@pytest.mark.skipif(
    not hasattr(importlib.import_module("sanchay._native"), "_panic"),
    reason="a release build has no way to panic on purpose",
)
def test_a_panic_is_an_exception_and_not_the_end():
    run = sanchay._native._panic(sanchay.ScannedFile)
    with pytest.raises(RuntimeError, match="defect of Sanchay's.*on purpose"):
        next(run)
    with pytest.raises(RuntimeError, match="cut short"):
        next(run)


def test_the_examples_of_the_documentation_store_and_stream(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "index.html").write_text("first line\n")
    (photos / "a.jpg").write_bytes(b"x" * 500)
    [storing] = (it for it in examples("docs/PYTHON.md") if "sanchay.Store" in it)
    [streaming] = (it for it in examples("docs/PYTHON.md") if "import mithril" in it)
    program = tmp_path / "example.py"
    text = (storing + streaming).replace("/backup/store", str(tmp_path / "store"))
    text = text.replace("/srv/", f"{tmp_path}/").replace("/tmp/mithril", str(tmp_path / "m"))
    program.write_text(text)
    said = run(program, cwd=tmp_path, env={"PYTHONPATH": str(PACKAGE.parent)})
    lines = said.splitlines()
    assert lines[0].startswith("2 files; 2 read;")
    assert lines[1:3] == ["file 500 a.jpg", "b'first line\\n'"]
    assert lines[3].startswith("key 5 2") and lines[-1] == "[5]"
    assert (tmp_path / "restored/a.jpg").read_bytes() == b"x" * 500
    assert not (tmp_path / "restored/index.html").exists()
