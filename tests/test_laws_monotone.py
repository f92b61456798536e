"""What more evidence can and cannot do: more enemies, roads, bases, reports and better dates move answers one way only.

Several of these are false without their precondition; then an example next to the law shows it.
"""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner.engine.model import Model
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.when import Days, Truth
from tests.wars import (
    EVER,
    SIDES,
    STATUSES,
    Told,
    War,
    days,
    doctrine,
    events,
    examples,
    follow,
    on,
    ordinal,
    told,
    wars,
)

RANKED = ("open", "threatened", "restricted", "under_fire", "contested")
MEANS = ("ground", "surface", "any")
VERDICTS = ("besieged", "encircled", "cut_off", "supply")
AGAINST_BLUE = Told("hostile", ("red", "blue"), EVER)


def sure(model: Model, predicate: str, *row: str) -> Days:
    """The days on which a row is certain."""
    return model.truth(predicate, row).certain


def facing(model: Model, enemy: str, place: str) -> Days:
    """The days on which a place is held by enemies of somebody, and by no others."""
    found = Days()
    for holder, held in model.rows("holds"):
        if held == place:
            found |= sure(model, "holds", str(holder), place) & sure(model, "enemies", enemy, str(holder))
    return found - sure(model, "contested", place)


def supplied(model: Model, place: str, means: str, rank: int) -> Days:
    """The days on which the best way to a place is of that rank or better."""
    found = Days()
    for status in RANKED[: len(RANKED) - rank + 1]:
        found |= sure(model, "supply", place, means, status)
    return found


def better_supplied(worse: Model, better: Model, place: str, within: Days | None = None) -> bool:
    """Whether each way to a place is at least as good, on some days or on all."""
    lost = (
        supplied(worse, place, means, rank) - supplied(better, place, means, rank)
        for means in MEANS
        for rank in range(1, 6)
    )
    return not any(days & within if within is not None else days for days in lost)


def source(text: str) -> str:
    """Facts of an example, with a source."""
    return f'source example publisher "Example" date 2016-02-01.\n{text}'


# ---------------------------------------------------------------- enemies next door


@examples(8)
@given(wars(exact=True), st.data())
def test_an_enemy_next_door_helps_nobody(war: War, data: st.DataObject) -> None:
    """29: where nobody was known to hold a place, an enemy there ends no siege and betters no supply of those that it
    is an enemy of. Of the place nothing else is told, and no regions are: an enemy in a region may make it mixed, so
    that nothing is inherited there any more. Who permits passage is no obstacle.
    """
    taken = data.draw(st.sampled_from(war.places))
    war = war.only(lambda one: one.predicate not in ("part_of", "permits") and not (one.when and taken in one.terms))
    beside = {str(q): str(side) for p, q, side in war.of("adjacent") if p == taken}
    if beside:  # close to a siege of a place next door, of which sides or roads decide
        town = data.draw(st.sampled_from(sorted(beside)))
        sides = (SIDES[(SIDES.index(beside[town]) + 4) % 8], data.draw(st.sampled_from(SIDES)))
        war = war.more(
            Told("control", ("blue", town), (0, 0)), *(Told("advance_from", ("red", town, s), (1, 1)) for s in sides)
        )
        if data.draw(st.booleans()):
            others = {str(q) for row in war.of("adjacent") for p, q in (row[:2], row[1::-1]) if p == town} - {taken}
            war = war.only(
                lambda one: one.predicate != "route" and not (one.when and {town, *others} & {*one.terms[1:]})
            )
            war = war.more(
                *(Told("control", ("red", q), (0, 0)) for q in sorted(others)), Told("control", ("blue", town), (0, 0))
            )
    war = war.more(AGAINST_BLUE)
    before = follow(war, *VERDICTS, "contested")
    after = follow(war.more(Told("control", ("red", taken), data.draw(days(True)))), *VERDICTS, "contested")
    for place in set(war.places) - {taken}:
        fixed = facing(before, "red", place)
        assert not (sure(before, "besieged", place) & fixed) - sure(after, "besieged", place), place
        assert better_supplied(after, before, place, fixed), place


def test_an_enemy_in_the_region_may_end_a_siege() -> None:
    """29 is false where what is known of a place is inherited: an enemy in the region leaves it without a holder."""
    text = source("""
        hostile(red, blue, 2016-01-01).  part_of(town, land).  part_of(hill, land).  control(blue, land, 2016-01-01).
        part_of(village, land).  control(blue, village, 2016-01-01).
        adjacent(town, a, n).  adjacent(town, b, s).  control(red, a, 2016-01-01).  control(red, b, 2016-01-01).""")
    assert ("town",) in on(follow(text), "besieged", 9)
    assert ("town",) not in on(follow(text + "control(red, hill, 2016-01-05)."), "besieged", 9)


@examples(8)
@given(wars(exact=True), st.data())
def test_one_more_pressed_side(war: War, data: st.DataObject) -> None:
    """45: an enemy next door on a side that was not known keeps a siege, for 2(K + 1) >= N + 1 where 2K >= N."""
    place, side = data.draw(st.sampled_from(war.places)), data.draw(st.sampled_from(SIDES))
    war = war.more(AGAINST_BLUE)
    before = follow(war, "besieged", "known_side", "contested")
    assume((place, side) not in before.rows("known_side"))
    after = follow(war.more(Told("adjacent", (place, "p9", side)), Told("control", ("red", "p9"), (0, 0))), "besieged")
    assert not (sure(before, "besieged", place) & facing(before, "red", place)) - sure(after, "besieged", place)


def test_one_more_unknown_side_may_end_a_siege() -> None:
    """45: known sides are counted, not four or eight: further neighbours of whom nothing is known may end a siege."""
    text = source("""
        hostile(red, blue, 2016-01-01).  control(blue, town, 2016-01-01).  adjacent(town, c, e).  adjacent(town, d, w).
        adjacent(town, a, n).  adjacent(town, b, s).  control(red, a, 2016-01-01).  control(red, b, 2016-01-01).""")
    assert ("town",) in on(follow(text), "besieged", 9)
    assert ("town",) not in on(follow(text + "adjacent(town, x, ne)."), "besieged", 9)


# ---------------------------------------------------------------- roads and bases


@examples(8)
@given(wars(exact=True), st.data())
def test_one_more_road_encircles_nobody(war: War, data: st.DataObject) -> None:
    """30: a road between places to which roads are known encircles no place and makes no supply worse."""
    routed = {str(p) for row in war.of("route") for p in row[1:3] if row[3] not in ("air", "ferry")}
    assume(len(routed) > 1)
    one, other = data.draw(st.permutations(sorted(routed)))[:2]
    before, after = follow(war, *VERDICTS), follow(war.more(Told("route", ("r99", one, other, "road"))), *VERDICTS)
    for place in war.places:
        assert not sure(after, "encircled", place) - sure(before, "encircled", place), place
        assert better_supplied(before, after, place), place


def test_a_first_road_may_encircle() -> None:
    """30 is false for a first road: with it, roads decide instead of sides."""
    text = source("""
        control(blue, town, 2016-01-01).  control(blue, hill, 2016-01-01).  adjacent(town, hill, n).
        control(blue, port, 2016-01-01).  base(blue, port, 2016-01-01).""")
    assert ("town",) not in on(follow(text), "encircled", 9)
    assert ("town",) in on(follow(text + "route(r, town, hill, road)."), "encircled", 9)


@examples(8)
@given(wars(exact=True), st.data())
def test_one_more_base_cuts_off_nobody(war: War, data: st.DataObject) -> None:
    """31: to those who have a base already, one more cuts off no place, encircles none and makes no supply worse."""
    base = Told("base", ("blue", data.draw(st.sampled_from(war.places))), data.draw(days(True)))
    before, after = follow(war, *VERDICTS), follow(war.more(base), *VERDICTS)
    for place in war.places:
        for verdict in ("encircled", "cut_off"):
            assert not sure(after, verdict, place) - sure(before, verdict, place), place
        assert better_supplied(before, after, place), place


def test_a_first_base_may_cut_off() -> None:
    """31 is false for a first base: before it, nothing was known of the supplies of that side."""
    text = source("""
        hostile(red, blue, 2016-01-01).  control(blue, town, 2016-01-01).  control(red, hill, 2016-01-01).
        route(r, town, hill, road).  route(q, hill, port, road).  control(blue, port, 2016-01-01).""")
    assert ("town",) not in on(follow(text), "cut_off", 9)
    assert ("town",) in on(follow(text + "base(blue, port, 2016-01-01)."), "cut_off", 9)


@examples(8)
@given(wars(exact=True), st.data(), st.booleans())
def test_a_closed_road_betters_nothing(war: War, data: st.DataObject, opened: bool) -> None:
    """32: a report that a road is closed makes no supply better, one that it is open none worse, on any day."""
    assume(war.of("route"))
    route = data.draw(st.sampled_from(war.of("route")))[0]
    earlier = [(row[0], data.draw(st.sampled_from(STATUSES))) for row in war.of("route")]
    war = war.more(*(Told("route_status", it, (0, 0)) for it in earlier))
    report = Told("route_status", (route, "open" if opened else "closed"), data.draw(days(True)))
    models = [follow(war, *VERDICTS), follow(war.more(report), *VERDICTS)]
    worse, better = models if opened else models[::-1]
    assert all(better_supplied(worse, better, place) for place in war.places)


# ---------------------------------------------------------------- dates


def cut(truth: Truth, day: int) -> Truth:
    """What it says of the days before one."""
    before = Days(((ordinal(-9999), ordinal(day)),))
    windows = tuple((first, last) for first, last in truth.windows if last < ordinal(day))
    return Truth(truth.certain & before, truth.possible & before, windows)


@examples(12)
@given(wars(), st.data())
def test_a_better_date_confirms(war: War, data: st.DataObject) -> None:
    """34: a narrower date takes back nothing that was certain, and makes nothing possible that was not."""
    vague = [number for number, one in enumerate(war.facts) if one.when and one.when[0] < one.when[1]]
    assume(vague)
    facts = list(war.facts)
    for number in data.draw(st.lists(st.sampled_from(vague), min_size=1, max_size=3, unique=True)):
        first, last = facts[number].when
        start = data.draw(st.integers(first, last))
        facts[number] = facts[number]._replace(when=(start, data.draw(st.integers(start, last))))
    before, after = told(follow(war)), told(follow(War(tuple(facts))))
    for key in {*before, *after}:
        was, is_ = before.get(key, Truth()), after.get(key, Truth())
        assert not was.certain - is_.certain, key
        assert not is_.possible - was.possible, key


@examples(12)
@given(wars(), st.data(), st.integers(0, 12))
def test_nothing_is_known_in_advance(war: War, data: st.DataObject, day: int) -> None:
    """35: what happens from a day on changes no answer about the days before it. Types are timeless, so they are left
    out, and with them all that nothing was told of before.
    """
    types = Vocabulary(doctrine()).type_predicates
    before = told(follow(war))
    known = {value for _, row in before for value in row}
    more = data.draw(st.lists(events(war, war.places[0], False), min_size=1, max_size=3))
    later = [one._replace(when=tuple(day + n for n in one.when)) for one in more]
    after = told(follow(war.more(*later)))
    for key in {*before, *after}:
        if known.issuperset(key[1]) and key[0] not in types:
            assert cut(after.get(key, Truth()), day) == cut(before.get(key, Truth()), day), key


# ---------------------------------------------------------------- elsewhere


@examples(8)
@given(wars(), st.data())
def test_what_happens_elsewhere_changes_no_holder(war: War, data: st.DataObject) -> None:
    """36: an event changes who holds the places that it speaks of, the wholes of these, and the parts of those."""
    event = data.draw(events(war, war.places[0], False).filter(lambda one: one.predicate != "allied"))
    regional = {str(part) for part, _ in war.of("part_of")} | {"region"}
    touched = {str(term) for term in event.terms}
    touched |= regional if touched & regional else set()
    before, after = follow(war, "holds"), follow(war.more(event), "holds")
    for row in {*before.rows("holds"), *after.rows("holds")}:
        if row[1] not in touched:
            assert before.truth("holds", row) == after.truth("holds", row), row


def test_what_happens_to_a_sibling_may_change_a_holder() -> None:
    """36 is false of parts of one whole: where two of them have two holders the others inherit none."""
    text = source("""
        part_of(town, land).  part_of(hill, land).  part_of(village, land).
        control(blue, land, 2016-01-01).  control(blue, village, 2016-01-01).""")
    assert ("blue", "town") in on(follow(text), "holds", 9)
    assert ("blue", "town") not in on(follow(text + "capture(red, hill, 2016-01-05)."), "holds", 9)
