"""What must follow when a war is told another way: captures, rings, pockets, actors merged, places split."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.wars import EVER, SIDES, Told, War, days, examples, follow, on, roads, told, wars

VERDICTS = ("besieged", "encircled", "cut_off")
HOLDING = ("control", "capture", "handover", "capital", "stronghold")
NOISE = st.lists(
    st.builds(
        lambda actor, number, when: Told("capture", (actor, f"p{number}"), when),
        st.sampled_from(("red", "blue", "grey")), st.integers(80, 89), days(True),
    ),
    max_size=3,
)  # fmt: skip


# ---------------------------------------------------------------- captures


@examples(12)
@given(wars(), st.data())
def test_a_capture_ends_the_siege_of_the_captor(war: War, data: st.DataObject) -> None:
    """38: who captures a place holds it alone that day; neither it nor its side besieges the place any more."""
    place, day = data.draw(st.sampled_from(war.places)), data.draw(st.integers(2, 14))
    captor = data.draw(st.sampled_from(("red", "red", "blue", "green")))
    # No other evidence of that day: what two say of one day leaves the place contested.
    war = war.only(
        lambda one: not (one.predicate in HOLDING and place in one.terms and one.when[0] <= day <= one.when[1])
    )
    model = follow(war.more(Told("capture", (captor, place), (day, day))), "besieges", "holds", "same_side")
    assert {actor for actor, held in on(model, "holds", day) if held == place} == {captor}
    side = {actor for actor, other in on(model, "same_side", day) if other == captor}
    assert not {row for row in on(model, "besieges", day) if row[1] == place and row[0] in side}


def test_who_left_presses_no_more() -> None:
    """Driven out of a place, an attacker is thrown back on every side, also on one that only its advance had named."""
    held = [Told("control", ("blue", "town"), (0, 0)), Told("hostile", ("red", "blue"), EVER)]
    war = War((*held, Told("advance_from", ("red", "town", "w"), (2, 2)), Told("withdraw", ("red", "town"), (5, 5))))
    model = follow(war, "pressure", "known_side")
    assert [("red", "town", "w") in on(model, "pressure", day) for day in (4, 5)] == [True, False]
    assert ("town", "w") in on(model, "known_side", 5)


# ---------------------------------------------------------------- rings and pockets


def ring(sides: int, links: int) -> list[Told]:
    """A town of blue, a place of red on each side of it, and behind each the port that is the base of blue."""
    held = [Told("control", ("red", f"p{n}"), (0, 0)) for n in range(sides)]
    beside = [Told("adjacent", ("town", f"p{n}", SIDES[n]), ()) for n in range(sides)]
    ways = [("town", f"p{n}") for n in range(sides)] + [(f"p{n}", "port") for n in range(sides)]
    around = [(f"p{n}", f"p{n + 1}") for n in range(min(links, sides - 1))]
    return [
        Told("hostile", ("red", "blue"), EVER), Told("base", ("blue", "port"), EVER),
        *(Told("control", ("blue", place), (0, 0)) for place in ("town", "port")),
        *held, *beside, *roads([*ways, *around]),
    ]  # fmt: skip


@examples(8)
@given(st.integers(1, 8), st.integers(0, 7), NOISE, st.data())
def test_a_ring_cuts_off_and_any_gap_undoes_it(sides: int, links: int, noise: list[Told], data: st.DataObject) -> None:
    """43: in a ring without a gap, and without an air route, a town is cut off; with any one place of the ring in its
    own hands it is not encircled, and relieved on the day. Airlifted in the ring it is encircled and not cut off.
    """
    war = War(tuple(ring(sides, links))).more(*noise)
    gap = f"p{data.draw(st.integers(0, sides - 1))}"
    closed = follow(war, *VERDICTS)
    opened = follow(war.more(Told("capture", ("blue", gap), (9, 9))), *VERDICTS, "relieved")
    flown = follow(war.more(Told("route", ("lift", "town", "port", "air"))), *VERDICTS)
    for verdict in VERDICTS:
        assert ("town",) in on(closed, verdict, 8), verdict
    assert ("town",) in on(opened, "cut_off", 8)
    assert ("town",) not in on(opened, "encircled", 9)
    assert ("town",) in on(opened, "relieved", 9)
    assert ("town",) in on(flown, "encircled", 8)
    assert ("town",) not in on(flown, "cut_off", 8)


@examples(8)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=5), st.integers(0, 5), NOISE)
def test_friends_in_the_ring_save_nobody(joined: list[int], exit_: int, noise: list[Told]) -> None:
    """44: places of one side that are linked with each other, and with a base only through an enemy's place, are all
    encircled, in one pocket that is named after the first of them.
    """
    size = len(joined) + 1
    inside = [f"p{n}" for n in range(size)]
    ways = [(f"p{number + 1}", f"p{other % (number + 1)}") for number, other in enumerate(joined)]
    war = War((
        Told("hostile", ("red", "blue"), EVER), Told("base", ("blue", "port"), EVER),
        *(Told("control", ("blue", place), (0, 0)) for place in (*inside, "port")),
        Told("control", ("red", "gate"), (0, 0)),
        *roads([*ways, (inside[exit_ % size], "gate"), ("gate", "port")]),
    )).more(*noise)  # fmt: skip
    model = follow(war, "pocket")
    assert {(place,) for place in inside} <= on(model, "encircled", 5)
    assert {row for row in on(model, "pocket", 5) if row[0] in inside} == {(place, "p0") for place in inside}
    freed = follow(war.more(Told("capture", ("blue", "gate"), (9, 9))), "encircled")
    assert not on(freed, "encircled", 9) & {(place,) for place in inside}


@examples(8)
@given(wars(), st.data())
def test_among_friends_nobody_is_besieged(war: War, data: st.DataObject) -> None:
    """42: where all neighbours are friendly, a base is next door and nobody advances, there is no siege."""
    place = data.draw(st.sampled_from(war.places))
    beside = {q for row in war.of("adjacent") for p, q in (row[:2], row[1::-1]) if p == place}
    moves = (
        "advance_from",
        "offensive_from",
        "offensive",
        "advance",
        "attack",
        "enter",
        "allied",
        "member_of",
        "barrier",
    )
    war = war.only(lambda one: one.predicate not in moves and not (one.when and one.when[1] > 9))
    port = sorted(map(str, beside))[0]
    model = follow(
        war.more(
            *(Told("capture", ("blue", str(p)), (20, 20)) for p in (place, *sorted(map(str, beside)))),
            Told("base", ("blue", port), EVER), Told("route", ("r99", place, port, "road")),
        ),
        "besieged",
    )  # fmt: skip
    assert (place,) not in on(model, "besieged", 20)


# ---------------------------------------------------------------- actors merged, places split


@examples(8)
@given(wars(exact=True), st.data())
def test_two_allies_besiege_as_one(war: War, data: st.DataObject) -> None:
    """40: told of two allies who have the same enemies, each at places of its own, a war has the verdicts that it has
    told of one. Left out is what looks at who among them stands where: attacks, advances without a side, withdrawals;
    and disputed places, on which their reported holder does not press, but its ally does.
    """
    names = ("red", "blue")
    kept = (
        *HOLDING,
        "advance_from",
        "offensive_from",
        "strike",
        "route_status",
        "route",
        "adjacent",
        "barrier",
        "base",
    )
    war = war.only(lambda one: one.predicate in kept and not {"green", "grey", "sky", "region"} & set(one.terms))
    war = war.only(lambda one: one.predicate != "handover")
    war = war.more(Told("hostile", names, EVER))
    deputies = {place: data.draw(st.sampled_from(("red", "green"))) for place in war.places}
    two = War(tuple(deputised(one, deputies) for one in war.facts))
    two = two.more(Told("allied", ("red", "green"), EVER), Told("hostile", ("red", "blue"), EVER))
    two = two.more(Told("hostile", ("green", "blue"), EVER))
    one, other = (told(follow(it, *VERDICTS, "contested")) for it in (war, two))
    assume(not any(name == "contested" for name, _ in one))
    for verdict in VERDICTS:
        assert {key: truth for key, truth in one.items() if key[0] == verdict} == {
            key: truth for key, truth in other.items() if key[0] == verdict
        }


def deputised(one: Told, deputies: Mapping[str, str]) -> Told:
    """What red does at a place, done by its deputy there."""
    if one.terms[0] != "red" or one.terms[1] not in deputies:
        return one
    return one._replace(terms=(deputies[str(one.terms[1])], *one.terms[1:]))


@examples(8)
@given(wars(exact=True), st.data())
def test_two_halves_are_encircled_as_one(war: War, data: st.DataObject) -> None:
    """41: a place to which roads are known, told as two with a road between them and the roads shared out, is
    encircled, both halves of it, on the same days; and so are all others.
    """
    routed = {str(p) for row in war.of("route") for p in row[1:3] if row[3] not in ("air", "ferry")}
    assume(routed)
    place = data.draw(st.sampled_from(sorted(routed)))
    facts: list[Told] = [Told("route", ("r99", place, "half", "road"))]
    for one in war.facts:
        moved = one._replace(terms=tuple("half" if term == place else term for term in one.terms))
        geography = one.predicate in ("route", "adjacent", "barrier")
        facts += [data.draw(st.sampled_from((one, moved)))] if geography else [one, moved]
    sides = {"adjacent", "barrier", "reported_link", "reported_siege"}  # decide only where no road is known
    routes = war.only(lambda one: one.predicate not in sides)
    halves = War(tuple(dict.fromkeys(facts))).only(lambda one: one.predicate not in sides)
    whole, split = (told(follow(it, "encircled")) for it in (routes, halves))
    for at in war.places:
        assert split.get(("encircled", (at,))) == whole.get(("encircled", (at,))), at
    assert split.get(("encircled", ("half",))) == whole.get(("encircled", (place,)))


# ---------------------------------------------------------------- parts and wholes


def test_a_besieged_part_is_no_besieged_whole() -> None:
    """46: the siege of one part is not that of the whole, nor of its other parts. That all parts are held says nothing
    of the whole, which may have more parts than are told: `holds_part` lists them.
    """
    war = War((
        *ring(4, 0), Told("part_of", ("town", "region")), Told("part_of", ("p80", "region")),
        Told("control", ("blue", "p80"), (0, 0)),
    ))  # fmt: skip
    model = follow(war)
    assert on(model, "besieged", 5) == {("town",)}
    assert {row for row in on(model, "holds_part", 5) if row[1] == "region"} == {
        ("blue", "region", "town"), ("blue", "region", "p80"),
    }  # fmt: skip
    assert not {row for row in on(model, "holds", 5) if row[1] == "region"}
