"""Flat arrays in one file."""

import numpy as np
import pytest

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace, open_arrays, places_from_json, places_to_json


def write(path, **arrays):
    with ArrayFileWriter(path) as file:
        for name, array in arrays.items():
            file.add(name, array)
    return file.places


def test_arrays_come_back_as_written(tmp_path):
    """dtype, shape and values survive, also of empty arrays."""
    given = {
        "a": np.arange(5, dtype=np.int32),
        "b": np.empty((0, 3), dtype=np.float16),
        "c": np.array([[1.5, 2.5]], dtype=np.float32),
        "d": np.array([2**63], dtype=np.uint64),
    }
    places = write(tmp_path / "x.bin", **given)

    opened = open_arrays(tmp_path / "x.bin", places_from_json(places_to_json(places)))

    for name, array in given.items():
        assert opened[name].dtype == array.dtype
        assert opened[name].shape == array.shape
        assert np.array_equal(opened[name], array)


def test_opened_arrays_cannot_be_written(tmp_path):
    """A reader cannot change what other readers see."""
    places = write(tmp_path / "x.bin", a=np.arange(3))

    with pytest.raises(ValueError, match="read-only"):
        open_arrays(tmp_path / "x.bin", places)["a"][0] = 1


def test_parts_are_joined(tmp_path):
    """An array can be written piece by piece."""
    with ArrayFileWriter(tmp_path / "x.bin") as file:
        file.add_parts("a", [np.arange(2), np.arange(3)], (5,))

    assert open_arrays(tmp_path / "x.bin", file.places)["a"].tolist() == [0, 1, 0, 1, 2]


def test_a_short_file_is_refused(tmp_path):
    """A truncated file never gives an array."""
    places = write(tmp_path / "x.bin", a=np.arange(100))
    (tmp_path / "x.bin").write_bytes((tmp_path / "x.bin").read_bytes()[:-1])

    with pytest.raises(IndexFormatError, match="does not fit"):
        open_arrays(tmp_path / "x.bin", places)


@pytest.mark.parametrize(
    "place",
    [ArrayPlace("O8", (1,), 0), ArrayPlace("f4", (-1,), 0), ArrayPlace("f4", (1,), -8), ArrayPlace("f4", (10**9,), 0)],
)
def test_a_place_that_cannot_be_is_refused(tmp_path, place):
    """Object dtypes, negative sizes and places outside the file are refused."""
    write(tmp_path / "x.bin", a=np.arange(100))

    with pytest.raises(IndexFormatError):
        open_arrays(tmp_path / "x.bin", {"a": place})


def test_a_missing_file_is_named(tmp_path):
    """The error names the file."""
    with pytest.raises(IndexFormatError, match=r"gone\.bin"):
        open_arrays(tmp_path / "gone.bin", {})


def test_a_table_that_is_no_table_is_refused():
    """A damaged manifest gives a clear error."""
    with pytest.raises(IndexFormatError, match="array table"):
        places_from_json({"a": {"dtype": "f4"}})
