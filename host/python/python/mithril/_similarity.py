"""Near-duplicates: MinHash, the same on every machine and in every version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from mithril._waiting import finished
from sanchay import _native
from sanchay._fields import describe

__all__ = ["MinHashSignature", "MinHasher"]


class MinHashSignature(NamedTuple):
    """A MinHash signature."""

    values: tuple[int, ...]

    def bands(self, num_bands: int) -> list[int]:
        """Tell a number for each of so many bands, into which it is cut.

        Of two signatures that agree in a whole band, the number is the same, and
        they are candidates: see the documentation of locality-sensitive hashing.
        """
        return _native.bands(list(self.values), num_bands)


describe(
    MinHashSignature,
    values=(
        "The least number under each permutation, below 2**32; of an empty "
        "set, 2**32 - 1."
    ),
)


def _signature(values: list[int]) -> MinHashSignature:
    return MinHashSignature(tuple(values))


class MinHasher:
    """Makes MinHash signatures.

        hasher = mithril.MinHasher(128)
        one = hasher.hash_text("hello world", 3)
        other = hasher.hash_text("hello there world", 3)
        mithril.MinHasher.similarity(one, other)

    Only signatures of the same number of permutations and the same seed can be
    compared.
    """

    def __init__(
        self, num_permutations: int = 128, *, seed: int | None = None
    ) -> None:
        """Make one.

        Args:
            num_permutations: How many numbers a signature has, up to 65,536:
                the more, the more precise.
            seed: The seed, from 0 to 2**64 - 1; None is that of Sanchay's own
                signatures.

        Raises:
            ValueError: There cannot be so many.
        """
        self._hasher = _native.MinHasher(num_permutations, seed)

    @classmethod
    def with_seed(cls, num_permutations: int, seed: int) -> MinHasher:
        """Make one with a seed, as MinHasher()."""
        return cls(num_permutations, seed=seed)

    @property
    def num_permutations(self) -> int:
        """How many numbers a signature has."""
        return self._hasher.num_permutations

    @property
    def seed(self) -> int:
        """The seed of the permutations."""
        return self._hasher.seed

    def hash_tokens(self, tokens: Iterable[int]) -> MinHashSignature:
        """Make the signature of a set of tokens.

        Args:
            tokens: Numbers from 0 to 2**64 - 1, in any order and with
                repetitions.
        """
        return _signature(self._hasher.hash_tokens(list(tokens)).wait())

    async def ahash_tokens(self, tokens: Iterable[int]) -> MinHashSignature:
        """Make the signature of a set of tokens, in another thread."""
        made = await finished(self._hasher.hash_tokens(list(tokens)))
        return _signature(made)

    def hash_text(self, text: str, ngram_size: int) -> MinHashSignature:
        """Make the signature of a text: of its n-grams of characters.

        Args:
            text: The text. One that is shorter is one n-gram.
            ngram_size: How many characters, from 1 to 64.
        """
        return _signature(self._hasher.hash_text(text, ngram_size).wait())

    async def ahash_text(
        self, text: str, ngram_size: int
    ) -> MinHashSignature:
        """Make the signature of a text, as hash_text(), in another thread."""
        return _signature(
            await finished(self._hasher.hash_text(text, ngram_size))
        )

    def hash_words(self, text: str, ngram_size: int) -> MinHashSignature:
        """Make the signature of a text: of its n-grams of words.

        Args:
            text: The text. One that is shorter is one n-gram.
            ngram_size: How many words, from 1 to 64.
        """
        return _signature(self._hasher.hash_words(text, ngram_size).wait())

    async def ahash_words(
        self, text: str, ngram_size: int
    ) -> MinHashSignature:
        """Make the signature of a text, as hash_words(), in another thread."""
        return _signature(
            await finished(self._hasher.hash_words(text, ngram_size))
        )

    @staticmethod
    def similarity(sig1: MinHashSignature, sig2: MinHashSignature) -> float:
        """Estimate the Jaccard index of two sets, from 0 to 1.

        It is in which part of the places their signatures agree; 0 for
        signatures of different lengths.
        """
        return _native.similarity(list(sig1.values), list(sig2.values))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it was made by."""
        return type(self).with_seed, (self.num_permutations, self.seed)

    def __repr__(self) -> str:
        """What it was made by."""
        return f"MinHasher({self.num_permutations}, seed={self.seed})"
