"""`hotline web`: what to paste into one's own web site, and the keys by which it signs who its visitors are."""

import argparse
import html
import json
import secrets

from cti.commands import _options
from cti.core.website import Website
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.setup.secrets import put_web_key
from cti.setup.settings import Settings
from cti.web.pages import SCRIPT_PATH
from cti.web.signed import ED25519, HS256, KEYS_MOST, check_key


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("web", help="put the script for visits into your web site; keys for its sign-in")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    snippet = actions.add_parser(
        "snippet",
        help="print what to paste into your pages",
        description="Prints the line to paste into your pages, and what their Content-Security-Policy needs. Paste it "
        "anew after [web] in site.toml has changed; an older line goes on working.",
    )
    key = actions.add_parser(
        "key",
        help="make or keep a key by which your web site signs",
        description="Makes a key for HS256 and prints it once; with --ed25519 keeps your public key instead. "
        f"At most {KEYS_MOST} hold at a time, so that one can follow the other. 'hotline reload' puts them in force.",
    )
    key.add_argument("name", metavar="NAME", help="what the token's header calls it (kid), such as 2026")
    key.add_argument("--ed25519", metavar="HEX", help="a public key: 32 bytes in hex")
    keys = actions.add_parser("keys", help="list the keys, not their values")
    drop = actions.add_parser("drop", help="take a key away; exit code 1: there is none of that name")
    drop.add_argument("name", metavar="NAME")
    for action in (snippet, key, keys, drop):
        _options.add_data(action)
        _options.add_json(action)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: there is no such key."""
    settings = _options.settings(args)
    match args.action:
        case "snippet":
            return _snippet(settings, args.json)
        case "key":
            return _key(settings, args.name, args.ed25519, args.json)
        case "drop":
            return _drop(settings, args.name, args.json)
    kinds = {name: key.partition(":")[0] for name, key in settings.secrets.web_keys.items()}
    if args.json:
        print(json.dumps(kinds))
    elif kinds:
        print("\n".join(f"{name:20} {kind}" for name, kind in kinds.items()))
    else:
        print("There is no key: visitors stay unknown until a call or an import says who they are.")
    return 0


def snippet(url: str, web: Website) -> str:
    """The line to paste into a page."""
    forms = "; ".join(f"{form}: {', '.join(fields)}" for form, fields in web.forms.items())
    consent = "ask" if web.consent else "given"
    data = f' data-forms="{html.escape(forms)}"' if forms else ""
    return f'<script async src="{url}{SCRIPT_PATH}" data-consent="{consent}"{data}></script>'


def _snippet(settings: Settings, as_json: bool) -> int:
    web = site_file.load(settings.site_file).web
    line, policy = snippet(settings.url, web), f"script-src {settings.url}; connect-src {settings.url}"
    if as_json:
        print(json.dumps({"snippet": line, "policy": policy, "origins": web.origins}))
        return 0
    print(line)
    print(f"\nIn the pages' Content-Security-Policy, if they have one: {policy}")
    if web.origins:
        print(f"Pages of these may tell: {', '.join(web.origins)}")
    else:
        print("No pages may tell yet: name their origins in site.toml ([web], origins), then 'hotline reload'.")
    if web.consent:
        print("Nothing is sent before the page calls hotline.consent(true).")
    return 0


def _key(settings: Settings, name: str, public: str | None, as_json: bool) -> int:
    if not name.isprintable() or not 1 <= len(name) <= 40 or '"' in name or "\\" in name:
        raise SetupProblem("A key's name is 1 to 40 characters without quotes.")
    if len(settings.secrets.web_keys.keys() | {name}) > KEYS_MOST:
        known = ", ".join(settings.secrets.web_keys)
        raise SetupProblem(f"There are {KEYS_MOST} keys ({known}). Take one away with 'hotline web drop NAME'.")
    made = secrets.token_hex(32)
    key = f"{ED25519}:{public}" if public is not None else f"{HS256}:{made}"
    try:
        check_key(key)
    except ValueError as error:
        raise SetupProblem(f"That is no public key of Ed25519: {error}.") from None
    put_web_key(settings.data / "secrets.toml", name, key)
    if as_json:
        print(json.dumps({"name": name, "key": None if public is not None else made}))
    elif public is None:
        print(f"key   {made}   (hex, for HS256; shown this once)\nkid   {name}")
    else:
        print(f"Kept the public key {name}.")
    if not as_json:
        print("'hotline reload' puts it in force.")
    return 0


def _drop(settings: Settings, name: str, as_json: bool) -> int:
    known = name in settings.secrets.web_keys
    if known:
        put_web_key(settings.data / "secrets.toml", name, None)
    if as_json:
        print(json.dumps({"dropped": known}))
    elif known:
        print(f"The key {name} holds no more after 'hotline reload'.")
    else:
        print(f"There is no key '{name}'. 'hotline web keys' names them all.")
    return 0 if known else 1
