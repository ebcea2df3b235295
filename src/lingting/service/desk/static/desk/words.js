// Translated words of the page, stored icons, and requests that say who asks.

import { csrfToken } from "../ui/dom.js";
import { say } from "../ui/toasts.js";

const source = document.getElementById("desk-words")?.dataset ?? {};

/** A word of the page with its %(name)s places filled. */
export function word(key, values = {}) {
  return (source[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

/** A stored icon as an element. */
export function icon(name) {
  const found = document.querySelector("#desk-icons")?.content.querySelector(`[data-kind="${name}"]`)?.firstElementChild;
  return found ? found.cloneNode(true) : document.createTextNode("");
}

/** The case that is open, or null. */
export function openCase() {
  const element = document.getElementById("desk-case");
  if (!element) return null;
  const head = document.getElementById("desk-head");
  return {
    element,
    id: Number(element.dataset.case),
    base: element.dataset.base,
    me: Number(element.dataset.me),
    state: head?.dataset.state ?? "",
    assignee: Number(head?.dataset.assignee || 0),
    mayAnswer: Boolean(head?.dataset.answers),
  };
}

/** A POST whose refusal comes back as a sentence: resolves to the response, rejects with an Error that says why. */
export async function send(url, body, { keepalive = false } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      body,
      keepalive,
      credentials: "same-origin",
      headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", "HX-Request": "true" },
    });
  } catch {
    throw Object.assign(new Error(word("lost")), { isLost: true });
  }
  if (response.ok) return response;
  throw Object.assign(new Error(reason(response)), { status: response.status });
}

function reason(response) {
  try {
    return JSON.parse(response.headers.get("HX-Trigger") ?? "{}").toast?.text ?? word("failed");
  } catch {
    return word("failed");
  }
}

/** Tells the page that something about a case changed. */
export function tellChanged(id) {
  document.body.dispatchEvent(new CustomEvent("desk:changed", { bubbles: true, detail: { case_id: id } }));
}

/** Shows why something failed. */
export function complain(error) {
  say({ kind: "breach", text: error.message });
}

/** A random id, also where the page is not a secure context. */
export function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
