// Whether the files have changed, and what is wrong with them: asked every two seconds while somebody looks.

const EVERY = 2_000;

/** @typedef {{version: number, broken: boolean, errors: number, warnings: number}} Health */

/**
 * @param {(health: Health, changed: boolean) => void} onHealth
 * @param {(away: boolean) => void} onAway whether the server does not answer
 */
export function watch(onHealth, onAway) {
  let known = null;
  let timer = 0;
  async function look() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch("/state", { signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) throw new Error(answer.statusText);
      const health = await answer.json();
      const changed = known !== null && (health.version !== known.version || health.broken !== known.broken);
      onAway(false);
      onHealth(health, changed);
      known = health;
    } catch {
      onAway(true);
    }
    timer = setTimeout(look, EVERY);
  }
  document.addEventListener("visibilitychange", look);
  look();
}

/** What there is to mend, in as few words as a tab has room for. @param {Health} health */
export function counted({ errors, warnings }) {
  const said = (count, name) => (count ? [`${count} ${name}${count === 1 ? "" : "s"}`] : []);
  return [...said(errors, "error"), ...said(warnings, "warning")].join(", ");
}
