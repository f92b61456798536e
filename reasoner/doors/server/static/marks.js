// How things are drawn, on the map, in the legend and beside names alike. Pattern tells what colour tells: several
// holders are hatched, what is only possible is faded, what is only reported is dashed, each status has its own dashes.

/** @typedef {import("./theatre.js").Look} Look */
/** @typedef {Record<"paper"|"land"|"sea"|"border"|"ink"|"faint"|"halo", string>} Theme */

// The better the way, the fuller its line; as render/pictures/statuses.py has it.
const DASHES = {
  open: [], threatened: [14, 3], restricted: [8, 4], under_fire: [8, 3, 2, 3], contested: [4, 4], closed: [1.5, 4],
  unknown: [1, 7],
};
const ANGLES = { e: 0, se: 45, s: 90, sw: 135, w: 180, nw: 225, n: 270, ne: 315 };
const FADED = 0.42;
const DEGREE = Math.PI / 180;

/** The colours of the page as it is now, light or dark. @returns {Theme} */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "land", "sea", "border", "ink", "faint", "halo"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** A unit step towards a side, in pixels. @param {string} side @returns {[number, number]} */
export const towards = (side) => [Math.cos(ANGLES[side] * DEGREE), Math.sin(ANGLES[side] * DEGREE)];

/** How far from its centre a mark reaches. @param {Look} look @param {number} r */
export function reach(look, r) {
  const rings = ringed(look);
  return r + gap(r) + layers(look) * step(r) + (rings ? rings * apart(r) : 0) + 1;
}

const gap = (r) => Math.max(0.8, r * 0.35);
const step = (r) => Math.max(1.5, r * 0.55);
const apart = (r) => Math.max(1.4, r * 0.42);
/** Besiegers one outside the other, where several stand on one side. */
function layers(look) {
  const count = {};
  for (const { side } of look.sieges) count[side] = (count[side] ?? 0) + 1;
  return Math.max(0, ...Object.values(count));
}
const ringed = (look) => ("cut_off" in look.flags ? 2 : "encircled" in look.flags ? 1 : 0);

/** The mark of a place, around the origin. @param {CanvasRenderingContext2D} ctx @param {Look} look @param {number} r
 *  @param {Theme} colours */
export function paintPlace(ctx, look, r, colours) {
  paintDisc(ctx, look, r, colours);
  paintArcs(ctx, look, r, colours);
  const rings = ringed(look);
  if (!rings) return;
  const inner = r + gap(r) + layers(look) * step(r) + apart(r) / 2;
  ctx.save();
  ctx.globalAlpha = look.flags.cut_off || look.flags.encircled ? 1 : FADED;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = r < 4 ? 0.7 : 1.75;
  for (let n = 0; n < rings; n += 1) circle(ctx, inner + n * apart(r)).stroke();
  ctx.restore();
}

/** Whether one colour says who holds the place. @param {Look} look */
const plain = (look) => look.holders.length + look.maybe.length < 2 && !("contested" in look.flags);

/** Whether a mark is so plain that to paint it costs less than to copy it. @param {Look} look */
export const bare = (look) => plain(look) && !look.sieges.length && !ringed(look);

function circle(ctx, r) {
  ctx.beginPath();
  ctx.arc(0, 0, r, 0, 2 * Math.PI);
  return ctx;
}

function paintDisc(ctx, look, r, colours) {
  const all = [...look.holders, ...look.maybe];
  const sure = look.holders.length > 0;
  circle(ctx, r);
  if (!plain(look)) {
    ctx.save();
    ctx.clip();
    hatch(ctx, r, all.length > 1 ? all.map((one) => one.colour) : [all[0]?.colour ?? colours.faint, colours.paper]);
    ctx.restore();
  } else if (sure) {
    ctx.fillStyle = all[0].colour;
    ctx.fill();
  } else {
    ctx.fillStyle = colours.paper;
    ctx.fill();
    ctx.globalAlpha = FADED;
    ctx.fillStyle = all[0]?.colour ?? colours.paper;
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  if (r < 3 && sure) return; // too small for a line around it
  ctx.lineWidth = r < 4 ? 0.6 : 1.25;
  ctx.strokeStyle = all.length ? colours.ink : colours.faint;
  if (all.length && !sure) ctx.setLineDash([2, 1.5]);
  circle(ctx, r).stroke();
  ctx.setLineDash([]);
}

/** Stripes of the colours in turn, from the lower left to the upper right. */
function hatch(ctx, r, stripes) {
  const width = Math.max(1.5, r / 2.2);
  ctx.rotate(-45 * DEGREE);
  for (let n = 0, y = -1.5 * r; y < 1.5 * r; n += 1, y += width) {
    ctx.fillStyle = stripes[n % stripes.length];
    ctx.fillRect(-1.5 * r, y, 3 * r, width + 0.2);
  }
}

/** An arc on each besieged side, in the besieger's colour. */
export function paintArcs(ctx, look, r, colours) {
  const half = (look.sieges.some(({ side }) => side.length > 1) ? 19 : 40) * DEGREE;
  const stacked = {};
  for (const { actor, side, sure, reported } of look.sieges) {
    stacked[side] = (stacked[side] ?? 0) + 1;
    const radius = r + gap(r) + (stacked[side] - 0.5) * step(r);
    const middle = ANGLES[side] * DEGREE;
    ctx.save();
    ctx.beginPath();
    ctx.arc(0, 0, radius, middle - half, middle + half);
    ctx.globalAlpha = sure ? 1 : FADED;
    if (reported) ctx.setLineDash([r * 0.36, r * 0.26]);
    ctx.strokeStyle = colours.ink; // a hairline around the colour, for the pale ones
    ctx.lineWidth = step(r) * 0.86 + (r < 4 ? 0 : 0.8);
    ctx.stroke();
    ctx.strokeStyle = actor.colour;
    ctx.lineWidth = step(r) * 0.86;
    ctx.stroke();
    ctx.restore();
  }
}

/**
 * A way, along a path that is already there.
 * @param {CanvasRenderingContext2D} ctx @param {{status: string, colour: string, sure: boolean}} way
 * @param {Theme} colours @param {number} width
 */
export function strokeWay(ctx, { status, colour, sure }, colours, width) {
  const wide = status === "closed" ? width * 1.5 : width;
  ctx.setLineDash(DASHES[status] ?? DASHES.contested);
  // An edge around the colour, for the pale ones.
  for (const [stroke, alpha, line] of [[colours.ink, 0.45, wide + 1], [colour, 1, wide]]) {
    ctx.globalAlpha = sure ? alpha : alpha * FADED;
    ctx.strokeStyle = status === "unknown" ? colours.faint : stroke;
    ctx.lineWidth = line;
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** A front, along a path that is already there. */
export function strokeFront(ctx, sure, colours, width) {
  ctx.globalAlpha = sure ? 0.85 : FADED * 0.85;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = width;
  ctx.setLineDash([width * 1.6, width * 0.8]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** What a supposition changes, as if marked with a pen. */
export function paintHalo(ctx, radius, colours) {
  circle(ctx, radius);
  ctx.save();
  ctx.globalAlpha = 0.55;
  ctx.fillStyle = colours.halo;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1;
  ctx.setLineDash([1.5, 2.5]);
  ctx.stroke();
  ctx.restore();
}

/** Corners around what is chosen: no ring, for rings say something of a place. */
export function paintCorners(ctx, radius, colours, width) {
  const side = radius * 0.45;
  ctx.beginPath();
  for (const [i, j] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
    ctx.moveTo(i * radius, j * (radius - side));
    ctx.lineTo(i * radius, j * radius);
    ctx.lineTo(i * (radius - side), j * radius);
  }
  for (const [colour, more] of [[colours.paper, 2.5], [colours.ink, 0]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width + more;
    ctx.stroke();
  }
}

/** A small canvas on which something is painted around its middle, sharp on any screen. It says nothing by itself.
 *  @param {number} width @param {number} height @param {(ctx: CanvasRenderingContext2D) => void} paint */
export function swatch(width, height, paint) {
  const canvas = document.createElement("canvas");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.translate(width / 2, height / 2);
  paint(ctx);
  return canvas;
}
