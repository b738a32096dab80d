"""Reports, judgements and appeals."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.i18n import _
from civic.people.models import Person


class Ground(StrEnum):
    """Why a reader reports a text."""

    INSULT = "insulte"
    PRIVACY = "vie-privee"
    DECEPTION = "tromperie"
    ADVERTISING = "publicite"
    ILLEGAL = "illegal"
    OTHER = "autre"

    @property
    def words(self) -> str:
        """For the form and the team."""
        return {
            Ground.INSULT: _("Une insulte, de la haine, une menace"), Ground.PRIVACY: _("Une information privée"),
            Ground.DECEPTION: _("Une tromperie"), Ground.ADVERTISING: _("De la publicité"),
            Ground.ILLEGAL: _("Autre chose que la loi interdit"), Ground.OTHER: _("Une autre raison"),
        }[self]  # fmt: skip


class Judgement(Model):
    """What the team decided about a text: hidden for a reason that everybody reads, or kept (an empty reason).

    Undone when the text is shown again. Its author may appeal once: `appeal` holds her words, `upheld` the answer.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=20)
    subject_id = fields.BigIntField()
    hidden = fields.BooleanField()
    reason = fields.CharField(max_length=500, default="")
    at = fields.DatetimeField()
    by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    by_id: int | None
    undone_at = fields.DatetimeField(null=True)
    appeal = fields.TextField(default="")
    appealed_at = fields.DatetimeField(null=True)
    answer = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    upheld = fields.BooleanField(default=False)

    class Meta:
        table = "judgement"
        indexes = (("kind", "subject_id"), ("appealed_at", "answered_at"))
        constraints = (
            UniqueConstraint(
                fields=("kind", "subject_id"), name="judgement_hides_once", condition="hidden AND undone_at IS NULL"
            ),
            CheckConstraint(check="NOT hidden OR reason <> ''", name="judgement_gives_its_reason"),
        )

    @property
    def stands(self) -> bool:
        """The text is hidden by it now."""
        return self.hidden and self.undone_at is None

    def takes_appeal(self, since: datetime) -> bool:
        """Its author may still appeal; `since` is the oldest day of a judgement that takes one."""
        return self.stands and self.appealed_at is None and self.at > since


class Report(Model):
    """A reader says that a text should not stand there. `email` is kept until she has her answer."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=20)
    subject_id = fields.BigIntField()
    ground = fields.CharEnumField(Ground, max_length=12)
    words = fields.TextField(default="")
    email = fields.CharField(max_length=254, default="")
    reporter: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    reporter_id: int | None
    locale = fields.CharField(max_length=5, default="fr")
    made_at = fields.DatetimeField()
    judgement: fields.ForeignKeyNullableRelation[Judgement] = fields.ForeignKeyField(
        "civic.Judgement", null=True, on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    judgement_id: int | None

    class Meta:
        table = "report"
        indexes = (("kind", "subject_id"),)
