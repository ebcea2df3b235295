// The open conversation: messages as they come, in order and once; ticks; who types and who looks.

import { announce } from "../ui/dom.js";
import { refreshTimes } from "../ui/times.js";
import { forgetUnsent } from "./unsent.js";
import { icon, openCase, send, tellChanged, word } from "./words.js";

const NEAR_END = 140;
const TYPING_SHOWN = 6000;
const LOOKING_SHOWN = 45000;
const LOOKING_EVERY = 20000;
const READ_PAUSE = 500;

let current = 0;
let known = 0;
let isFetching = false;
let wantsMore = false;
let readUpTo = 0;
let readTimer = 0;
let typingTimer = 0;
let unseen = 0;
let sticks = true;
const heights = new ResizeObserver(() => { if (sticks) toEnd(); });
let title = document.title;
const lookers = new Map();

const ground = () => document.getElementById("desk-messages");
const scroller = () => document.getElementById("desk-talk");
const idOf = (element) => Number(element.dataset.id);

function isNearEnd() {
  const box = scroller();
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
}

/** Scrolls to what was said last. */
export function toEnd() {
  const box = scroller();
  if (!box) return;
  box.scrollTop = box.scrollHeight;
  sticks = true;
  document.querySelector("[data-desk-newer]").hidden = true;
}

/** Puts messages into the conversation, each once and in order; a sent one replaces its bubble. */
export function place(html) {
  const fragment = new DOMParser().parseFromString(html, "text/html").body;
  let day = null;
  for (const element of [...fragment.children]) {
    if (element.dataset.day) day = element;
    if (!element.dataset.id) continue;
    if (document.getElementById(element.id)) continue;
    const { key } = element.dataset;
    const pending = key ? ground().querySelector(`[data-pending="${CSS.escape(key)}"]`) : null;
    const after = [...ground().querySelectorAll("[data-id]")].find((one) => idOf(one) > idOf(element));
    pending?.remove();
    if (key) forgetUnsent(current, key);
    document.adoptNode(element);
    const before = after ?? ground().querySelector("[data-pending]");
    if (day && !ground().querySelector(`[data-day="${day.dataset.day}"]`)) ground().insertBefore(document.adoptNode(day), before);
    ground().insertBefore(element, before);
    day = null;
    fold(element);
    if (!pending) element.classList.add("is-new");
    announce(element);
    refreshTimes(element);
  }
}

async function fetchNew() {
  const here = openCase();
  if (!here || isFetching) {
    wantsMore = isFetching;
    return;
  }
  isFetching = true;
  wantsMore = false;
  const response = await fetch(`${here.base}messages/?after=${known}`, { credentials: "same-origin" }).catch(() => null);
  isFetching = false;
  if (!response?.ok || openCase()?.id !== here.id) return;
  const stays = sticks;
  place(await response.text());
  known = Math.max(known, ...[...ground().querySelectorAll("[data-id]")].map(idOf));
  if (stays) toEnd();
  else document.querySelector("[data-desk-newer]").hidden = false;
  readSoon();
  if (wantsMore) fetchNew();
}

function fold(root) {
  for (const text of root.querySelectorAll(".desk-text.is-folded")) {
    if (text.nextElementSibling?.matches(".desk-unfold")) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "desk-unfold", textContent: word("unfold") });
    button.addEventListener("click", () => {
      button.textContent = word(text.classList.toggle("is-folded") ? "unfold" : "fold");
    });
    text.after(button);
  }
}

function readSoon() {
  clearTimeout(readTimer);
  readTimer = setTimeout(readNow, READ_PAUSE);
}

async function readNow() {
  const here = openCase();
  if (!here || document.hidden || !document.hasFocus() || here.assignee !== here.me || !isNearEnd()) return;
  const last = [...ground().querySelectorAll(".is-customer[data-id]")].at(-1);
  if (!last || idOf(last) <= readUpTo) return;
  readUpTo = idOf(last);
  await send(`${here.base}reading/`, new URLSearchParams({ up_to: readUpTo })).catch(() => { readUpTo = 0; });
  tellRow(here.id);
}

function tellRow(id) {
  document.body.dispatchEvent(new CustomEvent("live:MessagesRead", { detail: { data: { case_id: id } } }));
}

function tick({ data }, kind) {
  if (data.by === "agent" || data.case_id !== current || !data.up_to_id) return;
  for (const message of document.querySelectorAll(".desk-message.is-ours[data-id]")) {
    const mark = message.querySelector("[data-tick]");
    if (!mark || idOf(message) > data.up_to_id || mark.classList.contains("is-read")) continue;
    mark.className = `desk-tick is-${kind}`;
    mark.replaceChildren(icon(kind));
  }
}

function showTyping({ data }) {
  const here = openCase();
  if (!here || data.case_id !== here.id || data.account_id === here.me) return;
  const kind = data.by === "customer" ? "typingCustomer" : data.mode === "note" ? "typingNote" : "typingReply";
  const name = data.name || document.querySelector(".desk-who bdi")?.textContent || "";
  document.querySelector("[data-desk-typing]").textContent = word(kind, { name });
  clearTimeout(typingTimer);
  typingTimer = setTimeout(stopTyping, TYPING_SHOWN);
}

function stopTyping() {
  const place = document.querySelector("[data-desk-typing]");
  if (place) place.textContent = "";
}

function showLooker({ data }) {
  const here = openCase();
  if (!here || data.case_id !== here.id || data.account_id === here.me) return;
  if (data.what === "left") lookers.delete(data.account_id);
  else lookers.set(data.account_id, { name: data.name, at: Date.now() });
  if (data.what === "arrived") setTimeout(() => look("looking"), 200 + Math.random() * 800);
  showLookers();
}

function showLookers() {
  for (const [id, one] of lookers) if (Date.now() - one.at > LOOKING_SHOWN) lookers.delete(id);
  const place = document.querySelector("[data-desk-lookers]");
  const names = [...lookers.values()].map((one) => one.name).join("、");
  if (place) place.textContent = names ? word("looking", { names }) : "";
}

function look(kind, base = openCase()?.base) {
  if (base && (kind === "left" || !document.hidden)) {
    send(`${base}signals/`, new URLSearchParams({ kind }), { keepalive: true }).catch(() => {});
  }
}

function onMessage(event) {
  const { data } = event.detail;
  if (data.message_kind === "customer" && document.hidden) count(unseen + 1);
  if (data.case_id !== current) return;
  if (data.message_kind === "customer") stopTyping();
  fetchNew();
}

function count(number) {
  unseen = number;
  if (!document.title.startsWith("(")) title = document.title;
  document.title = unseen ? `(${unseen}) ${title}` : title;
}

/** A case was opened (or the page came with one): the end is shown, what is unread is read. */
function arrive() {
  const here = openCase();
  if (!here || here.element.dataset.started !== undefined) return;
  here.element.dataset.started = "";
  if (current && current !== here.id) look("left", here.base.replace(String(here.id), String(current)));
  current = here.id;
  known = Math.max(0, ...[...ground().querySelectorAll("[data-id]")].map(idOf));
  readUpTo = 0;
  isFetching = false;
  lookers.clear();
  fold(ground());
  refreshTimes(here.element);
  sticks = true;
  heights.disconnect();
  heights.observe(ground());
  heights.observe(scroller());
  toEnd();
  look("arrived");
  readSoon();
  document.dispatchEvent(new CustomEvent("desk:opened", { detail: here }));
}

function keepPlace(event) {
  if (!event.target.matches?.(".desk-older")) return;
  const box = scroller();
  const below = box.scrollHeight - box.scrollTop;
  document.addEventListener("htmx:afterSettle", () => {
    box.scrollTop = box.scrollHeight - below;
    fold(ground());
  }, { once: true });
}

export function startConversation() {
  const live = (kind, handler) => document.body.addEventListener(`live:${kind}`, handler);
  live("MessageAdded", onMessage);
  live("MessagesRead", (event) => tick(event.detail, "read"));
  live("MessagesDelivered", (event) => tick(event.detail, "delivered"));
  live("Typing", (event) => showTyping(event.detail));
  live("CustomerTyping", (event) => showTyping({ data: { ...event.detail.data, by: "customer" } }));
  live("Looking", (event) => showLooker(event.detail));
  live("reload", () => { fetchNew(); tellChanged(current); });
  document.addEventListener("htmx:afterSettle", arrive);
  document.addEventListener("htmx:beforeSwap", keepPlace);
  document.addEventListener("scroll", (event) => {
    if (event.target.id !== "desk-talk") return;
    sticks = isNearEnd();
    if (sticks) document.querySelector("[data-desk-newer]").hidden = true;
    readSoon();
  }, true);
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-desk-newer]")) toEnd(); });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    count(0);
    fetchNew();
    look("looking");
  });
  window.addEventListener("focus", readSoon);
  window.addEventListener("pagehide", () => look("left"));
  setInterval(() => { look("looking"); showLookers(); }, LOOKING_EVERY);
  arrive();
}
