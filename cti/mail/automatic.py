"""Mail that no person waits for an answer to: bounces, machines' replies, lists, circles, spam. Pure.

Filtering spam is the mail server's work; here its verdict is read, whatever filter wrote it.
"""

import re

from cti.mail.headers import Address, Headers

_HOPS = 50
"""Servers that a mail came by; more than this is a circle."""
_BOUNCE_FROM = re.compile(r"^(?:mailer-daemon|mail-daemon|mdaemon)@", re.IGNORECASE)
_AUTO_SUBJECT = re.compile(
    r"^\s*(?:auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|自动回复|自動回覆|自动答复|abwesenheits)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed)|returned mail|mail delivery failed|"
    r"退信|failure notice",
    re.IGNORECASE,
)
_SPAM_SUBJECT = re.compile(r"^\s*(?:\*{2,}\s*spam\s*\*{2,}|[\[{<(]\s*(?:suspected )?spam\s*[\]}>)])", re.IGNORECASE)
_MICROSOFT_SPAM = re.compile(r"\bSFV:(?:SPM|SKS|SKB)\b")


def auto(headers: Headers, report: str, subject: str, sender: Address | None) -> str:
    """What kind of mail this is, as in `Mail.auto`; `report`: the report-type of its parts, in lower case."""
    if report == "delivery-status" or (sender is not None and _BOUNCE_FROM.match(sender.mail)):
        return "bounce"
    system = headers.get("return-path").strip() == "<>" or (
        sender is not None and sender.mail.startswith("postmaster@")
    )
    if system and _BOUNCE_SUBJECT.search(subject):
        return "bounce"
    if report in ("disposition-notification", "feedback-report"):
        return "receipt"
    if headers.count("received") > _HOPS:
        return "loop"
    if _is_spam(headers, subject):
        return "spam"
    submitted = headers.get("auto-submitted").strip().lower()
    precedence = headers.get("precedence").strip().lower()
    if (submitted and not submitted.startswith("no")) or precedence == "auto_reply" or headers.get("x-autoreply"):
        return "auto_reply"
    if headers.get("x-autorespond") or _AUTO_SUBJECT.match(subject):
        return "auto_reply"
    if headers.get("list-id") or headers.get("list-post") or precedence in ("list", "bulk", "junk"):
        return "list"
    return ""


def _is_spam(headers: Headers, subject: str) -> bool:
    """SpamAssassin, Rspamd, Barracuda, Microsoft, and filters that write it into the subject."""
    said = ("x-spam-flag", "x-spam-status", "x-spam", "x-barracuda-spam-flag", "x-barracuda-spam-status")
    if any(headers.get(name).strip().lower().startswith(("yes", "true")) for name in said):
        return True
    level = headers.get("x-ms-exchange-organization-scl").strip()
    if level.isdecimal() and int(level) >= 5:
        return True
    return bool(_MICROSOFT_SPAM.search(headers.get("x-forefront-antispam-report")) or _SPAM_SUBJECT.match(subject))
