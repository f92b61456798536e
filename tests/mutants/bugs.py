"""Thirty bugs to plant, half in the doctrine, half in the engine, chosen before asking which test finds them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """`old`, which stands in the file exactly once, becomes `new`. `breaks` says what is then wrong."""

    name: str
    file: str
    old: str
    new: str
    breaks: str
    tests: tuple[str, ...]  # files of tests, those that are likely to find it first

    @property
    def doctrine(self) -> bool:
        """Whether it is in the rules, where `reasoner verify` may find it too."""
        return self.file.startswith("rules/")


DOCTRINE = ("test_cases.py", "test_laws_*.py", "test_supply.py", "test_raqqa.py")
ENGINE = ("test_when.py", "test_engines.py", "test_cases.py", "test_uncertain_time.py")


def _doctrine(name: str, file: str, old: str, new: str, breaks: str) -> Bug:
    return Bug(name, f"rules/{file}.dl", old, new, breaks, DOCTRINE)


def _engine(name: str, file: str, old: str, new: str, breaks: str, *tests: str) -> Bug:
    return Bug(name, f"reasoner/{file}.py", old, new, breaks, tests or ENGINE)


BUGS = (
    # ------------------------------------------------------------ doctrine
    _doctrine(
        "gap_without_not",
        "encirclement",
        "gap(P) :- known_side(P, S), not shut_side(P, S)",
        "gap(P) :- known_side(P, S), shut_side(P, S)",
        "a closed side is taken for a gap in the ring",
    ),
    _doctrine(
        "handover_turned_around",
        "control",
        "takes(A, P) :- handover(_, A, P)",
        "takes(A, P) :- handover(A, _, P)",
        "who hands a place over is said to take it",
    ),
    _doctrine(
        "more_than_half",
        "siege",
        ">= (N + 1) / 2",
        "> (N + 1) / 2",
        "half of the sides is no longer enough for a siege",
    ),
    _doctrine(
        "neighbours_counted",
        "encirclement",
        "based(A), not road_open(A, P), not maybe_gets(A, P, ground)",
        "based(A), not open_side(P, _)",
        "encirclement is decided by neighbours, not by reachability",
    ),
    _doctrine(
        "pocket_supplies_itself",
        "supply",
        "reach(A, Q, K) :- supply_base(A, Q), means(K) ",
        "reach(A, Q, K) :- passes(A, Q), means(K) ",
        "every friendly place is a base",
    ),
    _doctrine(
        "withdrawal_ignored",
        "control",
        "driven_out(A, P) :- withdraw(A, P) ",
        "driven_out(A, P) :- withdraw(A, P), ousted(_, A, P) ",
        "who withdraws goes on to hold the place",
    ),
    _doctrine(
        "one_sided_enmity",
        "hostility",
        "enemies(A, B) :- enemies(B, A) ",
        "enemies(A, B) :- enemies(B, A), enemies(A, B) ",
        "an enemy's enemy need not be its enemy in turn",
    ),
    _doctrine(
        "backer_besieges",
        "siege",
        "besieges(A, P, S) :- besieged(P), pressure(A, P, S)",
        "besieges(B, P, S) :- backs(B, A, _), besieges(A, P, S).\nbesieges(A, P, S) :- besieged(P), pressure(A, P, S)",
        "who backs a besieger is a besieger",
    ),
    _doctrine(
        "air_strikes_press",
        "siege",
        "moves_on(A, P) :- attack(A, P)",
        "moves_on(A, P) :- strike(A, P, _).\nmoves_on(A, P) :- attack(A, P)",
        "an air strike presses like an attack",
    ),
    _doctrine(
        "permits_ignored",
        "supply",
        "holds(B, Q), permits(B, A, Q)",
        "holds(B, Q), permits(B, A, Q), same_side(A, B)",
        "a neutral holder's permission counts for nothing",
    ),
    _doctrine(
        "contested_leg_open",
        "supply",
        "leg_below(R, L) :- reported(R, S), rank(S, N), rank(_, L), N < L",
        "leg_below(R, L) :- reported(R, S), rank(S, N), rank(_, L), N < L, S != contested",
        "a route that is fought over is open",
    ),
    _doctrine(
        "any_mode_for_ground",
        "encirclement",
        "road_open(A, P) :- gets(A, P, ground)",
        "road_open(A, P) :- gets(A, P, any)",
        "an airlift breaks an encirclement",
    ),
    _doctrine(
        "worst_way_decides",
        "supply",
        "better(A, P, L - 1, K) :- gets_at(A, P, L, K)",
        "better(A, P, L + 1, K) :- gets_at(A, P, L, K)",
        "the worst way decides how well a place is supplied",
    ),
    _doctrine(
        "nothing_inherited",
        "control",
        "holds(A, P) :- inherits(A, P) ",
        "holds(A, P) :- inherits(A, P), held(A, P) ",
        "who holds the whole holds none of its parts",
    ),
    _doctrine(
        "allies_apart",
        "hostility",
        "same_side(A, B) :- friends(A, B) ",
        "same_side(A, B) :- friends(A, B), belongs(A, B) ",
        "allies are not on one side",
    ),
    # ------------------------------------------------------------ engine
    _engine(
        "month_a_day_short",
        "when",
        "Date(date(year, month, 1).toordinal(), date(year, month, length).toordinal())",
        "Date(date(year, month, 1).toordinal(), date(year, month, length - 1).toordinal())",
        "a month ends a day early",
    ),
    _engine(
        "gap_closed",
        "engine/tables/table",
        "start[order][1:] > reach[:-1]",
        "start[order][1:] > reach[:-1] + 1",
        "two spans with a day between them become one",
    ),
    _engine(
        "delta_lost",
        "engine/columnar/strata",
        "            derived.setdefault(head, []).append(sets)",
        "            derived[head] = [sets]",
        "of what the rules of one predicate derive in a round only the last part is heard",
    ),
    _engine(
        "recent_alone",
        "engine/columnar/rules",
        "runs = relation.older if older else relation.runs",
        "runs = relation.older if older else relation.runs[-1:]",
        "a join reads only the last run of its other side",
    ),
    _engine(
        "negation_of_its_own_set",
        "engine/columnar/rules",
        "    certain = difference(p.certain, q.possible, mine)\n"
        "    exact = p.certain is p.possible and q.certain is q.possible\n"
        "    possible = certain if exact else difference(p.possible, q.certain, mine)",
        "    certain = difference(p.certain, q.certain, mine)\n"
        "    exact = p.certain is p.possible and q.certain is q.possible\n"
        "    possible = certain if exact else difference(p.possible, q.possible, mine)",
        "`not` reads the certain days for certain, and the possible ones for possible",
    ),
    _engine(
        "day_of_loss_included",
        "engine/columnar/time",
        "return np.where(found, runs.days[1][row], days) if len(runs) else days",
        "return np.where(found, np.minimum(runs.days[1][row] + 1, FUTURE), days) if len(runs) else days",
        "what lasts since a day lasts on the day on which it is lost",
    ),
    _engine(
        "window_ignored",
        "engine/columnar/time",
        "    if q.sets.windows is not None:",
        "    if q.sets.windows is None:",
        "what surely began within a month is never certain",
    ),
    _engine(
        "once_shifted",
        "engine/columnar/time",
        "coalesce(_moved(table, near, far))",
        "coalesce(_moved(table, near + 1, far + 1))",
        "`once[a..b]` looks at a + 1 to b + 1 days ago",
    ),
    _engine(
        "counted_twice",
        "engine/columnar/gather",
        "unsure = difference(elements.possible, elements.certain)",
        "unsure = elements.possible",
        "what is certain is counted once more as what may be",
    ),
    _engine(
        "equal_values_merged",
        "plan/rules",
        "        head = Atom(elements, (*by, *aggregate.terms))\n"
        "        gather = Gather(aggregate.function, elements, by, len(aggregate.terms), ",
        "        head = Atom(elements, (*by, *aggregate.terms[:1]))\n"
        "        gather = Gather(aggregate.function, elements, by, 1, ",
        "equal values of different elements count once in an aggregate",
        "test_cases.py",
    ),
    _engine(
        "ends_of_max_swapped",
        "engine/columnar/gather",
        'return Ends(near, far, has, exists) if function == "min" else Ends(far, near, has, exists)',
        "return Ends(near, far, has, exists)",
        "the least and the greatest that #max can come to are swapped",
    ),
    _engine(
        "since_not_demanded",
        "plan/demand",
        "        for atom in operands:\n            yield self.call(atom)\n",
        "",
        "what ends a `since` is not asked for",
        "test_demand.py",
    ),
    _engine(
        "day_after_reused",
        "engine/living/spans",
        "            end = _later(end, 1)",
        "            end = _later(end, 0)",
        "the day after a change is taken from the model before it",
        "test_living.py",
    ),
    _engine(
        "last_key_cut_short",
        "engine/tables/index",
        "self._count = np.append(np.diff(self._first), 0)",
        "self._count = np.append(np.minimum(np.diff(self._first), np.append(np.diff(first), 1)), 0)",
        "of the rows with the greatest key an index finds the first one alone",
    ),
    _engine(
        "wide_rows_confused",
        "engine/tables/layout",
        "self._words = np.append(self._words, fresh)",
        "self._words = np.append(fresh, self._words)",
        "a row that is too wide for one word is decoded as another one",
    ),
)
