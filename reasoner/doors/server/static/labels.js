// Names on the map, each where there is room for it: the first that asks gets the best place.

const CELL = 48;
const PAD = 1; // pixels around each

/** Rectangles that are taken, found again by the cells that they touch. */
export class Room {
  #cells = new Map();
  constructor(width, height) {
    Object.assign(this, { width, height });
  }

  /** Takes a rectangle, if asked to only where it is free. @returns {boolean} */
  take(x, y, width, height, always = false) {
    if (!always && (x < 0 || y < 0 || x + width > this.width || y + height > this.height)) return false;
    const one = [x - PAD, y - PAD, x + width + PAD, y + height + PAD];
    const keys = [];
    for (let i = Math.floor(one[0] / CELL); i <= Math.floor(one[2] / CELL); i += 1)
      for (let j = Math.floor(one[1] / CELL); j <= Math.floor(one[3] / CELL); j += 1) keys.push(i * 4096 + j);
    const meets = ([a, b, c, d]) => a < one[2] && one[0] < c && b < one[3] && one[1] < d;
    if (!always && keys.some((key) => this.#cells.get(key)?.some(meets))) return false;
    for (const key of keys) {
      const there = this.#cells.get(key);
      if (there) there.push(one);
      else this.#cells.set(key, [one]);
    }
    return true;
  }
}

/**
 * Where a name of this size can stand beside a mark: its left edge and middle, or null.
 * @param {Room} room @param {number} x @param {number} y @param {number} away from the mark's middle
 * @param {number} width @param {number} height @returns {[number, number] | null}
 */
export function beside(room, x, y, away, width, height) {
  const slant = away * 0.75;
  const tries = [
    [x + away + 3, y],
    [x - away - 3 - width, y],
    [x - width / 2, y + away + height / 2 + 1],
    [x - width / 2, y - away - height / 2 - 1],
    [x + slant + 2, y + slant + height / 2],
    [x + slant + 2, y - slant - height / 2],
    [x - slant - 2 - width, y + slant + height / 2],
    [x - slant - 2 - width, y - slant - height / 2],
  ];
  return tries.find(([left, middle]) => room.take(left, middle - height / 2, width, height)) ?? null;
}
