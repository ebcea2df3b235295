/**
 * What the customer has said and the server has not yet confirmed.
 *
 * Every message has a key of its own, under which the server stores it once; so sending again after
 * a lost answer, a reload or from another window never doubles it. Sent in order, one at a time.
 */

const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const PREFIX = "out:";

export class Outbox {
  /** `deliver(entry)` sends one or throws `Refused`; `onChange()` after every change. */
  constructor(keeping, { deliver, onChange }) {
    Object.assign(this, { keeping, deliver, onChange });
    this.isRunning = false;
    this.failures = 0;
    this.wakeUp = () => {};
  }

  /** In the order of writing: {key, text, files, queue, at, visitor, failure}. */
  entries() {
    return this.keeping.all(PREFIX).map(([, entry]) => entry).sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  }

  add({ text, files, queue, visitor }) {
    const last = this.entries().at(-1);
    const at = Math.max(Date.now(), last ? last.at + 1 : 0);
    const entry = { key: newKey(), text, files, queue, visitor, at, failure: null };
    this.keeping.set(PREFIX + entry.key, entry);
    this.onChange();
    this.run();
    return entry;
  }

  /** Tries a message again that was refused. */
  retry(key) {
    this.change(key, { failure: null });
    this.run();
  }

  remove(key) {
    this.keeping.set(PREFIX + key, null);
    this.onChange();
  }

  change(key, changes) {
    const entry = this.keeping.get(PREFIX + key);
    if (entry) this.keeping.set(PREFIX + key, { ...entry, ...changes });
    this.onChange();
  }

  /** Messages of somebody else on this machine are never sent; nameless ones belong to whoever is here now. */
  claim(visitor) {
    for (const entry of this.entries()) {
      if (entry.visitor && entry.visitor !== visitor) this.keeping.set(PREFIX + entry.key, null);
      else if (!entry.visitor) this.keeping.set(PREFIX + entry.key, { ...entry, visitor });
    }
  }

  /** The network may be back: do not wait any longer. */
  hurry() {
    this.failures = 0;
    this.wakeUp();
    this.run();
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      for (let entry = this.next(); entry && !this.isClosed; entry = this.next()) await this.attempt(entry);
    } finally {
      this.isRunning = false;
    }
  }

  next() {
    return this.entries().find((entry) => !entry.failure);
  }

  async attempt(entry) {
    try {
      await oneWindowAtATime(`${this.keeping.prefix}sending`, async () => {
        if (this.keeping.get(PREFIX + entry.key)) await this.deliver(entry);
      });
      this.failures = 0;
      this.remove(entry.key);
    } catch (error) {
      if (error.isPassing) await this.pause(error);
      else this.change(entry.key, { failure: { code: error.code || "", detail: error.detail || String(error.message) } });
    }
  }

  async pause(error) {
    const planned = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] * (0.7 + 0.6 * Math.random());
    this.failures += 1;
    this.onChange();
    await new Promise((resolve) => {
      this.wakeUp = resolve;
      setTimeout(resolve, Math.max(planned, error.retryAfter * 1000));
    });
  }

  close() {
    this.isClosed = true;
    this.wakeUp();
  }
}

function oneWindowAtATime(name, act) {
  return navigator.locks ? navigator.locks.request(name, act) : act();
}

/** A random UUID, also on pages without https where `randomUUID` is missing. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}
