"""Reads a site file, and refuses what would break something later, in words for whoever wrote it.

Ids and numbers end up in Asterisk's files and in channel names; this is the one place that says what they may hold.
"""

import ipaddress
import logging
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import available_timezones

import msgspec
from msgspec.structs import replace

from cti.core.hours import SPAN
from cti.core.mailboxes import OAuth
from cti.core.room import LANGUAGES
from cti.core.site import Policy, Queue, Site
from cti.core.website import is_secret
from cti.setup import calendars
from cti.setup.problem import SetupProblem
from cti.setup.settings import is_loopback

log = logging.getLogger(__name__)

_ID = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]|[a-z]")
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=", re.IGNORECASE)
"""A URL that has one."""
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_WORK_NUMBER = re.compile(r"[0-9]{1,10}")
_ABROAD = re.compile(r"\+[1-9][0-9]{5,14}")
_SITE = re.compile(r"sips?:[A-Za-z0-9+*_.-]+@([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")
"""It becomes part of a Dial() in the dialplan."""
_BEGIN = re.compile(r"\+[1-9][0-9]{0,14}|[0-9]{2,8}")
_PEER = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_ENDPOINT = re.compile(r"https://[^/@\s]+(/\S*)?|http://(127(\.[0-9]+){3}|localhost|\[::1\])(:[0-9]{1,5})?(/\S*)?")
"""What is sent there is secret: without TLS only on this machine."""
_RING_MOST_S = 110
"""The dialplan lets an agent hear it ring for two minutes."""
_SECURITIES = ("tls", "starttls", "none")
_GRANTS = ("refresh_token", "client_credentials")
_ROLES = ("agent", "supervisor", "administrator")
_PARKED_MOST_S = 3600
_KEPT_MOST_S = 3600


def load(file: Path) -> Site:
    """Read and check a site, and fill in its holidays.

    Raises SetupProblem that names the file and every mistake in it.
    """
    try:
        site = msgspec.toml.decode(file.read_bytes(), type=Site)
    except FileNotFoundError:
        raise SetupProblem(f"There is no site file {file}. Give one with --site FILE.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if str(error).startswith("Invalid enum value") and ".policy" in str(error):
            there_are = ", ".join(Policy)
            raise SetupProblem(f"{file}: {error}. Policies of a queue are: {there_are}.") from None
        raise SetupProblem(f"{file}: {error}. Mend that line.") from None
    wrong = check(site)
    if wrong:
        raise SetupProblem(f"{file}: {' '.join(wrong)}")
    site = _as_now_called(site, file)
    try:
        return calendars.with_holidays(site)
    except LookupError as error:
        raise SetupProblem(f"{file}: {error.args[0]}") from None


def _as_now_called(site: Site, file: Path) -> Site:
    """Settings by old names under those they have now, which hold where both are written."""
    old = site.web.keep_days
    if old is None:
        return site
    log.warning("%s: keep_days of [web] is called visits of [retention] now. Move it there: visits = %d.", file, old)
    kept = site.retention if site.retention.visits is not None else replace(site.retention, visits=old)
    return replace(site, web=replace(site.web, keep_days=None), retention=kept)


def check(site: Site) -> list[str]:
    """Every mistake, one sentence each; none: the site can be used."""
    wrong = []
    zones = available_timezones()
    if not site.queues:
        wrong.append("There is no queue; write at least one [[queues]].")
    if site.zone not in zones:
        wrong.append(f"'{site.zone}' is no time zone; write one such as 'Asia/Hong_Kong'.")
    for kind, ids in (
        ("queue", [queue.id for queue in site.queues]),
        ("agent", [agent.id for agent in site.agents]),
        ("trunk", [trunk.id for trunk in site.trunks]),
        ("mail account", [account.id for account in site.mail.accounts]),
        ("table", [table.id for table in site.tables]),
    ):
        wrong += [
            f"The {kind} id '{name}' may hold only a-z, 0-9 and '-', and begins with a letter."
            for name in ids
            if not _ID.fullmatch(name)
        ]
        wrong += [f"Two of the {kind}s are called '{name}'." for name in _twice(ids)]
    words = ([each.id for each in kind] for kind in (site.reasons, site.outcomes, site.closings, site.incidents))
    for names in words:
        wrong += [f"'{name}' may hold only a-z, 0-9, '_' and '-'." for name in names if not _WORD.fullmatch(name)]
        wrong += [f"Two reasons, outcomes, closings or incidents are called '{name}'." for name in _twice(names)]
    wrong += [f"Two agents have the work number {name}." for name in _twice(a.work_number for a in site.agents)]
    wrong += [f"The number {name} is there twice." for name in _twice(n.number.lstrip("+") for n in site.numbers)]
    for agent in site.agents:
        if not _WORK_NUMBER.fullmatch(agent.work_number):
            wrong.append(f"Agent {agent.id}: the work number is digits, at most ten.")
        if agent.role not in _ROLES:
            wrong.append(f"Agent {agent.id}: '{agent.role}' is no role; there are {', '.join(_ROLES)}.")
        if agent.id == "guest":
            wrong.append("An agent can't be called 'guest': the phones of web guests are.")
    holders = [(f"Agent {agent.id}", agent.skills) for agent in site.agents]
    for queue in site.queues:
        holders += [(f"Queue {queue.id}", skills) for skills in (queue.skills, *(r.skills for r in queue.rings))]
        wrong += _overflow(queue, site)
        for name in ("prefer_last_s", "prefer_owner_s", "prefer_promised_s"):
            if not 0 <= getattr(queue, name) <= _KEPT_MOST_S:
                wrong.append(f"Queue {queue.id}: {name} is 0 (off) to {_KEPT_MOST_S} seconds.")
        if not 0 <= queue.park_s <= _PARKED_MOST_S:
            wrong.append(f"Queue {queue.id}: park_s is 0 (nobody is parked) to {_PARKED_MOST_S} seconds.")
        if any(ring.after_s < 0 for ring in queue.rings) or _twice(str(ring.after_s) for ring in queue.rings):
            wrong.append(f"Queue {queue.id}: each ring has another after_s, and none is below 0.")
        wrong += [
            f"Queue {queue.id}: music '{name}' may hold only a-z, 0-9 and '-'."
            for name in queue.music_classes
            if not _ID.fullmatch(name)
        ]
        wrong += _room(queue)
    wrong += [f"Tier {tier} is {ahead} minutes ahead: 0 or more." for tier, ahead in site.tiers.items() if ahead < 0]
    for holder, skills in holders:
        high = [f"{name} = {level}" for name, level in skills.items() if not 1 <= level <= 10]
        wrong += [f"{holder}: skill {skill}, but levels go from 1 to 10." for skill in high]
    for number in site.numbers:
        if not _NUMBER.fullmatch(number.number):
            wrong.append(f"'{number.number}' is no number: 2 to 20 digits, with or without '+'.")
    wrong += [
        f"Closing {closing.id}: site '{closing.site}' is no address such as 'sip:200@198.51.100.7'."
        for closing in site.closings
        if closing.site and not _SITE.fullmatch(closing.site)
    ]
    wrong += _by_number(site)
    for trunk in site.trunks:
        for address in trunk.addresses:
            try:
                ipaddress.ip_network(address, strict=False)
            except ValueError:
                wrong.append(f"Trunk {trunk.id}: '{address}' is no IP address or network.")
    wrong += _outgoing(site)
    wrong += _mail(site)
    for table in site.tables:
        if table.id in {account.id for account in site.mail.accounts}:
            wrong.append(f"Table {table.id}: a mail account is called so already.")
        if table.every_min < 1:
            wrong.append(f"Table {table.id}: every_min is at least 1.")
        if _PASSWORD.search(table.source):
            wrong.append(f"Table {table.id}: no password in a site; say 'hotline ingest password {table.id}'.")
    wrong += [f"[retention]: {kind} is a number of days, 0 or more." for kind in _below_0(site)]
    wrong += _web(site)
    if site.quiet.hours and not all(SPAN.fullmatch(part) for part in site.quiet.hours.split(",")):
        wrong.append(f"[quiet]: hours '{site.quiet.hours}': write 'HH:MM-HH:MM', several joined by commas.")
    return [*wrong, *calendars.check(site, zones)]


def _mail(site: Site) -> list[str]:
    wrong = []
    for account in site.mail.accounts:
        if account.security not in _SECURITIES:
            wrong.append(f"Mail account {account.id}: security is {', '.join(_SECURITIES)}, not '{account.security}'.")
        if account.security == "none" and not is_loopback(account.host):
            wrong.append(f"Mail account {account.id}: without TLS its password could be read on the way to the server.")
        if not 0 <= account.port < 65536 or account.poll_s < 1:
            wrong.append(f"Mail account {account.id}: port is 1 to 65535, poll_s at least 1.")
        if not account.folders:
            wrong.append(f"Mail account {account.id}: name at least one folder, or '*'.")
        wrong += [f"Mail account {account.id}: {words}" for words in _oauth(account.oauth)] if account.oauth else []
    return wrong


def _oauth(oauth: OAuth) -> list[str]:
    wrong = []
    if oauth.grant not in _GRANTS:
        wrong.append(f"grant is {' or '.join(_GRANTS)}, not '{oauth.grant}'.")
    for name, url in (("token_url", oauth.token_url), ("device_url", oauth.device_url)):
        if not _ENDPOINT.fullmatch(url) and (url or name == "token_url"):
            wrong.append(f"{name} is an address such as 'https://login.example/token', without a password.")
    return wrong


def _by_number(site: Site) -> list[str]:
    """Closings that lead to another site by its number."""
    peers = {trunk.id for trunk in site.trunks if trunk.peer}
    wrong = []
    for closing in site.closings:
        if closing.number and not _ABROAD.fullmatch(closing.number):
            wrong.append(f"Closing {closing.id}: number '{closing.number}' is no number with its country code.")
        if closing.number and closing.site:
            wrong.append(f"Closing {closing.id}: another site has an address (site) or a number, not both.")
        if closing.number and site.outgoing.trunk not in peers:
            wrong.append(f"Closing {closing.id}: a number needs a trunk in [outgoing], and that one a peer.")
    return wrong


def _below_0(site: Site) -> list[str]:
    return [kind for kind in site.retention.__struct_fields__ if (getattr(site.retention, kind) or 0) < 0]


def _outgoing(site: Site) -> list[str]:
    rules, wrong = site.outgoing, []
    trunk = next((trunk for trunk in site.trunks if trunk.id == rules.trunk), None)
    if rules.trunk and (trunk is None or not trunk.peer):
        wrong.append(f"[outgoing]: '{rules.trunk}' is no trunk with a peer to send calls to.")
    if bool(rules.trunk) != bool(rules.allow):
        wrong.append("[outgoing]: calls to the outside need both a trunk and allow, the begins of allowed numbers.")
    for begin in (*rules.allow, *rules.premium):
        if not _BEGIN.fullmatch(begin):
            wrong.append(f"[outgoing]: '{begin}' is neither '+' and digits nor a short number.")
    if rules.number and rules.number not in {number.number for number in site.numbers}:
        wrong.append(f"[outgoing]: number '{rules.number}' is none of the hotline's.")
    wrong += [f"[outgoing]: '{role}' is no role; there are {', '.join(_ROLES)}." for role in {*rules.roles} - {*_ROLES}]
    known = {agent.id for agent in site.agents}
    wrong += [f"[outgoing]: there is no agent '{agent}'." for agent in rules.agents if agent not in known]
    if rules.queue is not None and rules.queue not in {queue.id for queue in site.queues}:
        wrong.append(f"[outgoing]: there is no queue '{rules.queue}'.")
    if rules.at_once < 1 or rules.per_hour < 1 or not 5 <= rules.ring_s <= _RING_MOST_S:
        wrong.append(f"[outgoing]: at_once and per_hour are at least 1, ring_s is 5 to {_RING_MOST_S}.")
    wrong += [
        f"Trunk {each.id}: peer '{each.peer}' is not host or host:port."
        for each in site.trunks
        if each.peer and not _PEER.fullmatch(each.peer)
    ]
    for queue in site.queues:
        callbacks = queue.callbacks
        if callbacks.tries < 1 or callbacks.every_s < 1:
            wrong.append(f"Queue {queue.id}: callbacks need at least one try, and every_s of 1 or more.")
        if callbacks.owner is not None and callbacks.owner not in known:
            wrong.append(f"Queue {queue.id}: there is no agent '{callbacks.owner}' to own callbacks.")
    return wrong


def _web(site: Site) -> list[str]:
    web = site.web
    wrong = [
        f"web: '{origin}' is no origin; write one such as 'https://shop.example', with nothing after it."
        for origin in web.origins
        if not _ORIGIN.fullmatch(origin)
    ]
    wrong += [
        f"web: '{field}' of the form '{form}' may not be kept: what is called so is a password or a card."
        for form, fields in web.forms.items()
        for field in fields
        if is_secret(field)
    ]
    wrong += [
        f"web: the form '{form}' has a name of 1 to 64 characters, and at most 50 fields."
        for form, fields in web.forms.items()
        if not 1 <= len(form) <= 64 or len(fields) > 50
    ]
    if not web.audience.strip() or (web.keep_days or 0) < 0:
        wrong.append("web: audience is a word, and keep_days 0 (for ever) or more.")
    return wrong


def _room(queue: Queue) -> list[str]:
    room = queue.room
    wrong = []
    if isinstance(queue.music, dict) and (strange := sorted(queue.music.keys() - set(LANGUAGES))):
        wrong.append(f"Queue {queue.id}: music for '{strange[0]}'; languages are {', '.join(LANGUAGES)}.")
    if any(len(key) != 1 or key not in "0123456789" for key in room.keys):
        wrong.append(f"Queue {queue.id}: room.keys are single digits; '*' and '#' mean back and done everywhere.")
    wrong += [f"Queue {queue.id}: room.keys has two keys for {name}." for name in _twice(room.keys.values())]
    if min(room.callback_over_s, room.repeat_s, room.help_minutes) < 0 or room.announce_every < 1:
        wrong.append(f"Queue {queue.id}: times of room are 0 or more, announce_every is 1 or more.")
    return wrong


def _overflow(queue: Queue, site: Site) -> list[str]:
    wrong = []
    for rule in queue.overflows:
        ways = [way for way in (rule.to, rule.closing, rule.offer) if way]
        if len(ways) != 1:
            wrong.append(f"Queue {queue.id}: an overflow has one of to, closing and offer.")
        if rule.to is not None and (rule.to not in site.queue_by_id or rule.to == queue.id):
            wrong.append(f"Queue {queue.id}: overflow goes to '{rule.to}', which is no other queue.")
        if rule.closing is not None and rule.closing not in site.closing_by_id:
            wrong.append(f"Queue {queue.id}: overflow goes by '{rule.closing}', which is no closing.")
        least = min(rule.after_s, rule.estimate_s, rule.per_agent)
        if least < 0 or not (rule.after_s or rule.estimate_s or rule.per_agent):
            wrong.append(f"Queue {queue.id}: overflow needs after_s, estimate_s or per_agent, above 0.")
    return wrong


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, n in Counter(names).items() if n > 1]
