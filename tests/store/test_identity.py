"""One person dials in many shapes and is still one person; nobody can read a number out of an id."""

import csv
import os
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumberFormat

from cti.store.identity import Identities, display_phone, name_key, normal_mail, normal_phone

SHARED = Path(os.environ.get("HOTLINE_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.mark.parametrize(
    "raw",
    [
        "+85291234567",
        "91234567",
        "9123 4567",
        "9123-4567",
        "852 9123 4567",
        "85291234567",
        "+852 9123/4567",
        "tel:+852-9123-4567",
        "sip:+85291234567@10.0.0.1:5060;user=phone",
        "sip:91234567@pbx",
        "＋８５２　９１２３　４５６７",
        "(852) 91234567",
        "+852 9123 4567 ext. 12",
        " +85291234567\x00\r\n",
    ],
)
def test_one_number_in_many_shapes(raw: str) -> None:
    assert normal_phone(raw, "HK") == "+85291234567"


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("+44 (0)7700 900143", "HK", "+447700900143"),
        ("447700900143", "HK", "+447700900143"),
        ("07700 900143", "GB", "+447700900143"),
        ("0086 138 0013 8000", "CN", "+8613800138000"),
        ("13800138000", "CN", "+8613800138000"),
        ("001 86 13800138000", "HK", "+8613800138000"),
        ("8001", "HK", "8001"),
        ("0000", "HK", "0000"),
    ],
)
def test_numbers_of_other_countries_and_extensions(raw: str, region: str, expected: str) -> None:
    assert normal_phone(raw, region) == expected


@pytest.mark.parametrize(
    "raw",
    ["", "  ", "Anonymous", "anonymous", "UNAVAILABLE", "<unknown>", "sip:anonymous@anonymous.invalid", "s", "匿名"],
)
def test_a_withheld_number_is_nobody(raw: str) -> None:
    assert normal_phone(raw, "HK") is None


@given(st.text(max_size=60))
def test_no_caller_id_can_break_it(raw: str) -> None:
    value = normal_phone(raw, "HK")
    assert value is None or (value.lstrip("+").isdigit() and len(value) <= 33)


@given(st.text(max_size=60))
def test_what_is_normal_stays_as_it_is(raw: str) -> None:
    value = normal_phone(raw, "HK")
    if value is not None and value.startswith("+"):
        assert normal_phone(value, "HK") == value


@given(
    st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)), st.from_regex(r"[0-9]{1,12}", fullmatch=True), st.booleans()
)
def test_a_number_that_needs_no_reading_is_what_the_parser_makes_of_it(country: int, national: str, real: bool) -> None:
    known = phonenumbers.example_number(COUNTRY_CODE_TO_REGION_CODE[country][0]) if real else None
    if known is not None:
        national = f"{str(known.national_number)[: -len(national)]}{national}"
    # A space sends it to the parser.
    assert normal_phone(f"+{country}{national}", "HK") == normal_phone(f"+{country} {national}", "HK")


def test_the_library_s_own_numbers() -> None:
    path = SHARED / "testdata/phone/phone_vectors.tsv"
    if not path.exists():
        pytest.skip(f"{path} is not there (set HOTLINE_SHARED)")
    wrong = []
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["valid"] == "1" and normal_phone(row["raw"], row["default_region"]) != row["e164"]:
                wrong.append((row["raw"], row["default_region"], row["e164"]))
    assert wrong == []


def test_ids_need_the_site_s_key_and_tell_kinds_apart() -> None:
    ours, theirs = Identities(b"one", "HK"), Identities(b"two", "HK")
    first = ours.phone("9123 4567")
    assert first is not None
    assert first == ours.phone("9123 4567")
    assert first.id.startswith("tel:")
    assert "9123" not in first.id
    other = theirs.phone("9123 4567")
    assert other is not None
    assert other.id != first.id
    account = ours.account("+85291234567")
    assert account is not None
    assert account.id.split(":")[1] != first.id.split(":")[1]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Eleanor W <Eleanor.W@Mail.Example>", "eleanor.w@mail.example"),
        ('"Doe, Jane" <jane@x.example>', "jane@x.example"),
        ("jane+shop@x.example.", "jane+shop@x.example"),
        ("王建国 <wang@公司.example>", "wang@公司.example"),
        ("nobody here", None),
        ("", None),
    ],
)
def test_addresses(raw: str, expected: str | None) -> None:
    assert normal_mail(raw) == expected


def test_display_and_search_forms() -> None:
    assert display_phone("+447700900143") == "+44 7700 900143"
    assert display_phone("8001") == "8001"
    assert display_phone("+9991") == "+9991"


def test_every_country_s_numbers_are_written_as_a_parser_would_have_them() -> None:
    known = (phonenumbers.example_number(region) for region in phonenumbers.SUPPORTED_REGIONS)
    wide = (
        phonenumbers.example_number_for_non_geo_entity(code) for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    )
    for number in filter(None, (*known, *wide)):
        value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        parsed = phonenumbers.parse(value, None)
        assert display_phone(value) == phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    assert name_key("  Ærø  ÉLÉONORE ") == "ærø eleonore"
