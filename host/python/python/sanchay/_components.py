"""What is joined by pairs, directly or by others: disjoint sets of paths."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Components"]


class Components:
    """Sets of paths that grow together. A path in no pair is in no set."""

    def __init__(self) -> None:
        """None yet."""
        self._above: dict[bytes, bytes] = {}

    def join(self, one: bytes, other: bytes) -> None:
        """Put the sets of two paths together."""
        one, other = self._find(one), self._find(other)
        # The least path stands for all, whatever the order of the pairs.
        least, greater = min(one, other), max(one, other)
        self._above[greater] = least

    def _find(self, path: bytes) -> bytes:
        """The path that stands for the set of another."""
        above = self._above.setdefault(path, path)
        while above != path:
            # Halves the way for those that come after.
            further = self._above[above]
            self._above[path] = further
            path, above = further, self._above[further]
        return path

    def packed(self, size: int) -> Iterator[list[bytes]]:
        """Take the sets in parts of about so many paths, none cut in two.

        The same pairs have the same parts.
        """
        sets: dict[bytes, list[bytes]] = {}
        for path in sorted(self._above):
            sets.setdefault(self._find(path), []).append(path)
        part: list[bytes] = []
        for paths in sets.values():
            if part and len(part) + len(paths) > size:
                yield part
                part = []
            part += paths
        if part:
            yield part
