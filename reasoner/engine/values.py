"""What engines share about values: arithmetic, comparison, and what an aggregate can come to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from reasoner.diagnostic import Problems, error
from reasoner.term import Constant, Expression, Term, Value, Variable, order

ROUNDS = 10_000
_LARGEST = 2**53
_SUMS = 10_000

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compare(comparison: str, left: Value, right: Value) -> bool:
    """Values in the order of ASP-Core-2: numbers before symbols before strings."""
    if comparison in ("=", "!="):
        return (order(left) == order(right)) == (comparison == "=")
    return _COMPARE[comparison](order(left), order(right))


def evaluate_term(term: Term, binding: Mapping[str, Value]) -> Value | None:
    """The value of a term; None where arithmetic has none (a symbol in it, a division by zero)."""
    match term:
        case Constant(value):
            return value
        case Variable(name):
            return binding[name]
        case Expression(sign, left, right):
            a, b = evaluate_term(left, binding), evaluate_term(right, binding)
            if not isinstance(a, int | float) or not isinstance(b, int | float):
                return None
            return _arithmetic(sign, a, b, term)


def _arithmetic(sign: str, a: int | float, b: int | float, term: Expression) -> int | float | None:
    if sign == "/":
        if b == 0:
            return None
        # Towards zero, as in C and in clingo.
        exact = isinstance(a, int) and isinstance(b, int)
        return (abs(a) // abs(b)) * (1 if (a < 0) == (b < 0) else -1) if exact else a / b
    value = a + b if sign == "+" else a - b if sign == "-" else a * b
    if abs(value) >= _LARGEST:
        raise Problems(
            [error("R502", f"{value} is too large", term.origin, help="numbers stay below 9007199254740992")]
        )
    return value


def rounds(names: Iterable[str], calculates: bool) -> Iterator[int]:
    """Counts the rounds of a recursion. Raises Problems (R501) where arithmetic in it makes new values for ever."""
    for number in count(1):
        if calculates and number > ROUNDS:
            shown = ", ".join(f"`{name}`" for name in sorted(names) if "#" not in name)
            advice = "arithmetic in a rule that needs itself wants a bound, such as N < 1000"
            raise Problems([error("R501", f"{shown} did not settle after {ROUNDS} rounds", help=advice)])
        yield number


class Bounds(NamedTuple):
    """The least and the greatest that an aggregate can come to. `sure`: it has a value in every world."""

    low: Value
    high: Value
    sure: bool


def bounds(function: str, certain: Iterable[Value], maybe: Iterable[Value]) -> Bounds | None:
    """From the values that count for certain and those that may. None where there can be no value."""
    sure, unsure = list(certain), list(maybe)
    match function:
        case "count":
            return Bounds(len(sure), len(sure) + len(unsure), True)
        case "sum":
            fixed, loose = sum(_numbers(sure)), _numbers(unsure)
            return Bounds(fixed + sum(v for v in loose if v < 0), fixed + sum(v for v in loose if v > 0), True)
    if not sure and not unsure:
        return None
    best = min if function == "min" else max
    end, extreme = best(sure, key=order) if sure else None, best(sure + unsure, key=order)
    # Without a certain value the other end is as far as any value goes.
    other = end if end is not None else (max if function == "min" else min)(unsure, key=order)
    return Bounds(*((extreme, other) if function == "min" else (other, extreme)), end is not None)


def certainly(comparison: str, between: Bounds, value: Value) -> bool:
    """Whether each value in the bounds compares so."""
    if not between.sure:
        return False
    low, high = compare(comparison, between.low, value), compare(comparison, between.high, value)
    if comparison == "!=":
        return compare("<", value, between.low) or compare(">", value, between.high)
    return low and high


def possibly(comparison: str, between: Bounds, value: Value) -> bool:
    """Whether some value in the bounds may compare so."""
    if comparison == "=":
        return compare("<=", between.low, value) and compare(">=", between.high, value)
    return compare(comparison, between.low, value) or compare(comparison, between.high, value)


def outcomes(function: str, certain: Iterable[Value], maybe: Iterable[Value]) -> set[Value]:
    """Every value that the aggregate can come to. Raises Problems (R503) where they are too many."""
    sure, unsure = list(certain), list(maybe)
    match function:
        case "count":
            return set(range(len(sure), len(sure) + len(unsure) + 1))
        case "sum":
            sums: set[int | float] = {sum(_numbers(sure))}
            for value in _numbers(unsure):
                sums |= {one + value for one in sums}
                if len(sums) > _SUMS:
                    message = f"a #sum over uncertain dates has over {_SUMS} possible values"
                    advice = "compare it with a bound, as in #sum{ ... } >= 10, or date the facts better"
                    raise Problems([error("R503", message, help=advice)])
            return set(sums)
    ends = bounds(function, sure, unsure)
    if ends is None:
        return set()
    return {*sure, *unsure} if not ends.sure else {
        v for v in (*sure, *unsure) if compare(">=", v, ends.low) and compare("<=", v, ends.high)
    }  # fmt: skip


def _numbers(values: Iterable[Value]) -> list[int | float]:
    return [value for value in values if isinstance(value, int | float)]
