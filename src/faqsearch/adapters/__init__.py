"""Retrievers for other people's frameworks: a `Searcher` behind the interface that theirs expect."""
