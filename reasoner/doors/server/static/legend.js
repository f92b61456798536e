// The legend: what the map shows on the day, and nothing that it does not show.

import { paintArcs, paintHalo, paintPlace, strokeFront, strokeWay, swatch, theme } from "./marks.js";
import { STATUSES, words } from "./theatre.js";

const SIZE = 24;
const RADIUS = 5.5;
const bare = { holders: [], maybe: [], sieges: [], flags: {}, key: "" };

/** What occurs on the day: a key, a text and how it is painted. @returns {[string, string, Function][]} */
function entries(theatre, scene, differing) {
  const found = new Map();
  const say = (key, text, paint) => found.has(key) || found.set(key, [text, paint]);
  const place = (look) => (ctx, colours) => paintPlace(ctx, { ...bare, ...look }, RADIUS, colours);
  const holders = new Set();
  const besiegers = new Set();
  const seen = {};
  for (const look of scene.places) {
    for (const one of look.holders) holders.add(one);
    for (const one of look.maybe) holders.add(one);
    for (const one of look.sieges) besiegers.add(one.actor);
    const several = look.holders.length + look.maybe.length > 1 || "contested" in look.flags;
    if (several) seen.several ??= look;
    if (!look.holders.length && look.maybe.length) seen.maybe ??= look;
    if (!look.holders.length && !look.maybe.length) seen.unknown = true;
    for (const one of look.sieges) seen[one.reported ? "reported" : one.sure ? "derived" : "possible"] ??= one;
    for (const one of ["encircled", "cut_off"]) if (one in look.flags) seen[one] = true;
  }
  for (const actor of theatre.actors)
    if (holders.has(actor) || besiegers.has(actor)) say(actor.id, actor.name, place({ holders: [actor] }));
  const [one] = theatre.actors;
  const contested = { ...seen.several, sieges: [], flags: { contested: true } };
  if (seen.several) say("#several", "contested: several holders", place(contested));
  if (seen.maybe) say("#maybe", "possibly held", place({ maybe: seen.maybe.maybe.slice(0, 1) }));
  if (seen.unknown) say("#unknown", "holder not known", place({}));
  const siege = (kind) => (ctx, colours) => {
    ctx.translate(0, 8);
    paintArcs(ctx, { ...bare, sieges: [{ ...seen[kind], side: "n" }] }, 9, colours);
  };
  if (seen.derived) say("#derived", "besieged from that side", siege("derived"));
  if (seen.possible) say("#possible", "possibly besieged", siege("possible"));
  if (seen.reported) say("#reported", "reported only", siege("reported"));
  if (seen.encircled) say("#encircled", "encircled", place({ holders: one ? [one] : [], flags: { encircled: true } }));
  if (seen.cut_off) say("#cut_off", "cut off", place({ holders: one ? [one] : [], flags: { cut_off: true } }));
  const statuses = new Set(scene.ways.map((way) => way.status));
  const known = [...new Set([...STATUSES, ...statuses])].filter((status) => statuses.has(status));
  const way = (status) => ({ status, colour: theatre.statuses[status], sure: true });
  for (const status of known.reverse())
    say(`#way ${status}`, `way: ${words(status)}`, (ctx, colours) => strokeWay(line(ctx), way(status), colours, 2.5));
  if (scene.fronts.length) say("#front", "front", (ctx, colours) => strokeFront(line(ctx), true, colours, 4));
  if (differing.any) say("#differs", "differs by what is supposed", (ctx, colours) => paintHalo(ctx, 9, colours));
  return [...found].map(([key, [text, paint]]) => [key, text, paint]);
}

function line(ctx) {
  ctx.beginPath();
  ctx.moveTo(-11, 0);
  ctx.lineTo(11, 0);
  return ctx;
}

export class Legend {
  #key = "";

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
  }

  /** @param {import("./theatre.js").Theatre} theatre @param {import("./theatre.js").Scene} scene */
  show(theatre, scene, differing) {
    const found = entries(theatre, scene, differing);
    const key = found.map((one) => one[0] + one[1]).join("|");
    if (key === this.#key) return; // most steps change no kind of thing
    this.#key = key;
    const colours = theme();
    this.list.replaceChildren(
      ...found.map(([, text, paint]) => {
        const one = document.createElement("li");
        one.append(swatch(SIZE, 22, (ctx) => paint(ctx, colours)), text);
        return one;
      }),
    );
  }

  recolour() {
    this.#key = "";
  }
}
