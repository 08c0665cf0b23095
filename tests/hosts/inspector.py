"""Asks the inspector component for digests and verdicts.

The first argument is the component, the second a file of JSON that says what
to ask. The answer is written to standard output as JSON.
"""

import json
import sys
from pathlib import Path

from wasmtime import component as cm

sys.path.insert(0, str(Path(__file__).parents[2] / "examples/python"))

from digest import Inspector  # noqa: E402: it is found by the line above

# What the program calls them, and the interfaces.
ALGORITHMS = {
    "xxh64": "xxh64",
    "xxh3-64": "xxh3-bits64",
    "xxh3-128": "xxh3-bits128",
    "blake3": "blake3",
    "sha256": "sha256",
    "sha512": "sha512",
    "sha1": "sha1",
    "md5": "md5",
    "crc32": "crc32",
}


def digests(inspector, files):
    """The digests of files, by each way that there is to each algorithm."""
    contents = [Path(path).read_bytes() for path in files]
    ends, end = [], 0
    for content in contents:
        end += len(content)
        ends.append(end)
    found = {"algorithms": describe_algorithms(inspector)}
    for name, algorithm in ALGORITHMS.items():
        whole = [
            inspector.call("hashing", "digest", algorithm, content)
            for content in contents
        ]
        hasher = inspector.call("hashing", "[constructor]hasher", algorithm)
        pieces = [in_pieces(inspector, hasher, it) for it in contents]
        batch = inspector.call(
            "hashing", "digest-batch", algorithm, b"".join(contents), ends
        )
        size = inspector.call("hashing", "digest-size", algorithm)
        batch = [batch[i : i + size] for i in range(0, len(batch), size)]
        found[name] = {
            "whole": [digest.hex() for digest in whole],
            "pieces": [digest.hex() for digest in pieces],
            "batch": [digest.hex() for digest in batch],
        }
    found["partial"] = [partial(inspector, it) for it in contents]
    return found


def describe_algorithms(inspector):
    """What the component says of each algorithm that it has."""
    return [
        {
            "name": it.name,
            "interface": it.algorithm,
            "tag": it.tag,
            "size": getattr(it, "digest-size"),
            "resists": getattr(it, "collision-resistant"),
        }
        for it in inspector.call("hashing", "algorithms")
    ]


def trees(inspector):
    """The digest of three pieces, joined; and what cannot be joined."""
    pieces = [bytes([number]) * 1024 for number in range(3)]
    nodes = [
        inspector.call("trees", "piece", piece, 1024 * number)
        for number, piece in enumerate(pieces)
    ]
    left = inspector.call("trees", "join", nodes[0], nodes[1], False)
    root = inspector.call("trees", "join", left, nodes[2], True)
    whole = inspector.call("hashing", "digest", "blake3", b"".join(pieces))
    wrong = [
        inspector.call("trees", "piece", b"", 0),
        inspector.call("trees", "piece", b"x", 1023),
        inspector.call("trees", "piece", bytes(2048), 1024),
        inspector.call("trees", "join", left[1:], left, True),
        inspector.call("trees", "join", left, b"", True),
    ]
    return {
        "joined": root.hex(),
        "whole": whole.hex(),
        "wrong": [[it.tag, it.payload] for it in wrong],
    }


def in_pieces(inspector, hasher, content, piece=1000):
    """The digest of bytes that are passed piece by piece."""
    for start in range(0, len(content), piece):
        part = content[start : start + piece]
        inspector.call("hashing", "[method]hasher.update", hasher, part)
    return inspector.call("hashing", "[method]hasher.finish", hasher)


def partial(inspector, content, chunk=1024):
    """The text form of a partial digest."""
    small = len(content) < 2 * chunk
    first = content if small else content[:chunk]
    last = content if small else content[-chunk:]
    found = inspector.call("hashing", "partial", first, last, len(content))
    return f"xxh64:{found.first:016x}:{found.last:016x}:{found.size}"


def count(number):
    """A number that counts, as programs have it."""
    return number.to_bytes(4, "little")


def test(field, operator, operands):
    """A test of a field, in a program."""
    head = bytes([4, field, operator]) + count(len(operands))
    return head + b"".join(operands)


def number(value):
    """An operand that is a number."""
    return b"\1" + value.to_bytes(8, "little")


def program(extensions=(), least=None, most=None, hidden=True):
    """A filter as wit/filtering.wit describes it."""
    bare = [extension.encode().removeprefix(b".") for extension in extensions]
    parts = [test(4, 0, [number(1)])]
    if bare:
        operands = [b"\3" + count(len(it)) + it for it in bare]
        parts.append(test(1, 0, operands))
    if least is not None:
        parts.append(test(2, 4, [number(least)]))
    if most is not None:
        parts.append(test(2, 2, [number(most)]))
    # Every directory is entered: all of nothing must be true of it.
    enter = b"\1" + count(0)
    wanted = b"\1" + count(len(parts)) + b"".join(parts)
    return bytes([1, hidden]) + enter + wanted


def matches(inspector, question):
    """What filters say of names and of sizes."""
    names = [bytes.fromhex(name) for name in question["names"]]
    listing = cm.Record()
    listing.directory = b"d/"
    listing.names = b"".join(names)
    listing.ends = [
        sum(map(len, names[: index + 1])) for index in range(len(names))
    ]
    listing.kinds = ["file"] * len(names)

    def call(name, *arguments):
        return inspector.call("filtering", name, *arguments)

    matched = []
    for wanted in question["filters"]:
        wanted = program(wanted["extensions"], hidden=wanted["hidden"])
        compiled = call("[static]filter.compile", wanted)
        found = call("[method]filter.match-names", compiled, listing)
        assert found.directories == []
        matched.append(found.entries)
    least, most = question["range"]
    wanted = program(least=least, most=most)
    compiled = call("[static]filter.compile", wanted)
    columns = call("[method]filter.columns", compiled)
    sizes = question["sizes"]
    name = "[method]filter.match-metadata"
    sizes = call(name, compiled, len(sizes), None, columns, sizes)
    refused = call("[static]filter.compile", wanted[:-1])
    return {"matches": matched, "sizes": sizes, "refused": refused.fault}


def main():
    """Reads the question, and prints the answer."""
    inspector = Inspector(sys.argv[1])
    question = json.loads(Path(sys.argv[2]).read_text())
    if "files" in question:
        answer = digests(inspector, question["files"])
        answer["trees"] = trees(inspector)
    else:
        answer = matches(inspector, question)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
