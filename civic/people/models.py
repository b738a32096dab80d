"""Persons, sessions, sign-in codes, roles, the audit log."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.database.guards import append_only


class Person(Model):
    """Whoever acts. `email` may be shared by several persons or missing (counter); erased persons keep their row.

    `links_since`: her secret links made before this moment (UTC) no longer open anything (`links.check_current`).
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=120)
    name_folded = fields.CharField(max_length=120)
    email = fields.CharField(max_length=254, null=True)
    email_verified_at = fields.DatetimeField(null=True)
    password_hash = fields.CharField(max_length=200, null=True)
    commune: fields.ForeignKeyNullableRelation["civic.places.models.Commune"] = fields.ForeignKeyField(  # type: ignore[name-defined]  # noqa: F821
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    locale = fields.CharField(max_length=5, default="fr")
    links_since = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "person"
        constraints = (UniqueConstraint(fields=("email", "name_folded"), name="person_email_name"),)

    @property
    def has_account(self) -> bool:
        """She can sign in: her address is confirmed."""
        return self.email_verified_at is not None and self.erased_at is None

    @property
    def short_name(self) -> str:
        """« Prénom N. », what people see of each other."""
        return shortened(self.name)


def shortened(name: str) -> str:
    """A name as people see it of each other: « Prénom N. »."""
    first, _, rest = name.partition(" ")
    return f"{first} {rest[0].upper()}." if rest else first


class Session(Model):
    """A browser that is signed in. The cookie holds a secret, the row its hash."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    counter_for: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    browser = fields.CharField(max_length=120, default="")
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "session"


class SignInCode(Model):
    """One e-mailed way in: a link and a six-digit code, hashed, ten minutes, once."""

    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(max_length=254, db_index=True)
    link_hash = fields.CharField(max_length=64, unique=True)
    code_hash = fields.CharField(max_length=64)
    tries = fields.IntField(default=0)
    next_path = fields.CharField(max_length=500, default="/")
    name = fields.CharField(max_length=120, default="")
    commune_insee = fields.CharField(max_length=5, default="")
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_code"


class RoleName(StrEnum):
    """The roles of the network's team."""

    ANIMATOR = "animator"
    TREASURER = "treasurer"


class Role(Model):
    """Animator or treasurer, from a day until another (PRODUCT A4)."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="roles"
    )
    name = fields.CharEnumField(RoleName, max_length=20)
    granted_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "role"
        constraints = (
            UniqueConstraint(fields=("person_id", "name"), name="role_once", condition="revoked_at IS NULL"),
        )


class AuditEntry(Model):
    """A privileged act: who, what, on what, recorded by whom. Only ever added to."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    actor_id = fields.BigIntField(null=True)
    recorded_by_id = fields.BigIntField(null=True)
    act = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=120, db_index=True)
    details: fields.Field[dict[str, object]] = fields.JSONField(default=dict)

    class Meta:
        table = "audit_entry"


GUARDS = (*append_only("audit_entry"),)
