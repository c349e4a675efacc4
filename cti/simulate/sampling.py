"""How sure a simulated figure is: what chance alone would change if the same days were drawn again.

Every run is independent of the others, so the runs' own figures tell (the method of independent replications;
A. M. Law, Simulation Modeling and Analysis, 2015, section 9.4).
"""

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import fmean, linear_regression, stdev

_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""Student's t for 95 %, both sides, by degrees of freedom from 1 on; beyond, the last is a little too careful."""


def plus_minus(values: Sequence[float]) -> float | None:
    """The true mean is within this of the mean of `values`, 19 times of 20; None: fewer than two values."""
    if len(values) < 2:
        return None
    return _t(len(values) - 1) * stdev(values) / sqrt(len(values))


def _t(freedom: int) -> float:
    return _T[min(freedom, len(_T)) - 1]


def ratio(above: Sequence[float], below: Sequence[float]) -> tuple[float, float | None]:
    """The ratio of two means, and its plus or minus as above. The pairs may well hang together: the more they do, the
    surer is the ratio (W. G. Cochran, Sampling Techniques, 1977, section 6.4).
    """
    found = fmean(above) / fmean(below)
    error = plus_minus([a - found * b for a, b in zip(above, below, strict=True)])
    return found, None if error is None else error / fmean(below)


def controlled(values: Sequence[float], beside: Sequence[float], known: float) -> tuple[float, float]:
    """The mean of `values`, and its plus or minus as above, where each has something beside it that hangs together with
    it and whose true mean is known: what luck did to that it did to the value, too, and a straight line through the
    pairs takes it out (S. S. Lavenberg, P. D. Welch, A Perspective on the Use of Control Variables to Increase the
    Efficiency of Monte Carlo Simulations, Management Science 27(3), 1981). Three pairs at least, not all beside equal.
    """
    line = linear_regression(beside, values)
    rest = fsum((y - line.intercept - line.slope * x) ** 2 for x, y in zip(beside, values, strict=True))
    off = known - fmean(beside)
    spread = fsum((x - fmean(beside)) ** 2 for x in beside)
    freedom = len(values) - 2
    error = _t(freedom) * sqrt(rest / freedom * (1 / len(values) + off**2 / spread))
    return line.intercept + line.slope * known, error
