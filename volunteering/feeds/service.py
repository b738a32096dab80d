"""A person's secret address: made, made anew, given up. The only writer of its rows."""

import base64
import hashlib
import hmac
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from civic import clock, database
from civic.people.models import Person
from civic.settings import settings
from civic.web import urls
from volunteering.feeds.models import CalendarFeed

NOTED_EVERY = timedelta(hours=12)


async def renew(person: Person) -> CalendarFeed:
    """Give her a new address; the former one answers nobody from now on. A double click gives one address."""
    present = max(clock.now(), person.links_since or clock.now())
    try:
        async with database.transaction():
            await _revoke(person)
            feed = CalendarFeed(person_id=person.id, created_at=present)
            feed.secret = mark_of(secret_of(feed))
            await feed.save()
    except IntegrityError:
        return await CalendarFeed.get(person_id=person.id, revoked_at__isnull=True)
    return feed


async def revoke(person: Person) -> None:
    """Give the address up without another."""
    await _revoke(person)


async def note_reading(feed: CalendarFeed) -> None:
    """Remember that a program reads it, twice a day at most, so that she sees whether it works."""
    if feed.read_at is None or clock.now() - feed.read_at > NOTED_EVERY:
        await CalendarFeed.filter(id=feed.id).update(read_at=clock.now())


async def _revoke(person: Person) -> None:
    await CalendarFeed.filter(person_id=person.id, revoked_at__isnull=True).update(revoked_at=clock.now())


def address_of(feed: CalendarFeed) -> str:
    """Her full secret address; empty when the installation's key is no longer that of when it was made."""
    secret = secret_of(feed)
    return urls.absolute("feeds.mine", secret=secret) if mark_of(secret) == feed.secret else ""


def secret_of(feed: CalendarFeed) -> str:
    """256 bits that only this installation can make of this row."""
    row = f"calendar-feed:{feed.person_id}:{feed.created_at.timestamp():.6f}"
    return _written(hmac.digest(settings().secret_key.encode(), row.encode(), "sha256"))


def mark_of(secret: str) -> str:
    """What the table keeps of a secret."""
    return _written(hashlib.sha256(secret.encode()).digest())


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
