"""How long things are kept: a part of what the site is."""

from msgspec import Struct


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    """Days after which each kind of thing goes; 0: never. Journal, figures and who somebody is stay."""

    recordings: int = 0
    """Messages that callers left, as they sound."""
    attachments: int = 0
    """What came with mails."""
    mails: int = 0
    """The words of mails, and whom else they went to; that they came stays."""
    notes: int = 0
    """What agents wrote about contacts."""
    visits: int = 0
    """Searches and pages on the help site and your web sites."""
    unread: int = 0
    """What came in and could not be read."""
    audit: int = 0
    """Lines of the audit log."""

    @property
    def in_force(self) -> dict[str, int]:
        """Kind -> days, of those that go."""
        return {name: days for name in self.__struct_fields__ if (days := getattr(self, name)) > 0}
