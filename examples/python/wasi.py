"""Runs `sanchay.wasm` under PyPI's `wasmtime`, as `wasmtime run` would:

    python wasi.py sanchay.wasm [--dir FOLDER[::NAME]]... WORDS...

`pip install wasmtime` is all it needs (tried with 50.0.1). The command sees
the folders that it is given, and may write nothing.
"""

import sys

from wasmtime import Engine, ExitTrap, Store, WasiConfig
from wasmtime import component as cm


def run(command, words, folders):
    """Runs the command, and returns its exit code."""
    engine = Engine()
    linker = cm.Linker(engine)
    linker.add_wasip2()
    wasi = WasiConfig()
    wasi.argv = ["sanchay", *words]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    for folder, name in folders:
        wasi.preopen_dir(folder, name, fs_mutable=False)
    store = Store(engine)
    store.set_wasi(wasi)
    component = cm.Component.from_file(engine, command)
    instance = linker.instantiate(store, component)
    # Any release of WASI 0.2 answers to this name.
    interface = instance.get_export_index(store, "wasi:cli/run@0.2.0")
    function = instance.get_export_index(store, "run", interface)
    try:
        answer = instance.get_func(store, function)(store)
    except ExitTrap as exit:
        return exit.code
    return 0 if answer.tag == "ok" else 1


def main():
    """Takes the arguments apart."""
    command, *words = sys.argv[1:]
    folders = []
    while words[:1] == ["--dir"] and len(words) > 1:
        folder, _, name = words[1].partition("::")
        folders.append((folder, name or folder))
        words = words[2:]
    sys.exit(run(command, words, folders))


if __name__ == "__main__":
    main()
