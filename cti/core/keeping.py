"""How long things are kept: a part of what the site is."""

from msgspec import Struct

VISIT_DAYS = 90
"""Visits of web sites go after so many days where nobody has said otherwise."""


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    """Days after which each kind of thing goes; 0: never. Journal, figures and who somebody is stay."""

    recordings: int = 0
    """Messages that callers left, and talks, as they sound."""
    attachments: int = 0
    """What came with mails."""
    mails: int = 0
    """The words of mails, and whom else they went to; that they came stays."""
    notes: int = 0
    """What agents wrote about contacts."""
    contacts: int = 0
    """The words of chats, SMS, forms, orders and of what else tables brought; that they were stays."""
    cases: int = 0
    """Titles of cases, after they were closed."""
    promises: int = 0
    """The words of promises, after they were kept or withdrawn."""
    visits: int | None = None
    """Searches and pages on the help site and your web sites; None: as `VISIT_DAYS`."""
    unread: int = 0
    """What came in and could not be read."""
    audit: int = 0
    """Lines of the audit log."""

    @property
    def in_force(self) -> dict[str, int]:
        """Kind -> days, of those that go."""
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        days = {name: VISIT_DAYS if kept is None else kept for name, kept in said.items()}
        return {name: kept for name, kept in days.items() if kept > 0}
