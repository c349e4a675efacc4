"""An invitation in words: what, when, where, out of a calendar part (iCalendar, RFC 5545). Pure; never fails."""

import re

_SHOWN = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")


def words(text: str) -> str:
    """The first event's lines as a person reads them; empty when there is none."""
    # A long line goes on in the next one, behind a space.
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    found: dict[str, str] = {}
    inside = False
    for line in lines:
        name, _, value = line.partition(":")
        name, _, parameters = name.partition(";")
        name = name.upper().strip()
        if name == "BEGIN":
            inside = value.strip().upper() == "VEVENT" or (inside and bool(found))
        elif name == "END" and value.strip().upper() == "VEVENT":
            break
        elif inside and name in _SHOWN and name not in found:
            found[name] = _shown(name, value.strip(), parameters)
    return "\n".join(found[name] for name in _SHOWN if found.get(name))


def _shown(name: str, value: str, parameters: str) -> str:
    if name.startswith("DT"):
        stamp = _STAMP.match(value)
        if stamp is None:
            return value
        day = f"{stamp[1]}-{stamp[2]}-{stamp[3]}"
        zone = re.search(r"TZID=\"?([^\";:]+)", parameters, re.IGNORECASE)
        where = " UTC" if stamp[6] else f" {zone[1]}" if zone else ""
        return f"{day} {stamp[4]}:{stamp[5]}{where}" if stamp[4] else day
    plain = re.sub(r"\\[nN]", "\n", value)
    return re.sub(r"\\(.)", r"\1", plain)
