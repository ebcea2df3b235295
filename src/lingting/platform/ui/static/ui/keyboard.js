// Keys: one registry, silent while somebody types, composes Chinese or answers a dialog.

import { make, phrase, words } from "./dom.js";

const shortcuts = new Map();
const PAUSE = 900;
let begun = "";
let begunAt = 0;
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Registers a shortcut: "j", "mod+enter", "shift+n", "g i" (one after the other), "?".
 * `when()` may say no; `group` names its part of the sheet. Of several that fit, an `urgent` one wins (what cannot
 * wait, such as an offer), else the latest. Returns a function that removes it.
 */
export function registerShortcut(keys, label, handler, { group = "", when = null, urgent = false } = {}) {
  const entry = { keys, label, handler, group: group || words.general, when, urgent };
  shortcuts.set(keys, [entry, ...(shortcuts.get(keys) ?? [])]);
  return () => shortcuts.set(keys, (shortcuts.get(keys) ?? []).filter((one) => one !== entry));
}

/** Whether key presses belong to something being typed in. */
export function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.closest("[contenteditable]:not([contenteditable=false]), trix-editor, textarea, select")) return true;
  const input = target.closest("input");
  return Boolean(input) && !["checkbox", "radio", "button", "submit", "range", "file"].includes(input.type);
}

/** The name of a pressed key with its modifiers, as `registerShortcut` writes it. */
export function pressed(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase().replace("arrow", "");
  const parts = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && (key.length > 1 || /[a-z]/.test(key))) parts.push("shift");
  return [...parts, key === " " ? "space" : key].join("+");
}

function find(keys, event) {
  const fitting = (shortcuts.get(keys) ?? []).filter((entry) => !entry.when || entry.when(event));
  return fitting.find((entry) => entry.urgent) ?? fitting[0];
}

function begins(keys) {
  for (const [known, entries] of shortcuts) if (entries.length && known.startsWith(`${keys} `)) return true;
  return false;
}

function onKey(event) {
  // keyCode 229 and isComposing: the input method is still choosing characters.
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const keys = pressed(event);
  const free = keys.startsWith("mod+");
  if (!free && (isTyping(event.target) || document.querySelector("dialog[open]"))) return;
  const sequence = begun && Date.now() - begunAt < PAUSE ? `${begun} ${keys}` : keys;
  begun = "";
  const entry = find(sequence, event) ?? find(keys, event);
  if (entry) {
    event.preventDefault();
    entry.handler(event);
  } else if (!free && begins(keys)) {
    begun = keys;
    begunAt = Date.now();
  }
}

/** Fills the sheet that `?` shows. */
export function fillSheet(place) {
  const groups = new Map();
  for (const entries of shortcuts.values()) {
    const entry = entries[0];
    if (entry?.label) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  place.replaceChildren(...[...groups].map(([name, entries]) => make("section", {},
    make("h3", { textContent: name }),
    make("dl", {}, ...entries.flatMap((entry) => [make("dt", { textContent: entry.label }), make("dd", {}, caps(entry.keys))])))));
}

/** The caps of a shortcut as elements. */
export function caps(keys) {
  const names = { mod: isMac ? "⌘" : "Ctrl", enter: "↵", escape: "Esc", shift: "⇧", up: "↑", down: "↓" };
  const parts = keys.split(/[+ ]/).map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return make("span", { className: "lt-keys" }, ...parts.map((part) => make("kbd", { textContent: part })));
}

/** Elements with `data-shortcut` are pressed by their key. */
function onDeclared(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || begun) return;
  const element = document.querySelector(`[data-shortcut="${CSS.escape(pressed(event))}"]:not([disabled])`);
  if (!element || element.closest("[hidden]")) return;
  event.preventDefault();
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) element.focus();
  else element.click();
}

function declared() {
  return [...document.querySelectorAll("[data-shortcut]")].map((element) => ({
    keys: element.dataset.shortcut,
    label: element.dataset.shortcutLabel || element.getAttribute("aria-label") || element.textContent.trim(),
  }));
}

/** The sheet with the page's declared shortcuts added. */
export function openSheet() {
  const dialog = document.getElementById("shortcuts");
  if (!dialog || dialog.open) return;
  const place = dialog.querySelector("[data-shortcut-sheet]");
  fillSheet(place);
  const here = declared();
  if (here.length) {
    place.prepend(make("section", {}, make("h3", { textContent: document.querySelector("h1")?.textContent ?? "" }),
      make("dl", {}, ...here.flatMap((one) => [make("dt", { textContent: one.label }), make("dd", {}, caps(one.keys))]))));
  }
  dialog.showModal();
}

export function startKeyboard() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("keydown", onDeclared);
  document.addEventListener("lt:shortcuts", openSheet);
  registerShortcut("?", phrase("show_shortcuts"), openSheet);
  if (isMac) for (const cap of document.querySelectorAll("kbd[data-mod]")) cap.textContent = "⌘";
}
