"""A map of a day: places by their holders, besieged sides, ways by their statuses, fronts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from reasoner.geography.sphere import kilometres, points
from reasoner.query.theatre import SIDE, Theatre
from reasoner.render.exports.colours import colours
from reasoner.render.pictures import legend, marks
from reasoner.render.pictures.lettering import folded, width
from reasoner.render.pictures.picture import Picture
from reasoner.render.pictures.placing import Taken, beside
from reasoner.render.pictures.projection import Point, Projection, outlined
from reasoner.render.pictures.scene import Look, Passage, Scene, located, scene, words
from reasoner.render.pictures.statuses import UNKNOWN, looks, spoken
from reasoner.render.pictures.svg import LEADING, SIZE, SMALL, TITLE, add, canvas, finish, group, lines, short, write
from reasoner.render.text import TextRenderer
from reasoner.when import Day, show_day

MARGIN, GAP = 20, 22
MAP, HEIGHT = 760, (420, 660)
PANEL = 260
AROUND = 150  # km, around a place from which no way is known
CREDIT, TINY = "outlines: Natural Earth", 9
STUB = 30  # the length of a way of which only its side is known


def draw(theatre: Theatre, day: Day, renderer: TextRenderer, focus: str | None = None) -> Picture:
    """All places on a day, or one and what lies around it: the ends of its ways, else what is near."""
    whole = scene(theatre, day)
    seen, centre = (_around(whole, focus), f"{renderer.names.show(focus, 'Place')}") if focus else (whole, "")
    title = f"{centre} and around" if centre else "All places"
    last = ", the last evidence" if day == theatre.last_evidence else ""
    told = f"on {show_day(day)}{last}"
    root = canvas(f"{title} {told}", f"A map of {len(seen.places)} places: who holds and besieges them {told}.")
    write(root, MARGIN, MARGIN + TITLE, title, "ink", TITLE, font_weight="bold")
    y = lines(root, MARGIN, MARGIN + TITLE + 4, [told], "faint") + 10
    return _Drawing(root, seen, colours(theatre.actors()), renderer, focus).whole(y)


def _around(whole: Scene, focus: str) -> Scene:
    """One place, the ends of its ways and fronts, and what lies between; without any, what is near."""
    there = located(whole.places)
    ends = [(one.way.start, one.way.end) for one in whole.passages] + [(p, q) for p, q, _ in whole.fronts]
    tied = {focus} | {end for pair in ends if focus in pair for end in pair}
    near = {one for one in tied if one in there}
    if focus in there and len(near) < 2:
        at = points(*_degrees(list(there.values())))
        distances = kilometres(at, at[list(there).index(focus)])
        near |= {name for name, km in zip(there, distances.tolist(), strict=True) if km <= AROUND}
    if near:
        map_ = Projection.around(_spots([there[name] for name in near]), MAP, HEIGHT)
        near = {name for name, one in there.items() if map_.inside(map_(*_spot(one)))}
    kept = near | tied
    return Scene(
        tuple(one for one in whole.places if one.spot.id in kept),
        tuple(one for one in whole.passages if one.way.start in kept and one.way.end in kept),
        tuple(one for one in whole.fronts if one[0] in kept and one[1] in kept),
    )


def _degrees(looks: Sequence[Look]) -> tuple[list[float], list[float]]:
    spots = _spots(looks)
    return [latitude for latitude, _ in spots], [longitude for _, longitude in spots]


def _spots(looks: Sequence[Look]) -> list[Point]:
    return [_spot(one) for one in looks]


def _spot(look: Look) -> Point:
    return look.spot.latitude or 0.0, look.spot.longitude or 0.0


class _Drawing:
    def __init__(
        self, root: Element, seen: Scene, colouring: Mapping[str, str], renderer: TextRenderer, focus: str | None
    ) -> None:
        self.root, self.seen, self.colours, self.renderer, self.focus = root, seen, colouring, renderer, focus
        self.there = located(seen.places)
        self.lost = [one for one in seen.places if one.spot.id not in self.there]
        self.statuses = looks((one.status for one in seen.passages if one.status), renderer.vocabulary)
        self.taken = Taken()
        self.left_out = 0

    def whole(self, top: float) -> Picture:
        """The map, its legend beside it, and places without coordinates below that."""
        across = float(MARGIN + PANEL)
        bottom, left = top, float(MARGIN)
        if self.there:
            left = MARGIN + MAP + GAP
            bottom = self._map(top)
            across += MAP + GAP
        y = legend.draw(add(self.root, "g", "legend"), left, top, PANEL, self.seen, self.colours, self.renderer)
        if self.left_out:
            y = lines(self.root, left, y, [f"{self.left_out} names found no room"], "faint", SMALL)
        if self.lost:
            y, across = self._listed(left, y + 12, bottom, across)
        return finish(self.root, across + MARGIN, max(y, bottom) + MARGIN)

    # ---------------------------------------------------------------- the map

    def _map(self, top: float) -> float:
        """The map below a top; where it ends."""
        map_ = Projection.around(_spots(list(self.there.values())), MAP, HEIGHT)
        frame = add(self.root, "g", "map", transform=f"translate({MARGIN} {short(top)})")
        add(frame, "rect", "sea", x=0, y=0, width=map_.width, height=map_.height)
        self._land(add(frame, "g", "outlines"), map_)
        self._scale(frame, map_)
        at = {name: map_(*_spot(one)) for name, one in self.there.items()}
        radius = min(max((MAP * map_.height / len(at)) ** 0.5 / 9, 2), 7)
        for name, (x, y) in at.items():
            away = marks.reach(self.there[name], radius)
            self.taken.add((x - away, y - away, x + away, y + away))
        ways, names = add(frame, "g", "ways"), Element("g", {"class": "names"})
        for one in self._joined():
            self._way(ways, names, one, at, radius)
        for place, other, sure in self.seen.fronts:
            if place in at and other in at:
                told = f"front between {self._named(place)} and {self._named(other)}"
                marks.front(group(ways, "front", told if sure else f"possibly a {told}"), at[place], at[other], sure)
        places = add(frame, "g", "places")
        for name, look in sorted(self.there.items(), key=lambda one: marks.reach(one[1], radius)):  # the plainest below
            drawn = group(places, "place", f"{look.spot.name}: {words(look, self.renderer)}")
            marks.place(drawn, look, *at[name], radius, self.colours)
        frame.append(names)  # above all marks
        self._names(names, at, radius, map_)
        add(frame, "rect", "edge", x=0, y=0, width=map_.width, height=map_.height)
        return top + map_.height

    def _land(self, parent: Element, map_: Projection) -> None:
        """Countries, and the borders of provinces in them."""
        for level, path in sorted(outlined(map_), key=lambda one: one[0] != "country"):
            if level == "country":
                add(parent, "path", "land", d=path, stroke_width=1)
            else:
                add(parent, "path", "border", d=path, stroke_width=0.8, stroke_dasharray="3 2")

    def _joined(self) -> Iterator[tuple[Passage, Passage | None]]:
        """Each way, with the way back where it is another; ways that are alike both ways once."""
        seen: dict[tuple[str, str, str], Passage] = {}
        for one in self.seen.passages:
            back = seen.pop((one.way.id, one.way.end, one.way.start), None)
            if back is None:
                seen[one.way.id, one.way.start, one.way.end] = one
            else:
                yield (one, back) if (one.statuses, one.sure) != (back.statuses, back.sure) else (one, None)
        yield from ((one, None) for one in seen.values())

    def _way(
        self, ways: Element, names: Element, one: tuple[Passage, Passage | None], at: Mapping[str, Point], radius: float
    ) -> None:
        there, back = one
        start, end = at.get(there.way.start), at.get(there.way.end)
        side = there.way.id.removeprefix(f"{there.way.start}_")
        if not start or (not end and side not in marks.ANGLES):
            return  # it is told in the list
        drawn = group(ways, "passage", self._told(there) + (f"\n{self._told(back)}" if back else ""))
        if not end:
            end = marks.stub(start, side, radius + STUB)
            self._name(names, f"to {self._named(there.way.end)}", end, 4, "faint", towards=side)
        elif back:
            middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
            marks.way(drawn, end, middle, back.status, back.sure, self.statuses)
            end = middle
        marks.way(drawn, start, end, there.status, there.sure, self.statuses)

    def _told(self, one: Passage) -> str:
        way = one.way
        told = (" and " if one.sure else " or ").join(map(spoken, one.statuses))
        said = f"{'' if one.sure else 'possibly '}{told}" if told else "nothing is said of it"
        name = "" if way.mode == SIDE else f", {self.renderer.names.show(way.id)} ({way.mode})"
        return f"from {self._named(way.start)} to {self._named(way.end)}{name}: {said}"

    def _named(self, place: str) -> str:
        return self.renderer.names.show(place, "Place")

    # ---------------------------------------------------------------- names

    def _names(self, parent: Element, at: Mapping[str, Point], radius: float, map_: Projection) -> None:
        """The names, those of what is told most of first, where there is room."""
        ways = Counter(end for one in self.seen.passages for end in (one.way.start, one.way.end))

        def weight(name: str) -> tuple[bool, int, int, str]:
            look = self.there[name]
            return name != self.focus, -len(look.flags) - len(look.sieges), -ways[name], name

        for name in sorted(at, key=weight):
            look = self.there[name]
            away = marks.reach(look, radius) + 2
            if not self._name(parent, look.spot.name, at[name], away, "ink", bold=name == self.focus, inside=map_):
                self.left_out += 1

    def _name(
        self, parent: Element, name: str, at: Point, away: float, classes: str, *, bold: bool = False,
        towards: str = "", inside: Projection | None = None,
    ) -> bool:  # fmt: skip
        """Writes a name beside a mark, on one side of it rather than others, if there is room."""
        wide, high = width(name, SMALL, bold), SMALL * 1.1
        for box in beside(at, away, wide, high, marks.ANGLES.get(towards)):
            left, top, right, bottom = box
            if self.taken.free(box) and (not inside or all(map(inside.inside, ((left - 4, top), (right + 4, bottom))))):
                self.taken.add(box)
                heavy = {"font_weight": "bold"} if bold else {}
                write(parent, left, bottom - SMALL * 0.25, name, f"{classes} halo", SMALL, **heavy)
                return True
        return False

    def _scale(self, frame: Element, map_: Projection) -> None:
        """A bar of so many kilometres, below on the left."""
        km, long = map_.bar()
        said, y = f"{km:,} km".replace(",", " "), map_.height - 14
        add(frame, "path", "mark", d=f"M12 {short(y - 4)}V{short(y)}H{short(12 + long)}V{short(y - 4)}")
        write(frame, 16 + long, y + 3, said, "ink halo", SMALL)
        write(frame, map_.width - 8, y + 3, CREDIT, "faint halo", TINY, text_anchor="end")
        self.taken.add((8, y - 8, 20 + long + width(said, SMALL), map_.height))
        self.taken.add((map_.width - 12 - width(CREDIT, TINY), y - 8, map_.width, map_.height))

    # ---------------------------------------------------------------- places that no map can show

    def _listed(self, left: float, top: float, bottom: float, across: float) -> tuple[float, float]:
        """Places without coordinates, below the legend as far as there is room, then in columns below all."""
        title = lines(self.root, left, top, ["without coordinates"], "faint")
        entries = [(one, self._entry(one)) for one in sorted(self.lost, key=self._order)]
        y, lowest = title + 4, title
        columns = [left]
        room = max(int((across - MARGIN + GAP) // (PANEL + GAP)), 1)
        for n, (look, texts) in enumerate(entries):
            high = self._height(look, texts)
            if y + high > max(bottom, title + 60) and len(columns) == 1 and self.there:
                columns = [MARGIN + k * (PANEL + GAP) for k in range(room)]
                rest = entries[n:]
                return self._columns(columns, rest, max(bottom, y) + GAP), across
            self._place(look, texts, left, y)
            y += high
            lowest = max(lowest, y)
        return lowest, across

    def _columns(
        self, columns: Sequence[float], entries: Sequence[tuple[Look, list[str]]], top: float
    ) -> float:  # fmt: skip
        """Entries in columns of about the same height; where the lowest ends."""
        each = sum(self._height(*one) for one in entries) / len(columns)
        y, lowest, waiting = top, top, list(columns)
        for look, texts in entries:
            if y - top >= each and len(waiting) > 1:
                y, _ = top, waiting.pop(0)
            self._place(look, texts, waiting[0], y)
            y += self._height(look, texts)
            lowest = max(lowest, y)
        return lowest

    def _order(self, look: Look) -> tuple[bool, bool, str]:
        said = look.holders or look.maybe or look.sieges or look.flags
        return look.spot.id != self.focus, not said, look.spot.name

    def _entry(self, look: Look) -> list[str]:
        """What is said of a place, and of the ways from it and to it that are not on the map."""
        told = [words(look, self.renderer)]
        for one in self.seen.passages:
            there, here = one.way.start in self.there, look.spot.id
            if (one.way.end if there else one.way.start) == here and one.status not in ("", UNKNOWN):
                told.append(self._told(one))
        return [part for text in told for part in folded(text, PANEL - legend.INDENT, SMALL)]

    def _height(self, look: Look, texts: Sequence[str]) -> float:
        return max(SIZE * LEADING + len(texts) * SMALL * LEADING, 2 * marks.reach(look, legend.RADIUS)) + 6

    def _place(self, look: Look, texts: Sequence[str], x: float, y: float) -> None:
        drawn = group(self.root, "listed place", f"{look.spot.name}: {words(look, self.renderer)}")
        marks.place(drawn, look, x + 14, y + 1 + max(marks.reach(look, legend.RADIUS), 8), legend.RADIUS, self.colours)
        heavy = {"font_weight": "bold"} if look.spot.id == self.focus else {}
        y = lines(drawn, x + legend.INDENT, y, [look.spot.name], "ink", SIZE, **heavy)
        lines(drawn, x + legend.INDENT, y, texts, "faint", SMALL)
