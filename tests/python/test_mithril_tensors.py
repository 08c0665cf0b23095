"""Tensors and settings of mithril."""

import gc
import pickle
import sys
import weakref
from pathlib import Path

import mithril
import pytest
from mithril import DType, StorageConfig
from sanchay import _native

numpy = pytest.importorskip("numpy")

NUMBERS = [it for it in DType if it not in (DType.BFloat16, DType.Bool)]


def address(array):
    return array.__array_interface__["data"][0]


def test_types_are_those_of_the_library():
    known = {name: (size, numpy) for name, size, numpy in _native.dtypes()}
    assert {it.name: (it.size_bytes, it.to_numpy_str()) for it in DType} == known
    for dtype in DType:
        assert DType.from_numpy_str(dtype.to_numpy_str()) is dtype
        if dtype is not DType.BFloat16:
            own = numpy.dtype(dtype.to_numpy_str())
            assert own.itemsize == dtype.size_bytes
            assert DType.from_numpy_str(own.newbyteorder("<").str) is dtype
    for other in [">f4", "O", "complex64", "", "float128", "<U3", "datetime64[ns]"]:
        assert DType.from_numpy_str(other) is None, other
    assert pickle.loads(pickle.dumps(DType.Int8)) is DType.Int8


@pytest.mark.parametrize("dtype", NUMBERS, ids=lambda it: it.name)
def test_arrays_become_bytes_and_arrays_again_without_a_copy(dtype):
    array = numpy.arange(24).astype(dtype.to_numpy_str()).reshape(2, 3, 4)
    view = mithril.numpy_to_bytes(array)
    assert view.readonly and view.format == "B" and view.ndim == 1
    assert bytes(view) == array.tobytes()
    assert address(numpy.frombuffer(view, "u1")) == address(array)
    again = mithril.bytes_to_numpy(view, dtype, (2, 3, 4))
    assert address(again) == address(array)
    assert not again.flags.writeable
    assert (again == array).all() and again.dtype == array.dtype
    array[0, 0, 0] = 99
    assert again[0, 0, 0] == 99


def test_a_view_keeps_its_array_alive():
    array = numpy.arange(1000.0)
    gone = weakref.ref(array)
    view = mithril.numpy_to_bytes(array)
    del array
    gc.collect()
    assert bytes(view[:8]) == bytes(8) and len(view) == 8000
    data = bytes(view)
    before = sys.getrefcount(data)
    numbers = mithril.bytes_to_numpy(data, DType.Float64)
    assert sys.getrefcount(data) > before
    del data
    assert numbers[999] == 999
    del view, numbers
    gc.collect()
    assert gone() is None


def test_other_layouts_and_byte_orders_are_copied():
    array = numpy.arange(12, dtype="<i4").reshape(3, 4)
    for other in [array.T, array[:, ::2], array[::-1], numpy.asfortranarray(array)]:
        assert bytes(mithril.numpy_to_bytes(other)) == other.tobytes()
    big = array.astype(">i4")
    assert bytes(mithril.numpy_to_bytes(big)) == array.tobytes()
    read_only = array.copy()
    read_only.flags.writeable = False
    assert bytes(mithril.numpy_to_bytes(read_only)) == array.tobytes()


def test_arrays_of_no_dimension_and_of_no_element_have_bytes():
    single = numpy.array(1.5, dtype="f4")
    view = mithril.numpy_to_bytes(single)
    assert bytes(view) == single.tobytes()
    again = mithril.bytes_to_numpy(view, DType.Float32, ())
    assert again.shape == () and again == 1.5
    for shape in [(0,), (3, 0), (0, 5, 2)]:
        empty = numpy.empty(shape, "u2")
        view = mithril.numpy_to_bytes(empty)
        assert view.nbytes == 0 and bytes(view) == b""
        again = mithril.bytes_to_numpy(b"", DType.UInt16, shape)
        assert again.shape == shape and not again.flags.writeable
    assert mithril.bytes_to_numpy(b"", DType.Int8).shape == (0,)


def test_an_array_may_be_written_where_its_buffer_may():
    data = bytearray(8)
    array = mithril.bytes_to_numpy(data, DType.UInt32)
    array[1] = 1
    assert data == b"\0\0\0\0\1\0\0\0"
    with pytest.raises(ValueError, match="read-only"):
        mithril.bytes_to_numpy(bytes(8), DType.UInt32)[0] = 1


@pytest.mark.parametrize(
    "array",
    [
        numpy.array([object()]), numpy.array(["text"]), numpy.array([b"text"]),
        numpy.array([1j]), numpy.array(["2026-01-01"], "M8[D]"),
        numpy.array([(1, 2)], "i4,i4"), numpy.array([1], "m8[s]"),
    ],
    ids=lambda it: it.dtype.name,
)
def test_elements_that_have_no_bytes_of_their_own_are_refused(array):
    with pytest.raises(TypeError, match="arr"):
        mithril.numpy_to_bytes(array)
    with pytest.raises(TypeError, match="arr"):
        mithril.TensorMeta.from_numpy("t", array)


def test_what_makes_no_array_is_refused():
    for wrong in [[1, 2], b"bytes", None, 3.0]:
        with pytest.raises(TypeError, match="arr"):
            mithril.numpy_to_bytes(wrong)
    with pytest.raises(ValueError, match="whole number"):
        mithril.bytes_to_numpy(b"abc", DType.Float32)
    with pytest.raises(ValueError):
        mithril.bytes_to_numpy(bytes(8), DType.Float32, (3,))
    with pytest.raises(ValueError, match="contiguous"):
        mithril.bytes_to_numpy(memoryview(bytes(8))[::2], DType.Int8)
    with pytest.raises(ValueError, match="Bool"):
        mithril.bytes_to_numpy(b"\0\1\2", DType.Bool)
    for dtype in ["float32", None, numpy.float32]:
        with pytest.raises(TypeError, match="dtype"):
            mithril.bytes_to_numpy(bytes(8), dtype)
    with pytest.raises(TypeError):
        mithril.bytes_to_numpy("text", DType.Int8)


def test_truth_values_are_bytes_of_0_and_1():
    array = numpy.array([True, False, True])
    assert bytes(mithril.numpy_to_bytes(array)) == b"\1\0\1"
    again = mithril.bytes_to_numpy(b"\1\0\1", DType.Bool)
    assert again.dtype == numpy.bool_ and list(again) == [True, False, True]


def test_brain_floats_are_those_of_ml_dtypes(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "ml_dtypes", None)
        with pytest.raises(ImportError, match="ml_dtypes"):
            mithril.bytes_to_numpy(bytes(4), DType.BFloat16)
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = numpy.array([[1.5, -2.0]], ml_dtypes.bfloat16)
    view = mithril.numpy_to_bytes(array)
    assert bytes(view) == b"\xc0\x3f\x00\xc0"
    again = mithril.bytes_to_numpy(view, DType.BFloat16, array.shape)
    assert again.dtype == array.dtype and (again == array).all()
    assert mithril.TensorMeta.from_numpy("t", array).dtype is DType.BFloat16


def test_arrays_go_through_storages_and_compressors():
    array = numpy.arange(1000, dtype="f4").reshape(10, 100)
    storage = mithril.MemoryStorage()
    compressor = mithril.ZstdCompressor()
    storage.put("t", compressor.compress(mithril.numpy_to_bytes(array)))
    data = compressor.decompress(storage.get("t"))
    assert (mithril.bytes_to_numpy(data, DType.Float32, (10, 100)) == array).all()


def test_the_size_of_a_tensor_follows_from_its_shape():
    for shape, size in [((), 4), ((3,), 12), ((2, 3, 5), 120), ((7, 0), 0)]:
        tensor = mithril.TensorMeta.new("w", shape, DType.Float32)
        assert (tensor.shape, tensor.size_bytes) == (shape, size)
        assert tensor.elements == size // 4
    with pytest.raises(mithril.MithrilException, match="2\\^64"):
        mithril.TensorMeta.new("w", (2**63, 4), DType.Int8)
    with pytest.raises(ValueError, match="negative"):
        mithril.TensorMeta.new("w", (2, -1), DType.Int8)
    with pytest.raises(TypeError, match="dtype"):
        mithril.TensorMeta.new("w", (2,), "int8")
    array = numpy.zeros((2, 3), ">i8")
    tensor = mithril.TensorMeta.from_numpy("w", array)
    assert tensor == mithril.TensorMeta("w", (2, 3), DType.Int64, 48)
    assert pickle.loads(pickle.dumps(tensor)) == tensor


def test_a_url_names_a_storage():
    for url, expected in [
        ("file:///srv/a%20b", StorageConfig.Local("/srv/a b")),
        ("/srv/a%20b", StorageConfig.Local("/srv/a%20b")),
        ("memory:", StorageConfig.Memory()),
        ("s3://b", StorageConfig.S3("b")),
        ("s3://b/p/q/", StorageConfig.S3("b", "p/q")),
        ("gs://b/p", StorageConfig.Gcs("b", "p")),
    ]:
        config = StorageConfig.from_url(url)
        assert config == expected
        assert StorageConfig.from_url(str(config)) == expected
    for url in ["", "ftp://x", "s3://", "s3://key:secret@b/x", "memory:x"]:
        with pytest.raises(mithril.StorageException) as raised:
            StorageConfig.from_url(url)
        assert "secret" not in str(raised.value)


def test_a_storage_is_opened_as_it_is_configured(tmp_path):
    for config in [
        StorageConfig.Local(tmp_path), str(tmp_path), tmp_path, tmp_path.as_uri(),
        mithril.CoreConfig(StorageConfig.Local(tmp_path)),
    ]:
        assert mithril.create_storage(config).root == tmp_path
    memory = mithril.create_storage(StorageConfig.Memory())
    assert isinstance(memory, mithril.MemoryStorage)
    assert isinstance(memory, mithril.StorageBackend)
    with pytest.raises(mithril.StorageException, match="no storage is set"):
        mithril.create_storage(mithril.CoreConfig())
    bucket = mithril.create_storage("gs://b/p")
    assert repr(bucket) == "GcsStorage('b', 'p')"


def test_settings_are_read_and_merged(tmp_path, monkeypatch):
    file = tmp_path / "mithril.toml"
    file.write_text("storage = 'gs://b'\nlog_level = 'info'\n")
    config = mithril.CoreConfig.from_file(file)
    assert config == mithril.CoreConfig(StorageConfig.Gcs("b"), None, "info")
    monkeypatch.setenv("MITHRIL_LOG_LEVEL", "debug")
    monkeypatch.setenv("MITHRIL_TEMP_DIR", "/tmp")
    both = config.merge(mithril.CoreConfig.from_env())
    assert both == mithril.CoreConfig(StorageConfig.Gcs("b"), Path("/tmp"), "debug")
    monkeypatch.setenv("MITHRIL_STORAGE", "memory:")
    both = config.merge(mithril.CoreConfig.from_env())
    assert both.storage == StorageConfig.Memory()
    monkeypatch.setenv("MITHRIL_STORAGE", "ftp://x")
    with pytest.raises(mithril.MithrilException, match="MITHRIL_STORAGE"):
        mithril.CoreConfig.from_env()
    file.write_text("storge = 1")
    with pytest.raises(mithril.MithrilException, match=str(file)):
        mithril.CoreConfig.from_file(file)
    with pytest.raises(mithril.MithrilException, match="missing") as raised:
        mithril.CoreConfig.from_file(tmp_path / "missing.toml")
    assert isinstance(raised.value.__cause__, FileNotFoundError)
