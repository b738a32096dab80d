"""The rows of the index: words, their trigrams, and where they stand."""

from tortoise import fields
from tortoise.models import Model


class SearchWord(Model):
    """A distinct word of the documents of one kind."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharField(max_length=24)
    word = fields.CharField(max_length=40)

    class Meta:
        table = "search_word"
        unique_together = (("kind", "word"),)


class SearchTrigram(Model):
    """Three letters that stand inside a word, to find a word by a part of it."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=24)
    trigram = fields.CharField(max_length=3)
    word: fields.ForeignKeyRelation[SearchWord] = fields.ForeignKeyField(
        "civic.SearchWord", related_name="trigrams", on_delete=fields.CASCADE, db_index=True
    )

    class Meta:
        table = "search_trigram"
        unique_together = (("kind", "trigram", "word"),)


class SearchPosting(Model):
    """A word in a document: `weight` grows with the title and with repetition."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=24)
    document = fields.BigIntField()
    weight = fields.SmallIntField()
    word: fields.ForeignKeyRelation[SearchWord] = fields.ForeignKeyField(
        "civic.SearchWord", related_name="postings", on_delete=fields.CASCADE, db_index=False
    )

    class Meta:
        table = "search_posting"
        unique_together = (("word", "document"),)
        indexes = (("kind", "document"),)
