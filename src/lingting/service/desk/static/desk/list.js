// The list: rows that stay in place while they change, counts, moving through it.

import { announce } from "../ui/dom.js";
import { registerShortcut } from "../ui/keyboard.js";
import { showPane } from "../ui/panes.js";
import { openCase, word } from "./words.js";

const KINDS = [
  "MessageAdded", "MessagesRead", "CaseOpened", "CaseChanged", "CaseAssigned", "CaseQueued", "CaseSnoozed", "CaseWoken",
  "CaseClosed", "CaseReopened", "CaseTouched", "ConversationEnded",
];
const ROWS_PAUSE = 250;
const COUNTS_PAUSE = 3000;
const COUNTS_EVERY = 60000;

const touched = new Set();
const held = new Map();
const picked = new Set();
let rowsTimer = 0;
let countsTimer = 0;
let countsAt = 0;
let openTimer = 0;
let wantedId = "";
let isFetching = false;
let isPressed = false;

const list = () => document.querySelector(".desk-list");
const rows = () => [...document.querySelectorAll("#desk-rows .desk-row")];
const row = (id) => document.getElementById(`row-${id}`);

/** Says that a case may look different now; its row is fetched with others shortly. */
export function touch(id) {
  if (!Number.isFinite(id) || !list()) return;
  touched.add(id);
  fetchRowsSoon();
  countSoon();
}

function fetchRowsSoon() {
  if (!isFetching) rowsTimer ||= setTimeout(fetchRows, ROWS_PAUSE);
}

/** One question at a time: an older answer never overwrites a newer one. A row under a pressed finger stays till it is let go. */
async function fetchRows() {
  rowsTimer = 0;
  if (isPressed) return fetchRowsSoon();
  isFetching = true;
  await freshRows();
  isFetching = false;
  if (touched.size) fetchRowsSoon();
}

async function freshRows() {
  const ids = [...touched].slice(0, 50);
  for (const id of ids) touched.delete(id);
  const ground = list();
  if (!ground || !ids.length || new URLSearchParams(ground.dataset.query).get("q")) return;
  const url = `/desk/${encodeURIComponent(ground.dataset.view)}/rows/?ids=${ids.join(",")}&${ground.dataset.query}`;
  const response = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok || list() !== ground) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (isPressed) await letGo();
  if (list() !== ground) return;
  for (const id of ids) place(id, fresh.getElementById(`row-${id}`));
}

const letGo = () => new Promise((done) => document.addEventListener("lt:let-go", done, { once: true }));

/** Between pressing and letting go nothing under the finger is replaced: the click would be lost. */
function watchPresses() {
  document.addEventListener("pointerdown", (event) => { isPressed = Boolean(event.target.closest?.("#desk-rows")); }, true);
  for (const kind of ["pointerup", "pointercancel", "dragend"]) {
    document.addEventListener(kind, () => setTimeout(() => {
      isPressed = false;
      document.dispatchEvent(new CustomEvent("lt:let-go"));
    }), true);
  }
}

function place(id, fresh) {
  const present = row(id);
  if (!fresh) {
    held.delete(id);
    // What leaves under the pointer would move another row there: it goes when the pointer has left.
    if (present?.classList.contains("is-current") || present?.closest("#desk-rows:hover")) present.classList.add("is-gone");
    else present?.remove();
  } else if (present) replace(present, fresh);
  else if (isAtRest()) arrive(fresh);
  else held.set(id, fresh);
  showHeld();
}

function replace(present, fresh) {
  for (const name of ["is-current", "is-picked"]) fresh.classList.toggle(name, present.classList.contains(name));
  fresh.querySelector("input[name=picked]").checked = present.querySelector("input[name=picked]").checked;
  if (present.contains(document.activeElement)) requestAnimationFrame(() => fresh.querySelector("a").focus({ preventScroll: true }));
  document.adoptNode(fresh);
  present.replaceWith(fresh);
  revive(fresh);
}

function arrive(fresh) {
  const ground = document.getElementById("desk-rows");
  ground.querySelector(".lt-empty")?.remove();
  document.adoptNode(fresh);
  ground.prepend(fresh);
  revive(fresh);
}

function revive(element) {
  window.htmx?.process(element);
  announce(element);
}

function isAtRest() {
  const ground = document.getElementById("desk-rows");
  return ground.scrollTop < 8 && !ground.matches(":hover");
}

function showHeld() {
  const button = document.querySelector("[data-desk-arrived]");
  if (!button) return;
  button.hidden = held.size === 0;
  button.querySelector("span").textContent = word("arrived", { count: held.size });
}

function letIn() {
  const ground = document.getElementById("desk-rows");
  for (const fresh of held.values()) arrive(fresh);
  held.clear();
  showHeld();
  ground.scrollTop = 0;
}

function countSoon() {
  countsTimer ||= setTimeout(fetchCounts, Math.max(200, countsAt + COUNTS_PAUSE - Date.now()));
}

async function fetchCounts() {
  countsTimer = 0;
  countsAt = Date.now();
  if (document.hidden) return;
  const response = await fetch("/desk/counts/", { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const counts = await response.json();
  for (const place of document.querySelectorAll("[data-count-of]")) {
    const text = counts[place.dataset.countOf] ?? "";
    if (place.textContent !== text) place.textContent = text;
  }
}

/** Reads the list again as it is, keeping the place. */
export function reloadList() {
  const ground = list();
  if (!ground) return;
  const url = `/desk/${encodeURIComponent(ground.dataset.view)}/?${ground.dataset.query}`;
  for (const box of ground.querySelectorAll("input[name=picked]:checked")) picked.add(box.value);
  window.htmx.ajax("GET", url, { target: ".desk-list", swap: "outerHTML", select: ".desk-list", source: ground });
}

/** The list was read again: what was picked in it still is. */
function pickAgain() {
  if (!picked.size) return;
  const boxes = [...document.querySelectorAll("#desk-rows input[name=picked]")].filter((box) => picked.has(box.value));
  for (const box of boxes) box.checked = true;
  boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  picked.clear();
}

function sweepGone() {
  for (const one of document.querySelectorAll(".desk-row.is-gone:not(.is-current)")) one.remove();
}

function markCurrent(id) {
  for (const one of document.querySelectorAll(".desk-row.is-current")) {
    if (one.dataset.case === String(id)) continue;
    one.classList.remove("is-current");
    if (one.classList.contains("is-gone") && !one.closest("#desk-rows:hover")) one.remove();
  }
  row(id)?.classList.add("is-current");
}

/** The case somebody has asked for and which is not here yet stays marked, whatever else arrives meanwhile. */
function want(id) {
  wantedId = String(id);
  markCurrent(id);
}

/** Opens the row that stands so far from the current one; at an end it stays. */
export function move(step) {
  const all = rows();
  if (!all.length) return false;
  const now = all.findIndex((one) => one.classList.contains("is-current"));
  const goal = now < 0 ? 0 : now + step;
  if (goal < 0 || goal >= all.length) return false;
  want(all[goal].dataset.case);
  all[goal].scrollIntoView({ block: "nearest" });
  clearTimeout(openTimer);
  openTimer = setTimeout(() => all[goal].querySelector("a").click(), now < 0 ? 0 : 90);
  return true;
}

/** After a case is done: the next one, or the one before at the end of the list. */
export function advance() {
  if (matchMedia("(width < 768px)").matches) return showPane("desk", "list");
  return move(1) || move(-1);
}

function onClick(event) {
  const link = event.target.closest?.(".desk-row-link, [data-view]");
  if (link && (event.ctrlKey || event.metaKey || event.shiftKey)) return event.stopImmediatePropagation();
  if (link?.matches(".desk-row-link")) want(link.closest(".desk-row").dataset.case);
  if (event.target.closest?.("[data-desk-arrived]")) letIn();
}

/** An input method's half-written letters are no search. */
function onComposing(event) {
  if (!event.target.matches?.("[data-desk-search] input")) return;
  if (event.type === "input" && event.isComposing) event.stopImmediatePropagation();
  if (event.type === "compositionend") event.target.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function goTo(view) {
  const link = document.querySelector(`.desk-view-line[data-view="${view}"]`);
  if (link) link.click();
}

function registerKeys() {
  const views = { m: "mine", u: "unassigned", t: "team", a: "all", o: "overdue", w: "waiting", n: "mentions", z: "snoozed", d: "orders", c: "closed" };
  const desk = { group: word("group") };
  registerShortcut("j", word("next"), () => move(1), desk);
  registerShortcut("k", word("previous"), () => move(-1), desk);
  registerShortcut("down", "", () => move(1), { when: (event) => Boolean(event.target.closest?.("#desk-rows")) });
  registerShortcut("up", "", () => move(-1), { when: (event) => Boolean(event.target.closest?.("#desk-rows")) });
  registerShortcut("x", word("pick"), () => document.querySelector(".desk-row.is-current input[name=picked]")?.click(), desk);
  registerShortcut("enter", word("open"), () => {
    document.querySelector(".desk-row.is-current a")?.click();
    showPane("desk", "conversation");
  }, { ...desk, when: (event) => event.target === document.body || event.target.id === "desk-rows" });
  registerShortcut("escape", word("back"), () => {
    showPane("desk", "list");
    (document.querySelector(".desk-row.is-current a") ?? document.getElementById("desk-rows"))?.focus();
  }, desk);
  for (const [key, view] of Object.entries(views)) {
    const label = document.querySelector(`.desk-view-line[data-view="${view}"] > span`)?.textContent;
    if (label) registerShortcut(`g ${key}`, label, () => goTo(view), { group: word("views") });
  }
}

export function startList() {
  for (const kind of KINDS) document.body.addEventListener(`live:${kind}`, (event) => touch(Number(event.detail.data?.case_id)));
  document.body.addEventListener("live:reload", reloadList);
  document.body.addEventListener("desk:changed", (event) => touch(Number(event.detail?.case_id)));
  document.body.addEventListener("desk:reload", reloadList);
  document.addEventListener("click", onClick, true);
  document.addEventListener("input", onComposing, true);
  document.addEventListener("compositionend", onComposing, true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "desk-list") list()?.classList.add("is-loading");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.matches?.("#desk-list, .desk-list")) {
      held.clear();
      pickAgain();
    }
    const opened = openCase();
    if (opened) markCurrent(wantedId || opened.id);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { target, pathInfo } = event.detail;
    if (target?.id === "desk-conversation" && pathInfo?.requestPath?.startsWith(`/desk/cases/${wantedId}/`)) wantedId = "";
  });
  window.addEventListener("popstate", () => { wantedId = ""; });
  document.addEventListener("mouseleave", (event) => { if (event.target.id === "desk-rows") sweepGone(); }, true);
  watchPresses();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) countSoon(); });
  setInterval(countSoon, COUNTS_EVERY);
  registerKeys();
}
