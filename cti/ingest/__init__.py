"""Bringing in what other programs know: mail and outside tables. Into the history only; no call ever waits for it."""
