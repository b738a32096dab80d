"""The rows of the index: words, their trigrams, and where they stand."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model


class SearchWord(Model):
    """A distinct word of the documents of one kind."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharField(max_length=24)
    word = fields.CharField(max_length=40)

    class Meta:
        table = "search_word"
        constraints = (UniqueConstraint(fields=("kind", "word"), name="search_word_once"),)


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
        constraints = (UniqueConstraint(fields=("kind", "trigram", "word_id"), name="search_trigram_once"),)


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
        constraints = (UniqueConstraint(fields=("word_id", "document"), name="search_posting_once"),)
        indexes = (("kind", "document"),)
