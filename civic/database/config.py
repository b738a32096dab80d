"""From a database URL to Tortoise's configuration."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Engine = Literal["sqlite", "postgres"]

APPS = ("civic", "campaigns", "volunteering")
"""The apps in the order of their foreign keys: each may point to the ones before it."""

ROOT = Path(__file__).resolve().parents[2]
POOL_SIZES = (1, 10)


def engine_of(url: str) -> Engine:
    """Which engine a URL means; raises ValueError with the accepted forms for any other."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return "sqlite"
    if scheme in ("postgres", "postgresql"):
        return "postgres"
    raise ValueError(
        f"L’adresse de la base de données commence par « {scheme}:// » : écrivez "
        "sqlite:///chemin/absolu.sqlite3, sqlite://relatif.sqlite3 ou postgres://nom:secret@machine:5432/base."
    )


def sqlite_path(url: str) -> Path:
    """The file behind a sqlite:// URL, absolute or relative to the working directory."""
    path = url.removeprefix("sqlite://").partition("?")[0]
    return Path(f"/{path.lstrip('/')}" if path.startswith("//") else path)


def _sqlite_credentials(url: str) -> dict[str, Any]:
    return {"file_path": str(sqlite_path(url)), **dict(parse_qsl(urlsplit(url).query))}


def _postgres_credentials(url: str) -> dict[str, Any]:
    """Parts of the URL; `?maxsize=20&minsize=2` size the pool, `host=/folder` is a Unix socket."""
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    smallest, largest = POOL_SIZES
    return {
        "user": unquote(parts.username or "") or None,
        "password": unquote(parts.password or "") or None,
        "host": options.pop("host", None) or parts.hostname,
        "port": int(options.pop("port", None) or parts.port or 5432),
        "database": parts.path.lstrip("/"),
        "minsize": int(options.pop("minsize", smallest)),
        "maxsize": int(options.pop("maxsize", largest)),
        **options,
    }


def models_of(app: str) -> list[str]:
    """The modules of an app that hold models, found by listing `<app>/*/models.py`, and imported.

    Tortoise would say "not found" of a module that exists and cannot be imported.
    """
    names = [f"{app}.{path.parent.name}.models" for path in sorted((ROOT / app).glob("*/models.py"))]
    for name in names:
        importlib.import_module(name)
    return names


def apps_config(engine: Engine, migrations: str = "migrations") -> dict[str, dict[str, Any]]:
    """Each app's model modules, migrations package and connection."""
    return {
        app: {
            "models": models_of(app),
            "migrations": f"{migrations}.{app}",
            "default_connection": engine,
        }
        for app in APPS
    }


def tortoise_config(url: str, *, migrations: str = "migrations") -> dict[str, Any]:
    """Tortoise's configuration for a database URL.

    The one connection bears the engine's name, because Tortoise caches prepared SQL by connection name.
    Apps without any model yet are left out, because Tortoise refuses them.
    """
    engine = engine_of(url)
    if engine == "sqlite":
        backend, credentials = "civic.database.sqlite_backend", _sqlite_credentials(url)
    else:
        backend, credentials = "civic.database.asyncpg_backend", _postgres_credentials(url)
    apps = apps_config(engine, migrations)
    return {
        "connections": {engine: {"engine": backend, "credentials": credentials}},
        "apps": {app: options for app, options in apps.items() if options["models"]},
        "use_tz": True,
        "timezone": "UTC",
    }
