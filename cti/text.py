"""Text from outside, where nobody promises an encoding."""


def decode(raw: bytes) -> str:
    """UTF-8, or Latin-1 where it is not: never fails, and `encode("latin-1")` of the second gives the bytes back."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
