// The map: Leaflet moves it, a canvas of our own shows the war on the chosen day. Nothing here asks the server.

/* global L */
import { beside, Room } from "./labels.js";
import { FONT, Ground } from "./ground.js";
import { bare, paintCorners, paintHalo, paintPlace, reach, strokeFront, strokeWay, theme, towards } from "./marks.js";
import { Sheet, stamped } from "./sheet.js";
import { inWords, weight } from "./theatre.js";

/** @typedef {import("./theatre.js").Theatre} Theatre */
/** @typedef {import("./theatre.js").Scene} Scene */

const STUB = 46; // pixels of a way towards a place that no map has
const NAMED = 400; // names that are tried, so that thousands of places do not slow a step down
const CLICK = 12; // pixels around a small mark that still are the mark

export class TheatreMap {
  #theatre = null;
  #scene = null;
  #ground = new Ground([]);
  #stamps = new Map();
  #widths = new Map();
  #differing = { places: new Set(), ways: new Set() };
  #chosen = -1;
  #pointed = -1;
  #sheet = null;
  #stillKey = "";

  /** @param {HTMLElement} element @param {(place: number) => void} onChoose */
  constructor(element, onChoose) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.element = element;
    this.map = L.map(element, {
      attributionControl: false, zoomControl: false, zoomAnimation: false, fadeAnimation: false, inertia: !still,
      zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 1, maxZoom: 15, boxZoom: true, tapHold: false,
    });
    L.control.zoom({ position: "topright" }).addTo(this.map);
    this.map.setView([30, 30], 2);
    this.sheet = new Sheet((ctx, width, height) => this.#draw(ctx, width, height)).addTo(this.map);
    this.colours = theme();
    this.#watch(onChoose);
  }

  #watch(onChoose) {
    this.map.on("click", (event) => {
      const at = this.#under(event.containerPoint);
      if (at >= 0) onChoose(at);
    });
    this.tip = this.element.appendChild(document.createElement("div"));
    this.tip.className = "tip";
    this.tip.setAttribute("aria-hidden", "true"); // the list of places says the same
    this.tip.hidden = true;
    this.map.on("mousemove", (event) => this.#point(this.#under(event.containerPoint)));
    this.map.on("mouseout movestart", () => this.#point(-1));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(this.element);
  }

  recolour() {
    this.colours = theme();
    this.#stillKey = "";
    this.#stamps.clear();
    this.sheet.ask();
  }

  /** Another war, or the same with other facts. @param {Theatre} theatre */
  use(theatre) {
    this.#theatre = theatre;
    const located = theatre.places.map((one) => one.lat !== null && one.lon !== null);
    // Mercator's plane once for all: 256 units wide, to be scaled by the zoom.
    this.points = theatre.places.map((one, at) => (located[at] ? this.map.project([one.lat, one.lon], 0) : null));
    this.#chosen = this.#pointed = -1;
    this.#stillKey = "";
  }

  /** Moves the map so that all places are in view. @param {number} left pixels that something else covers */
  fit(left) {
    const all = this.#theatre.places.filter((one) => one.lat !== null).map((one) => [one.lat, one.lon]);
    this.map.invalidateSize({ animate: false }); // what stands around the map may have come or gone
    const around = { paddingTopLeft: [left + 40, 64], paddingBottomRight: [72, 40], maxZoom: 9, animate: false };
    if (all.length) this.map.fitBounds(L.latLngBounds(all), around);
  }

  /** @param {object} geojson countries and provinces */
  outline(geojson) {
    this.#ground = new Ground(geojson.features, (lat, lon) => this.map.project([lat, lon], 0));
    this.#stillKey = "";
    this.sheet.ask();
  }

  /** @param {Scene} scene @param {{places: Set<number>, ways: Set<object>}} differing */
  show(scene, differing) {
    this.#scene = scene;
    this.#differing = differing;
    this.tip.hidden = true; // it tells of another day
    this.sheet.ask();
  }

  /** Marks a place, and brings it into view. @param {number} at its number, or -1 @param {boolean} move */
  choose(at, move = false) {
    this.#chosen = at;
    const place = this.#theatre.places[at];
    const spot = move && place && place.lat !== null ? [place.lat, place.lon] : null;
    if (spot && !this.map.getBounds().pad(-0.08).contains(spot)) this.map.panTo(spot, { animate: false });
    this.sheet.ask();
  }

  /** Marks the place that is pointed at, here or in a list. */
  #point(at) {
    if (at === this.#pointed) return;
    this.point(at);
    this.tip.hidden = at < 0;
    if (at < 0) return;
    const [x, y] = this.#where(at);
    const name = document.createElement("b");
    name.textContent = this.#theatre.places[at].name;
    this.tip.replaceChildren(name, ` ${inWords(this.#scene.places[at])}`);
    const right = x > this.element.clientWidth / 2;
    this.tip.style.left = right ? "auto" : `${x + 16}px`;
    this.tip.style.right = right ? `${this.element.clientWidth - x + 16}px` : "auto";
    this.tip.style.top = `${Math.max(4, y - 12)}px`;
  }

  /** @param {number} at */
  point(at) {
    this.#pointed = at;
    this.map.getContainer().classList.toggle("on-place", at >= 0);
    this.sheet.ask();
  }

  /** The place under a point of the map, or -1. */
  #under(point) {
    let [found, nearest] = [-1, Infinity];
    this.#eachPlace((at, x, y) => {
      const distance = Math.hypot(x - point.x, y - point.y);
      if (distance < nearest) [found, nearest] = [at, distance];
    });
    return nearest <= Math.max(CLICK, this.#radius + 6) ? found : -1;
  }

  /** What the map shows of the plane: how large, from which corner. */
  get #view() {
    const scale = this.map.getZoomScale(this.map.getZoom(), 0);
    return { scale, corner: this.map.getPixelBounds().min, ratio: window.devicePixelRatio || 1 };
  }

  /** @returns {[number, number] | null} */
  #where(at, { scale, corner } = this.#view) {
    const point = this.points[at];
    return point && [point.x * scale - corner.x, point.y * scale - corner.y];
  }

  /** All places in view, with their pixels. */
  #eachPlace(visit, margin = 30) {
    if (!this.#theatre) return;
    const { scale, corner } = this.#view;
    const { x: width, y: height } = this.map.getSize();
    this.points.forEach((point, at) => {
      if (!point) return;
      const [x, y] = [point.x * scale - corner.x, point.y * scale - corner.y]; // as #where, for thousands at once
      if (x > -margin && y > -margin && x < width + margin && y < height + margin) visit(at, x, y);
    });
  }

  /** Large where there are few, small where thousands crowd. */
  get #radius() {
    let count = 0;
    this.#eachPlace(() => (count += 1), 0);
    const { x, y } = this.map.getSize();
    const free = Math.sqrt((x * y) / Math.max(1, count)) / 7;
    return Math.min(8.5, Math.max(2, Math.round(free * 2) / 2)); // in steps, or all marks were made anew at each move
  }

  #draw(ctx, width, height) {
    const view = this.#view;
    ctx.drawImage(this.#still(view, width, height), 0, 0, width, height);
    if (!this.#scene) return;
    const r = this.#radius;
    const xy = new Array(this.points.length);
    this.#eachPlace((at, x, y) => (xy[at] = [x, y]), 4000); // far ones too: ways lead to them
    const room = new Room(width, height);
    this.#keepFree(room);
    this.#drawFronts(ctx, xy, r);
    const stubs = this.#drawWays(ctx, xy, r);
    const inside = [];
    this.#eachPlace((at) => inside.push(at));
    for (const at of inside)
      if (this.#differing.places.has(at)) this.#stamp(ctx, xy[at], reach(this.#scene.places[at], r) + 5, paintHalo);
    const order = this.#inOrder(inside);
    ctx.imageSmoothingEnabled = false;
    for (let n = order.length - 1; n >= 0; n -= 1) this.#drawPlace(ctx, order[n], xy[order[n]], r, room);
    for (const [at, width] of [[this.#pointed, 1.25], [this.#chosen, 2.5]]) this.#corner(ctx, at, xy[at], r, width);
    this.#drawNames(ctx, order, xy, r, room);
    this.#drawStubNames(ctx, stubs, room);
    this.#ground.drawNames(ctx, view, this.colours, width, height, room);
    this.element.dataset.drawn = String(this.#scene.day);
  }

  /** No name goes where something lies over the map. */
  #keepFree(room) {
    const { left, top } = this.element.getBoundingClientRect();
    for (const one of this.element.parentElement.querySelectorAll("#date, .legend, .leaflet-bar")) {
      const box = one.getBoundingClientRect();
      room.take(box.left - left, box.top - top, box.width, box.height, true);
    }
  }

  /** What is the same on all days, land and roads: drawn anew only when the map has moved. */
  #still(view, width, height) {
    const key = [view.scale, view.corner.x, view.corner.y, view.ratio, width, height].join(" ");
    if (key === this.#stillKey) return this.#sheet;
    this.#stillKey = key;
    const sheet = (this.#sheet ??= document.createElement("canvas"));
    Object.assign(sheet, { width: width * view.ratio, height: height * view.ratio });
    const ctx = sheet.getContext("2d");
    ctx.scale(view.ratio, view.ratio);
    this.#ground.draw(ctx, view, this.colours, width, height);
    if (!this.#theatre) return sheet;
    ctx.beginPath();
    const near = ([x, y]) => x > -width && y > -height && x < 2 * width && y < 2 * height;
    for (const { from, to } of this.#theatre.roads) {
      const [a, b] = [this.#where(from, view), this.#where(to, view)];
      if (!a || !b || !(near(a) || near(b))) continue;
      ctx.moveTo(...a);
      ctx.lineTo(...b);
    }
    ctx.globalAlpha = 0.5;
    ctx.lineWidth = this.#radius < 4 ? 0.5 : 1;
    ctx.strokeStyle = this.colours.faint;
    ctx.stroke();
    return sheet;
  }

  #stamp(ctx, [x, y], radius, paint) {
    ctx.translate(x, y);
    paint(ctx, radius, this.colours);
    ctx.translate(-x, -y);
  }

  /** The places that matter most first: they are drawn last, and named first. */
  #inOrder(inside) {
    const worth = (at) => {
      const look = this.#scene.places[at];
      const looked = (at === this.#chosen || at === this.#pointed ? 16 : 0) + (this.#differing.places.has(at) ? 8 : 0);
      return looked + weight(look);
    };
    const worths = new Map(inside.map((at) => [at, worth(at)]));
    return inside.sort((a, b) => worths.get(b) - worths.get(a));
  }

  #drawPlace(ctx, at, [x, y], r, room) {
    const look = this.#scene.places[at];
    if (bare(look)) this.#stamp(ctx, [x, y], r, (to, size, colours) => paintPlace(to, look, size, colours));
    else this.#copy(ctx, look, x, y, r);
    const half = reach(look, r) - 1;
    if (r > 2.5 || look.sieges.length) room.take(x - half, y - half, 2 * half, 2 * half, true);
  }

  #copy(ctx, look, x, y, r) {
    const key = `${look.key} ${r}`;
    if (!this.#stamps.has(key)) {
      if (this.#stamps.size > 4000) this.#stamps.clear();
      this.#stamps.set(key, stamped(look, r, this.colours));
    }
    const { image, size, ratio } = this.#stamps.get(key);
    // On whole pixels of the screen it is copied as it is.
    const whole = (one) => Math.round((one - size / 2) * ratio) / ratio;
    ctx.drawImage(image, whole(x), whole(y), size, size);
  }

  #corner(ctx, at, where, r, width) {
    if (!where || at < 0) return;
    const halo = this.#differing.places.has(at) ? 4 : 0;
    const radius = Math.max(7, reach(this.#scene.places[at], r) + 2 + halo);
    this.#stamp(ctx, where, radius, (to, size, colours) => paintCorners(to, size, colours, width));
  }

  /** A front lies between two places, across the line from one to the other. */
  #drawFronts(ctx, xy, r) {
    for (const sure of [false, true]) {
      ctx.beginPath();
      for (const front of this.#scene.fronts) {
        const [a, b] = [xy[front.from], xy[front.to]];
        if (front.sure !== sure || !a || !b) continue;
        const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        const length = Math.hypot(dx, dy) || 1;
        const half = Math.min(20, length * 0.4) / length;
        const [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        ctx.moveTo(x - dy * half, y + dx * half);
        ctx.lineTo(x + dy * half, y - dx * half);
      }
      strokeFront(ctx, sure, this.colours, Math.max(1.5, r * 0.62));
    }
  }

  /** Each way from its place to the middle, for each end may get other supplies by it. Those alike are one path. */
  #drawWays(ctx, xy, r) {
    const paths = new Map();
    const stubs = [];
    for (const look of this.#scene.ways) {
      const { way, status, sure } = look;
      const a = xy[way.from];
      if (!a) continue;
      const b = xy[way.to];
      const side = way.mode === "side" ? way.id.slice(way.id.lastIndexOf("_") + 1) : "";
      let end = b && [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      if (!b && side) {
        const away = reach(this.#scene.places[way.from], r);
        const [dx, dy] = towards(side);
        end = [a[0] + dx * (away + STUB), a[1] + dy * (away + STUB)];
        stubs.push({ x: end[0], y: end[1], name: `to ${this.#theatre.places[way.to].name}`, side, look });
      }
      if (!end) continue;
      const changed = this.#differing.ways.has(way);
      const key = `${status} ${sure} ${changed}`;
      if (!paths.has(key)) paths.set(key, { look, changed, path: [] });
      paths.get(key).path.push([a, end]);
    }
    const width = Math.max(1, r * 0.4);
    for (const { look, changed, path } of paths.values()) {
      ctx.beginPath();
      for (const [from, to] of path) {
        ctx.moveTo(...from);
        ctx.lineTo(...to);
      }
      if (changed) {
        ctx.strokeStyle = this.colours.halo;
        ctx.lineWidth = width + 8;
        ctx.stroke();
      }
      strokeWay(ctx, look, this.colours, width);
    }
    return stubs;
  }

  #drawStubNames(ctx, stubs, room) {
    for (const { x, y, name, side, look } of stubs) {
      const [dx, dy] = towards(side);
      ctx.beginPath();
      for (const turn of [-1, 1]) {
        ctx.moveTo(x, y);
        ctx.lineTo(x - dx * 7 - turn * dy * 5, y - dy * 7 + turn * dx * 5);
      }
      strokeWay(ctx, look, this.colours, 2);
      this.#write(ctx, `italic 12px ${FONT}`, name, x + dx * 6, y + dy * 6, 3, room);
    }
  }

  #drawNames(ctx, order, xy, r, room) {
    for (const at of order.slice(0, NAMED)) {
      const place = this.#theatre.places[at];
      const look = this.#scene.places[at];
      const bold = at === this.#chosen || look.sieges.length > 0;
      const font = `${bold ? "600 13px" : "12px"} ${FONT}`;
      const away = reach(look, r) + (at === this.#chosen || this.#differing.places.has(at) ? 5 : 0);
      this.#write(ctx, font, place.name, ...xy[at], away, room);
    }
  }

  #write(ctx, font, text, x, y, away, room) {
    ctx.font = font;
    const key = `${font} ${text}`;
    const width = this.#widths.get(key) ?? ctx.measureText(text).width;
    this.#widths.set(key, width);
    const found = beside(room, x, y, away, width, 14);
    if (!found) return;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3;
    ctx.strokeStyle = this.colours.paper;
    ctx.strokeText(text, ...found);
    ctx.fillStyle = this.colours.ink;
    ctx.fillText(text, ...found);
  }
}
