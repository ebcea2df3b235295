"""Full text in Chinese and English on plain PostgreSQL.

Owns how a text becomes a `tsvector`, how a question becomes a `tsquery`, and how to ask fast.
Does not own any table: the apps that hold texts keep a `VectorField` beside them.
"""

from lingting.platform.search.fields import VectorField, index_for
from lingting.platform.search.literals import joined_vector, query, vector
from lingting.platform.search.matching import newest_matching, rarest_first_order, search_matching

__all__ = [
    "VectorField",
    "index_for",
    "joined_vector",
    "newest_matching",
    "query",
    "rarest_first_order",
    "search_matching",
    "vector",
]
