"""Brings the desktop application's translations up to date with its words.

    python host/python/build/translations.py [--check]

Collects titles.json and what `tr` and `mark` are called with, writes it into
sanchay_en.ts (plurals alone)
and sanchay_hi.ts beside the sources, keeps what is translated, and makes the .qm
files with Qt's lrelease. With --check it only says whether all is as it would be.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

SOURCES = Path(__file__).parents[1] / "python/sanchay_desktop"
#: How many forms a number's word has.
FORMS = {"en": 2, "hi": 2}


def texts(sources: Path) -> dict[str, bool]:
    """The texts, and whether a number decides their form."""
    found: dict[str, bool] = {}
    for path in sorted(sources.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("tr", "mark")
            ):
                text = node.args[0]
                if not isinstance(text, ast.Constant) or not isinstance(
                    text.value, str
                ):
                    if path.name == "words.py":
                        continue
                    said = f"{node.func.id}() takes a literal"
                    raise SystemExit(f"{path.name}:{node.lineno}: {said}")
                found[text.value] = found.get(text.value, False) or len(node.args) > 1
    named = json.loads((sources / "titles.json").read_text("utf-8"))
    for codes in named["codes"].values():
        found.update(dict.fromkeys(codes.values(), False))
    for column in named["columns"].values():
        found[column["title"]] = False
    return dict(sorted(found.items()))


def known(path: Path) -> dict[str, list[str]]:
    """What is translated already: the forms of each text."""
    if not path.exists():
        return {}
    found = {}
    for message in ElementTree.parse(path).iter("message"):
        source = message.findtext("source") or ""
        translation = message.find("translation")
        assert translation is not None
        forms = [it.text or "" for it in translation.iter("numerusform")]
        found[source] = forms or [translation.text or ""]
    return found


def written(code: str, wanted: dict[str, bool], have: dict[str, list[str]]) -> str:
    """The .ts file."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{code}" sourcelanguage="en">',
        "<context>",
        "    <name>sanchay</name>",
    ]
    for text, plural in wanted.items():
        if code == "en" and not plural:
            continue
        forms = have.get(text, [])
        if plural:
            forms = (forms + [""] * FORMS[code])[: FORMS[code]]
            inner = "".join(f"<numerusform>{escape(it)}</numerusform>" for it in forms)
        else:
            inner = escape(forms[0]) if forms else ""
        done = bool(forms) and all(forms)
        number = ' numerus="yes"' if plural else ""
        state = "" if done else ' type="unfinished"'
        lines += [
            f"    <message{number}>",
            f"        <source>{escape(text)}</source>",
            f"        <translation{state}>{inner}</translation>",
            "    </message>",
        ]
    return "\n".join([*lines, "</context>", "</TS>", ""])


def compiled(ts: Path) -> bytes:
    """The .qm file of a .ts file."""
    with tempfile.TemporaryDirectory() as folder:
        qm = Path(folder) / "out.qm"
        program = Path(sys.executable).with_name("pyside6-lrelease")
        subprocess.run([program, ts, "-qm", qm], check=True, capture_output=True)
        return qm.read_bytes()


def main() -> int:
    """Write or check the files."""
    check = sys.argv[1:] == ["--check"]
    wanted = texts(SOURCES)
    wrong = []
    for code in FORMS:
        ts = SOURCES / f"sanchay_{code}.ts"
        content = written(code, wanted, known(ts))
        if not ts.exists() or ts.read_text("utf-8") != content:
            wrong.append(ts.name)
            if not check:
                ts.write_text(content, "utf-8")
        if "unfinished" in content:
            count = content.count("unfinished")
            print(f"{ts.name}: {count} texts are not translated", file=sys.stderr)
            wrong.append(ts.name)
        qm = ts.with_suffix(".qm")
        made = compiled(ts)
        if not qm.exists() or qm.read_bytes() != made:
            wrong.append(qm.name)
            if not check:
                qm.write_bytes(made)
    if wrong and check:
        print("not up to date:", *sorted(set(wrong)), file=sys.stderr)
    return int(bool(wrong) and check)


if __name__ == "__main__":
    sys.exit(main())
