"""Pictures that look the same: what sanchay and czkawka find of the variants
of pictures that are painted here, against the truth, and how long they take.

    python pictures.py --program target/release/sanchay [--originals 1000]
        [--czkawka PATH/czkawka_cli] [--folder FOLDER]

The interpreter has Pillow. czkawka_cli is found on the search path, or not run:
`cargo install czkawka_cli`. Each original has ten variants: other formats, sizes
and qualities, a little cropped, brighter, softer. Two variants of one original
are a pair; recall is what part of these is told, precision what part of what is
told is such a pair. czkawka is run with each difference from 0 to 40 that its
help recommends; the line to compare with is the one whose precision is ours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import combinations
from multiprocessing import Pool
from pathlib import Path

from pairs import Pair, pair, quality, timed, told
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

#: The largest difference of two digests that czkawka is asked for, in turns.
DIFFERENCES = (0, 2, 5, 10, 15, 20, 30, 40)


def painted(seed: int) -> Image.Image:
    """A picture of rectangles and discs on a slope, as its seed says."""
    numbers = random.Random(seed)
    width, height = numbers.choice([(640, 480), (480, 640), (800, 450), (600, 600)])

    def color() -> tuple[int, int, int]:
        return tuple(numbers.randrange(256) for _ in range(3))  # type: ignore[return-value]

    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image = Image.blend(image, Image.new("RGB", (width, height), color()), 0.6)
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        left, top = numbers.randrange(width), numbers.randrange(height)
        box = (
            left,
            top,
            left + numbers.randrange(20, width // 3),
            top + numbers.randrange(20, height // 3),
        )
        shape = draw.rectangle if numbers.random() < 0.5 else draw.ellipse
        shape(box, fill=color())
    return image


def scaled(image: Image.Image, factor: float) -> Image.Image:
    """Another size of a picture."""
    size = (round(image.width * factor), round(image.height * factor))
    return image.resize(size, Image.Resampling.LANCZOS)


def cropped(image: Image.Image, part: float) -> Image.Image:
    """A picture without a part of it at each side."""
    x, y = round(image.width * part), round(image.height * part)
    return image.crop((x, y, image.width - x, image.height - y))


VARIANTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "original.png": lambda it: it,
    "plain.bmp": lambda it: it,
    "good.jpg": lambda it: it,
    "poor.jpg": lambda it: it,
    "half.webp": lambda it: scaled(it, 0.5),
    "double.jpg": lambda it: scaled(it, 2.0),
    "palette.gif": lambda it: it.convert("P"),
    "bright.jpg": lambda it: ImageEnhance.Brightness(it).enhance(1.15),
    "soft.png": lambda it: it.filter(ImageFilter.GaussianBlur(1.5)),
    "cropped.jpg": lambda it: cropped(it, 0.03),
}


def make(job: tuple[Path, int]) -> None:
    """The variants of one original."""
    folder, number = job
    image = painted(number)
    place = folder / f"{number:05}"
    place.mkdir()
    for name, change in VARIANTS.items():
        quality = {"poor.jpg": 25, "half.webp": 60}.get(name, 90)
        more = {"quality": quality} if name.endswith(("jpg", "webp")) else {}
        change(image).save(place / name, **more)


def paths(found: object) -> Iterator[str]:
    """All paths in what czkawka writes of a group."""
    if isinstance(found, dict):
        if isinstance(found.get("path"), str):
            yield found["path"]
        found = list(found.values())
    if isinstance(found, list):
        for part in found:
            yield from paths(part)


def theirs(program: str, folder: Path, difference: int) -> tuple[float, set[Pair]]:
    """The pairs that czkawka finds: any two of a group."""
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch, "found.json")
        command = [program, "image", "-m", "1", "-H", "-s", str(difference)]
        seconds, _ = timed([*command, "-C", saved, "-d", folder], (0, 11))
        groups = json.loads(saved.read_bytes()) if saved.exists() else []
    pairs = set()
    for group in groups:
        members = sorted(set(paths(group)))
        pairs |= {pair(one, other) for one, other in combinations(members, 2)}
    return seconds, pairs


def tell(name: str, seconds: float, found: set[Pair], truth: set[Pair]) -> None:
    """A line of the table."""
    recall, precision = quality(found, truth)
    print(f"| {name} | {recall:.4f} | {precision:.4f} | {seconds:.2f} s |")


def main() -> None:
    """Makes the pictures, and has them compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--originals", type=int, default=1000)
    parser.add_argument("--czkawka", default=shutil.which("czkawka_cli"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--threshold", default="0.9")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as made:
        folder = Path(made).resolve()
        with Pool(os.cpu_count()) as pool:
            pool.map(make, [(folder, number) for number in range(given.originals)])
        truth = {
            pair(str(place / one), str(place / other))
            for place in folder.iterdir()
            for one, other in combinations(VARIANTS, 2)
        }
        print(f"{given.originals * len(VARIANTS)} pictures, {len(truth)} pairs\n")
        print("| | recall | precision | time |\n|---|---|---|---|")
        words = ["--images", "--threshold", given.threshold]
        tell("sanchay", *told(given.program.resolve(), folder, words), truth)
        if given.czkawka is None:
            print("\nczkawka_cli is not there: cargo install czkawka_cli")
            return
        for difference in DIFFERENCES:
            name = f"czkawka -s {difference}"
            tell(name, *theirs(given.czkawka, folder, difference), truth)


if __name__ == "__main__":
    main()
