"""Text search, the same on SQLite and PostgreSQL: no extension, own folding, one table of trigrams.

Words: a document is (kind, id) with a title and a text; a word is a distinct folded word of one kind's
documents; a posting says which word stands in which document and how much it counts there. A query finds
words (the very word, its beginnings, else one slip or a part of a word), then the documents that hold most of
them. Whoever writes a document calls `index` in the same transaction. This slice never reads the documents'
own tables.
"""

from civic.search.queries import search
from civic.search.service import index, remove

__all__ = ["index", "remove", "search"]
