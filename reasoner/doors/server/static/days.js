// Days as the server counts them: whole numbers, 1 is 0001-01-01.

const EPOCH = 719163; // 1970-01-01
const DAY = 86_400_000;
const spoken = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });

/** @param {number} day @returns {Date} */
const date = (day) => new Date((day - EPOCH) * DAY);

/** A day as it is written in the address and in facts: 2016-06-04. @param {number} day */
export const written = (day) => date(day).toISOString().slice(0, 10);

/** A day as it is said: 4 June 2016. @param {number} day */
export const said = (day) => spoken.format(date(day));

/**
 * The day that is written, or of a month or a year its last one, as the server reads it; null if it is no date.
 * @param {string} text @returns {number | null}
 */
export function read(text) {
  const found = /^\s*(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\s*$/.exec(text);
  if (!found) return null;
  const [, y, m, d] = found.map(Number);
  if (y < 1 || (found[2] && (m < 1 || m > 12))) return null;
  const month = found[2] ? m - 1 : 11;
  const last = new Date(0);
  last.setUTCFullYear(y, month + 1, 0); // Date.UTC would take the years before 100 for ours
  const length = last.getUTCDate();
  if (found[3] && (d < 1 || d > length)) return null;
  last.setUTCDate(found[3] ? d : length);
  return Math.round(last.getTime() / DAY) + EPOCH;
}
