"""The nouns: a commune, its postcodes, the words of its name."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.places.folding import slug


class Commune(Model):
    """A commune of France. `latitude`, `longitude` are degrees (WGS 84), None for the 223 whose point is
    unknown.
    """

    insee = fields.CharField(max_length=5, primary_key=True)
    name = fields.CharField(max_length=60)
    folded = fields.CharField(max_length=60, db_index=True)
    name_is_shared = fields.BooleanField(default=False)
    departement = fields.CharField(max_length=3)
    region = fields.CharField(max_length=3)
    epci = fields.CharField(max_length=9, db_index=True)
    epci_name = fields.CharField(max_length=80)
    population = fields.IntField(default=0)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    precision = fields.CharField(max_length=12)
    postcodes = fields.CharField(max_length=160)

    class Meta:
        table = "commune"
        indexes = (("latitude", "longitude"),)

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """The commune in an address: `01427-trevoux`."""
        return f"{self.insee}-{slug(self.name)}"

    @property
    def label(self) -> str:
        """The name, with the département when another commune bears the same: « Saint-Denis (93) »."""
        return f"{self.name} ({self.departement})" if self.name_is_shared else self.name

    @property
    def postcode_list(self) -> list[str]:
        """The postcodes that serve the commune, in order."""
        return self.postcodes.split()

    @property
    def has_point(self) -> bool:
        """False for a commune that can be found by name but not by distance."""
        return self.latitude is not None and self.longitude is not None


class CommunePostcode(Model):
    """One postcode of one commune: several communes share a postcode, a commune may have several."""

    id = fields.BigIntField(primary_key=True)
    postcode = fields.CharField(max_length=5)
    commune: fields.ForeignKeyRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", related_name="postcode_rows", on_delete=fields.CASCADE, db_index=True
    )

    class Meta:
        table = "commune_postcode"
        constraints = (UniqueConstraint(fields=("postcode", "commune_id"), name="commune_postcode_once"),)


class CommuneWord(Model):
    """One folded word of a commune's name. Slips are looked for by `start`, its first three letters."""

    id = fields.BigIntField(primary_key=True)
    word = fields.CharField(max_length=45)
    start = fields.CharField(max_length=3)
    commune: fields.ForeignKeyRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", related_name="word_rows", on_delete=fields.CASCADE, db_index=True
    )

    class Meta:
        table = "commune_word"
        constraints = (UniqueConstraint(fields=("word", "commune_id"), name="commune_word_once"),)
        indexes = (("start", "word"),)
