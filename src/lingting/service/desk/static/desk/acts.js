// Acts on the open case, from keys, menus and the command palette alike.

import { registerShortcut } from "../ui/keyboard.js";
import { advance } from "./list.js";
import { pick } from "./picker.js";
import { openCase, word } from "./words.js";

const PICKED = { assign: "assignment", snooze: "snooze", tag: "tags", priority: "priority", type: "type", queue: "queue", macro: "macro" };

function choose(what) {
  const here = openCase();
  if (here) pick(`${here.base}choices/${what}/`);
}

async function close() {
  const here = openCase();
  if (!here || here.state === "closed" || !here.mayAnswer) return;
  const isDone = new Promise((resolve) => {
    const end = (event) => {
      document.removeEventListener("htmx:afterRequest", end);
      resolve(event.detail.successful);
    };
    document.addEventListener("htmx:afterRequest", end);
  });
  window.htmx.ajax("POST", `${here.base}closure/`, { swap: "none", source: document.body });
  if (await isDone) advance();
}

export function startActs() {
  const desk = { group: word("group"), when: () => Boolean(openCase()) };
  const keys = { assign: "a", snooze: "s", tag: "t", priority: "p", type: "y", queue: "q", macro: "m" };
  for (const [name, what] of Object.entries(PICKED)) {
    document.addEventListener(`desk:${name}`, () => choose(what));
    registerShortcut(keys[name], word(name), () => choose(what), desk);
  }
  document.addEventListener("desk:close", close);
  registerShortcut("e", word("close"), close, desk);
}
