"""`hotline ingest`: bring mail and outside tables into the history, and list what could not be read."""

import argparse
import contextlib
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import msgspec

from cti.commands._options import add_data, add_json, data_folder, settings
from cti.core.mailboxes import MailAccount, OAuth
from cti.core.site import Site
from cti.ingest import collector, device
from cti.ingest.mailroom import accounts, mail_store, schedule
from cti.ingest.mails import MailStore, ingest_mails
from cti.ingest.mapping import load_map
from cti.ingest.pbx import Source
from cti.ingest.pbx_calls import Known, ingest_calls
from cti.ingest.report import IngestError, Progress, Report, forget_kept, kept_body, list_kept
from cti.ingest.retry import retry_kept
from cti.ingest.tables import ingest_table, preview
from cti.ingest.tokens import RefreshToken
from cti.setup.secrets import put_client_secret, put_mail_password, put_table_password
from cti.setup.settings import Settings
from cti.setup.site import load as load_site
from cti.setup.supervise import holder
from cti.store import mails
from cti.store.database import Store, StoreError
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.vault import Vault

_WHO = "command line"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("ingest", help="bring mail and outside tables into the history")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    mail = actions.add_parser("mail", help="a .eml, a folder of them, a Maildir or an mbox; twice does no harm")
    mail.add_argument("path", type=Path, metavar="PATH")
    mail.add_argument(
        "--own",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="an address or a domain of yours: mail from it is what you sent (may be given several times)",
    )
    table = actions.add_parser("table", help="rows of a CSV or JSON lines file, or of a database; twice does no harm")
    table.add_argument(
        "source",
        metavar="SOURCE",
        help="a file, a database's URL as SQLAlchemy writes it, or, without --map, the id of a table of the site",
    )
    table.add_argument("--map", type=Path, metavar="MAP.toml", help="which column is what")
    table.add_argument("--again", action="store_true", help="from the beginning, whatever the watermark says")
    table.add_argument("--dry-run", action="store_true", help="only show what the first rows would become")
    calls = actions.add_parser("calls", help="calls of the PBX before Hotline: CDR, CEL and queue_log of Asterisk")
    calls.add_argument("source", nargs="+", metavar="SOURCE", help="a file, or a database's URL with --table")
    calls.add_argument("--table", action="append", default=[], metavar="NAME", help="a table of the database (several)")
    calls.add_argument("--name", default="pbx", metavar="NAME", help="what these calls are known by, for ever (pbx)")
    calls.add_argument("--zone", metavar="ZONE", help="time zone of its clock (the site's)")
    calls.add_argument(
        "--own", action="append", default=[], metavar="NUMBER", help="a number of yours, besides the site's (several)"
    )
    imap = actions.add_parser("imap", help="what is new in the site's mail accounts, once; hotline up follows them")
    imap.add_argument("account", nargs="?", metavar="ACCOUNT", help="only this one (all of them)")
    password = actions.add_parser("password", help="keep the password of a mail account or of a table's database")
    password.add_argument("account", metavar="ACCOUNT", help="the account's or the table's id in the site")
    password.add_argument("--stdin", action="store_true", help="read it from standard input instead of asking")
    token = actions.add_parser("token", help="keep the refresh token of a mail account that signs in by OAuth")
    token.add_argument("account", metavar="ACCOUNT", help="the account's id in the site")
    token.add_argument("--stdin", action="store_true", help="read it from standard input instead of asking")
    sign_in = actions.add_parser("sign-in", help="get that refresh token: somebody types a code into a browser")
    sign_in.add_argument("account", metavar="ACCOUNT", help="the account's id in the site")
    kept = actions.add_parser("kept", help="what could not be read, and why; exit code 1: there is something")
    kept.add_argument("--show", type=int, metavar="ID", help="print the bytes of one")
    kept.add_argument("--forget", type=int, metavar="ID", help="throw one away")
    kept.add_argument("--retry", action="store_true", help="try to read the mails among them once more")
    aside = actions.add_parser("aside", help="mails that no person wrote, which make no line of the timeline")
    aside.add_argument("--person", metavar="ID", help="say that a person wrote this one: it makes a line after all")
    aside.add_argument("--newest", type=int, default=50, metavar="N", help="how many are listed (50)")
    for each in (mail, table, calls, imap, password, token, sign_in, kept, aside):
        add_data(each)
        add_json(each)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; the answer is the exit code: 0 all was read, 1 something was kept unread, 2 it can't be done."""
    found = settings(args)
    try:
        site = load_site(found.site_file)
        if args.action == "password":
            return _password(found, site, args)
        if args.action == "token":
            return _token(found, site, args)
        if args.action == "sign-in":
            return _sign_in(found, site, args)
        store = Store.open(found.database_url)
        collector.keep_out_of_the_way()
        if args.action == "kept":
            return _kept(store, found, site, args)
        if args.action == "aside":
            return _aside(store, mail_store(found, site), args)
        progress = _progress if sys.stderr.isatty() and not args.json else None
        if args.action == "imap":
            return _imap(store, found, site, args, progress)
        if args.action == "table" and args.map is None:
            return _site_table(store, found, site, args, progress)
        identities = Identities(bytes.fromhex(found.secrets.site_key), site.region)
        return _ingest(store, identities, site, args, progress)
    except (IngestError, StoreError) as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 2


def _ingest(
    store: Store, identities: Identities, site: Site, args: argparse.Namespace, progress: Progress | None
) -> int:
    if args.action == "calls":
        return _calls(store, identities, site, args, progress)
    if args.action == "mail":
        own = (*site.mail.own, *args.own)
        vault = Vault(data_folder(args))
        report = ingest_mails(store, identities, args.path, own, wall_clock(), progress, vault, site)
    else:
        map_ = load_map(args.map)
        if args.dry_run:
            return _dry_run(preview(identities, map_, args.source, wall_clock()), args.json)
        report = ingest_table(store, identities, map_, args.source, wall_clock(), progress, again=args.again)
    if progress is not None:
        print(file=sys.stderr)
    return _said(report, args.json)


def _calls(
    store: Store, identities: Identities, site: Site, args: argparse.Namespace, progress: Progress | None
) -> int:
    """What a PBX wrote down, all sources together: each tells a part."""
    if not args.name or ":" in args.name:
        raise IngestError("--name is a word without a colon")
    zone = args.zone or site.zone
    if zone not in available_timezones():
        raise IngestError(f"'{zone}' is no time zone; write one such as 'Asia/Hong_Kong'")
    numbers = (identities.phone(number) for number in (*args.own, *(one.number for one in site.numbers)))
    names = {key: agent.name for agent in site.agents for key in (agent.work_number, agent.id)}
    known = Known(own=frozenset(one.value for one in numbers if one is not None), names=names)
    sources = [
        Source(source, zone, table)
        for source in args.source
        for table in (args.table if "://" in source and args.table else [""])
    ]
    report = ingest_calls(store, identities, sources, args.name, known, wall_clock(), progress)
    if args.json:
        print(msgspec.json.encode(report).decode())
    else:
        inside = f", {report.inside} between colleagues left out" if report.inside else ""
        print(f"{report.read} rows read: {report.new} calls written{inside}, {report.kept} rows kept unread.")
    return 1 if report.kept else 0


def _site_table(store: Store, found: Settings, site: Site, args: argparse.Namespace, progress: Progress | None) -> int:
    """One of the site's own tables, now."""
    for table in site.tables:
        if table.id == args.source:
            if args.dry_run:
                raise IngestError("--dry-run needs --map")
            report = schedule(found, site, store).once(table, again=args.again, progress=progress)
            return _said(report, args.json)
    raise IngestError(
        f"give --map MAP.toml, or the id of a table in {found.site_file}: there is none called {args.source}"
    )


def _said(report: Report, as_json: bool) -> int:
    if as_json:
        print(msgspec.json.encode(report).decode())
    else:
        same = f", {report.same} were there already" if report.same else ""
        gone = f", {report.gone} gone at the source and taken out" if report.gone else ""
        print(f"{report.read} read: {report.new} written{same}{gone}, {report.kept} kept unread.")
        if report.kept:
            print("`hotline ingest kept` says which and why. Mend them and ingest again.")
    return 1 if report.kept else 0


def _imap(store: Store, found: Settings, site: Site, args: argparse.Namespace, progress: Progress | None) -> int:
    """Every account, though one may fail: 2 then, when the others are read."""
    chosen = [(one, source) for one, source in accounts(found, site, store) if args.account in (None, one.id)]
    if not chosen:
        named = f"called {args.account}" if args.account else "in the site"
        raise IngestError(f"there is no mail account {named}: write [[mail.accounts]] into {found.site_file}")
    total = Report(source="imap")
    failed = 0
    for account, source in chosen:
        try:
            if source is None:
                raise IngestError(f"mail account {account.id} has no password: hotline ingest password {account.id}")
            report = source.once(progress)
            for name in ("read", "new", "same", "kept"):
                setattr(total, name, getattr(total, name) + getattr(report, name))
        except IngestError as error:
            failed += 1
            print(f"hotline: {error}", file=sys.stderr)
    code = _said(total, args.json)
    return 2 if failed else code


def _password(found: Settings, site: Site, args: argparse.Namespace) -> int:
    mailboxes = {account.id: account for account in site.mail.accounts}
    if args.account not in (*mailboxes, *(table.id for table in site.tables)):
        raise IngestError(f"there is no mail account or table called {args.account} in {found.site_file}")
    secrets = found.data / "secrets.toml"
    mailbox = mailboxes.get(args.account)
    if mailbox is None:
        put_table_password(secrets, args.account, _secret(args, "Password"))
    elif mailbox.oauth is None:
        put_mail_password(secrets, args.account, _secret(args, "Password"))
    else:
        put_client_secret(secrets, args.account, _secret(args, "Client secret"))
    if holder(found) is not None and not args.json:
        print("'hotline reload' tells the running hotline.")
    return 0


def _token(found: Settings, site: Site, args: argparse.Namespace) -> int:
    """The next access token is asked for with it: nothing running has to be told."""
    account, _ = _by_refresh_token(found, site, args.account)
    _keep(found, account, _secret(args, "Refresh token"))
    return 0


def _sign_in(found: Settings, site: Site, args: argparse.Namespace) -> int:
    account, oauth = _by_refresh_token(found, site, args.account)
    if not oauth.device_url:
        raise IngestError(
            f"mail account {account.id} has no device_url: 'hotline ingest token {account.id}' takes a token"
        )
    secret = found.secrets.client_secrets.get(account.id, "")
    code = device.begin(account, oauth, secret)
    if args.json:
        shown = {"verification_uri": code.verification_uri, "user_code": code.user_code}
        print(msgspec.json.encode(shown).decode(), flush=True)
    else:
        print(
            f"Open {code.verification_uri} in a browser, type {code.user_code}, sign in as who may read {account.user}."
        )
        print("Waiting for that.", flush=True)
    _keep(found, account, device.refresh_token(account, oauth, secret, code))
    if not args.json:
        print("Signed in. 'hotline doctor' tries it.")
    return 0


def _keep(found: Settings, account: MailAccount, token: str) -> None:
    kept = RefreshToken(found, account.id)
    with kept.alone():
        kept.write(token)


def _by_refresh_token(found: Settings, site: Site, id: str) -> tuple[MailAccount, OAuth]:
    for account in site.mail.accounts:
        if account.id == id and account.oauth is not None and account.oauth.grant == "refresh_token":
            return account, account.oauth
    raise IngestError(
        f"there is no mail account called {id} with a refresh token by [mail.accounts.oauth] in {found.site_file}"
    )


def _secret(args: argparse.Namespace, what: str) -> str:
    secret = sys.stdin.readline().rstrip("\r\n") if args.stdin else getpass.getpass(f"{what} of {args.account}: ")
    if not secret or not secret.isprintable():
        raise IngestError(f"a {what.lower()} is a line of letters, digits and signs")
    return secret


def _dry_run(found: list[tuple[str, str]], as_json: bool) -> int:
    if as_json:
        print(msgspec.json.encode([{"place": place, "becomes": made} for place, made in found]).decode())
    for place, made in found if not as_json else []:
        print(f"{place}\n    {made}")
    return 0


def _kept(store: Store, given: Settings, site: Site, args: argparse.Namespace) -> int:
    if args.retry:
        progress = _progress if sys.stderr.isatty() and not args.json else None
        report = retry_kept(store, mail_store(given, site), wall_clock(), given.data, progress)
        if progress is not None:
            print(file=sys.stderr)
        return _said(report, args.json)
    if args.show is not None:
        body = store.read(lambda connection: kept_body(connection, args.show))
        if body is None:
            return _not_kept(args.show)
        sys.stdout.buffer.write(body)
        return 0
    if args.forget is not None:
        if store.write(lambda connection: forget_kept(connection, args.forget)):
            return 0
        return _not_kept(args.forget)
    found = store.read(list_kept)
    if args.json:
        print(msgspec.json.encode(found).decode())
    elif not found:
        print("Everything was read.")
    for one in found if not args.json else []:
        print(f"{one.id:>6}  {one.source}  {one.place} ({one.size} bytes)\n        {one.reason}")
    if found and not args.json:
        print(f"{len(found)} in all.")
    return 1 if found else 0


def _aside(store: Store, into: MailStore, args: argparse.Namespace) -> int:
    if args.person is not None:
        if store.write(lambda connection: into.from_person(connection, args.person, _WHO, wall_clock())):
            return 0
        print(f"hotline: No mail {args.person} is set aside. 'hotline ingest aside' lists those.", file=sys.stderr)
        return 1
    with contextlib.closing(store.driver()) as db:
        found, following = mails.aside(db, None, None, args.newest)
        count = mails.count_aside(db, None) if following is not None else len(found)
    if args.json:
        print(msgspec.json.encode(found).decode())
    elif not found:
        print("No mail is set aside.")
    for one in found if not args.json else []:
        at = datetime.fromtimestamp(one.at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        print(f"{one.id}  {at}  {one.auto}\n        {one.author}: {one.subject}")
    if found and not args.json:
        more = "" if following is None else f" These are the newest {len(found)}; --newest N lists more."
        print(f"{count} in all.{more}")
    return 0


def _not_kept(id: int) -> int:
    print(f"hotline: Nothing is kept as {id}. 'hotline ingest kept' lists what is.", file=sys.stderr)
    return 1


def _progress(report: Report) -> None:
    print(f"\r{report.read} read, {report.kept} kept unread", end="", file=sys.stderr, flush=True)
