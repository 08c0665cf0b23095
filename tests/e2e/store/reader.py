"""Restores the newest snapshot of a store: python reader.py STORE TARGET."""
import base64, json, os, pathlib, struct, subprocess, sys

store, target = map(pathlib.Path, sys.argv[1:])
ENTRY = struct.Struct("<32sQQQ")
places = {}
for pack in (store / "packs").glob("*/*"):
    with pack.open("rb") as file:
        end = file.seek(-48, os.SEEK_END)
        begin, count = struct.unpack("<QQ", file.read(16))
        file.seek(begin)
        for entry in ENTRY.iter_unpack(file.read(end - begin)):
            places[entry[0].hex()] = (pack, *entry[1:])

def read(address):
    pack, offset, length, size = places[address]
    with pack.open("rb") as file:
        file.seek(offset)
        coding, before = struct.unpack("<BQ", file.read(9))
        kept = file.read(length - 9)
    assert before == size
    if coding == 1:
        kept = subprocess.run(["zstd", "-dcq"], input=kept, capture_output=True, check=True).stdout
    return kept

def value(row, key):
    return base64.b64decode(row[key + "_base64"]) if key + "_base64" in row else row[key].encode()

def contents(row):
    lists = b"".join(map(read, row.get("chunks", [])))
    chunks = [lists[at:at + 32].hex() for at in range(0, len(lists), 40)]
    return b"".join(map(read, chunks or [row["hash"]]))

newest = max((store / "snapshots").iterdir())
snapshot = json.loads(newest.read_text().splitlines()[0])
rows = [json.loads(line) for line in b"".join(map(read, snapshot["rows"])).splitlines()]
for row in rows:
    path = os.path.join(os.fsencode(target), value(row, "path"))
    if row["kind"] == "directory":
        os.makedirs(path, exist_ok=True)
    elif row["kind"] == "symlink":
        os.symlink(value(row, "target"), path)
    else:
        pathlib.Path(os.fsdecode(path)).write_bytes(contents(row))
        os.chmod(path, int(row["mode"], 8))
