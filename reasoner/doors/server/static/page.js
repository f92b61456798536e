// The page as a whole: one state, which the address tells, and parts that follow it.

import { addressOf, differ, stateOf } from "./address.js";
import { completing } from "./ask.js";
import { counted, watch } from "./checks.js";
import { read, said, written } from "./days.js";
import { Legend } from "./legend.js";
import { TheatreMap } from "./map.js";
import { Part, Tabs } from "./panels.js";
import { OffMap, Places } from "./places.js";
import { differing, nextDifference, Theatre } from "./theatre.js";
import { Time } from "./time.js";

const find = (id) => document.getElementById(id);
const SETTLED = 300; // milliseconds after the last step before the server is asked about the day
const LATER = 5_000; // milliseconds until what failed is tried again
const SAME = { places: new Set(), ways: new Set(), any: false };
const SUPPOSED = ["suppose", "without"];
const PARTS = {
  answer: ["q", "at", ...SUPPOSED],
  place: ["place", "at", ...SUPPOSED],
  why: ["atom", "at", ...SUPPOSED],
  difference: [...SUPPOSED, "at"],
  check: SUPPOSED,
};
const NEEDED = { answer: ["q"], place: ["place"], why: ["atom"], difference: SUPPOSED, check: [] };

let state = stateOf(location.href);
let theatre = null; // as supposed
let stated = null; // as the files have it, where something is supposed
let day = 0;
let timer = 0;
let unsettled = null; // the day that the slider has come to, while neither address nor server know of it

const parts = Object.fromEntries(Object.keys(PARTS).map((name) => [name, new Part(find(`${name}-part`))]));
const tabs = new Tabs(document.querySelector("[role=tablist]"));
const chooses = { choose: (at) => choose(at), point: (at) => map.point(at) };
const map = new TheatreMap(find("map"), chooses.choose);
const places = new Places(find("places"), chooses);
const offMap = new OffMap(find("off-map"), { ...chooses, all: () => open("places") });
const legend = new Legend(find("legend").querySelector("ul"));
const time = new Time(find("time"), (on, settled) => show(on, settled));

// ---------------------------------------------------------------- from one state to another

/** Another state, as a step that the back button takes back. @param {Partial<import("./address.js").State>} changes */
function go(changes) {
  const next = { ...state, ...(unsettled === null ? {} : { at: written(unsettled) }), ...changes };
  const address = addressOf("/", next);
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  follow(next);
}

/**
 * Makes the page follow a state.
 * @param {import("./address.js").State} next @param {boolean} anew whatever it was before
 */
function follow(next, anew = false) {
  const before = state;
  state = next;
  clearTimeout(timer);
  unsettled = null;
  const asked = find("q");
  if (before.q !== state.q) {
    asked.value = state.q;
    document.title = state.q ? `${state.q} · reasoner` : "reasoner";
    find("answer").querySelector("h2").textContent = state.q || "Ask a question";
  }
  if (anew || differ(before, state, SUPPOSED)) {
    tellSupposed();
    loadTheatre();
  } else if (theatre) {
    const on = dayOf(state);
    if (on !== day) draw(on);
    else if (before.place !== state.place) draw(day);
    if (before.place !== state.place) chosenPlace();
  }
  loadParts(anew);
}

/** Has what is seen follow the state; the other parts follow when they are shown. @param {boolean} anew */
function loadParts(anew = false) {
  for (const [name, part] of Object.entries(parts)) {
    if (anew) part.shown = "";
    if (NEEDED[name].length && !NEEDED[name].some((one) => state[one].length)) part.clear();
    else if (tabs.now === name) part.load(addressOf(`/${name}`, state, PARTS[name]));
  }
  tabs.offer("why", state.atom !== "");
  find("proof-picture").href = addressOf("/picture/proof.svg", state, PARTS.why);
}

/** Shows a panel, and has the reader go on there. */
function open(name, focus = true) {
  tabs.show(name);
  if (!focus) return;
  find(name).focus({ preventScroll: true });
  find(name).scrollIntoView({ block: "nearest" });
}

// ---------------------------------------------------------------- the map

async function loadTheatre() {
  const wanted = SUPPOSED.some((name) => state[name].length);
  const asked = addressOf("/theatre.json", state, SUPPOSED);
  loadTheatre.asked = asked;
  const told = find("map-note");
  const slow = setTimeout(() => (told.textContent = "Drawing the map …"), 300);
  try {
    const [now, before] = await Promise.all([asked, ...(wanted ? ["/theatre.json"] : [])].map(fetched));
    if (loadTheatre.asked !== asked) return;
    told.textContent = "";
    const shown = theatre;
    [theatre, stated] = [new Theatre(now), before ? new Theatre(before) : null];
    for (const one of [map, time, places, offMap]) one.use(theatre);
    find("legend").hidden = false;
    const located = theatre.places.some((one) => one.lat !== null);
    if (!located) told.textContent = "No place has coordinates. Say where they are, with `located` facts.";
    draw(chosenDay(shown));
    if (!shown) map.fit(find("legend").open ? find("legend").offsetWidth : 0);
    chosenPlace();
  } catch (problem) {
    if (loadTheatre.asked !== asked) return;
    const what = theatre ? "The map shows how things stood before" : "The map cannot be drawn";
    told.textContent = `${what}: ${problem.message}`;
    if (problem.later) setTimeout(() => loadTheatre.asked === asked && loadTheatre(), LATER);
  } finally {
    clearTimeout(slow);
  }
}

async function fetched(address) {
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    throw Object.assign(new Error("the server does not answer."), { later: true });
  }
  if (answer.ok) return answer.json();
  if (answer.status === 503) throw Object.assign(new Error("the server is still working on it."), { later: true });
  const where = SUPPOSED.some((name) => state[name].length) ? "What if" : "Check";
  throw new Error(`it is refused, and ${where} says why.`);
}

/**
 * The day of the address, or of the last evidence; where a new supposition changes nothing then, the next that it does.
 * @param {Theatre | null} before as it was shown until now
 */
function chosenDay(before) {
  const on = dayOf(state);
  if (!before || !stated || differing(before, before.on(on), theatre, theatre.on(on)).any) return on;
  const changed = nextDifference(before, theatre, on);
  if (changed !== undefined) settle(changed);
  return changed ?? on;
}

/** @param {import("./address.js").State} one */
const dayOf = (one) => read(one.at) ?? theatre.lastEvidence ?? theatre.days.at(-1) ?? 1;

/** The map and all that goes with it on a day: no server is asked. */
function draw(on) {
  day = on;
  const scene = theatre.on(day);
  const changed = stated ? differing(stated, stated.on(day), theatre, scene) : SAME;
  const at = theatre.find(state.place);
  time.set(day);
  map.show(scene, changed);
  offMap.show(scene, at, changed.places);
  places.show(scene, at, changed.places);
  legend.show(theatre, scene, changed);
  find("date").textContent = said(day);
  draw.scene = scene;
  draw.changed = changed;
}

/** A day that the slider has come to. */
function show(on, settled) {
  draw(on);
  clearTimeout(timer);
  // Browsers allow only so many changes of the address, and the server need not follow each step.
  unsettled = on;
  if (settled) timer = setTimeout(() => settle(on), SETTLED);
}

function settle(on) {
  unsettled = null;
  state = { ...state, at: written(on) };
  history.replaceState(null, "", addressOf("/", state));
  loadParts();
}

function chosenPlace() {
  const at = theatre.find(state.place);
  map.choose(at, true);
  time.mark(at < 0 ? null : theatre.places[at]);
  find("place").querySelector("h2").textContent = theatre.places[at]?.name ?? "Place";
}

/** @param {number} at */
function choose(at) {
  const listed = find("places").contains(document.activeElement);
  go({ place: theatre.places[at].id });
  open("place", listed); // who chose it in a list that is no longer seen goes on beside it
}

// ---------------------------------------------------------------- what is supposed

/** The bar that says what is supposed or left out, and takes it back. */
function tellSupposed() {
  const rows = SUPPOSED.flatMap((name) => state[name].map((value) => [name, value]));
  const items = rows.map(([name, value]) => {
    const one = document.createElement("li");
    const [label, fact, remove, unseen] = ["strong", "code", "a", "span"].map((tag) => document.createElement(tag));
    label.textContent = name === "suppose" ? "Supposing" : "Without";
    fact.textContent = value;
    unseen.className = "unseen";
    unseen.textContent = ` ${value}`;
    remove.href = addressOf("/", { ...state, [name]: state[name].filter((other) => other !== value) });
    remove.append("remove", unseen);
    one.append(label, " ", fact, " ", remove);
    return one;
  });
  find("supposing").querySelector("ul").replaceChildren(...items);
  find("supposing").hidden = rows.length === 0;
}

// ---------------------------------------------------------------- what the reader does

document.querySelector("form.ask").addEventListener("submit", (event) => {
  event.preventDefault();
  time.stop();
  go({ q: find("q").value.trim() });
  open("answer", false);
});

for (const name of SUPPOSED) {
  document.querySelector(`form.${name}`).addEventListener("submit", (event) => {
    event.preventDefault();
    const value = find(name).value.trim();
    if (!value) return;
    find(name).value = "";
    go({ [name]: [...new Set([...state[name], value])] });
  });
}
find("time").addEventListener("submit", (event) => event.preventDefault());

// Links of the page's own change the state.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
  if (link.dataset.open) {
    event.preventDefault();
    open(link.dataset.open);
    return;
  }
  const to = new URL(link.href);
  if (to.origin !== location.origin || to.hash || to.pathname !== "/") return;
  event.preventDefault();
  time.stop();
  const before = state;
  const next = led(link);
  go(next);
  if (next.atom && next.atom !== before.atom) open("why");
  else if (differ(before, next, SUPPOSED)) open(SUPPOSED.some((name) => next[name].length) ? "difference" : tabs.now);
  else if (next.place && next.place !== before.place) open("place");
  else open(next.atom ? "why" : "answer");
});

/** The state that a link leads to: a part that is not told of a question or a place does not take them away. */
function led(link) {
  const next = stateOf(link.href);
  const name = Object.keys(parts).find((one) => parts[one].body.contains(link));
  const kept = name ? ["q", "place"].filter((one) => !PARTS[name].includes(one)) : [];
  for (const one of kept) next[one] ||= state[one];
  return next;
}

document.addEventListener("panel", () => {
  loadParts();
  if (theatre) places.show(draw.scene, theatre.find(state.place), draw.changed.places);
});
addEventListener("popstate", () => {
  const before = state;
  follow(stateOf(location.href));
  const fell = (name) => differ(before, state, [name]);
  if (fell("atom")) open(state.atom ? "why" : "answer", false);
  else if (fell("place") && state.place) open("place", false);
  else if (fell("q")) open("answer", false);
});
find("legend").addEventListener("toggle", () => map.sheet.ask()); // names make room for it
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const one of [legend, offMap, places]) one.recolour();
  if (theatre) draw(day);
});

// ---------------------------------------------------------------- at first, and when files change

completing(find("q"), find("completions"));
if (matchMedia("(max-width: 900px)").matches) find("legend").open = find("off-map").open = false;
for (const [name, part] of Object.entries(parts)) {
  const whole = "shownHere" in part.body.dataset && !part.body.querySelector(".checking");
  if (whole) part.shown = addressOf(`/${name}`, state, PARTS[name]);
}
tabs.show(state.atom ? "why" : state.place && !state.q ? "place" : "answer");
loadTheatre();
fetch("/outlines.json").then(async (answer) => answer.ok && map.outline(await answer.json())).catch(() => {});
watch(
  (health, changed) => {
    find("broken").hidden = !health.broken;
    const count = find("count");
    count.textContent = counted(health);
    count.classList.toggle("errors", health.errors > 0);
    if (changed) follow(state, true);
  },
  (away) => (find("away").hidden = !away),
);
