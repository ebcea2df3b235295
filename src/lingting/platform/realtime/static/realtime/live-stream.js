/**
 * One stream of live events that survives everything, and the windows that share it.
 *
 * Used by the shared worker, by a page where there is no shared worker, and by the customer's
 * widget on other sites (with a token). No dependency.
 */

const BACKOFF_MS = [300, 1000, 2000, 4000, 8000, 15000];
const LOST_AFTER_MS = 5000;
const TAB_SILENCE_MS = 200000;
const LINGER_MS = 5000;

/** Negative when cursor `a` stands before `b`; an empty cursor stands after everything. */
export function compareCursors(a, b) {
  if (a === b) return 0;
  if (!a) return 1;
  if (!b) return -1;
  const [left, right] = [a, b].map((cursor) => cursor.split("-").map(BigInt));
  const index = left[0] === right[0] ? 1 : 0;
  if (left[index] === right[index]) return 0;
  return left[index] < right[index] ? -1 : 1;
}

/**
 * A stream that reconnects by itself and says in the address from where.
 *
 * `onEvent(event, cursor)` gets every event but heartbeats, some of them twice after a
 * reconnect (drop by `id`). `onState(state, reason)`: connecting, connected, lost;
 * the reason of a loss is "signed-out", "network" or "".
 */
export class LiveStream {
  constructor({ url = "/live/", token = "", onEvent, onState }) {
    this.url = url;
    this.token = token;
    this.onEvent = onEvent;
    this.onState = onState;
    this.topics = new Set();
    this.refused = new Set();
    this.cursor = "";
    this.state = "";
    this.reason = "";
    this.failures = 0;
    this.heardAt = 0;
    this.heartbeatMs = 15000;
    this.newest = null;
    this.proven = null;
    setInterval(() => this.watch(), 2000);
  }

  /** Listen to these topics too, from `cursor` on; reopens only when the stream does not cover that. */
  cover(topics, cursor) {
    if (cursor !== undefined) for (const topic of topics) this.refused.delete(topic);
    const isNew = [...topics].some((topic) => !this.topics.has(topic));
    const isEarlier = Boolean(cursor) && compareCursors(cursor, this.cursor) < 0;
    for (const topic of topics) this.topics.add(topic);
    if (isEarlier) this.cursor = cursor;
    if (this.topics.size && (isNew || isEarlier || (!this.newest && !this.timer))) this.openSoon();
  }

  /** Forget topics nobody wants; the stream itself narrows when it next reconnects. */
  keepOnly(topics) {
    this.topics = new Set([...this.topics].filter((topic) => topics.has(topic)));
    if (!this.topics.size) this.closeAll();
  }

  /** The device woke up or is online again: make sure that we hear something. */
  wake() {
    const isQuiet = Date.now() - this.heardAt > this.heartbeatMs + 3000;
    if (this.topics.size && (this.state !== "connected" || isQuiet)) {
      this.failures = 0;
      this.open();
    }
  }

  /** Gather what several elements and windows ask for in one turn into one connection. */
  openSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), 20);
  }

  /** Open anew; the old connection goes on until the new one has said hello, so nobody seems to leave. */
  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    const wanted = [...this.topics].filter((topic) => !this.refused.has(topic)).sort();
    if (!wanted.length) return;
    if (this.newest && this.newest !== this.proven) this.newest.close();
    const query = new URLSearchParams({ topics: wanted.join(",") });
    if (this.cursor) query.set("after", this.cursor);
    if (this.token) query.set("token", this.token);
    const source = new EventSource(`${this.url}?${query}`);
    this.newest = source;
    this.openedAt = Date.now();
    if (this.state !== "connected") this.setState(this.state || "connecting");
    source.onmessage = (message) => this.hear(source, message);
    source.onerror = () => this.fail(source);
  }

  hear(source, message) {
    const event = JSON.parse(message.data);
    this.heardAt = Date.now();
    if (source === this.newest && message.lastEventId) this.cursor = message.lastEventId;
    if (event.kind === "hello") this.prove(source, event);
    else if (event.kind === "heartbeat") this.onEvent(event, this.cursor);
    else if (event.kind === "reconnect") this.retire(source, event.wait_ms);
    else if (event.kind === "refused") this.retire(source, 0);
    else if (event.kind === "reload") {
      this.cursor = "";
      this.onEvent(event, "");
      this.retire(source, 500);
    } else this.onEvent(event, this.cursor);
  }

  prove(source, event) {
    if (source !== this.newest) return;
    if (this.proven && this.proven !== source) this.proven.close();
    this.proven = source;
    this.failures = 0;
    this.heartbeatMs = event.heartbeat_seconds * 1000;
    this.setState("connected");
  }

  /** The server ends this connection on purpose: come back after its wait. */
  retire(source, waitMs) {
    source.close();
    if (source === this.proven) this.proven = null;
    if (source !== this.newest) return;
    this.newest = null;
    if (!this.proven) this.setState("connecting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), waitMs);
  }

  async fail(source) {
    const isFinal = source.readyState === 2;
    source.close();
    if (source === this.proven) this.proven = null;
    if (source !== this.newest) return;
    this.newest = null;
    if (!this.proven) this.setState("connecting");
    this.failures += 1;
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length) - 1];
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), wait * (0.5 + Math.random()));
    if (isFinal) await this.askWhy(source.url);
  }

  /** An EventSource does not tell why it was refused; the same address, fetched, does. */
  async askWhy(address) {
    const stop = new AbortController();
    try {
      const answer = await fetch(address, { signal: stop.signal, credentials: this.token ? "omit" : "same-origin" });
      if (answer.status === 401) this.setState("lost", "signed-out");
      if (answer.status === 403) {
        const problem = await answer.json();
        for (const topic of problem.topics || []) this.refused.add(topic);
        if (problem.topics) {
          this.onEvent({ kind: "refused", topics: problem.topics }, this.cursor);
          this.failures = 0;
          this.openSoon();
        }
      }
    } catch {
      // The network is away: the next attempt is already planned.
    } finally {
      stop.abort();
    }
  }

  /** Every two seconds: a connection that should have spoken by now is replaced. */
  watch() {
    if (!this.topics.size || !this.newest) {
      this.noticeLoss();
      return;
    }
    const now = Date.now();
    const isSilent = now - Math.max(this.heardAt, this.openedAt) > this.heartbeatMs * 2 + 2000;
    const isStuck = this.newest !== this.proven && now - this.openedAt > this.heartbeatMs;
    if (isSilent) {
      this.closeSources();
      this.setState("connecting");
    }
    if (isSilent || isStuck) this.open();
    this.noticeLoss();
  }

  noticeLoss() {
    if (this.state === "connecting" && Date.now() - this.stateAt > LOST_AFTER_MS) this.setState("lost", "network");
  }

  setState(state, reason = "") {
    if (state === "connecting" && this.state === "lost") return;
    if (state === this.state && reason === this.reason) return;
    this.state = state;
    this.reason = reason;
    this.stateAt = Date.now();
    this.onState(state, reason);
  }

  closeAll() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.closeSources();
    this.refused.clear();
    this.state = "";
  }

  closeSources() {
    for (const source of [this.newest, this.proven]) if (source) source.close();
    this.newest = this.proven = null;
  }
}

/**
 * The windows that share one stream. Each talks through a MessagePort:
 * in: {type: "join", topics, cursor} | {type: "wake"} | {type: "alive"} | {type: "bye"};
 * out: {type: "event", event, cursor} | {type: "state", state, reason}.
 */
export class Audience {
  constructor(url) {
    this.tabs = new Map();
    this.stream = new LiveStream({
      url,
      onEvent: (event, cursor) => this.pass(event, cursor),
      onState: (state, reason) => this.tell({ type: "state", state, reason }),
    });
    setInterval(() => this.forgetSilent(), 30000);
  }

  add(port) {
    port.onmessage = ({ data }) => this.hear(port, data);
    port.start();
  }

  hear(port, message) {
    if (message.type === "bye") {
      this.remove(port);
      return;
    }
    const known = this.tabs.get(port);
    const tab = known || { topics: new Set(), heardAt: 0 };
    tab.heardAt = Date.now();
    if (message.type === "join") {
      const isCovered = known && message.topics.every((topic) => tab.topics.has(topic));
      this.tabs.set(port, tab);
      tab.topics = new Set(message.topics);
      this.stream.cover(tab.topics, isCovered ? undefined : message.cursor);
      this.narrowLater();
      if (this.stream.state) port.postMessage({ type: "state", state: this.stream.state, reason: this.stream.reason });
    } else if (message.type === "wake") this.stream.wake();
  }

  pass(event, cursor) {
    for (const [port, tab] of this.tabs) {
      const isFor = !event.topics || event.topics.some((topic) => tab.topics.has(topic));
      if (isFor) port.postMessage({ type: "event", event, cursor });
    }
  }

  tell(message) {
    for (const port of this.tabs.keys()) port.postMessage(message);
  }

  wanted() {
    return new Set([...this.tabs.values()].flatMap((tab) => [...tab.topics]));
  }

  remove(port) {
    this.tabs.delete(port);
    this.narrowLater();
  }

  /** A page that navigates is back in a moment: its stream waits for it. */
  narrowLater() {
    clearTimeout(this.narrowing);
    this.narrowing = setTimeout(() => this.stream.keepOnly(this.wanted()), LINGER_MS);
  }

  /** A window that crashed says no goodbye. */
  forgetSilent() {
    for (const [port, tab] of this.tabs) if (Date.now() - tab.heardAt > TAB_SILENCE_MS) this.remove(port);
  }
}
