"""How many examples Hypothesis tries: all of them in the whole suite, a fifth in `./hotline test fast`."""

import hypothesis

WHOLE = 100


def register() -> None:
    """The two profiles; `--hypothesis-profile=fast` chooses the second. How long an example takes says more about the
    machine's other work than about ours."""
    hypothesis.settings.register_profile("hotline", deadline=None, max_examples=WHOLE)
    hypothesis.settings.register_profile("fast", deadline=None, max_examples=WHOLE // 5)
    hypothesis.settings.load_profile("hotline")


def examples(count: int) -> hypothesis.settings:
    """For a test that wants another number than the usual hundred: so many of them in the whole suite."""
    return hypothesis.settings(max_examples=max(5, count * hypothesis.settings().max_examples // WHOLE))
