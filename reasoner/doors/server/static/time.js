// The day that is looked at: a slider over the days on which something changes, buttons, play, and a date to be typed.

import { read, said, written } from "./days.js";

const ROUND = 45_000; // milliseconds for the whole war, where its days are many
const LABELS = 6; // at most, and one at the start

export class Time {
  #theatre = null;
  #day = 0;
  #playing = 0;

  /**
   * @param {HTMLElement} root
   * @param {(day: number, settled: boolean) => void} onDay `settled` is false while more days follow at once
   */
  constructor(root, onDay) {
    const find = (name) => root.querySelector(name);
    [this.slider, this.typed, this.marks] = [find("[type=range]"), find(".typed"), find(".marks")];
    [this.before, this.play, this.after] = [find(".before"), find(".play"), find(".after")];
    this.onDay = onDay;
    this.slider.addEventListener("input", () => {
      this.stop();
      this.#to(this.#theatre.days[this.slider.valueAsNumber]);
    });
    this.before.addEventListener("click", () => this.#step(-1));
    this.after.addEventListener("click", () => this.#step(1));
    this.play.addEventListener("click", () => (this.#playing ? this.stop() : this.#start()));
    this.typed.addEventListener("change", () => this.#read());
    this.typed.addEventListener("keydown", (event) => event.key === "Enter" && this.#read());
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  /** @param {import("./theatre.js").Theatre} theatre */
  use(theatre) {
    this.#theatre = theatre;
    const last = Math.max(0, theatre.days.length - 1);
    this.slider.max = String(last);
    for (const one of [this.slider, this.before, this.after, this.play]) one.disabled = last === 0;
  }

  /** Shows a day, whoever chose it. @param {number} day */
  set(day) {
    this.#day = day;
    const at = this.#theatre.step(day);
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", said(day));
    if (document.activeElement !== this.typed) this.typed.value = written(day);
    this.before.disabled = !this.#next(-1);
    this.after.disabled = !this.#next(1);
  }

  /** Marks the days on which the chosen place changes. @param {import("./theatre.js").Place | null} place */
  mark(place) {
    const { days } = this.#theatre;
    const last = Math.max(1, days.length - 1);
    const put = (at, kind, text) => {
      const one = document.createElement("span");
      one.className = kind;
      one.textContent = text;
      one.style.setProperty("--at", String(at / last));
      return one;
    };
    const changes = place ? this.#theatre.changes(place) : [];
    const ticks = [...new Set(changes.map((day) => this.#theatre.step(day)))].map((at) => put(at, "tick", ""));
    const years = firsts(days, 4);
    const labels = (years.length < 4 ? firsts(days, 7) : years).map(([text, at]) => put(at, "name", text));
    this.marks.replaceChildren(...ticks, ...labels);
  }

  /** The change day before or after the day, if there is one. */
  #next(by) {
    const { days } = this.#theatre;
    if (by < 0) return days.findLast((day) => day < this.#day);
    return days.find((day) => day > this.#day);
  }

  #to(day, settled = true) {
    this.set(day);
    this.onDay(day, settled);
  }

  #step(by) {
    this.stop();
    const day = this.#next(by);
    if (day !== undefined) this.#to(day);
  }

  #read() {
    const day = read(this.typed.value);
    const wrong = day === null ? "Write a date as 2016-06-04, a month as 2016-06, or a year as 2016." : "";
    this.typed.setCustomValidity(wrong);
    this.typed.reportValidity();
    if (day === null || day === this.#day) return;
    this.stop();
    this.#to(day);
  }

  #start() {
    if (this.#next(1) === undefined) this.#to(this.#theatre.days[0], false);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pace = Math.max(80, Math.min(900, ROUND / this.#theatre.days.length), calm ? 1_500 : 0);
    this.#playing = setInterval(() => {
      const day = this.#next(1);
      if (day === undefined) this.stop();
      else this.#to(day, false);
    }, pace);
    this.#told();
  }

  /** Stops playing, if it plays. */
  stop() {
    if (!this.#playing) return;
    clearInterval(this.#playing);
    this.#playing = 0;
    this.#told();
    this.onDay(this.#day, true);
  }

  #told() {
    this.play.setAttribute("aria-label", this.#playing ? "Pause" : "Play");
    this.play.classList.toggle("playing", this.#playing !== 0);
  }
}

/** Where each year, or month, begins among the days, by so many letters of a date. What stands too near is left out. */
function firsts(days, letters) {
  const found = [];
  days.forEach((day, at) => {
    const text = written(day).slice(0, letters);
    const far = !found.length || at - found.at(-1)[1] >= (days.length - 1) / LABELS;
    if (far && text !== found.at(-1)?.[0]) found.push([text, at]);
  });
  return found;
}
