"""Splicing: rows taken out and put in between, the same as rows moved one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.index import splicing
from faqsearch.index.splicing import Moves, Splice, longest_ascending, places_within


@st.composite
def splices(draw):
    """A splice of up to twelve old rows."""
    size = draw(st.integers(0, 12))
    dropped = draw(st.sets(st.integers(0, size - 1))) if size else set()
    at = sorted(draw(st.lists(st.integers(0, size), max_size=6)))
    return Splice(size, np.array(sorted(dropped), dtype=np.int64), np.array(at, dtype=np.int64))


def slowly(splice):
    """The new rows one by one: ("old" or "added", number)."""
    rows = []
    dropped, at = splice.dropped.tolist(), splice.at.tolist()
    for place in range(splice.size + 1):
        rows += [("added", i) for i, before in enumerate(at) if before == place]
        if place < splice.size and place not in dropped:
            rows.append(("old", place))
    return rows


@pytest.mark.parametrize("stretches", [0, 100_000])
@given(splice=splices())
def test_rows_are_those_moved_one_by_one(stretches, splice):
    """Whether stretches are copied or everything is, rows and their new numbers are those of a loop."""
    old, added = np.arange(splice.size) + 100, np.arange(len(splice.at)) + 900
    rows = slowly(splice)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splicing, "_STRETCHES", stretches)
        new = splice(old, added)

    assert len(splice) == len(rows)
    assert new.tolist() == [(900 if kind == "added" else 100) + number for kind, number in rows]
    numbers = {row: number for number, row in enumerate(rows)}
    assert splice.old.tolist() == [numbers.get(("old", i), -1) for i in range(splice.size)]
    assert splice.added.tolist() == [numbers["added", i] for i in range(len(splice.at))]
    kept = np.array([i for i in range(splice.size) if i not in splice.dropped], dtype=np.int64)
    assert splice.renumbered(kept).tolist() == splice.old[kept].tolist()


@given(splice=splices(), data=st.data())
def test_what_rows_hold_goes_with_them(splice, data):
    """Lists of any length, kept end to end, are spliced as the rows they belong to."""
    lists = st.lists(st.integers(0, 9), max_size=3)
    old = data.draw(st.lists(lists, min_size=splice.size, max_size=splice.size))
    added = data.draw(st.lists(lists, min_size=len(splice.at), max_size=len(splice.at)))
    starts, own = (np.cumsum([0, *map(len, rows)]) for rows in (old, added))
    new = [(added if kind == "added" else old)[number] for kind, number in slowly(splice)]
    flat = [np.array([x for row in rows for x in row], dtype=np.int64) for rows in (old, added)]

    assert splice.within(starts, own)(*flat).tolist() == [x for row in new for x in row]
    assert splice.starts(starts, own).tolist() == np.cumsum([0, *map(len, new)]).tolist()


@given(data=st.data())
def test_rows_of_documents_follow_them(data):
    """Of dropped documents all rows go, and those of an added one come where it stands among the others."""
    documents = data.draw(st.integers(0, 8))
    kept = sorted(data.draw(st.sets(st.integers(0, documents - 1)))) if documents else []
    origins = list(kept)
    for place in sorted(data.draw(st.lists(st.integers(0, len(kept)), max_size=4)), reverse=True):
        origins.insert(place, -1)
    if not origins:
        return
    counts = data.draw(st.lists(st.integers(0, 3), min_size=documents, max_size=documents))
    own = {new: data.draw(st.integers(0, 3)) for new, old in enumerate(origins) if old < 0}
    moves = Moves(np.array(origins, dtype=np.int64), documents)
    owners = np.repeat(np.arange(documents), counts)
    added = np.repeat(list(own), list(own.values())).astype(np.int64)
    units = moves.units(owners, added)

    assert moves.documents.dropped.tolist() == [i for i in range(documents) if i not in kept]
    assert units(moves.documents.renumbered(owners), added).tolist() == [
        new for new, old in enumerate(origins) for _ in range(own[new] if old < 0 else counts[old])
    ]


@given(stretches=st.lists(st.tuples(st.lists(st.integers(0, 20)), st.integers(0, 20)), max_size=6))
def test_many_binary_searches_are_each_its_own(stretches):
    """Each wanted value is looked for in its stretch alone, and found where the first one not smaller stands."""
    values = np.array([x for stretch, _ in stretches for x in sorted(stretch)], dtype=np.int64)
    ends = np.cumsum([0, *(len(stretch) for stretch, _ in stretches)])
    found = places_within(values, ends[:-1], ends[1:], np.array([wanted for _, wanted in stretches], dtype=np.int64))
    wanted = [start + sum(x < one for x in stretch) for start, (stretch, one) in zip(ends, stretches, strict=False)]

    assert found.tolist() == wanted


@given(numbers=st.lists(st.integers(0, 9), max_size=12))
def test_as_many_as_can_stay_in_order_do(numbers):
    """The places ascend, and so do their numbers; no longer choice is there."""
    best = [1] * len(numbers)
    for i, number in enumerate(numbers):
        best[i] = 1 + max((best[j] for j in range(i) if numbers[j] < number), default=0)
    chosen = longest_ascending(np.array(numbers, dtype=np.int64)).tolist()

    assert len(chosen) == max(best, default=0)
    assert chosen == sorted(set(chosen))
    picked = [numbers[place] for place in chosen]
    assert picked == sorted(set(picked))
