// The box for questions: a combobox by the pattern of the ARIA authoring practices, with completion from the server.

const PAUSE = 120; // milliseconds without a key before completion is asked for

/**
 * Completes what is typed into a box.
 * @param {HTMLInputElement} box @param {HTMLElement} list
 */
export function completing(box, list) {
  let [timer, running, active] = [0, null, -1];
  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    running?.abort();
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function mark(to) {
    active = to;
    options().forEach((one, at) => one.setAttribute("aria-selected", String(at === to)));
    const one = options()[to];
    if (!one) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", one.id);
    one.scrollIntoView({ block: "nearest" });
  }

  function take(text) {
    box.value = text;
    close();
    box.focus();
    // What is complete is asked at once; where a name is to follow, names are offered.
    if (text.endsWith("?")) box.form.requestSubmit();
    else complete();
  }

  function show(found) {
    const items = found.map((text, at) => {
      const one = document.createElement("li");
      one.id = `${list.id}-${at}`;
      one.setAttribute("role", "option");
      one.setAttribute("aria-selected", "false");
      one.textContent = text;
      one.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
      one.addEventListener("click", () => take(text));
      return one;
    });
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
    box.setAttribute("aria-expanded", String(items.length > 0));
    mark(-1);
  }

  async function complete() {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`/complete?q=${encodeURIComponent(box.value)}`, { signal: running.signal });
      if (answer.ok && document.activeElement === box) show((await answer.json()).slice(0, 12));
    } catch {
      close(); // overtaken, or no server: the box works all the same
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value.trim()) timer = setTimeout(complete, PAUSE);
    else close();
  });
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
  box.addEventListener("keydown", (event) => {
    const there = options().length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" && list.hidden && box.value.trim()) {
      event.preventDefault();
      complete();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active < 0 ? (step > 0 ? 0 : there - 1) : (active + step + there) % there);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      options()[active].click();
    }
  });
}
