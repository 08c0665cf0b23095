"""Prints digests of files, made by the inspector under PyPI's `wasmtime`:

    python digest.py inspector.wasm ALGORITHM FILE...

The algorithm is named as the interface has it: `xxh3-bits128`, `sha256`. Each
byte of a file costs nearly a microsecond, as that package makes an object of
it: 1 MB takes a second. For files of any size, run `sanchay.wasm` (wasi.py),
which reads them itself.
"""

import sys

from wasmtime import Engine, Store
from wasmtime import component as cm


class Inspector:
    """An instance of the component. It imports nothing, so nothing is linked."""

    def __init__(self, path):
        engine = Engine()
        self.store = Store(engine)
        component = cm.Component.from_file(engine, path)
        self.instance = cm.Linker(engine).instantiate(self.store, component)

    def call(self, interface, name, *arguments):
        """Calls a function of an interface."""
        interface = f"sanchay:inspect/{interface}@0.1.0"
        found = self.instance.get_export_index(self.store, interface)
        found = self.instance.get_export_index(self.store, name, found)
        function = self.instance.get_func(self.store, found)
        answer = function(self.store, *arguments)
        function.post_return(self.store)
        return answer


def main():
    """Prints a line for each file."""
    component, algorithm, *files = sys.argv[1:]
    inspector = Inspector(component)
    for path in files:
        hasher = inspector.call("hashing", "[constructor]hasher", algorithm)
        with open(path, "rb") as file:
            while piece := file.read(65536):
                inspector.call("hashing", "[method]hasher.update", hasher, piece)
        digest = inspector.call("hashing", "[method]hasher.finish", hasher)
        print(f"{digest.hex()}  {path}")


if __name__ == "__main__":
    main()
