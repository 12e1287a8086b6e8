"""Merging completions: those of the generation before, without the documents that are gone, with those added."""

from __future__ import annotations

import numpy as np

from faqsearch.index.completions import Arrays, Ints
from faqsearch.index.misspellings import merged_misspellings
from faqsearch.index.splicing import Moves, Splice
from faqsearch.index.wordings import place_type, rank_type, sorting_keys


def merged_completions(old: Arrays, added: Arrays, moves: Moves) -> Arrays:
    """Return the arrays of `Completions` over all documents.

    Args:
        old: Those of the generation before.
        added: Those of the added documents, which are numbered as in the new generation.
        moves: Where the documents come from.
    """
    wordings = _wordings(old, added, moves)
    starts = wordings.starts(old["starts"], added["starts"])
    halves = wordings(old["middles"] - old["starts"][:-1], added["middles"] - added["starts"][:-1])
    table = _table(old, added, wordings)
    places, ranks = _moved(old, wordings.old, starts)
    added_places, added_ranks = _moved(added, wordings.added, starts)
    return {
        "text": wordings.within(old["starts"], added["starts"])(old["text"], added["text"]),
        "starts": starts,
        "middles": starts[:-1] + halves,
        "places": table(places, added_places).astype(place_type(int(starts[-1]))),
        "lengths": table(old["lengths"], added["lengths"]),
        "ranks": table(ranks, added_ranks).astype(rank_type(len(wordings))),
        "documents": wordings(moves.documents.renumbered(old["documents"]), added["documents"]),
        "phrasings": wordings(old["phrasings"], added["phrasings"]),
        "sizes": wordings(old["sizes"], added["sizes"]),
        **merged_misspellings(old, added, wordings),
    }


def _wordings(old: Arrays, added: Arrays, moves: Moves) -> Splice:
    """Which wordings go, and between which others the added ones come."""
    dropped = np.zeros(moves.documents.size, dtype=bool)
    dropped[moves.documents.dropped] = True
    # An added document stands between two old ones.
    at = np.searchsorted(
        _offered(old, 2 * old["documents"].astype(np.int64) + 1), _offered(added, 2 * moves.after(added["documents"]))
    )
    return Splice(len(old["documents"]), np.flatnonzero(dropped[old["documents"]]), at)


def _offered(arrays: Arrays, documents: Ints) -> Ints:
    """Numbers in the order in which wordings are offered: questions first, shorter first, as in the corpus."""
    return ((arrays["phrasings"] > 0).astype(np.int64) << 62) | (arrays["sizes"].astype(np.int64) << 33) | documents


def _table(old: Arrays, added: Arrays, wordings: Splice) -> Splice:
    """Which places go from the sorted table, and where in it the added ones come."""
    dropped = np.zeros(wordings.size, dtype=bool)
    dropped[wordings.dropped] = True
    gone = np.flatnonzero(dropped[old["ranks"] % max(wordings.size, 1)])
    wanted = sorting_keys(added["text"], added["places"].astype(np.int64))
    # Equal ones stand in the order of their wordings.
    before = old["starts"][wordings.at[added["ranks"] % max(len(wordings.at), 1)]]
    first, last = np.zeros(len(wanted), dtype=np.int64), np.full(len(wanted), len(old["places"]))
    while len(open_ := np.flatnonzero(first < last)):
        middle = (first[open_] + last[open_]) // 2
        places = old["places"][middle].astype(np.int64)
        keys = sorting_keys(old["text"], places)
        smaller = (keys < wanted[open_]) | ((keys == wanted[open_]) & (places < before[open_]))
        first[open_[smaller]] = middle[smaller] + 1
        last[open_[~smaller]] = middle[~smaller]
    return Splice(len(old["places"]), gone, first)


def _moved(arrays: Arrays, numbers: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """The places and ranks of a table whose wordings have these new numbers."""
    own, wordings = len(numbers), len(starts) - 1
    later, number = np.divmod(arrays["ranks"].astype(np.int64), max(own, 1))
    moved = starts[numbers] - arrays["starts"][:-1]
    return arrays["places"] + moved[number], numbers[number] + later * wordings
