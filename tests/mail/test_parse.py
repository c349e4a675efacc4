"""Odd, broken and hostile mail, read as a person would read it."""

import os
from base64 import b64encode
from email.header import Header
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cti.mail.body import html_text
from cti.mail.parse import TEXT_LIMIT, MailError, parse, safe_name

SHARED = Path(os.environ.get("HOTLINE_SHARED", Path(__file__).parents[3] / "shared")) / "testdata/mail"


def mail(body: bytes, *headers: bytes) -> bytes:
    head = [b"From: Li Lei <li@x.example>", b"To: support@harbour.example", b"Subject: s", b"Message-ID: <1@x>"]
    names = {header.split(b":")[0].lower() for header in headers}
    kept = [line for line in head if line.split(b":")[0].lower() not in names]
    return b"\r\n".join([*kept, b"Date: Tue, 24 Nov 2026 09:58:00 +0800", *headers, b"", body])


STORY = "您好，我的宽带路由器从周五开始一直亮红灯，请问什么时候有工程师上门？谢谢！"
TRADITIONAL = "你好，我部路由器由星期五開始一直亮紅燈，請問師傅幾時可以上門？唔該晒！"


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gbk", STORY + "镕堃喆"),  # characters gb2312 does not have
        ("gb2312", "gb18030", STORY),
        ("utf-8", "utf-8", STORY),
        ("iso-8859-1", "utf-8", STORY),
        ("us-ascii", "gbk", STORY),
        ("unknown-8bit", "gbk", STORY),
        ("utf-8", "gbk", STORY),
        ("big5", "big5hkscs", TRADITIONAL),
        ("us-ascii", "big5", "請問路由器點解成日斷線，幾時可以派師傅上門檢查？多謝你們的服務。"),
        ("x-no-such-charset", "utf-8", TRADITIONAL),
        ("iso-2022-jp", "iso2022_jp", "こんにちは、ルーターが赤いです。"),
        ("us-ascii", "iso2022_jp", "こんにちは、ルーターが赤いです。"),
        ("iso-8859-1", "cp1252", "Grüße – das Gerät “blinkt” für 5 €"),
        ("windows-1252", "cp1252", "Déjà payé, merci"),
        ("ks_c_5601-1987", "cp949", "인터넷이 안 됩니다 뷁"),
    ],
)
def test_charsets_that_lie(label: str, codec: str, text: str) -> None:
    raw = mail(text.encode(codec), b'Content-Type: text/plain; charset="%s"' % label.encode(), b"MIME-Version: 1.0")
    assert parse(raw).text == text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?gb2312?B?" + b64encode("宽带红灯镕".encode("gbk")) + b"?=", "宽带红灯镕"),
        ("宽带一直亮红灯，请问怎么办".encode("gbk"), "宽带一直亮红灯，请问怎么办"),
        ("寬頻紅燈".encode(), "寬頻紅燈"),
        (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9_ol=C3=A9?=", "café olé"),  # one character cut in two
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?utf-8?B?5a696aKRLw", "=?utf-8?B?5a696aKRLw"),
        (b"=?utf-8?B?5a696aKR=?=", "宽频"),
        (b"=?x-none?Q?h=E9?=", "hé"),
        (b"=?utf-8*zh?Q?=E5=AE=BD?=", "宽"),
        (b"one\r\n\t two", "one two"),
        (b"evil\x00\x1b[31m", "evil[31m"),
        (b"=?utf-8?Q?x=0D=0ABcc:_a@b?=", "xBcc: a@b"),
    ],
)
def test_subjects(raw: bytes, expected: str) -> None:
    assert parse(mail(b"x", b"Subject: " + raw)).subject == expected


@pytest.mark.parametrize(("label", "codec", "text"), [("big5", "big5hkscs", TRADITIONAL), ("gb2312", "gbk", STORY)])
def test_what_was_taken_for_latin_on_the_way_is_read(label: str, codec: str, text: str) -> None:
    """Some server wrote each byte of it as a character of its own, in UTF-8, and left the label."""
    twice = text.encode(codec).decode("latin-1").encode()
    kind = b"Content-Type: text/plain; charset=" + label.encode()
    parsed = parse(mail(twice, b"Subject: " + twice, kind, b"MIME-Version: 1.0"))
    assert (parsed.subject, parsed.text, parsed.problems) == (text, text, ())


@pytest.mark.parametrize("text", ["Müller, déjà payé à l’été", "Größe: ¾, ¡señor!", "Łódź ½", "Ä", "éè", "ÅÄÖ åäö"])
def test_latin_in_utf_8_under_an_asian_label_stays_latin(text: str) -> None:
    kind = b"Content-Type: text/plain; charset=gb2312"
    parsed = parse(mail(text.encode(), b"Subject: " + text.encode(), kind, b"MIME-Version: 1.0"))
    assert parsed.subject == text


def test_a_name_in_raw_bytes_is_read_as_the_text_is() -> None:
    name = "From: 何伟 <he.wei@mail.example>".encode("gbk")
    parsed = parse(mail("晚上网速好多了".encode("gbk"), name, b"Content-Type: text/plain; charset=gb2312"))
    assert parsed.sender is not None
    assert parsed.sender.name == "何伟"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (STORY, "cmn"),
        (TRADITIONAL, "yue"),
        ("The light on my router is red", "en"),
        ("こんにちは、ルーターが赤いです", None),
        ("12345", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert parse(mail(text.encode(), b"Content-Type: text/plain; charset=utf-8")).language == language


def test_people() -> None:
    parsed = parse(
        mail(
            b"x",
            b"From: =?utf-8?B?546L5bu65Zu9?= <Wang@Mail.Example>",
            b'To: "Doe, Jane" <jane@x.example>, undisclosed-recipients:;, bare@x.example',
            b"Cc: broken <, fine@x.example",
        )
    )
    assert parsed.sender is not None
    assert (parsed.sender.name, parsed.sender.mail) == ("王建国", "wang@mail.example")
    assert [one.mail for one in parsed.to] == ["jane@x.example", "bare@x.example", "fine@x.example"]
    assert parsed.to[0].name == "Doe, Jane"


def test_dates_that_cannot_be_true_give_way_to_the_server_s() -> None:
    late = b"Received: from a by b; Tue, 24 Nov 2026 01:58:00 +0000"
    for bad in (b"Date: yesterday", b"Date: Mon, 30 Jun 3609 15:33:50 +0600", b"Date: "):
        raw = mail(b"x").replace(b"Date: Tue, 24 Nov 2026 09:58:00 +0800", bad + b"\r\n" + late)
        assert parse(raw).date == 1_795_485_480_000
    assert parse(mail(b"x")).date == 1_795_485_480_000


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("No.\n\nOn Fri, 20 Nov 2026 at 18:55, Bo Tan\n<bo@harbour.example> wrote:\n> Is it\n> solved?", "No."),
        ("还是不行。\n\n在 2026年11月20日 18:55，谭波 <bo@harbour.example> 写道：\n> 好了吗？", "还是不行。"),
        ("未得喎\n\n-----原始郵件-----\n寄件者: Bo\n主旨: x\n內容", "未得喎"),
        ("Hi\n\nFrom: Bo Tan\nSent: Friday\nTo: me\nSubject: x\n\nold", "Hi"),
        ("发件人没有写\n发件人：这一行是正文", "发件人没有写\n发件人：这一行是正文"),
        ("> When?\nNow.\n> Where?\nHere.", "Now.\nHere."),
        ("Bye\n-- \nLi Lei\nTel 123", "Bye"),
        ("好的\n发自我的iPhone", "好的"),
        ("> all\n> quoted", "> all\n> quoted"),
        ("On Monday I wrote:\nnothing at all? yes", "On Monday I wrote:\nnothing at all? yes"),
    ],
)
def test_what_was_written_and_what_was_quoted(body: str, written: str) -> None:
    parsed = parse(mail(body.encode(), b"Content-Type: text/plain; charset=utf-8"))
    if body.startswith("On Monday"):
        # A sentence that looks like an attribution hides nothing for good: it is all still there.
        assert "nothing at all? yes" in parsed.text + parsed.quoted
    else:
        assert parsed.text == written


def test_html_only() -> None:
    html = (
        "<html><head><style>p{}</style><title>t</title></head><body><p>Dear&nbsp;team,</p><div>the <b>light</b> is red"
        "<br>again<script>alert(1)</script></div><ul><li>one<li>two</ul><blockquote>old words</blockquote></body>"
    )
    parsed = parse(mail(html.encode(), b"Content-Type: text/html; charset=utf-8"))
    assert parsed.text == "Dear team,\n\nthe light is red\nagain\n- one\n- two"
    assert parsed.quoted == "> old words"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a &lt; b<br/>1 < 2 &amp; 3", "a < b\n1 < 2 & 3"),
        ('<a title="x>y" href=z>link</a> here', "link here"),
        ("<!-- no --><P>yes<!-- cut", "yes"),
        ("<SCRIPT>no</Script >İ<b>yes</B>", "İyes"),
        ("<table><tr><td>one</td><td>two</td></tr><tr><td>three</table>", "one  two\nthree"),
        ("a<p></p><p>b</p>\n\n  <p>c", "a\n\nb\n\nc"),
        ("<blockquote>one<blockquote>two</blockquote></blockquote>three<", "> one\n> > two\nthree<"),
        ("<img src=x", ""),
    ],
)
def test_html(html: str, text: str) -> None:
    assert html_text(html) == text


def test_the_charset_inside_html_is_heeded() -> None:
    html = f'<meta http-equiv=Content-Type content="text/html; charset=gb2312"><p>{STORY}</p>'
    assert parse(mail(html.encode("gbk"), b"Content-Type: text/html")).text == STORY


def multipart(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return mail(body, b'Content-Type: multipart/%s; boundary="b"' % kind, b"MIME-Version: 1.0")


TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nhello"


def test_attachments_are_kept_whole_with_safe_names() -> None:
    parsed = parse(
        multipart(
            b"mixed",
            TEXT,
            b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\neJ8+Ig==",
            b"Content-Type: image/png\r\nContent-Disposition: attachment; "
            b"filename*=utf-8''..%2F%E7%BA%A2%E7%81%AF.png\r\n\r\nPNG",
            b"Content-Type: text/calendar\r\n"
            b'Content-Disposition: inline; filename="=?utf-8?B?5LiK6ZeoLmljcw==?="\r\n\r\nBEGIN',
            b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: a@b\r\n\r\nold",
        )
    )
    assert parsed.text == "hello"
    assert [(one.name, one.type) for one in parsed.attachments] == [
        ("winmail.dat", "application/ms-tnef"),
        ("红灯.png", "image/png"),
        ("上门.ics", "text/calendar"),
        ("mail.eml", "message/rfc822"),
    ]
    assert parsed.attachments[0].body == bytes.fromhex("789f3e22")
    assert parsed.attachments[3].body.startswith(b"Subject: inner")
    assert any("winmail.dat" in problem for problem in parsed.problems)


def test_alternatives_are_shown_once_and_their_pictures_kept() -> None:
    html = b"Content-Type: text/html\r\n\r\n<p>hello"
    assert parse(multipart(b"alternative", TEXT, html)).text == "hello"
    assert parse(multipart(b"alternative", b"Content-Type: text/plain\r\n\r\n", html)).text == "hello"
    related = (
        b'Content-Type: multipart/related; boundary="c"\r\n\r\n--c\r\n'
        + html
        + b"\r\n--c\r\nContent-Type: image/png\r\n\r\nPNG\r\n--c--\r\n"
    )
    parsed = parse(multipart(b"alternative", TEXT, related))
    assert parsed.text == "hello"
    assert [one.type for one in parsed.attachments] == ["image/png"]


@pytest.mark.parametrize(
    ("headers", "auto"),
    [
        ((b"Auto-Submitted: auto-replied",), "auto_reply"),
        ((b"Auto-Submitted: no",), ""),
        (("Subject: 自动回复：休假".encode(),), "auto_reply"),
        ((b"List-Id: <a.b>",), "list"),
        ((b"Precedence: bulk",), "list"),
        ((b"From: MAILER-DAEMON@x.example",), "bounce"),
        ((b"X-Spam-Flag: YES",), "spam"),
        ((b"X-Spam-Status: No, score=-1.0 tests=YES",), ""),
        ((b"X-MS-Exchange-Organization-SCL: 6",), "spam"),
        ((b"X-MS-Exchange-Organization-SCL: -1",), ""),
        ((b"X-Forefront-Antispam-Report: CIP:1.2.3.4;SFV:SPM;SCL:5",), "spam"),
        ((b"Subject: ***SPAM*** You have won",), "spam"),
        ((b"Subject: [Spam] You have won",), "spam"),
        ((b"Subject: Too much spam in my mailbox",), ""),
        ((b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b",), "receipt"),
        ((b"Received: from a by b; Tue, 24 Nov 2026 01:58:00 +0000",) * 51, "loop"),
        ((b"Return-Path: <>", b"Subject: Undelivered Mail Returned to Sender"), "bounce"),
        ((), ""),
    ],
)
def test_machines_are_told_from_people(headers: tuple[bytes, ...], auto: str) -> None:
    assert parse(mail(b"x", *headers)).auto == auto


def test_the_key_is_the_same_for_every_copy_and_no_other() -> None:
    first = parse(mail(b"hello"))
    assert parse(b"Received: by somebody\r\n" + mail(b"hello")).key == first.key
    assert parse(mail(b"hello").replace(b"\r\n", b"\n")).key == first.key
    assert parse(b"From li@x Tue Nov 24 09:58:00 2026\n" + mail(b"hello")).key == first.key
    assert parse(mail(b"bye")).key != first.key, "a Message-ID used twice must not swallow a mail"
    without = mail(b"hello").replace(b"Message-ID: <1@x>\r\n", b"")
    assert parse(without).message_id == ""
    assert parse(without).key == parse(without).key != first.key


def test_broken_headers_don_t_hide_what_follows() -> None:
    raw = b"Received: a\nthis line is rubbish\nFrom  : Li <li@x.example>\nSubject : s\nDate: x\n\nbody"
    parsed = parse(raw)
    assert (parsed.subject, parsed.text) == ("s", "body")
    assert parsed.sender is not None


def test_parts_without_end_are_survived() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(2000))
    parsed = parse(b"From: a@b.example\r\n" + deep + TEXT)
    assert any("without end" in problem for problem in parsed.problems)
    long = parse(mail(b"x" * (TEXT_LIMIT + 10)))
    assert len(long.text) == TEXT_LIMIT
    assert any("were kept" in problem for problem in long.problems)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\n" + b"rubbish line\n" * 20_000 + b"\nbody",
        b"Subject: " + b"=?x?Q?" * 20_000 + b"\n\nbody",
        b"To: " + b"a <" * 20_000 + b"\n\nbody",
        b"To: " + b"a@" * 40_000 + b"\n\nbody",
        b"Subject: x\nContent-Type: text/plain" + b"; charset=" * 20_000 + b"\n\nbody",
        b"Subject: x\nContent-Type: text/html\n\n" + b"<!--" * 100_000,
        b"Subject: x\nContent-Type: text/html\n\n" + b"<a " * 100_000,
        b"Subject: x\nContent-Type: text/html\n\n" + b"x<b>" * 100_000,
        b"Subject: x\nContent-Type: text/html\n\n" + b"<script><a title='" * 50_000,
        b"Subject: x\n\n" + b"On Monday he wrote:\n> x\n" * 40_000,
        b"Subject: x\n\n" + b"From: x\n" * 50_000,
        b"Subject: x\n\n" + bytes(range(128, 256)) * 20_000,
        b"Subject: x\n\n" + b" " * 500_000 + b"wrote:",
    ],
    ids=lambda raw: raw[:40],
)
def test_mails_made_to_take_for_ever_don_t(raw: bytes) -> None:
    assert parse(raw) is not None


@pytest.mark.parametrize("raw", [b"", b"\x00\x01GIF89a", b"just words\n\nand more", b"X-Other: 1\n\nbody"])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(MailError, match="no mail"):
        parse(raw)


@given(st.binary(max_size=400), st.binary(max_size=80), st.binary(max_size=80))
@example(b"--b\r\n\r\n", b'multipart/mixed; boundary="b', b"=?utf-8?b?")
def test_no_bytes_break_it(body: bytes, kind: bytes, subject: bytes) -> None:
    parsed = parse(
        b"From: a@b.example\r\nSubject: "
        + subject
        + b"\r\nContent-Type: "
        + kind
        + b"\r\nDate: "
        + subject
        + b"\r\n\r\n"
        + body
    )
    assert "\n" not in parsed.subject
    assert all("/" not in one.name for one in parsed.attachments)


@given(st.text(max_size=60), st.sampled_from(["utf-8", "gb18030"]))
def test_a_subject_written_by_a_sound_mailer_is_read_back(text: str, codec: str) -> None:
    text = " ".join("".join(char for char in text if char.isprintable()).split())
    message = MIMEText("x")
    message["From"] = "a@b.example"
    message["Subject"] = Header(text.encode("utf-8", "ignore").decode(), codec, maxlinelen=60)
    if text and "=?" not in text:
        assert parse(message.as_bytes()).subject == text


@given(st.text(max_size=300))
def test_safe_names(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe.encode()) < 500
    assert not set(safe) & set('/\\:*?"<>|\0\n')
    assert safe not in (".", "..")


def test_third_party_mails() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there (set HOTLINE_SHARED)")
    read = {}
    for path in sorted(SHARED.rglob("*.eml")):
        try:
            read[path.name] = parse(path.read_bytes())
        except MailError:
            assert path.name in {"delayed-broken.eml"}, path
    assert len(read) >= 150
    assert read["japanese_iso_2022.eml"].text == "すみません。"
    assert read["japanese_shift_jis.eml"].text.startswith("あいうえお")
    assert read["ks_c_5601-1987.eml"].text == "스티해"
    assert [one.name for one in read["japanese_attachment.eml"].attachments] == ["てすと.txt"]
    assert read["8bitmime.eml"].text.startswith("Превел")
    assert read["example13.eml"].subject == "Saying Hello"
    assert read["raw_email_incorrect_header.eml"].subject.startswith("Stop adware")
    assert [one.name for one in read["content_transfer_encoding_x_uuencode.eml"].attachments] == [
        "PGP_Cmts_on_12-14-01_Pkg.doc"
    ]
    assert read["mailbox-full.eml"].auto == "bounce"
