// Short notices: from htmx answers (`HX-Trigger: {"toast": …}`), from Django's messages, from scripts.

import { make, post, storedIcon, words } from "./dom.js";

const LEVELS = { success: "ready", warning: "warning", error: "breach", info: "ours", debug: "idle" };
const STAYS = { ready: 5000, ours: 6000, warning: 9000, breach: 0 };
const MOST = 4;
const NEXT = "lingting:toast";

/** Shows a toast: `{kind, text, undo_url, undo_label}`. A breach stays until it is closed; said again, it is not shown twice. */
export function say({ kind = "ready", text = "", undo_url = "", undo_label = "" }) {
  const ground = document.getElementById("toasts");
  if (!ground || !text) return null;
  const toast = make("div", { className: `lt-toast lt-${kind}`, role: kind === "breach" ? "alert" : "status" });
  const icon = storedIcon("toast-icons", kind);
  const close = make("button", { type: "button", ariaLabel: words.closed });
  close.append(storedIcon("toast-icons", "close") ?? "×");
  close.addEventListener("click", () => toast.remove());
  toast.append(...(icon ? [icon] : []), make("div", { textContent: text }), ...undoButton(toast, undo_url, undo_label), close);
  Object.assign(toast.dataset, { text, undo: undo_url });
  drop((shown) => !undo_url && shown.dataset.text === text);
  ground.append(toast);
  while (ground.querySelectorAll(".lt-toast").length > MOST) ground.querySelector(".lt-toast").remove();
  leaveLater(toast, undo_url ? 10000 : STAYS[kind] ?? 6000);
  return toast;
}

function drop(isMeant) {
  for (const shown of document.querySelectorAll("#toasts .lt-toast")) if (isMeant(shown)) shown.remove();
}

/** What a toast told or offered may be over: the connection is back, the act was taken back elsewhere on the page. */
function startEndings() {
  document.body.addEventListener("live:state", ({ detail }) => {
    if (detail.state === "connected") drop((shown) => shown.dataset.text === words.lost);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const path = detail.successful && detail.requestConfig?.path;
    if (path) drop((shown) => shown.dataset.undo === path);
  });
}

/** Shows a toast on the page that comes next. */
export function sayNext(toast) {
  try {
    sessionStorage.setItem(NEXT, JSON.stringify(toast));
  } catch {
    // A browser that keeps nothing: the next page comes without a word.
  }
}

function sayKept() {
  try {
    const kept = sessionStorage.getItem(NEXT);
    sessionStorage.removeItem(NEXT);
    if (kept) say(JSON.parse(kept));
  } catch {
    // Nothing was kept.
  }
}

function undoButton(toast, url, label) {
  if (!url) return [];
  const button = make("button", { type: "button", className: "lt-toast-undo", textContent: label || words.undo });
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (window.htmx) await window.htmx.ajax("POST", url, { swap: "none", source: document.body });
    else await post(url);
    toast.remove();
    document.dispatchEvent(new CustomEvent("lt:undone", { detail: { url } }));
  });
  return [button];
}

function leaveLater(toast, stays) {
  if (!stays) return;
  let timer = setTimeout(() => toast.remove(), stays);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), 2500); });
  toast.addEventListener("focusin", () => clearTimeout(timer));
}

function onFailure(event) {
  const request = event.detail.xhr;
  if (request.getResponseHeader("HX-Trigger")?.includes("toast")) return;
  const text = { 403: words.forbidden, 404: words.gone, 410: words.gone }[request.status] ?? words.failed;
  say({ kind: "breach", text });
}

export function startToasts() {
  sayKept();
  startEndings();
  document.addEventListener("toast", (event) => say(event.detail.value ?? event.detail));
  document.addEventListener("htmx:responseError", onFailure);
  document.addEventListener("htmx:sendError", () => say({ kind: "breach", text: words.lost }));
  document.addEventListener("htmx:timeout", () => say({ kind: "breach", text: words.lost }));
  for (const message of document.querySelectorAll("#toasts [data-message]")) {
    say({ kind: LEVELS[message.dataset.message] ?? "ours", text: message.textContent });
    message.remove();
  }
}
