"""Everything a host can set, from the environment; docs/settings.md describes each (checked by `make check`).

`settings()` answers the one Settings object; `configure()` puts another in its place (tests, commands).
A bad value stops the start with a sentence that names the setting (`BadSettings`).
"""

import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from stdnum import iban

ROOT = Path(__file__).resolve().parent.parent
DOMBINNOV = ["200069193", "200042497", "200070118", "240100800", "240100610"]

CHART = {
    "bank": "512", "stripe_clearing": "5115", "cheques_in_hand": "5112", "cash_box": "53", "campaign_fund": "7541",
    "match_fund": "4687", "psp_fees": "6278", "platform_tips": "758", "refunds_due": "467", "disputes_held": "471",
    "beneficiary_payable": "467", "expense_paid": "628", "backer_external": "411",
}  # fmt: skip
"""The ledger's accounts → French account numbers, until the host's accountant says otherwise."""

CommaList = Annotated[list[str], NoDecode]


class BadSettings(Exception):
    """The start is refused; the message names the setting and what to write."""


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="CIVIC_", extra="ignore", populate_by_name=True)

    environment: Literal["demo", "production", "test"] = Field(
        "demo", validation_alias=AliasChoices("CIVIC_ENV", "environment")
    )
    data: Path = Field(ROOT / "data", validation_alias=AliasChoices("DATA", "data"))
    host: str = Field("127.0.0.1", validation_alias=AliasChoices("HOST", "host"))
    port: int = Field(8000, ge=1, le=65535, validation_alias=AliasChoices("PORT", "port"))
    database_url: str = ""
    base_url: str = ""
    secret_key: str = ""
    trusted_proxies: str = "127.0.0.1"
    worker: bool | None = None

    smtp_url: str = ""
    mail_from: str = ""

    payments: Literal["stripe", "off"] = "stripe"
    stripe_secret_key: str = Field("", validation_alias=AliasChoices("STRIPE_SECRET_KEY", "stripe_secret_key"))
    stripe_webhook_secret: str = Field(
        "", validation_alias=AliasChoices("STRIPE_WEBHOOK_SECRET", "stripe_webhook_secret")
    )
    stripe_connect_webhook_secret: str = Field(
        "", validation_alias=AliasChoices("STRIPE_CONNECT_WEBHOOK_SECRET", "stripe_connect_webhook_secret")
    )
    campaigns: bool = True
    volunteering: bool = True

    site_name: str = "Civic"
    tagline: str = "avec Domb’Innov"
    territory_name: str = "Dombes, Val de Saône et Côtière"
    territory: CommaList = Field(default_factory=lambda: list(DOMBINNOV))
    contact_email: str = "bonjour@example.org"
    contact_phone: str = ""
    cheque_address: str = ""
    iban: str = ""
    operator_name: str = ""
    operator_address: str = ""
    orias: str = ""
    selection_criteria: str = ""
    fees_text: str = ""
    complaints: str = ""
    appeal_ceiling: int = Field(153_000, ge=1)

    receipt_issuer: str = ""
    receipt_address: str = ""
    receipt_number: str = ""
    receipt_purpose: str = ""
    receipt_category: Literal["", "interet_general", "utilite_publique", "aide"] = ""
    receipt_ground: str = ""
    receipt_ground_on: date | None = None
    receipt_signatory: str = ""
    receipt_rates: CommaList = Field(default_factory=list)

    hold_minutes: int = Field(30, ge=1, le=1440)
    contact_days: int = Field(30, ge=0, le=365)

    pledges_per_machine: int = Field(10, ge=1)
    pledges_per_email: int = Field(6, ge=1)
    pledges_per_campaign: int = Field(300, ge=1)
    small_gift_cents: int = Field(300, ge=0)
    small_pledges_per_machine: int = Field(5, ge=1)
    small_pledges_per_campaign: int = Field(60, ge=1)
    change_of_mind_days: int = Field(14, ge=0, le=365)

    argon2_cheap: bool = False
    collection_tolerance: int = Field(97, ge=50, le=100)
    sepa_reserve: Annotated[list[tuple[date, int]], NoDecode] = Field(default_factory=lambda: [(date.min, 20)])
    accounts: Annotated[list[tuple[date, dict[str, str]]], NoDecode] = Field(default_factory=list)
    hours_rates: Annotated[list[tuple[date, int, str]], NoDecode] = Field(default_factory=list)
    hours_charges: Annotated[list[tuple[date, int]], NoDecode] = Field(default_factory=list)
    slow_query_ms: int = Field(200, ge=1)

    @field_validator("territory", "receipt_rates", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("iban")
    @classmethod
    def _check_iban(cls, value: str) -> str:
        """In groups of four, as people copy it."""
        return str(iban.format(iban.validate(value))) if value.strip() else ""

    @field_validator("sepa_reserve", "hours_charges", mode="before")
    @classmethod
    def _read_shares(cls, value: object) -> object:
        """« 20; 2027-06-01 10 »: the share in percent, then what it becomes from a day on."""
        if not isinstance(value, str):
            return value
        periods = []
        for part in filter(None, (part.strip() for part in value.split(";"))):
            day, _space, share = part.rpartition(" ")
            if not 0 <= int(share) <= 100:
                raise ValueError(f"« {share} » n’est pas un pourcentage")
            periods.append((date.fromisoformat(day) if day else date.min, int(share)))
        return sorted(periods)

    @field_validator("hours_rates", mode="before")
    @classmethod
    def _read_hours_rates(cls, value: object) -> object:
        """« 2027-01-01 12,20 SMIC horaire brut, décret n° …; … »: since, euros for one hour, source."""
        if not isinstance(value, str):
            return value
        periods = []
        for part in filter(None, (part.strip() for part in value.split(";"))):
            day, _space, rest = part.partition(" ")
            euros, _space, source = rest.strip().partition(" ")
            whole, _comma, cents = euros.replace(".", ",").partition(",")
            if not (whole.isdecimal() and (cents or "0").isdecimal() and len(cents) <= 2 and source.strip()):
                raise ValueError(f"« {part} » ne dit pas un jour, un montant et sa source")
            periods.append((date.fromisoformat(day), int(whole) * 100 + int(cents.ljust(2, "0")), source.strip()))
        return sorted(periods)

    @field_validator("accounts", mode="before")
    @classmethod
    def _read_accounts(cls, value: object) -> object:
        """« 2027-01-01 platform_tips=7588 expense_paid=6068; 2028-01-01 … »: what changes on each day."""
        if not isinstance(value, str):
            return value
        periods = []
        for part in filter(None, (part.strip() for part in value.split(";"))):
            day, *pairs = part.split()
            numbers = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            wrong = [pair for pair in pairs if "=" not in pair] + [name for name in numbers if name not in CHART]
            wrong += [number for number in numbers.values() if not (number.isascii() and number.isalnum())]
            if wrong:
                raise ValueError(f"« {wrong[0]} » n’est pas un compte connu suivi de = et de son numéro")
            periods.append((date.fromisoformat(day), numbers))
        return sorted(periods, key=lambda period: period[0])

    @model_validator(mode="after")
    def _fill_in(self) -> "Settings":
        self.data = self.data.expanduser().resolve()
        self.database_url = self.database_url or f"sqlite://{self.data / 'civic.sqlite3'}"
        self.base_url = (self.base_url or f"http://localhost:{self.port}").rstrip("/")
        self.mail_from = self.mail_from or self.contact_email
        if not self.database_url.startswith(("sqlite://", "postgres://", "postgresql://")):
            raise ValueError("CIVIC_DATABASE_URL commence par sqlite:// ou postgres://")
        if self.environment != "production":
            self.operator_name = self.operator_name or "Association de démonstration"
            self.operator_address = self.operator_address or "1 place de la Mairie, 01600 Trévoux"
        if self.environment == "demo":
            self.orias = self.orias or "00 000 000 (imaginaire)"
        if self.environment == "production" and len(self.secret_key) < 32:
            raise ValueError("CIVIC_SECRET_KEY manque : au moins 32 caractères tirés au hasard")
        if self.environment == "production" and not self.base_url.startswith("https://"):
            raise ValueError("CIVIC_BASE_URL manque : l’adresse publique du site, en https://")
        live = self.stripe_secret_key.startswith(("sk_live_", "rk_live_"))
        if live and self.environment != "production":
            raise ValueError("STRIPE_SECRET_KEY est une clé réelle : elle demande CIVIC_ENV=production")
        return self

    def sepa_reserve_on(self, day: date) -> int:
        """The share, in percent, of recent direct debits that is kept back on a day."""
        return max((period for period in self.sepa_reserve if period[0] <= day), default=(day, 100))[1]

    @property
    def host_name(self) -> str:
        """Who receives the money of campaigns by default: the association that runs this site and issues receipts."""
        return (self.receipt_issuer or self.operator_name or self.site_name).strip()

    @property
    def hand_over_at(self) -> str:
        """Where cheques are sent or handed over: the address set for them, else the host's own."""
        return (self.cheque_address or self.operator_address).strip()

    @property
    def payments_simulated(self) -> bool:
        """True when payments go to our sandbox: no key is set, and this is not production."""
        return self.payments == "stripe" and not self.stripe_secret_key and self.environment != "production"

    @property
    def locale(self) -> str:
        """The language spoken first."""
        return "fr"

    @property
    def runs_worker(self) -> bool:
        """Whether `civic serve` also runs the jobs: by default on SQLite, where one process does everything."""
        return self.database_url.startswith("sqlite") if self.worker is None else self.worker

    @property
    def secure(self) -> bool:
        """Whether the site is served over https, which decides the cookies' names and flags."""
        return self.base_url.startswith("https://")


_settings: Settings | None = None


def load() -> Settings:
    """Read the environment. Raises BadSettings with one sentence per wrong setting."""
    try:
        loaded = Settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = str(problem["loc"][0]) if problem["loc"] else ""
            name = name if name.isupper() else f"CIVIC_{name.upper()}"
            said = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name} vaut « {problem['input']} », ce qui ne convient pas." if problem["loc"] else said)
        raise BadSettings("\n".join(lines)) from None
    if not loaded.secret_key:
        loaded.secret_key = _kept_secret(loaded.data)
    return loaded


def settings() -> Settings:
    """The settings in force, read from the environment at first use."""
    global _settings
    if _settings is None:
        _settings = load()
    return _settings


def configure(replacement: Settings | None) -> None:
    """Put these settings in force (None: read the environment again at next use)."""
    global _settings
    _settings = replacement


def _kept_secret(data: Path) -> str:
    """A secret made once and kept in the data folder, so that a demo's links survive a restart."""
    data.mkdir(parents=True, exist_ok=True)
    file = data / "secret"
    try:
        with file.open("x") as new:
            new.write(secrets.token_urlsafe(48))
        file.chmod(0o600)
    except FileExistsError:
        pass
    return file.read_text().strip()
