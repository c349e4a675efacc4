"""The reference names every route with its role, and every setting."""

import re
from pathlib import Path

import msgspec
import pytest

from cti.core import mailboxes, site
from cti.setup.settings import Secrets, Settings
from tests.web.conftest import Rig

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


async def test_every_route_is_in_the_reference_with_its_role_and_no_other(rig: Rig) -> None:
    text = (REFERENCE / "api.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z]+ /[^`]*)` \| (\w+) \|", text, re.MULTILINE))
    assert rows == {f"{route.method} {route.path}": route.role or "anybody" for route in rig.web.routes}


@pytest.mark.parametrize(
    "struct",
    [
        Settings,
        Secrets,
        site.Site,
        site.Queue,
        site.Ring,
        site.Overflow,
        site.Calendar,
        site.Closing,
        site.Agent,
        site.Number,
        site.Reason,
        site.OutcomeKind,
        site.Trunk,
        site.Outgoing,
        site.Callbacks,
        site.Quiet,
        site.Retention,
        site.Mail,
        mailboxes.MailAccount,
        mailboxes.OAuth,
        site.Website,
    ],
    ids=lambda struct: struct.__name__,
)
def test_every_setting_is_in_the_reference(struct: type[msgspec.Struct]) -> None:
    parts = [REFERENCE / "settings.md", *([REFERENCE / "callbacks.md"] if struct is site.Callbacks else [])]
    text = "".join(part.read_text(encoding="utf-8") for part in parts)
    ours = {"data", "secrets"} if struct is Settings else set()
    named = set(re.findall(r"`\[{0,2}(?:mail\.|callbacks\.)?(\w+)\]{0,2}`", text))
    assert set(struct.__struct_fields__) - ours <= named
