// The panels beside the map: tabs, and the parts of the page that the server writes.

const SLOW = [
  [400, "Working on it …"],
  [6_000, "Still working on it: this takes longer than usual …"],
];

/** What a server writes, to stand in this page: a fragment, or what a whole small page says. @param {string} html */
function parsed(html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  return [...(read.querySelector("main") ?? read.body).childNodes];
}

/** A paragraph in a class of its own. @param {string} text @param {string} kind */
export function note(text, kind = "note") {
  const told = document.createElement("p");
  told.className = kind;
  told.textContent = text;
  return told;
}

/** A part of the page that is fetched: a later request overtakes an earlier one, and what goes wrong is told. */
export class Part {
  #running = null;

  /** @param {HTMLElement} body */
  constructor(body) {
    this.body = body;
    this.shown = ""; // the address of what stands here
  }

  /** @param {string} address */
  async load(address) {
    if (address === this.shown) return;
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.shown = address;
    this.body.setAttribute("aria-busy", "true");
    const timers = SLOW.map(([after, text]) => setTimeout(() => this.#say(text), after));
    try {
      const answer = await fetch(address, { signal: running.signal, headers: { Accept: "text/html" } });
      const html = await answer.text();
      if (running !== this.#running) return;
      this.#put(parsed(html));
      if (answer.status === 503) this.#offer(address);
    } catch (problem) {
      if (running !== this.#running || problem.name === "AbortError") return;
      this.#put([note("The server does not answer. Is `reasoner serve` still running?", "problem")]);
      this.#offer(address);
    } finally {
      timers.forEach(clearTimeout);
      if (running === this.#running) {
        this.#running = null;
        this.body.removeAttribute("aria-busy");
      }
    }
  }

  /** Nothing to show. */
  clear() {
    this.#running?.abort();
    this.#running = null;
    this.shown = "";
    this.body.removeAttribute("aria-busy");
    this.#put([]);
  }

  #put(nodes) {
    const empty = nodes.every((one) => !one.textContent.trim());
    this.body.replaceChildren(...(empty ? [note(this.body.dataset.empty, "empty")] : nodes));
  }

  #say(text) {
    this.body.querySelector(":scope > .slow")?.remove();
    this.body.prepend(note(text, "slow"));
  }

  /** What was not to be had now may be had later. */
  #offer(address) {
    this.shown = "";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Try again";
    button.addEventListener("click", () => this.load(address));
    this.body.append(button);
  }
}

/** Tabs, by the pattern of the ARIA authoring practices: one is in the order of Tab, arrows move between them. */
export class Tabs {
  /** @param {HTMLElement} list */
  constructor(list) {
    list.hidden = false;
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.show(tab.dataset.panel));
    list.addEventListener("keydown", (event) => {
      const there = this.tabs.filter((tab) => !tab.hidden);
      const at = there.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: there.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = there[(to + there.length) % there.length];
      this.show(next.dataset.panel);
      next.focus();
    });
  }

  /** @param {string} name */
  show(name) {
    this.now = name;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.panel === name;
      if (chosen) tab.hidden = false;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.dataset.panel).hidden = !chosen;
    }
    document.dispatchEvent(new CustomEvent("panel", { detail: name }));
  }

  /** A tab that has nothing to show is not there. @param {string} name @param {boolean} there */
  offer(name, there) {
    const tab = this.tabs.find((one) => one.dataset.panel === name);
    tab.hidden = !there && this.now !== name;
  }
}
