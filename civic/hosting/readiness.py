"""`civic check`: what production still lacks, each point one sentence that says what to do."""

from dataclasses import dataclass
from pathlib import Path

from civic import database
from civic.clock import now
from civic.database import engine_of, migrations
from civic.people.models import RoleName
from civic.people.queries import team
from civic.settings import Settings

SECRET_LEAST = 32
LATE_MINUTES = 15
_LATE = "SELECT count(*) AS n FROM job WHERE done_at IS NULL AND dead_at IS NULL AND run_at < ?"
_DEAD = "SELECT count(*) AS n FROM job WHERE dead_at IS NOT NULL"


@dataclass(frozen=True)
class Finding:
    """One point: whether it is in order, and the sentence to say."""

    ok: bool
    sentence: str


def _finding(ok: bool, good: str, bad: str) -> Finding:
    return Finding(ok, good if ok else bad)


def of_settings(current: Settings) -> list[Finding]:
    """What the settings alone tell."""
    host = current.base_url.partition("//")[2]
    return [
        _finding(current.environment == "production", "CIVIC_ENV vaut production.",
                 f"CIVIC_ENV vaut {current.environment} : écrivez CIVIC_ENV=production."),
        _finding(len(current.secret_key) >= SECRET_LEAST, "La clé secrète est assez longue.",
                 "CIVIC_SECRET_KEY manque : au moins 32 caractères tirés au hasard."),
        _finding(current.secure and not host.startswith("localhost"), f"Adresse publique : {current.base_url}.",
                 f"CIVIC_BASE_URL vaut {current.base_url} : il faut l’adresse publique, en https://."),
        _finding(bool(current.smtp_url), "Un serveur SMTP est réglé.",
                 "CIVIC_SMTP_URL manque : sans lui aucun courriel ne part."),
        _finding(not current.mail_from.endswith("example.org"), f"Les courriels partent de {current.mail_from}.",
                 "CIVIC_MAIL_FROM manque (ou CIVIC_CONTACT_EMAIL) : les courriels partiraient de example.org."),
        *_payments(current), _writable(current.data),
    ]  # fmt: skip


def _payments(current: Settings) -> list[Finding]:
    if current.payments == "off":
        return [Finding(True, "Pas de paiement par carte (CIVIC_PAYMENTS=off) : promesses hors ligne seulement.")]
    return [
        _finding(current.stripe_secret_key.startswith(("sk_live_", "rk_live_")), "La clé réelle de Stripe est là.",
                 "STRIPE_SECRET_KEY n’est pas une clé réelle (sk_live_…) : donnez-la, ou CIVIC_PAYMENTS=off."),
        _finding(bool(current.stripe_webhook_secret), "Le secret des webhooks de Stripe est là.",
                 "STRIPE_WEBHOOK_SECRET manque : les paiements ne seraient jamais confirmés."),
    ]  # fmt: skip


def _writable(data: Path) -> Finding:
    probe = data / ".civic-check"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return Finding(False, f"DATA ne peut pas être écrit : {data} ({error.strerror}).")
    return Finding(True, f"DATA peut être écrit : {data}.")


async def of_database(current: Settings) -> list[Finding]:
    """What the database tells: migrations, one animator and one treasurer, jobs that wait for a worker."""
    try:
        waiting = await migrations.pending(current.database_url)
        if waiting:
            return [Finding(False, f"La base attend {len(waiting)} migration(s) : lancez « civic migrate ».")]
        await database.connect(current.database_url)
    except (database.MissingDatabase, OSError) as error:
        return [Finding(False, f"La base de données ne répond pas : {error}")]
    try:
        return [Finding(True, "La base est à jour."), *await _team(), *await _work(current)]
    finally:
        await database.disconnect()


async def _team() -> list[Finding]:
    names = {RoleName.ANIMATOR: "animator", RoleName.TREASURER: "treasurer"}
    return [
        _finding(bool(await team(role)), f"Au moins une personne a le rôle {name}.",
                 f"Personne n’a le rôle {name} : « civic grant ADRESSE {name} » (la personne s’inscrit d’abord).")
        for role, name in names.items()
    ]  # fmt: skip


async def _work(current: Settings) -> list[Finding]:
    late = await _count(_LATE, int(now().timestamp() * 1000) - LATE_MINUTES * 60_000)
    dead = await _count(_DEAD)
    where = "avec le site" if current.runs_worker else "dans « civic worker »"
    found = [
        _finding(not late, f"Les tâches se font {where}.",
                 f"{late} tâche(s) attendent depuis plus de {LATE_MINUTES} minutes : lancez « civic worker »."),
        _finding(not dead, "Aucune tâche n’a été abandonnée.", f"{dead} tâche(s) abandonnée(s) : voyez les journaux."),
    ]  # fmt: skip
    if engine_of(current.database_url) == "postgres" and not current.runs_worker and not late:
        found.append(Finding(True, "Sur PostgreSQL, pensez à « civic worker » : le site seul ne fait pas les tâches."))
    return found


async def _count(sql: str, *values: int) -> int:
    return int((await database.fetch_all(sql, values))[0]["n"])
