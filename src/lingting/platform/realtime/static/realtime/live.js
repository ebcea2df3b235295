/**
 * Live events for a page.
 *
 * Elements say what they are about with `data-live-topics="case:12 team:3"`. Every event comes
 * as `live:<kind>` on document.body, and as a plain `live` on each element that names one of its
 * topics (with `data-live-kinds`, only for those kinds): `hx-trigger="live delay:200ms"`.
 * `live:state` tells {state, reason}; `live:reload` says that too much was missed.
 */

import { Audience, compareCursors } from "./live-stream.js";

const REMEMBERED = 4000;
const WORKER_PATIENCE_MS = 4000;

const meta = document.querySelector('meta[name="live-cursor"]');
const seen = new Set();
const cursorAtRequest = new WeakMap();
let cursor = meta ? meta.content : "";
let port = null;
let known = "";

/** Read the topics of the page again, after its elements changed; htmx swaps do it by themselves. */
export function readTopics(since = cursor) {
  const topics = new Set();
  for (const element of document.querySelectorAll("[data-live-topics]")) {
    for (const topic of words(element.dataset.liveTopics)) topics.add(topic);
  }
  const text = [...topics].sort().join(" ");
  if (text === known || !port) return;
  known = text;
  port.postMessage({ type: "join", topics: [...topics], cursor: since });
}

function words(text) {
  return (text || "").split(/\s+/).filter(Boolean);
}

function rejoin() {
  known = "";
  readTopics();
}

function hear({ data }) {
  if (data.type === "event") receive(data.event, data.cursor);
  else if (data.type === "state") showState(data.state, data.reason);
}

function receive(event, at) {
  if (at && (!cursor || compareCursors(at, cursor) > 0)) cursor = at;
  if (event.kind === "heartbeat") return;
  if (event.kind === "reload") cursor = "";
  if (event.id) {
    if (seen.has(event.id)) return;
    seen.add(event.id);
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
  }
  document.body.dispatchEvent(new CustomEvent(`live:${event.kind}`, { detail: event }));
  if (event.topics && event.kind !== "refused") callElements(event);
}

function callElements(event) {
  for (const element of document.querySelectorAll("[data-live-topics]")) {
    const isAbout = words(element.dataset.liveTopics).some((topic) => event.topics.includes(topic));
    const kinds = words(element.dataset.liveKinds);
    if (isAbout && (!kinds.length || kinds.includes(event.kind))) {
      element.dispatchEvent(new CustomEvent("live", { detail: event }));
    }
  }
}

function showState(state, reason) {
  document.documentElement.dataset.live = state;
  document.body.dispatchEvent(new CustomEvent("live:state", { detail: { state, reason } }));
}

/** A shared worker where there is one that can stream, otherwise a stream of this window's own. */
function connect() {
  if (typeof SharedWorker !== "function") {
    connectAlone();
    return;
  }
  let isHere = false;
  try {
    const name = `lingting-live 1 ${meta ? meta.dataset.person : ""}`;
    const worker = new SharedWorker(new URL("live-worker.js", import.meta.url), { type: "module", name });
    const give = () => {
      if (!isHere) connectAlone();
      isHere = true;
    };
    worker.onerror = give;
    worker.port.onmessage = (message) => {
      if (message.data.type !== "here") {
        hear(message);
      } else if (!isHere && message.data.hasEventSource) {
        isHere = true;
        use(worker.port);
      } else give();
    };
    worker.port.start();
    setTimeout(give, WORKER_PATIENCE_MS);
  } catch {
    connectAlone();
  }
}

function connectAlone() {
  const channel = new MessageChannel();
  new Audience("/live/").add(channel.port2);
  channel.port1.onmessage = hear;
  use(channel.port1);
}

function use(chosen) {
  port = chosen;
  rejoin();
  setInterval(() => port.postMessage({ type: "alive" }), 20000);
}

function wake() {
  if (!port) return;
  rejoin();
  port.postMessage({ type: "wake" });
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wake();
});
window.addEventListener("online", wake);
window.addEventListener("pagehide", () => port && port.postMessage({ type: "bye" }));
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  wake();
  document.body.dispatchEvent(new CustomEvent("live:reload", { detail: { kind: "reload" } }));
});
document.addEventListener("htmx:beforeSend", (event) => cursorAtRequest.set(event.detail.xhr, cursor));
for (const name of ["htmx:afterSettle", "htmx:oobAfterSwap", "htmx:historyRestore"]) {
  document.addEventListener(name, (event) => {
    const xhr = event.detail && event.detail.xhr;
    readTopics((xhr && cursorAtRequest.get(xhr)) || cursor);
  });
}

connect();
