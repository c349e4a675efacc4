"""What the pages of the site's own web sites may tell of their visitors. In force with the rest of the site."""

import re

from msgspec import Struct

_SECRET = re.compile(
    r"passw|passcode|\bpass\b|pwd|secret|token|\bpin\b|\botp\b|cvv|cvc|\bcsc\b|card|iban|\bcc\b|\bssn\b"
    r"|密码|密碼|口令|卡号|卡號",
    re.IGNORECASE,
)


def is_secret(field: str) -> bool:
    """Whether a form's field is called as what is never kept: passwords, cards."""
    return _SECRET.search(re.sub(r"[_\W]+", " ", field)) is not None


class Website(Struct, frozen=True, forbid_unknown_fields=True):
    """Web sites that carry `hotline.js`."""

    origins: tuple[str, ...] = ()
    """Whose pages may tell, such as `https://shop.example`; empty: none."""
    consent: bool = True
    """Nothing is taken before the page has said that its visitor agrees."""
    forms: dict[str, tuple[str, ...]] = {}
    """Form -> its fields that are kept. Of a form that is not here only that it was sent."""
    audience: str = "hotline"
    """What `aud` of a sign-in's token must name."""
    keep_days: int | None = None
    """What `visits` of `[retention]` was called for visits alone; taken where that is not written."""
