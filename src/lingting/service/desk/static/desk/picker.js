// The picker: one small dialog for everything that is chosen from a list by a few letters.

import { complain, word } from "./words.js";

const dialog = document.getElementById("desk-picker");
const field = document.getElementById("desk-picker-words");
const ground = document.getElementById("desk-picker-options");
let offer = null;
let shown = [];
let at = 0;
let turn = 0;

/**
 * Opens the picker with the options an address gives; the choice is posted to the offer's (or the given) `url`.
 * It opens before they come: what is typed meanwhile is typed into it, and is no shortcut of the page behind.
 */
export async function pick(source, { url = "", given = {} } = {}) {
  const mine = ++turn;
  open();
  const response = await fetch(source, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
  const found = response?.ok ? await response.json().catch(() => null) : null;
  if (mine !== turn || !dialog.open) return;
  if (!found) {
    dialog.close();
    return complain(new Error(word("lost")));
  }
  offer = { ...found, url: url || found.url, given: { ...found.given, ...given } };
  document.getElementById("desk-picker-title").textContent = offer.title;
  field.placeholder = offer.free || offer.title;
  ground.removeAttribute("aria-busy");
  fill();
}

function open() {
  offer = null;
  shown = [];
  field.value = field.placeholder = "";
  document.getElementById("desk-picker-title").textContent = "…";
  ground.replaceChildren();
  ground.setAttribute("aria-busy", "true");
  if (!dialog.open) dialog.showModal();
  field.focus();
}

function fill() {
  if (!offer) return;
  const words = field.value.trim().toLowerCase();
  shown = offer.options.filter((one) => !words || `${one.label} ${one.detail ?? ""}`.toLowerCase().includes(words));
  if (offer.free && words && !shown.some((one) => one.label.toLowerCase() === words)) {
    shown = [...shown, { value: field.value.trim(), label: field.value.trim(), detail: offer.free }];
  }
  at = Math.max(0, shown.findIndex((one) => !words && one.is_current));
  ground.replaceChildren(...shown.map(line));
  if (!shown.length) ground.append(Object.assign(document.createElement("li"), { className: "desk-picker-none", textContent: word("nothing") }));
  mark();
}

function line(option, index) {
  const item = document.createElement("li");
  item.id = `desk-picker-${index}`;
  item.setAttribute("role", "option");
  item.dataset.index = index;
  item.classList.toggle("is-now", Boolean(option.is_current));
  item.append(Object.assign(document.createElement("span"), { textContent: option.label }));
  if (option.detail) item.append(Object.assign(document.createElement("small"), { textContent: option.detail }));
  return item;
}

function mark() {
  for (const item of ground.querySelectorAll("[data-index]")) {
    const isHere = Number(item.dataset.index) === at;
    item.setAttribute("aria-selected", String(isHere));
    if (isHere) {
      field.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    }
  }
}

function choose() {
  const option = shown[at];
  if (!option) return;
  dialog.close();
  window.htmx.ajax("POST", offer.url, { values: { ...offer.given, value: option.value, label: option.label }, swap: "none", source: document.body });
}

if (dialog) {
  field.addEventListener("input", fill);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      at = (at + step + shown.length) % shown.length;
      mark();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      choose();
    }
  });
  ground.addEventListener("click", (event) => {
    const item = event.target.closest("[data-index]");
    if (!item) return;
    at = Number(item.dataset.index);
    choose();
  });
  ground.addEventListener("pointermove", (event) => {
    const item = event.target.closest("[data-index]");
    if (!item || Number(item.dataset.index) === at) return;
    at = Number(item.dataset.index);
    mark();
  });
}
