"""A calendar file read by the letter of RFC 5545, RFC 5546 and RFC 7986, without the library that writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

ONCE = {"DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "SEQUENCE", "UID", "DTSTAMP", "URL", "ORGANIZER"}
LINE = re.compile(r'^(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=(?:"[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(?P<value>.*)$')


@dataclass
class Property:
    """One line: parameters and value, both as written."""

    params: dict[str, str]
    value: str


@dataclass
class Component:
    """BEGIN to END."""

    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def one(self, name: str) -> Property:
        (found,) = self.properties[name]
        return found

    def text(self, name: str) -> str:
        """A TEXT value, unescaped."""
        return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], self.one(name).value)

    def all(self, name: str) -> list[Component]:
        return [part for part in self.parts if part.name == name]


def read(text: str) -> Component:
    """The calendar, after checking its lines, its structure and what each method requires."""
    raw = text.encode()
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b""), "a bare line break"
    assert b"\r" not in raw.replace(b"\r\n", b""), "a bare carriage return"
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75, f"{len(line)} octets: {line!r}"
        line.decode()  # no fold in the middle of a letter
    whole = _structure(raw.decode().replace("\r\n ", "").split("\r\n")[:-1])
    assert whole.name == "VCALENDAR"
    assert whole.one("VERSION").value == "2.0"
    assert whole.one("PRODID").value
    _check_method(whole)
    zones = {zone.text("TZID") for zone in whole.all("VTIMEZONE")}
    for event in whole.all("VEVENT"):
        _check_event(event, zones)
    uids = [event.text("UID") for event in whole.all("VEVENT")]
    assert len(uids) == len(set(uids)), "one UID, one event"
    return whole


def _structure(lines: list[str]) -> Component:
    stack: list[Component] = [Component("")]
    for line in lines:
        found = LINE.match(line)
        assert found, line
        name, value = found["name"], found["value"]
        if name == "BEGIN":
            stack.append(Component(value))
        elif name == "END":
            closed = stack.pop()
            assert closed.name == value
            stack[-1].parts.append(closed)
        else:
            params = dict(part.split("=", 1) for part in re.findall(r';([^=]+=(?:"[^"]*"|[^;":]*)+)', found["params"]))
            stack[-1].properties.setdefault(name, []).append(Property(params, value))
    (root,) = stack
    (whole,) = root.parts
    return whole


def _check_method(whole: Component) -> None:
    method = whole.one("METHOD").value
    for event in whole.all("VEVENT"):
        guests = event.properties.get("ATTENDEE", [])
        assert len(event.properties.get("ORGANIZER", [])) == 1, "RFC 5546: who organises"
        if method == "PUBLISH":
            assert not guests, "RFC 5546 3.2.1: nobody is invited by what is published"
        elif method == "REQUEST":
            assert guests, "RFC 5546 3.2.2: whom it is for"
            assert event.one("STATUS").value in ("CONFIRMED", "TENTATIVE")
        else:
            assert method == "CANCEL"
            assert event.one("STATUS").value == "CANCELLED"


def _check_event(event: Component, zones: set[str]) -> None:
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"):
        event.one(name)
    for name, found in event.properties.items():
        assert name not in ONCE or len(found) == 1, name
    assert event.one("DTSTAMP").value.endswith("Z")
    assert event.one("STATUS").value in ("CONFIRMED", "TENTATIVE", "CANCELLED")
    assert int(event.one("SEQUENCE").value) >= 0
    for name in ("DTSTART", "DTEND"):
        one = event.one(name)
        assert one.value.endswith("Z") or one.params["TZID"] in zones, "RFC 5545 3.2.19: the zone is written too"
    assert re.search(r"(?<!\\)[;,]", event.one("SUMMARY").value) is None, "not escaped"


def moment(whole: Component, event: Component, name: str) -> datetime:
    """A moment of an event in UTC, by the rules of the file's own VTIMEZONE."""
    one = event.one(name)
    value = datetime.strptime(one.value.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  its own clock
    if one.value.endswith("Z"):
        return value.replace(tzinfo=UTC)
    (zone,) = [zone for zone in whole.all("VTIMEZONE") if zone.text("TZID") == one.params["TZID"]]
    return (value - offset(zone, value)).replace(tzinfo=UTC)


def offset(zone: Component, local: datetime) -> timedelta:
    """How far ahead of UTC the zone's clocks are at this local hour (RFC 5545 3.6.5): the last onset before it.

    The hour that comes twice means its first time; the hour that is skipped is read with the offset before it.
    """
    onsets: list[tuple[datetime, timedelta, timedelta]] = []
    for part in zone.parts:
        before, after = (_span(part.one(name).value) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
        first = datetime.strptime(part.one("DTSTART").value, "%Y%m%dT%H%M%S")  # noqa: DTZ007
        rule = dict(item.split("=") for item in part.one("RRULE").value.split(";"))
        assert rule["FREQ"] == "YEARLY"
        assert rule["BYDAY"] == "-1SU"
        for year in range(max(first.year, local.year - 1), local.year + 1):
            day = max(date(year, int(rule["BYMONTH"]), one) for one in range(24, 32)
                      if _is_sunday(year, int(rule["BYMONTH"]), one))  # fmt: skip
            onsets.append((datetime.combine(day, first.time()), before, after))
    onsets.sort()
    past = [one for one in onsets if one[0] <= local]
    at, before, after = past[-1]
    skipped = after > before and local < at + (after - before)
    return before if skipped else after


def _is_sunday(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).weekday() == 6
    except ValueError:
        return False


def _span(text: str) -> timedelta:
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
