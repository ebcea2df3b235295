// What the composer offers while one writes: canned replies after "/", colleagues after "@" in a note.

import { place } from "../ui/dialogs.js";
import { openCase, word } from "./words.js";

const SLASH = /(?:^|[\s，。！？])\/([^\s/]{0,30})$/;
const AT = /@([^\s@]{0,20})$/;
const named = new Map();
let canned = { id: 0, found: [] };
let options = [];
let at = 0;
let token = 0;
let asked = 0;
let form = () => null;
let insert = () => {};

const box = () => form()?.querySelector("[data-desk-suggest]");
const field = () => form()?.querySelector("textarea");

export const isSuggesting = () => Boolean(box()?.matches(":popover-open"));

export function closeSuggestions() {
  if (isSuggesting()) box().hidePopover();
}

/** The ids of those whose name still stands after an @ in the text. */
export const mentionsIn = (text) => [...named].filter(([name]) => text.includes(`@${name}`)).map(([, id]) => id);

async function look() {
  const before = field().value.slice(0, field().selectionStart);
  const isNote = form().dataset.mode === "note";
  const found = before.match(isNote ? AT : SLASH);
  if (!found) return closeSuggestions();
  token = found[1].length + 1;
  const turn = ++asked;
  const fitting = isNote ? await people(found[1]) : await replies(found[1]);
  if (turn !== asked) return undefined;
  return show(fitting);
}

async function replies(words) {
  const here = openCase();
  if (canned.id !== here.id) {
    const response = await fetch(`${here.base}canned/`, { credentials: "same-origin" }).catch(() => null);
    canned = { id: here.id, found: response?.ok ? (await response.json()).found : [] };
  }
  const asked = words.toLowerCase();
  const rank = (one) => (one.shortcut.toLowerCase().startsWith(asked) ? 0 : 1);
  return canned.found
    .filter((one) => !asked || `${one.shortcut} ${one.title} ${one.text}`.toLowerCase().includes(asked))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, 8)
    .map((one) => ({ head: one.title, mark: `/${one.shortcut}`, text: one.text, put: one.text }));
}

async function people(words) {
  const response = await fetch(`/desk/colleagues/?${new URLSearchParams({ q: words })}`, { credentials: "same-origin" }).catch(() => null);
  const found = response?.ok ? (await response.json()).found : [];
  return found.slice(0, 8).map((one) => ({ head: one.label, mark: "@", text: one.detail, put: `@${one.label} `, id: one.value, name: one.label }));
}

function show(found) {
  options = found;
  at = 0;
  const lines = found.map((one, index) => {
    const line = document.createElement("div");
    line.setAttribute("role", "option");
    line.dataset.index = index;
    const head = document.createElement("b");
    head.append(Object.assign(document.createElement("i"), { textContent: one.mark }), one.head);
    line.append(head, Object.assign(document.createElement("small"), { textContent: one.text }));
    return line;
  });
  if (!lines.length) lines.push(Object.assign(document.createElement("div"), { className: "desk-picker-none", textContent: word(form().dataset.mode === "note" ? "nothing" : "noCanned") }));
  box().replaceChildren(...lines);
  if (!isSuggesting()) box().showPopover();
  const spot = field().getBoundingClientRect();
  place(box(), field(), "start");
  box().style.top = `${Math.max(8, spot.top - box().offsetHeight - 6)}px`;
  mark();
}

function mark() {
  for (const line of box().querySelectorAll("[data-index]")) {
    const isHere = Number(line.dataset.index) === at;
    line.setAttribute("aria-selected", String(isHere));
    if (isHere) line.scrollIntoView({ block: "nearest" });
  }
}

function choose() {
  const option = options[at];
  closeSuggestions();
  if (!option) return;
  const end = field().selectionStart;
  field().setSelectionRange(end - token, end);
  if (option.id) named.set(option.name, option.id);
  insert(option.put);
}

function onKey(event) {
  if (!isSuggesting() || event.target !== field() || event.isComposing || event.keyCode === 229) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) at = (at + step + options.length) % options.length;
  else if (["Enter", "Tab"].includes(event.key) && options.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return choose();
  } else if (event.key === "Escape") closeSuggestions();
  else return undefined;
  event.preventDefault();
  event.stopImmediatePropagation();
  return mark();
}

export function startSuggestions(findForm, putText) {
  form = findForm;
  insert = putText;
  document.addEventListener("input", (event) => { if (event.target === field() && !event.isComposing) look(); });
  document.addEventListener("compositionend", (event) => { if (event.target === field()) look(); });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerdown", (event) => {
    const line = event.target.closest?.("[data-desk-suggest] [data-index]");
    if (line) {
      event.preventDefault();
      at = Number(line.dataset.index);
      choose();
    } else if (!event.target.closest?.("#desk-composer")) closeSuggestions();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-desk-canned]")) put("/");
    if (event.target.closest?.("[data-desk-mention]")) put("@");
  });
}

function put(sign) {
  const before = field().value.slice(0, field().selectionStart);
  insert(before && !/\s$/.test(before) ? ` ${sign}` : sign);
}
