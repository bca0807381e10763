"""SciPy's special functions, loaded when the first interval is computed.

That takes an eighth of a second of the processor: a page that shows no interval, and a list, need not wait for it.
"""

from __future__ import annotations

from typing import Any


def _special() -> Any:
    from scipy import special

    return special


def ndtri(share: Any) -> Any:
    """The quantile of the normal distribution."""
    return _special().ndtri(share)


def stdtr(freedom: Any, value: Any) -> Any:
    """The distribution function of Student's t."""
    return _special().stdtr(freedom, value)


def stdtrit(freedom: Any, share: Any) -> Any:
    """The quantile of Student's t."""
    return _special().stdtrit(freedom, share)


def bdtr(successes: Any, n: Any, share: Any) -> Any:
    """The distribution function of the binomial distribution."""
    return _special().bdtr(successes, n, share)


def betaincinv(a: Any, b: Any, share: Any) -> Any:
    """The quantile of the beta distribution."""
    return _special().betaincinv(a, b, share)


def gammaln(value: Any) -> Any:
    """The logarithm of the gamma function."""
    return _special().gammaln(value)
