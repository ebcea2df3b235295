// The command palette: pages, acts, and what the finders of the apps know.

import { make, words } from "./dom.js";
import { caps, registerShortcut } from "./keyboard.js";

const WAIT = 160;
let known = null;
let lines = [];
let chosen = 0;
let asked = 0;
let timer = 0;

const dialog = () => document.getElementById("palette");
const input = () => dialog().querySelector("[data-palette-input]");
const ground = () => document.getElementById("palette-found");

async function open() {
  const palette = dialog();
  if (!palette || palette.open) return;
  palette.showModal();
  input().value = "";
  input().focus();
  if (!known) known = await load(palette.dataset.url);
  show(local(""));
}

async function load(url) {
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (answer.ok) return await answer.json();
  } catch {
    // Without a connection the palette simply knows no pages.
  }
  return { pages: [], acts: [], finders: [] };
}

/** How well a text fits what was typed: 0 not at all; earlier and whole words are better. */
function fit(text, typed) {
  const at = text.toLowerCase().indexOf(typed);
  if (at < 0) return 0;
  return at === 0 ? 3 : /[\s/·-]/.test(text[at - 1]) ? 2 : 1;
}

function local(typed) {
  const found = (entries) => entries
    .map((entry) => ({ entry, worth: typed ? Math.max(fit(entry.label, typed), fit(entry.keywords ?? "", typed), fit(entry.group ?? "", typed) * 0.5) : 1 }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth)
    .map(({ entry }) => entry);
  return [
    { label: words.acts, items: found(known.acts) },
    { label: words.pages, items: found(known.pages).map((page) => ({ ...page, detail: page.group })) },
  ];
}

async function askFinders(typed) {
  const turn = ++asked;
  const answers = await Promise.all(known.finders.map(async (finder) => {
    try {
      const answer = await fetch(`${finder.url}?q=${encodeURIComponent(typed)}`, { credentials: "same-origin" });
      const { found } = answer.ok ? await answer.json() : { found: [] };
      return { label: finder.label, items: found.map((item) => ({ svg: finder.svg, ...item })) };
    } catch {
      return { label: finder.label, items: [] };
    }
  }));
  if (turn === asked && dialog().open) show([...local(typed), ...answers]);
}

function onInput() {
  const typed = input().value.trim().toLowerCase();
  show(local(typed));
  clearTimeout(timer);
  if (typed && known.finders.length) timer = setTimeout(() => askFinders(typed), WAIT);
}

function show(groups) {
  lines = [];
  const parts = groups.filter((group) => group.items.length).flatMap((group) => [
    make("div", { className: "lt-palette-group", role: "presentation", textContent: group.label }),
    ...group.items.slice(0, 8).map(line),
  ]);
  ground().replaceChildren(...(parts.length ? parts : [make("div", { className: "lt-palette-none", textContent: words.nothing_found })]));
  choose(0);
}

function line(item) {
  const element = make("div", { className: "lt-palette-line", role: "option", id: `palette-line-${lines.length}` });
  if (item.svg) element.innerHTML = item.svg;
  element.append(make("span", { textContent: item.label, className: "lt-clip" }));
  if (item.detail) element.append(make("small", { textContent: item.detail }));
  if (item.shortcut) element.append(caps(item.shortcut));
  const place = lines.push({ item, element }) - 1;
  element.addEventListener("pointermove", () => choose(place));
  element.addEventListener("click", (event) => take(item, event.ctrlKey || event.metaKey));
  return element;
}

function choose(place) {
  chosen = lines.length ? (place + lines.length) % lines.length : 0;
  lines.forEach(({ element }, index) => element.setAttribute("aria-selected", String(index === chosen)));
  const element = lines[chosen]?.element;
  if (element) input().setAttribute("aria-activedescendant", element.id);
  else input().removeAttribute("aria-activedescendant");
  element?.scrollIntoView({ block: "nearest" });
}

function take(item, inNewTab) {
  dialog().close();
  if (item.event) document.dispatchEvent(new CustomEvent(item.event, { bubbles: true }));
  else if (inNewTab) window.open(item.url, "_blank", "noopener");
  else window.location.assign(item.url);
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter" && lines[chosen]) take(lines[chosen].item, event.ctrlKey || event.metaKey);
  else return;
  event.preventDefault();
}

export function startPalette() {
  if (!dialog()) return;
  registerShortcut("mod+k", words.open_palette, open);
  document.addEventListener("lt:palette", open);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-opens-palette]")) open();
  });
  dialog().addEventListener("keydown", onKey);
  input().addEventListener("input", () => known && onInput());
}
