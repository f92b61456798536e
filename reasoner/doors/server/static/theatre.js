// The war over all days, as /theatre.json tells it, and how it stands on any one of them. No server is asked for a day.

/** First days and days after, in turn; null: since ever, or still. @typedef {(number | null)[]} Runs */
/** @typedef {{id: string, name: string, colour: string}} Actor */
/**
 * How a place stands on a day. `key` is the same for two places, or days, that look the same.
 * @typedef {object} Look
 * @property {Actor[]} holders for certain
 * @property {Actor[]} maybe who possibly holds it
 * @property {{actor: Actor, side: string, sure: boolean, reported: boolean}[]} sieges
 * @property {Record<string, boolean>} flags whether each state that may hold does so for certain
 * @property {string} key
 */
/**
 * @typedef {object} Place
 * @property {string} id
 * @property {string} name
 * @property {number | null} lat
 * @property {number | null} lon
 * @property {[number, Runs, Runs][]} holders
 * @property {[number, string, Runs, Runs, string][]} sieges
 * @property {Record<string, [Runs, Runs]>} flags
 */
/**
 * @typedef {{id: string, name: string, from: number, to: number, mode: string, statuses: [string, Runs, Runs][]}} Way
 */
/** @typedef {{way: Way, status: string, colour: string, sure: boolean}} WayLook */
/** @typedef {{from: number, to: number, sure: boolean}} FrontLook */
/** @typedef {{day: number, places: Look[], ways: WayLook[], fronts: FrontLook[]}} Scene */

export const SIDES = {
  n: "north", ne: "north-east", e: "east", se: "south-east", s: "south", sw: "south-west", w: "west", nw: "north-west",
};
// The worst first: where several statuses are possible, that is the one to warn of.
export const STATUSES = ["closed", "contested", "under_fire", "restricted", "threatened", "open", "unknown"];
/** A constant in words. @param {string} name */
export const words = (name) => name.replaceAll("_", " ");

/** @param {Runs} runs @param {number} day */
function on(runs, day) {
  for (let at = 0; at < runs.length; at += 2) {
    const [first, after] = [runs[at], runs[at + 1]];
    if ((first === null || first <= day) && (after === null || day < after)) return true;
  }
  return false;
}

export class Theatre {
  /** @param {{days: number[], last_evidence: number | null, statuses: Record<string, string>,
   *   actors: Actor[], places: Place[], ways: Way[],
   *   fronts: [number, number, Runs, Runs][]}} data */
  constructor(data) {
    this.days = data.days;
    this.lastEvidence = data.last_evidence;
    this.actors = data.actors;
    this.statuses = data.statuses;
    this.places = data.places;
    this.ways = data.ways;
    this.fronts = data.fronts;
    // What is there on all days: each road once, whichever end it is told from.
    this.roads = data.ways.filter((way) => way.mode !== "side" && way.from < way.to);
    this.at = new Map(data.places.map((place, at) => [place.id, at]));
  }

  /** How everything stands on a day. @param {number} day @returns {Scene} */
  on(day) {
    const ways = [];
    for (const way of this.ways) {
      const look = this.#way(way, day);
      if (look) ways.push(look);
    }
    const fronts = [];
    for (const [from, to, certain, possible] of this.fronts)
      if (on(possible, day)) fronts.push({ from, to, sure: on(certain, day) });
    return { day, places: this.places.map((place) => this.look(place, day)), ways, fronts };
  }

  /** @param {Place} place @param {number} day @returns {Look} */
  look(place, day) {
    const look = { holders: [], maybe: [], sieges: [], flags: {}, key: "" };
    let key = "";
    for (const [actor, certain, possible] of place.holders) {
      if (!on(possible, day)) continue;
      const sure = on(certain, day);
      (sure ? look.holders : look.maybe).push(this.actors[actor]);
      key += `${this.actors[actor].id}${sure ? "!" : "?"}`;
    }
    for (const [at, side, certain, possible, origin] of place.sieges) {
      if (!on(possible, day)) continue;
      const actor = this.actors[at];
      const siege = { actor, side, sure: on(certain, day), reported: origin === "reported" };
      // What is derived says more than a report of the same, and reports add up.
      const other = look.sieges.find((one) => one.actor === actor && one.side === side);
      if (!other) look.sieges.push(siege);
      else if (other.reported && !siege.reported) Object.assign(other, siege);
      else if (other.reported === siege.reported) other.sure ||= siege.sure;
    }
    for (const { actor, side, sure, reported } of look.sieges)
      key += `|${actor.id}${side}${sure ? "!" : "?"}${reported ? "r" : ""}`;
    for (const name in place.flags) {
      const [certain, possible] = place.flags[name];
      if (!on(possible, day)) continue;
      look.flags[name] = on(certain, day);
      key += `|${name}${look.flags[name] ? "!" : "?"}`;
    }
    look.key = key;
    return look;
  }

  /** The number of a place by its constant, or by its name; -1: there is none. @param {string} written */
  find(written) {
    const name = written.toLowerCase();
    return this.at.get(written) ?? (written ? this.places.findIndex((place) => place.name.toLowerCase() === name) : -1);
  }

  /** @param {Way} way @param {number} day @returns {WayLook | null} */
  #way(way, day) {
    let found = null;
    for (const [status, certain, possible] of way.statuses) {
      if (!on(possible, day)) continue;
      const one = { way, status, colour: this.statuses[status], sure: on(certain, day) };
      const worse = found && STATUSES.indexOf(one.status) < STATUSES.indexOf(found.status);
      if (!found || (one.sure && !found.sure) || (one.sure === found.sure && worse)) found = one;
    }
    return found;
  }

  /** Days on which a place changes, in order. @param {Place} place @returns {number[]} */
  changes(place) {
    const first = this.days[0] ?? 0;
    const truths = [...place.holders.map((one) => one.slice(1, 3)), ...place.sieges.map((one) => one.slice(2, 4))];
    const edges = [...truths, ...Object.values(place.flags)].flat(2);
    return [...new Set(edges)].filter((day) => day !== null && day >= first).sort((a, b) => a - b);
  }

  /** The last change day up to a day, as its number, or 0. @param {number} day */
  step(day) {
    let [low, high] = [0, this.days.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.days[middle] <= day) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/**
 * What is not the same in two scenes: numbers of places, ways and fronts of the second one.
 * @param {Theatre} before @param {Scene} was @param {Theatre} after @param {Scene} is
 * @returns {{places: Set<number>, ways: Set<Way>, any: boolean}}
 */
export function differing(before, was, after, is) {
  const places = new Set();
  after.places.forEach((place, at) => {
    const other = before.at.get(place.id);
    if ((other === undefined ? "" : was.places[other].key) !== is.places[at].key) places.add(at);
  });
  const told = (one) => `${one.status}${one.sure ? "!" : "?"}`;
  const key = (theatre, one) => `${one.way.id} ${theatre.places[one.way.from].id}`;
  const old = new Map(was.ways.map((one) => [key(before, one), told(one)]));
  const ways = new Set();
  for (const one of is.ways) if (old.get(key(after, one)) !== told(one)) ways.add(one.way);
  const now = new Set(is.ways.map((one) => key(after, one)));
  const gone = was.ways.some((one) => !now.has(key(before, one)));
  return { places, ways, any: places.size > 0 || ways.size > 0 || gone };
}

/**
 * The first day after a day on which some place is not the same; only those that can differ are looked at.
 * @param {Theatre} before @param {Theatre} after @param {number} day @returns {number | undefined}
 */
export function nextDifference(before, after, day) {
  const told = (theatre, { holders, sieges, flags }) => {
    const named = ([actor, ...rest]) => [theatre.actors[actor].id, ...rest];
    return JSON.stringify([holders.map(named), sieges.map(named), flags]);
  };
  const both = after.places.flatMap((place) => {
    const other = before.places[before.at.get(place.id) ?? -1];
    return other && told(before, other) !== told(after, place) ? [[other, place]] : [];
  });
  const days = both.flatMap(([other, place]) => [...before.changes(other), ...after.changes(place)]);
  const later = [...new Set(days)].filter((one) => one > day).sort((a, b) => a - b);
  return later.find((one) => both.some(([other, place]) => before.look(other, one).key !== after.look(place, one).key));
}

/** Some words as one phrase: a, b and c. @param {string[]} parts */
export function listed(parts) {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** How much there is to see of a place. @param {Look} look */
export const weight = ({ sieges, flags, holders }) =>
  (sieges.length ? 4 : 0) + ("contested" in flags ? 2 : 0) + (holders.length ? 1 : 0);

/** How a place stands, in words. @param {Look} look */
export function inWords(look) {
  const names = (actors) => listed(actors.map((one) => one.name));
  const told = [];
  if (look.holders.length) told.push(`held by ${names(look.holders)}`);
  if (look.maybe.length) told.push(`possibly held by ${names(look.maybe)}`);
  if (!told.length) told.push("holder not known");
  const kinds = new Map();
  for (const siege of look.sieges) {
    const kind = `${siege.sure ? "" : "possibly "}${siege.reported ? "reported to be " : ""}besieged`;
    if (!kinds.has(kind)) kinds.set(kind, new Map());
    const by = kinds.get(kind);
    by.set(siege.actor.name, [...(by.get(siege.actor.name) ?? []), SIDES[siege.side] ?? siege.side]);
  }
  for (const [kind, by] of kinds) {
    const whence = [...by].map(([who, sides]) => `from the ${listed(sides)} by ${who}`);
    told.push(`${kind} ${listed(whence)}`);
  }
  for (const [name, sure] of Object.entries(look.flags)) {
    if (name === "besieged" && look.sieges.length) continue;
    told.push(`${sure ? "" : "possibly "}${words(name)}`);
  }
  return told.join("; ");
}
