"""Which numbers the site lets anybody call: toll fraud begins where nobody has said which."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from cti.core.site import Outgoing

_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


def doubtful(value: str) -> bool:
    """Whether a normalised number has the right length, but lies in no range that its country gives out.

    Plans grow: a new range is unknown here until the library is renewed. So this is a reason to ask again, no more.
    """
    if not value.startswith("+"):
        return False
    try:
        return not phonenumbers.is_valid_number(phonenumbers.parse(value, None))
    except NumberParseException:
        return True


def barred(value: str, rules: Outgoing) -> str:
    """Why a normalised number (`identity.normal_phone`) must not be called, as in `DialEnded`; empty: it may.

    Only a `+` and a country code make a number of the world; anything else is called if the very same is listed.
    """
    if not value.startswith("+"):
        return "" if value in rules.allow else "not_allowed"
    if not any(value.startswith(begin) for begin in rules.allow if begin.startswith("+")):
        return "not_allowed"
    try:
        number = phonenumbers.parse(value, None)
    except NumberParseException:
        return "wrong_number"
    if not phonenumbers.is_possible_number(number):
        return "wrong_number"
    costly = phonenumbers.number_type(number) in _COSTLY
    return "not_allowed" if costly and not any(value.startswith(begin) for begin in rules.premium) else ""
