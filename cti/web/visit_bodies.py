"""What `hotline.js` tells of a visit, and what it is answered."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cti.core.ids import Ms
from cti.web.bodies import Ask, Reply, Visitor

ItemId = Annotated[str, Meta(pattern="^[0-9a-z]{8,32}$")]
"""Made by the page; what comes twice with it is kept once."""
Place = Annotated[str, Meta(max_length=2000)]
"""A page's path; what follows `?` or `#` is not kept."""


class PageSeen(Struct, frozen=True, kw_only=True, tag="page", tag_field="kind", forbid_unknown_fields=True):
    """A page was looked at."""

    id: ItemId
    at: Ms
    words: Annotated[str, Meta(max_length=1000)] = ""
    """Its title."""
    place: Place = ""


class Searched(Struct, frozen=True, kw_only=True, tag="search", tag_field="kind", forbid_unknown_fields=True):
    """The site was searched."""

    id: ItemId
    at: Ms
    words: Annotated[str, Meta(min_length=1, max_length=500)]
    place: Place = ""
    found: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    """How many results it showed; null: not known."""


class FormSent(Struct, frozen=True, kw_only=True, tag="form", tag_field="kind", forbid_unknown_fields=True):
    """A form was sent."""

    id: ItemId
    at: Ms
    words: Annotated[str, Meta(min_length=1, max_length=64)]
    """Its name."""
    place: Place = ""
    fields: Annotated[dict[str, str], Meta(max_length=50)] = {}
    """By name; of these, only what the site's settings name is kept."""


class SignedIn(Struct, frozen=True, kw_only=True, tag="sign_in", tag_field="kind", forbid_unknown_fields=True):
    """The visitor signed in."""

    id: ItemId
    at: Ms
    token: Annotated[str, Meta(max_length=4096)]
    """Signed by the web site's own server."""


class Tagged(Struct, frozen=True, kw_only=True, tag="tag", tag_field="kind", forbid_unknown_fields=True):
    """The visitor says something of themselves, such as `prefers e-mail`. A customer's tag once they sign in."""

    id: ItemId
    at: Ms
    words: Annotated[str, Meta(min_length=1, max_length=60)]
    so: bool = True
    """False: it is so no longer."""


VisitItem = PageSeen | Searched | FormSent | SignedIn | Tagged


class VisitTold(Ask, frozen=True, kw_only=True):
    """What was done in one visit since the last time."""

    visitor: Visitor
    visit: Visitor
    """A random number, too: another one after half an hour without anything done."""
    sent: Ms
    """By the browser's clock, as all times here."""
    consent: bool = False
    """The visitor agrees."""
    items: Annotated[list[msgspec.Raw], Meta(max_length=50)]
    """Of the kinds `page`, `search`, `form`, `sign_in` and `tag`. One that is wrong does not keep the others from being
    taken."""


class NotTaken(Reply, frozen=True, kw_only=True):
    """An item that was not taken."""

    where: str
    """Such as `$.items[2].found`."""
    why: str


class VisitTaken(Reply, frozen=True, kw_only=True):
    taken: int
    """Items kept, those that were known already among them."""
    not_taken: tuple[NotTaken, ...] = ()
