"""The collections of a generation: their fields, their indexes, and making them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faqsearch.errors import EngineError
from faqsearch.index.milvus.engine import WRITING
from faqsearch.index.milvus.parts import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faqsearch.index.milvus.engine import Engine

# What Milvus takes in an array, at most.
MOST_FACETS = 4096
_LONGEST_KEY = 200


def make_documents(engine: Engine, collection: str, legs: list[str]) -> None:
    """Make the collection with a row a document; `legs` are those that take whole documents."""
    import pymilvus

    kinds = pymilvus.DataType
    schema = _schema("a row a document")
    schema.add_field("number", kinds.INT64, is_primary=True)
    schema.add_field("id_key", kinds.INT64)
    schema.add_field("facets", kinds.ARRAY, element_type=kinds.INT64, max_capacity=MOST_FACETS)
    schema.add_field("line", kinds.VARCHAR, max_length=LONGEST)
    schema.add_field("record", kinds.VARCHAR, max_length=LONGEST)
    for leg in legs:
        schema.add_field(leg, kinds.SPARSE_FLOAT_VECTOR)
    _make(engine, collection, schema, dict.fromkeys(legs, _SPARSE), ["id_key", "facets"])


def make_units(engine: Engine, collection: str) -> None:
    """Make the collection of a leg with a row a unit."""
    import pymilvus

    kinds = pymilvus.DataType
    schema = _owned("a row a unit")
    schema.add_field("terms", kinds.SPARSE_FLOAT_VECTOR)
    _make(engine, collection, schema, {"terms": _SPARSE}, ["facets"])


def make_dense(engine: Engine, collection: str, dimension: int) -> None:
    """Make the collection with a row a passage."""
    import pymilvus

    kinds = pymilvus.DataType
    schema = _owned("a row a passage")
    schema.add_field("vector", kinds.FLOAT_VECTOR, dim=dimension)
    _make(engine, collection, schema, {"vector": _EXACT}, ["facets"])


def make_parts(engine: Engine, collection: str, said: str, *, first: bool = False) -> None:
    """Make a collection of parts.

    Args:
        engine: Where to.
        collection: Its name.
        said: What it is. A server takes the same collection made twice for one, two that differ in this it does not.
        first: Whether it is an error that there is one already.
    """
    import pymilvus

    kinds = pymilvus.DataType
    schema = _schema(said)
    schema.add_field("key", kinds.VARCHAR, is_primary=True, max_length=_LONGEST_KEY)
    schema.add_field("data", kinds.VARCHAR, max_length=LONGEST)
    schema.add_field("none", kinds.FLOAT_VECTOR, dim=2)
    _make(engine, collection, schema, {"none": _EXACT}, [], first=first)


_SPARSE = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP"}
_EXACT = {"index_type": "FLAT", "metric_type": "IP"}
_INVERTED = {"index_type": "INVERTED"}


# Codes of Milvus Lite and of Milvus for a kind of index they do not have.
_NOT_IMPLEMENTED = frozenset({6, 1100})


def _make_index(engine: Engine, collection: str, field: str, index: Mapping[str, Any]) -> None:
    import pymilvus

    parameters = pymilvus.MilvusClient.prepare_index_params()
    parameters.add_index(field, **index)
    # There are no rows yet that it would have to be waited for.
    try:
        engine.call("create_index", collection, parameters, sync=False, patience=WRITING)
    except EngineError:
        # An answer that got lost: Milvus Lite does not take the second try for the first.
        if not engine.call("list_indexes", collection, field_name=field, patience=WRITING):
            raise


def _schema(said: str) -> Any:
    import pymilvus

    return pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False, description=said)


def _owned(said: str) -> Any:
    import pymilvus

    kinds = pymilvus.DataType
    schema = _schema(said)
    schema.add_field("number", kinds.INT64, is_primary=True)
    schema.add_field("document", kinds.INT64)
    schema.add_field("facets", kinds.ARRAY, element_type=kinds.INT64, max_capacity=MOST_FACETS)
    return schema


def _make(
    engine: Engine,
    collection: str,
    schema: Any,
    vectors: Mapping[str, Mapping[str, Any]],
    filtered: list[str],
    *,
    first: bool = False,
) -> None:
    try:
        engine.call("create_collection", collection, schema=schema, patience=WRITING)
    except EngineError:
        # An answer that got lost: the second try finds what the first one made.
        if first or not engine.call("has_collection", collection, patience=WRITING):
            raise
    for field, index in vectors.items():
        _make_index(engine, collection, field, index)
    for field in filtered:
        try:
            _make_index(engine, collection, field, _INVERTED)
        except EngineError as error:
            # It only makes filters fast; Milvus Lite has none for arrays.
            if error.code not in _NOT_IMPLEMENTED:
                raise
    engine.call("load_collection", collection, patience=WRITING)
