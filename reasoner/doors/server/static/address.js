// What is looked at, as the address tells it: whoever opens the same address sees the same.

/** @typedef {{q: string, at: string, place: string, atom: string, suppose: string[], without: string[]}} State */

const ONE = ["q", "at", "place", "atom"];
const SEVERAL = ["suppose", "without"];

/** @param {string} address @returns {State} */
export function stateOf(address) {
  const given = new URL(address, location.href).searchParams;
  const one = ONE.map((name) => [name, given.get(name)?.trim() ?? ""]);
  const several = SEVERAL.map((name) => [name, [...new Set(given.getAll(name).filter(Boolean))]]);
  return Object.fromEntries([...one, ...several]);
}

/**
 * The address of a part of the page, with those parameters that it needs.
 * @param {string} path @param {State} state @param {string[]} names
 */
export function addressOf(path, state, names = [...ONE, ...SEVERAL]) {
  const given = new URLSearchParams();
  for (const name of names) for (const value of [state[name]].flat()) if (value) given.append(name, value);
  const query = given.toString();
  return query ? `${path}?${query}` : path;
}

/** Whether two states differ in any of these. @param {State} one @param {State} other @param {string[]} names */
export const differ = (one, other, names) => names.some((name) => String(one[name]) !== String(other[name]));
