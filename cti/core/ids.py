"""The names of things: every id that crosses a boundary has a type of its own.

All are opaque text. Times everywhere in the core are `Ms`: whole milliseconds, UTC, since 1970; durations in
the core are milliseconds too, unless a name ends in `_s`.
"""

from typing import NewType

Ms = NewType("Ms", int)

InteractionId = NewType("InteractionId", str)
"""One call, mail thread, chat, SMS thread or web visit. A call's is made by the dialplan (`HL_ID`)."""

OUTWARD = "o-"
"""Interactions that an agent began, by a call of theirs, are named so; those of callers begin with `c-`."""

ChannelId = NewType("ChannelId", str)
"""Asterisk's Uniqueid; for legs we originate, the `ChannelId` we asked for."""

HUSK = "Surrogate/"
"""What Asterisk calls a channel's remains after a masquerade (main/channel.c, `ast_channel_yank`): they bear the
caller's variables, and nobody is there."""

BridgeId = NewType("BridgeId", str)
AgentId = NewType("AgentId", str)
QueueId = NewType("QueueId", str)
SkillId = NewType("SkillId", str)
ReasonId = NewType("ReasonId", str)
OutcomeId = NewType("OutcomeId", str)
ClosingId = NewType("ClosingId", str)
IncidentId = NewType("IncidentId", str)

OfferId = NewType("OfferId", str)
"""A reservation of one agent for one interaction: `<interaction>.<n>`, n counting that interaction's offers."""

Phone = NewType("Phone", str)
"""A PJSIP endpoint name, such as `ana-web`."""

IdentifierId = NewType("IdentifierId", str)
"""`<kind>:<keyed hash of the normalised value>`: the journal never holds the value itself, so erasing the
value's row in the identifier table erases the person and leaves journal and statistics whole."""

CustomerId = NewType("CustomerId", str)
Language = NewType("Language", str)
"""A language a caller hears: `cmn`, `yue` or `en`."""
