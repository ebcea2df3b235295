/**
 * What a browser keeps between pages, and how the visitor's windows stay in step.
 *
 * Local storage where the host page has it, memory where it is forbidden. Each message to be sent
 * has an entry of its own, so that two windows never overwrite each other's.
 */

const LATEST_DRAFT_FILES = 10;

export class Keeping {
  constructor(origin, widget) {
    this.prefix = `lingting:${new URL(origin).host}:${widget}:`;
    this.store = usableStorage();
    this.onChange = () => {};
    this.channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(this.prefix) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => this.hear(data);
    this.heardStorage = (event) => {
      if (event.storageArea === this.store && (event.key === null || event.key.startsWith(this.prefix))) this.onChange({ kind: "kept" });
    };
    window.addEventListener("storage", this.heardStorage);
  }

  get(name, otherwise = null) {
    const text = this.store.getItem(this.prefix + name);
    if (text === null) return otherwise;
    try {
      return JSON.parse(text);
    } catch {
      return otherwise;
    }
  }

  /** Keeps a value (null forgets it) and tells the other windows. */
  set(name, value) {
    const before = this.store.getItem(this.prefix + name);
    const text = value === null ? null : JSON.stringify(value);
    if (before === text) return;
    if (text === null) this.store.removeItem(this.prefix + name);
    else this.write(this.prefix + name, text);
    this.tell({ kind: "kept" });
  }

  /** Says something to the visitor's other windows only. */
  tell(message) {
    if (this.channel) this.channel.postMessage(message);
  }

  hear(message) {
    this.onChange(message);
  }

  /** All values whose name begins with a word, as [name, value]. */
  all(beginning) {
    const whole = this.prefix + beginning;
    return Object.keys(this.store.entries ? this.store.entries() : this.store)
      .filter((key) => key.startsWith(whole))
      .map((key) => [key.slice(this.prefix.length), this.get(key.slice(this.prefix.length))])
      .filter(([, value]) => value !== null);
  }

  draft() {
    const draft = this.get("draft", {});
    return { text: String(draft.text || ""), files: Array.isArray(draft.files) ? draft.files.slice(0, LATEST_DRAFT_FILES) : [] };
  }

  close() {
    window.removeEventListener("storage", this.heardStorage);
    if (this.channel) this.channel.close();
  }

  /** The host's own data may fill the storage: then this page goes on in memory. */
  write(key, text) {
    try {
      this.store.setItem(key, text);
    } catch {
      const memory = new MemoryStorage();
      for (const [name, value] of this.all("")) memory.setItem(this.prefix + name, JSON.stringify(value));
      memory.setItem(key, text);
      this.store = memory;
    }
  }
}

class MemoryStorage {
  constructor() {
    this.map = new Map();
  }

  getItem(key) {
    return this.map.has(key) ? this.map.get(key) : null;
  }

  setItem(key, text) {
    this.map.set(key, text);
  }

  removeItem(key) {
    this.map.delete(key);
  }

  entries() {
    return Object.fromEntries(this.map);
  }
}

function usableStorage() {
  try {
    const store = window.localStorage;
    store.setItem("lingting:probe", "1");
    store.removeItem("lingting:probe");
    return store;
  } catch {
    return new MemoryStorage();
  }
}
