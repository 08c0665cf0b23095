"""The tests of vpo-core's contract, as they stand there."""

import pytest
from vpo._core import FileHash, discover_videos, hash_files  # noqa: F401


class TestDiscoverVideos:
    def test_finds_mkv_files(self, tmp_path):
        (tmp_path / "movie.mkv").touch()
        (tmp_path / "show.mp4").touch()
        (tmp_path / "doc.txt").touch()

        results = discover_videos([str(tmp_path)], ["mkv", "mp4"])

        assert len(results) == 2
        paths = {r.path for r in results}
        assert str(tmp_path / "movie.mkv") in paths
        assert str(tmp_path / "show.mp4") in paths

    def test_recursive_discovery(self, tmp_path):
        nested = tmp_path / "a" / "b" / "c"
        nested.mkdir(parents=True)
        (nested / "deep.mkv").touch()

        results = discover_videos([str(tmp_path)], ["mkv"])

        assert len(results) == 1
        assert results[0].path == str(nested / "deep.mkv")

    def test_skips_hidden_by_default(self, tmp_path):
        hidden = tmp_path / ".hidden"
        hidden.mkdir()
        (hidden / "secret.mkv").touch()
        (tmp_path / "visible.mkv").touch()

        results = discover_videos([str(tmp_path)], ["mkv"])

        assert len(results) == 1
        assert "visible.mkv" in results[0].path

    def test_nonexistent_root_raises(self):
        with pytest.raises(OSError):
            discover_videos(["/nonexistent/path"], ["mkv"])


class TestHashFiles:
    def test_hashes_file(self, tmp_path):
        test_file = tmp_path / "test.bin"
        test_file.write_bytes(b"x" * 1000)

        results = hash_files([str(test_file)])

        assert len(results) == 1
        assert results[0].path == str(test_file)
        assert results[0].hash is not None
        assert results[0].hash.startswith("xxh64:")
        assert results[0].error is None

    def test_handles_missing_file(self, tmp_path):
        missing = str(tmp_path / "missing.bin")

        results = hash_files([missing])

        assert len(results) == 1
        assert results[0].path == missing
        assert results[0].hash is None
        assert "not found" in results[0].error.lower()

    def test_preserves_order(self, tmp_path):
        files = [tmp_path / f"file{i}.bin" for i in range(5)]
        for f in files:
            f.write_bytes(b"data")

        paths = [str(f) for f in files]
        results = hash_files(paths)

        assert [r.path for r in results] == paths

    def test_hash_format(self, tmp_path):
        test_file = tmp_path / "test.bin"
        test_file.write_bytes(b"hello world")

        results = hash_files([str(test_file)])

        hash_value = results[0].hash
        parts = hash_value.split(":")
        assert len(parts) == 4
        assert parts[0] == "xxh64"
        assert len(parts[1]) == 16  # xxh64 hex = 16 chars
        assert len(parts[2]) == 16
        assert parts[3] == "11"  # len("hello world")
