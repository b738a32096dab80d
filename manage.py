"""The `civic` command: everything a host does from a terminal (docs/operations.md)."""

import asyncio
import json
import socket
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
from tortoise.exceptions import DBConnectionError, OperationalError

from civic import database
from civic.database import migrations
from civic.errors import DomainError
from civic.settings import BadSettings, Settings, configure, load, settings

DATABASE_TROUBLE = (ConnectionError, DBConnectionError, OperationalError, asyncpg.PostgresError, sqlite3.Error)

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


def main() -> None:
    """Read the settings, run the command; a problem is one sentence on standard error and exit status 1 or 2."""
    try:
        configure(load())
    except BadSettings as error:
        sys.exit(_complain("Réglages : " + str(error), 2))
    except OSError as error:
        sys.exit(_complain(_unusable(error), 1))
    try:
        cli()
    except (DomainError, database.MissingDatabase, database.WrongSchema) as error:
        sys.exit(_complain(str(error), 1))
    except DATABASE_TROUBLE as error:
        sys.exit(_complain(f"La base de données ne répond pas : {error}", 1))


@cli.command()
def recount(file: Annotated[Path, typer.Argument(help="Le fichier resultat.json d’une décision close.")]) -> None:
    """Count a closed decision again from its published file; exit status 1 when the result is another."""
    from civic.counting.published import UnreadableFile
    from civic.counting.published import recount as again

    try:
        counted = again(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, UnreadableFile) as error:
        sys.exit(_complain(f"Ce fichier n’est pas le résultat d’une décision : {error}", 1))
    typer.echo(json.dumps(counted.found, ensure_ascii=False, indent=1))
    if not counted.agrees:
        sys.exit(_complain("Le compte n’est pas celui du fichier.", 1))
    typer.echo("Le compte est le même que celui du fichier.")


@cli.command()
def serve(workers: Annotated[int, typer.Option(help="Processus web (PostgreSQL seulement).")] = 1) -> None:
    """Serve the site; on SQLite the same process also runs the jobs."""
    import uvicorn

    current = settings()
    _require_free_port(current)
    asyncio.run(_require_schema(current))
    uvicorn.run("app:create_app", factory=True, workers=workers, **server_options(current))


def server_options(current: Settings) -> dict[str, Any]:
    """How the server is started; the bench starts the bare framework with the same."""
    return {
        "host": current.host, "port": current.port, "log_level": "warning", "proxy_headers": True,
        "forwarded_allow_ips": current.trusted_proxies, "server_header": False, "access_log": False,
    }  # fmt: skip


@cli.command()
def demo() -> None:
    """Serve the demonstration territory, loaded at the first start (CIVIC_ENV=demo)."""
    from app import create_app
    from demo import load
    from demo.issuer import with_issuer

    configure(with_issuer(settings()))
    current = settings()
    if current.environment != "demo":
        sys.exit(_complain("La démonstration demande CIVIC_ENV=demo : une vraie installation n’y est pas touchée.", 2))
    _require_free_port(current)
    typer.echo("La démonstration se prépare…")
    try:
        asyncio.run(load.prepare(current, create_app(with_worker=False)))
    except (OSError, sqlite3.Error, OperationalError) as error:
        sys.exit(_complain(_unusable(error), 1))
    typer.echo(f"C’est prêt : ouvrez {current.base_url}")
    typer.echo(f"Pour entrer dans la peau de quelqu’un : {current.base_url}/_demo — pour arrêter : Ctrl+C")
    serve()


@cli.command()
def worker() -> None:
    """Run the jobs, as many such processes as wanted on PostgreSQL."""
    from app import create_app, run_worker

    create_app(with_worker=False)
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(run_worker())


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The server's own kind of loop, where there is one (not on Windows)."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


@cli.command()
def migrate() -> None:
    """Create or upgrade the database."""
    settings().data.mkdir(parents=True, exist_ok=True)
    asyncio.run(migrations.migrate(settings().database_url))
    typer.echo("Base de données à jour.")


@cli.command()
def makemigrations() -> None:
    """Write the migrations that the models ask for (developers, on the main branch)."""
    asyncio.run(migrations.make_migrations())


@cli.command()
def check() -> None:
    """Say what this installation lacks for production; exit status 1 when something does."""
    from civic.hosting import readiness

    async def found() -> list[readiness.Finding]:
        return [*readiness.of_settings(settings()), *await readiness.of_database(settings())]

    findings = asyncio.run(found())
    for finding in findings:
        typer.echo(f"{'  bien ' if finding.ok else 'MANQUE '} {finding.sentence}")
    if lacking := sum(not finding.ok for finding in findings):
        typer.echo(f"Pas encore prêt pour la production : {lacking} point(s) à régler.")
        raise typer.Exit(1)
    typer.echo("Prêt pour la production.")


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Le fichier à écrire, par exemple civic-2026-06-01.tar.gz.")],
) -> None:
    """Save the database and the photos into one file, while the site runs."""
    from civic.hosting import backup as backups

    note = backups.backup(settings(), file)
    typer.echo(f"Sauvegarde écrite : {file} ({file.stat().st_size // 1024} Ko, {note.photos} fichiers de photos).")
    typer.echo("Elle contient des données personnelles : gardez-la en lieu sûr, hors de ce serveur.")


@cli.command()
def restore(
    file: Path,
    force: Annotated[bool, typer.Option("--force", help="Remplacer la base qui est là.")] = False,
) -> None:
    """Bring a backup back, with the site stopped."""
    from civic.hosting import backup as backups

    _require_free_port(settings(), "Arrêtez d’abord le site : quelque chose répond sur le port {port}.")
    note = backups.restore(settings(), file, force=force)
    typer.echo(f"Restauré : l’état du {note.made_at} (UTC). Lancez « civic migrate », puis « civic serve ».")


@cli.command()
def grant(email: str, role: str) -> None:
    """Give EMAIL the role animator or treasurer."""
    from civic.people import service
    from civic.people.models import RoleName

    person = _in_database(service.grant(email, _role(RoleName, role)))
    typer.echo(f"{person.name} a maintenant le rôle {role}.")


@cli.command()
def revoke(email: str, role: str) -> None:
    """Take the role animator or treasurer back from EMAIL."""
    from civic.people import service
    from civic.people.models import RoleName

    person = _in_database(service.revoke(email, _role(RoleName, role)))
    typer.echo(f"{person.name} n’a plus le rôle {role}.")


@cli.command("import")
def import_(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dire ce qui serait fait, sans rien changer.")] = False,
) -> None:
    """Import initiatives from a CSV file or a Transiscope/GoGoCarto JSON export."""
    from civic.initiatives.importing import applying, parse

    try:
        content = file.read_bytes()
    except OSError as error:
        raise DomainError(f"{file} ne peut pas être lu ({error.strerror}).") from None
    made = _in_database(applying.plan(parse(content, file.name)))
    for refused in made.refused:
        typer.echo(f"ligne {refused.line} {refused.title} : {refused.reason}")
    left_out = [one for one in made.planned if not one.included]
    for one in left_out:
        typer.echo(f"ligne {one.row.line} {one.row.title} laissée de côté : {one.guard}")
    if not dry_run:
        _in_database(applying.apply(made, file.name))
    counts = [len(made.of(action)) for action in applying.Action]
    verb = "serait" if dry_run else "fait"
    typer.echo(f"{verb} : {counts[0]} nouvelles, {counts[1] - len(left_out)} mises à jour, {counts[2]} inchangées, "
               f"{len(made.refused)} lignes refusées.")  # fmt: skip


@cli.command()
def load_places(departement: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Load the communes of France, or only those of some départements."""
    from civic.places import service

    typer.echo(f"{_in_database(service.load(departement or None))} communes chargées.")


@cli.command()
def settle(
    campaign: Annotated[str, typer.Argument(help="Adresse courte d’une collecte ; sans elle, toutes.")] = "",
    predict: Annotated[int, typer.Option(help="Dire seulement ce qui arriverait dans tant de jours.")] = 0,
) -> None:
    """Decide the campaigns whose deadline has passed and charge, as the jobs would (docs/money.md)."""
    from campaigns.settlement import predicting

    if predict:
        typer.echo(_in_database(predicting.predict(predict)))
        return
    typer.echo(_in_database(_settle(campaign)))


async def _settle(slug: str) -> str:
    from campaigns.settlement import deciding, queries
    from civic import jobs

    found = await queries.campaign_to_settle(slug) if slug else None
    if slug and found is None:
        raise DomainError(f"Aucune collecte n’a l’adresse « {slug} ».")
    for campaign in [found] if found else await deciding.due_campaigns():
        await deciding.decide(campaign.id)
    done = await jobs.run_due(schedules=False)
    return f"Collectes décidées ; {done} tâches faites."


@cli.command()
def reconcile() -> None:
    """Ask Stripe about every payment without an end, and compare its books with ours; exit status 1 on a difference."""
    from datetime import timedelta

    from campaigns.settlement import books, looking

    async def both() -> tuple[looking.Reconciled, list[books.Difference]]:
        return await looking.reconcile(patience=timedelta()), await books.compare()

    done, differences = _in_database(both())
    typer.echo(f"{done.looked} paiements vérifiés, {done.settled} réglés, {done.troubles} sans réponse.")
    for one in differences:
        typer.echo(f"{one.source_ref} : {one.theirs_cents} centimes chez Stripe, {one.ours_cents} dans nos comptes.")
    raise typer.Exit(1 if done.troubles or differences else 0)


@cli.command()
def verify_export(
    file: Annotated[Path, typer.Argument(help="Le fichier « comptes-….jsonl » pris sur la page des preuves.")],
    empreinte: Annotated[str, typer.Option("--empreinte", "--hash", help="L’empreinte reçue par courriel.")] = "",
    english: Annotated[bool, typer.Option("--english", help="Say it in English.")] = False,
) -> None:
    """Check the public export of a campaign's accounts, without the database; exit status 1 when something is wrong."""
    from campaigns.proof import checking
    from civic import i18n

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise DomainError(f"{file} ne peut pas être lu.") from None
    with i18n.speaking("en" if english else "fr"):
        done = checking.check(text, empreinte)
        for sentence in checking.report(done, empreinte):
            typer.echo(sentence)
    raise typer.Exit(1 if done.problems or (empreinte and not done.found_at) else 0)


@cli.command()
def verify() -> None:
    """Check on live data what must always hold; prints what does not, and then exits with status 1."""
    problems = _in_database(_verify())
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("Tout est juste.")


async def _verify() -> list[str]:
    from civic import slots

    return [problem for check in slots.verifications for problem in await check()]


def _role(names: Any, role: str) -> Any:
    try:
        return names(role)
    except ValueError:
        raise typer.BadParameter("animator ou treasurer") from None


def _in_database(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine with the database connected and the application's handlers registered."""
    from app import create_app

    async def run() -> Any:
        try:
            await database.connect(settings().database_url)
            return await work
        finally:
            work.close()
            await database.disconnect()

    create_app(with_worker=False)
    return asyncio.run(run())


async def _require_schema(current: Settings) -> None:
    """Raises MissingDatabase or WrongSchema before the first request could meet the problem."""
    await database.connect(current.database_url)
    await database.disconnect()


def _require_free_port(
    current: Settings, sentence: str = "Le port {port} est déjà pris : choisissez-en un autre avec PORT=…"
) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((current.host, current.port))
        except OSError:
            sys.exit(_complain(sentence.format(port=current.port), 1))


def _unusable(error: Exception) -> str:
    problem = error.strerror if isinstance(error, OSError) else str(error)
    return f"Le dossier des données ne peut pas servir ({problem}) : choisissez-en un autre avec DATA=…"


def _complain(message: str, status: int) -> int:
    typer.echo(message, err=True)
    return status


if __name__ == "__main__":
    main()
