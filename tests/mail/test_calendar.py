"""Invitations in words."""

from cti.mail.calendar import words
from cti.mail.parse import parse

INVITATION = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
DTSTART:19700101T000000
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY;LANGUAGE=zh-CN:工程师上门\\, 检查
 线路
DTSTART;TZID="Asia/Hong_Kong":20261125T140000
DTEND:20261125T070000Z
LOCATION:12 Harbour Road
DESCRIPTION:Bring\\na ladder
BEGIN:VALARM
DESCRIPTION:reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
SUMMARY:another
END:VEVENT
END:VCALENDAR
"""
SAID = "工程师上门, 检查线路\n2026-11-25 14:00 Asia/Hong_Kong\n2026-11-25 07:00 UTC\n12 Harbour Road\nBring\na ladder"


def test_the_first_event_is_told() -> None:
    assert words(INVITATION) == SAID
    assert words(INVITATION.replace("\n", "\r\n")) == SAID
    assert words("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261125\nDTEND:soon") == "2026-11-25\nsoon"
    assert words("no calendar") == ""


def test_a_mail_of_an_invitation_alone_says_what_it_is() -> None:
    raw = "From: li@x.example\r\nSubject: s\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n" + INVITATION
    mail = parse(raw.encode())
    assert mail.text == SAID
    assert [(one.name, one.type) for one in mail.attachments] == [("invitation.ics", "text/calendar")]
