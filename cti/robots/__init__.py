"""Robots that use a real telephone network: phones for the demonstration, the tests and the benchmarks."""
