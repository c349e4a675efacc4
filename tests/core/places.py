"""The site at which scenarios are played."""

from cti.core.ids import AgentId, ClosingId, QueueId, SkillId
from cti.core.room import Room
from cti.core.site import Agent, Calendar, Callbacks, Closing, Number, Outgoing, Overflow, Policy, Queue, Ring, Site

EN, CMN, NET = SkillId("en"), SkillId("cmn"), SkillId("internet")


def site() -> Site:
    return Site(
        name={"en": "Test"},
        zone="Asia/Hong_Kong",
        region="HK",
        queues=(
            Queue(id=QueueId("support"), name={"en": "Support"}, skills={NET: 2}),
            Queue(
                id=QueueId("brief"),
                name={"en": "Brief"},
                skills={NET: 8},
                overflow=Overflow(to=QueueId("support"), after_s=60, per_agent=2),
            ),
            Queue(
                id=QueueId("billing"),
                name={"en": "Billing"},
                wrap_up_s=0,
                survey=False,
                prefer_last_s=20,
                policy=Policy.SCARCE_FIRST,
                opt_out=True,
                room=Room(help_minutes=5),
            ),
            Queue(
                id=QueueId("rings"),
                name={"en": "Rings"},
                rings=(Ring(after_s=0, skills={NET: 8}), Ring(after_s=20, skills={NET: 2})),
                policy=Policy.LEAST_OCCUPIED,
                callbacks=Callbacks(first="customer", tries=2, every_s=60),
            ),
            Queue(
                id=QueueId("day"),
                name={"en": "Day"},
                calendar=Calendar(open_hours={"fri": "09:00-16:30", "mon": "09:00-17:00", "tue": "09:00-17:00"}),
                callbacks=Callbacks(tries=2, every_s=600),
            ),
            Queue(
                id=QueueId("rush"),
                name={"en": "Rush"},
                overflow=(
                    Overflow(offer="callback", estimate_s=120),
                    Overflow(offer="message", after_s=30),
                    Overflow(to=QueueId("night"), after_s=40),
                    Overflow(closing=ClosingId("twin"), after_s=50),
                    Overflow(closing=ClosingId("full"), after_s=90),
                ),
            ),
            Queue(
                id=QueueId("loyal"),
                name={"en": "Loyal"},
                prefer_last_s=10,
                prefer_owner_s=20,
                prefer_promised_s=30,
                text_kept_s=120,
            ),
            Queue(
                id=QueueId("soon"),
                name={"en": "Soon"},
                skills={NET: 8},
                wrap_up_s=10,
                callbacks=Callbacks(first="customer", lead_s=60),
            ),
            Queue(id=QueueId("far"), name={"en": "Far"}, overflow=Overflow(closing=ClosingId("abroad"), after_s=20)),
            Queue(id=QueueId("small"), name={"en": "Small"}, overflow=Overflow(closing=ClosingId("full"), per_agent=1)),
            Queue(
                id=QueueId("night"),
                name={"en": "Night"},
                calendar=Calendar(open_hours={"fri": "20:00-24:00"}, exceptions={"2027-01-16": "closed"}),
                out_of_hours=ClosingId("elsewhere"),
                on_holidays=ClosingId("closed"),
            ),
        ),
        closings=(
            Closing(id=ClosingId("twin"), name={"en": "Twin"}, site="sip:1@127.0.0.9", then="message", waiting=True),
            Closing(id=ClosingId("abroad"), name={"en": "Abroad"}, number="+85220000200"),
            Closing(id=ClosingId("elsewhere"), name={"en": "Elsewhere"}, to=QueueId("support")),
            Closing(id=ClosingId("spare"), name={"en": "Spare"}, to=QueueId("billing"), waiting=True),
            Closing(id=ClosingId("fire"), name={"en": "Fire"}, to=QueueId("support"), waiting=True),
        ),
        tiers={"gold": 5},
        holidays="HK",
        holiday_dates={"HK": ("2027-01-18",)},
        agents=(
            Agent(id=AgentId("ana"), name="Ana", work_number="8001", skills={EN: 9, NET: 8}),
            Agent(id=AgentId("bo"), name="Bo", work_number="8002", skills={EN: 5, CMN: 9, NET: 3}, desk_phone=True),
        ),
        numbers=(Number(number="28000000", flow="main", name={"en": "Hotline"}),),
        outgoing=Outgoing(trunk="out", allow=("+852",), at_once=2, per_hour=4, ring_s=30),
    )
