// All places in words, for the keyboard, for screen readers, and for what no map can show.

import { paintPlace, reach, swatch, theme } from "./marks.js";
import { inWords, weight } from "./theatre.js";

const MOST = 100; // rows at a time: thousands would slow every step of the slider down
const CHIPS = 24;
const RADIUS = 5;

/** The mark of a place, beside its name. @param {import("./theatre.js").Look} look */
function mark(look) {
  const colours = theme();
  const r = look.sieges.length || "encircled" in look.flags ? RADIUS : RADIUS + 1;
  const extent = Math.max(13, Math.ceil(reach(look, r)));
  const canvas = swatch(2 * extent, 2 * extent, (ctx) => paintPlace(ctx, look, r, colours));
  canvas.className = "mark";
  return canvas;
}

/** A button that chooses a place. */
function button(place, at, on) {
  const one = document.createElement("button");
  one.type = "button";
  one.dataset.place = place.id;
  one.addEventListener("click", () => on.choose(at));
  one.addEventListener("focus", () => on.point(at));
  one.addEventListener("mouseenter", () => on.point(at));
  for (const over of ["blur", "mouseleave"]) one.addEventListener(over, () => on.point(-1));
  return one;
}

/** The list of all places: those first on which something presses, then by name. */
export class Places {
  #most = MOST;
  #theatre = null;
  #scene = null;
  #rows = new Map();

  /** @param {HTMLElement} root @param {{choose: (at: number) => void, point: (at: number) => void}} on */
  constructor(root, on) {
    [this.filter, this.list, this.more] = ["input", "ol", ".more"].map((name) => root.querySelector(name));
    [this.root, this.on] = [root, on];
    this.filter.addEventListener("input", () => this.#anew());
    this.list.addEventListener("keydown", (event) => {
      const row = event.target.closest("li");
      const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
      if (!next) return;
      event.preventDefault();
      next.querySelector("button").focus();
    });
    this.more.addEventListener("click", () => {
      const first = this.#most;
      this.#most += MOST;
      this.#draw();
      this.list.children[first]?.querySelector("button").focus();
    });
  }

  /** @param {import("./theatre.js").Theatre} theatre */
  use(theatre) {
    this.#theatre = theatre;
    this.#rows.clear();
    this.#most = MOST;
  }

  /** @param {import("./theatre.js").Scene} scene @param {number} chosen @param {Set<number>} differing */
  show(scene, chosen, differing) {
    Object.assign(this, { chosen, differing });
    this.#scene = scene;
    this.#draw();
  }

  #anew() {
    this.#most = MOST;
    this.#draw();
  }

  #draw() {
    if (this.root.hidden || !this.#scene) return; // nobody sees it: it is drawn when it is shown
    const wanted = this.filter.value.trim().toLowerCase();
    const { places } = this.#theatre;
    const found = places
      .map((place, at) => ({ place, at, look: this.#scene.places[at] }))
      .filter(({ place }) => !wanted || place.name.toLowerCase().includes(wanted) || place.id.includes(wanted))
      .sort((a, b) => weight(b.look) - weight(a.look) || (a.place.name < b.place.name ? -1 : 1));
    const held = this.list.contains(document.activeElement) ? document.activeElement : null;
    this.list.replaceChildren(...found.slice(0, this.#most).map((one) => this.#row(one)));
    held?.isConnected && held.focus(); // rows move, the focus stays
    this.more.hidden = found.length <= this.#most;
    this.more.textContent = `Show ${Math.min(MOST, found.length - this.#most)} more of ${found.length - this.#most}`;
  }

  #row({ place, at, look }) {
    const key = `${look.key} ${at === this.chosen} ${this.differing.has(at)}`;
    const known = this.#rows.get(at);
    if (known?.dataset.key === key) return known;
    const row = known ?? document.createElement("li");
    if (!known) row.append(button(place, at, this.on));
    row.dataset.key = key;
    const one = row.firstChild;
    const name = document.createElement("b");
    name.textContent = place.name;
    const told = document.createElement("span");
    told.textContent = inWords(look) + (this.differing.has(at) ? "; differs by what is supposed" : "");
    one.replaceChildren(mark(look), name, " ", told);
    one.setAttribute("aria-current", String(at === this.chosen));
    this.#rows.set(at, row);
    return row;
  }

  /** Colours have changed. */
  recolour() {
    this.#rows.clear();
    this.#draw();
  }
}

/** The places without coordinates, beside the map with the same marks. */
export class OffMap {
  /**
   * @param {HTMLElement} root
   * @param {{choose: (at: number) => void, point: (at: number) => void, all: () => void}} on
   */
  constructor(root, on) {
    [this.root, this.list, this.on] = [root, root.querySelector("ul"), on];
  }

  /** @param {import("./theatre.js").Theatre} theatre */
  use(theatre) {
    const all = theatre.places.map((place, at) => ({ place, at })).filter(({ place }) => place.lat === null);
    const told = ({ place }) => place.holders.length + place.sieges.length > 0;
    all.sort((a, b) => Number(told(b)) - Number(told(a)));
    const chip = ({ place, at }) => ({ at, one: button(place, at, this.on), name: place.name, key: null });
    this.shown = all.slice(0, CHIPS).map(chip);
    const items = this.shown.map(({ one }) => item(one));
    if (all.length > CHIPS) {
      const rest = document.createElement("button");
      rest.type = "button";
      rest.textContent = `and ${all.length - CHIPS} more`;
      rest.addEventListener("click", () => this.on.all());
      items.push(item(rest));
    }
    this.list.replaceChildren(...items);
    this.root.hidden = all.length === 0;
  }

  /** @param {import("./theatre.js").Scene} scene @param {number} chosen @param {Set<number>} differing */
  show(scene, chosen, differing) {
    for (const chip of this.shown) {
      const look = scene.places[chip.at];
      chip.one.setAttribute("aria-current", String(chip.at === chosen));
      chip.one.classList.toggle("differs", differing.has(chip.at));
      if (chip.key === look.key) continue;
      chip.key = look.key;
      chip.one.replaceChildren(mark(look), chip.name);
      chip.one.title = inWords(look);
    }
  }

  recolour() {
    for (const chip of this.shown ?? []) chip.key = null;
  }
}

function item(one) {
  const made = document.createElement("li");
  made.append(one);
  return made;
}
