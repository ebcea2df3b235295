/**
 * Hearing at once what happens in the conversation. Of the visitor's windows one holds the stream
 * and tells the others: browsers open only few connections to a server.
 */

import { LiveStream } from "./live-stream.js";

const ASK_EVERY_MS = 12000;
const ANSWER_WITHIN_MS = 3000;

export class Listening {
  /** `onEvent(event)`; `onState(state, reason)`: "connected", "connecting" or "lost". */
  constructor({ keeping, url, onEvent, onState }) {
    Object.assign(this, { keeping, onEvent, onState });
    this.canShare = Boolean(navigator.locks && keeping.channel);
    this.topic = "";
    this.isLeader = false;
    this.release = null;
    this.stream = new LiveStream({
      url,
      onEvent: (event) => this.pass(event),
      onState: (state, reason) => this.passState(state, reason),
    });
    this.asking = setInterval(() => this.askLeader(), ASK_EVERY_MS);
  }

  listen(topic, cursor, token) {
    this.stream.token = token;
    this.cursor = cursor;
    if (this.topic === topic) return;
    this.topic = topic;
    if (this.isLeader || !this.canShare) this.cover();
    else this.queueForLead();
    this.askLeader();
  }

  stop() {
    this.topic = "";
    this.stream.keepOnly(new Set());
    if (this.release) this.release();
  }

  wake() {
    if (!this.topic) return;
    if (this.isLeader || !this.canShare) this.stream.wake();
    else this.askLeader();
  }

  close() {
    clearInterval(this.asking);
    this.stop();
  }

  /** What another window of the visitor says. */
  hear(message) {
    if (message.kind === "live" && !this.isLeader && message.topic === this.topic) this.onEvent(message.event);
    if (message.kind === "live-state" && !this.isLeader && message.topic === this.topic) {
      this.answeredAt = Date.now();
      this.onState(message.state, message.reason);
    }
    if (message.kind === "live-ask" && this.isLeader) this.tellState();
  }

  queueForLead(steal = false) {
    if (this.isQueued && !steal) return;
    this.isQueued = true;
    const lead = () => this.lead();
    const options = steal ? { steal: true } : {};
    navigator.locks.request(`${this.keeping.prefix}live`, options, lead).then(
      () => this.stepDown(),
      () => {
        // Another window took over because this one was asleep.
        this.stepDown();
        if (this.topic) this.queueForLead();
      },
    );
  }

  lead() {
    if (!this.topic) return undefined;
    this.isLeader = true;
    this.cover();
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }

  stepDown() {
    if (this.isLeader) this.stream.keepOnly(new Set());
    this.isLeader = this.isQueued = false;
    this.release = null;
  }

  cover() {
    this.stream.keepOnly(new Set([this.topic]));
    this.stream.cover([this.topic], this.cursor);
  }

  /** A leader that does not answer sleeps in the background: a window that is looked at takes its place. */
  askLeader() {
    if (!this.topic || !this.canShare || this.isLeader || document.hidden) return;
    const askedAt = Date.now();
    this.keeping.tell({ kind: "live-ask" });
    setTimeout(() => {
      const isAnswered = (this.answeredAt || 0) >= askedAt;
      if (this.topic && !this.isLeader && !isAnswered && !document.hidden) this.queueForLead(true);
    }, ANSWER_WITHIN_MS);
  }

  pass(event) {
    if (event.kind === "heartbeat") return;
    this.onEvent(event);
    if (this.isLeader) this.keeping.tell({ kind: "live", topic: this.topic, event });
  }

  passState(state, reason) {
    this.state = state;
    this.reason = reason;
    this.onState(state, reason);
    if (this.isLeader) this.tellState();
  }

  tellState() {
    this.keeping.tell({ kind: "live-state", topic: this.topic, state: this.state || "connecting", reason: this.reason || "" });
  }
}
