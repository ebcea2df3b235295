/**
 * The visitor's conversation as this window knows it: who the visitor is, what was said, how it stands.
 *
 * Fires "change" when anything to be shown changed, "said" (detail: message) when the other side said
 * something new, and "ended". Live events only say that something happened; what happened is always read
 * from the server, after the last message known.
 */

import { Afterwards } from "./afterwards.js";
import { Delivery } from "./delivery.js";
import { Listening } from "./listening.js";
import { Outbox } from "./outbox.js";
import { Place } from "./place.js";
import { OURS, Receipts, tick } from "./receipts.js";
import { Refused } from "./server.js";
import { Waking } from "./waking.js";

const TYPING_LASTS_MS = 6000;
const TYPING_EVERY_MS = 3000;
const AGAIN_AFTER_MS = 4000;

export class Conversation extends EventTarget {
  constructor({ server, keeping, widgetKey, identity, language }) {
    super();
    Object.assign(this, { server, keeping, widgetKey, identity, language });
    this.widget = keeping.get(`look:${language}`);
    this.visitor = "";
    this.isLooking = false;
    this.liveState = "";
    this.problem = null;
    this.receipts = new Receipts(server);
    this.place = new Place(keeping);
    this.afterwards = new Afterwards(this);
    this.forget();
    const delivery = new Delivery(this);
    this.outbox = new Outbox(keeping, { deliver: (entry) => delivery.deliver(entry), onChange: () => this.changed() });
    this.listening = new Listening({
      keeping, url: `${server.origin}/live/`,
      onEvent: (event) => this.hear(event),
      onState: (state, reason) => this.hearState(state, reason),
    });
    keeping.onChange = (message) => this.hearWindow(message);
    this.waking = new Waking(() => this.wake());
  }

  close() {
    clearTimeout(this.timer);
    this.waking.close();
    this.outbox.close();
    this.listening.close();
    this.keeping.close();
  }

  // --- What is shown ------------------------------------------------------------------------------

  get isLive() {
    return Boolean(this.id && this.standing && this.standing.state !== "ended");
  }

  get isEnded() {
    return Boolean(this.id && this.standing && this.standing.state === "ended");
  }

  get ofOurs() {
    return [...this.messages.values()].filter((message) => OURS.has(message.kind));
  }

  get unread() {
    const seen = this.keeping.get("seen", 0);
    return this.ofOurs.filter((message) => message.id > seen).length;
  }

  /** Messages in their order, then what is not yet confirmed. */
  lines() {
    const known = [...this.messages.values()].sort((a, b) => a.id - b.id);
    const keys = new Set(known.map((message) => message.client_key));
    return { known, pending: this.outbox.entries().filter((entry) => !keys.has(entry.key)) };
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  // --- Opening ------------------------------------------------------------------------------------

  /** How the widget looks; makes no visitor. Throws `Refused`. */
  async look() {
    this.widget = await this.server.get(`widgets/${encodeURIComponent(this.widgetKey)}?language=${this.language}`);
    this.keeping.set(`look:${this.language}`, this.widget);
    this.changed();
  }

  /** Whether something was left off on an earlier page that should go on without being asked. */
  get isUnfinished() {
    return Boolean(this.place.id || this.outbox.entries().length);
  }

  /** Says who we are and takes up the running conversation; many calls are one. */
  visit() {
    this.visiting = this.visiting || this.makeVisit().finally(() => {
      this.visiting = null;
    });
    return this.visiting;
  }

  async makeVisit() {
    try {
      const found = await this.server.post("visits", {
        widget: this.widgetKey, token: this.keeping.get("token", ""), identity: this.identity, language: this.language,
        page_url: location.href.slice(0, 2000), page_title: document.title.slice(0, 500),
      });
      this.problem = null;
      await this.enter(found);
    } catch (error) {
      if (error.code === "bad_identity" && this.identity) {
        // The site's makers are told; the customer asks as a guest until they bring a good token.
        console.error(`Lingting: ${error.message}`);
        this.identity = "";
        return this.makeVisit();
      }
      this.problem = error instanceof Refused ? error : new Refused({ detail: String(error) });
      this.changed();
      throw this.problem;
    }
  }

  async enter(found) {
    if (this.keeping.get("visitor") !== found.visitor) {
      if (this.keeping.get("visitor")) for (const name of ["conversation", "seen", "draft", "left", "case"]) this.keeping.set(name, null);
      this.keeping.set("visitor", found.visitor);
      this.forget();
    }
    this.keeping.set("token", found.token);
    this.server.token = found.token;
    this.visitor = found.visitor;
    this.widget = found.widget;
    this.keeping.set(`look:${this.language}`, found.widget);
    this.outbox.claim(found.visitor);
    if (found.conversation) this.take(found.conversation);
    else if (this.place.id) await this.takeUp(this.place.id);
    this.changed();
    this.outbox.run();
  }

  /** A conversation that ended while nobody looked: shown once more, to be read and rated. */
  async takeUp(id) {
    if (this.id === id) await this.sync();
    else await this.follow(id);
    const isDone = this.isEnded && (this.standing.is_rated || !this.standing.agent_name);
    if (isDone && !this.isLooking) this.startNew();
  }

  /** Another window of the visitor is in this conversation; what is shown gives way when its words are there. */
  async follow(id) {
    if (this.following === id) return;
    this.following = id;
    try {
      const told = await this.server.get(`conversations/${id}`);
      if (this.place.id === id) this.take(told);
    } catch (error) {
      if (error.status === 404 && this.place.id === id) this.startNew();
      else if (error.status === 401) this.visitAgain();
      else if (error.isPassing) setTimeout(() => this.compare(), AGAIN_AFTER_MS);
    } finally {
      this.following = null;
    }
  }

  // --- Reading ------------------------------------------------------------------------------------

  forget() {
    Object.assign(this, { id: null, standing: null, messages: new Map(), syncedTo: 0, hasEarlier: false });
    this.agentTyping = false;
  }

  /** Takes in what the server told about the conversation. What the person has left behind stays behind. */
  take(told) {
    if (this.place.hasLeft(told.id)) {
      if (this.id === told.id) this.leaveBehind();
      return;
    }
    if (this.id !== told.id) {
      this.forget();
      this.id = told.id;
      this.place.enter(told.id);
      this.receipts.begin(told.id);
    }
    const wasLive = this.isLive;
    const isFirst = this.syncedTo === 0;
    if (isFirst) this.hasEarlier = told.has_earlier;
    this.standing = told.standing;
    for (const message of told.messages) this.takeMessage(message, { isNews: !isFirst });
    tick(this.messages.values(), told.standing);
    if (this.isLive) this.listening.listen(told.topic, told.cursor, this.server.token);
    else this.listening.stop();
    this.confirm();
    this.plan();
    this.changed();
    if (wasLive && this.isEnded) this.dispatchEvent(new Event("ended"));
  }

  takeMessage(message, { isNews }) {
    const isNew = !this.messages.has(message.id);
    this.messages.set(message.id, message);
    this.syncedTo = Math.max(this.syncedTo, message.id);
    if (message.client_key) this.keeping.set(`out:${message.client_key}`, null);
    if (!isNew || !OURS.has(message.kind)) return;
    this.agentTyping = false;
    if (isNews && message.id > this.keeping.get("seen", 0)) this.dispatchEvent(new CustomEvent("said", { detail: message }));
  }

  /** Reads what is new; asked for while it runs, it runs once more. Ends when all asked for was read. */
  sync() {
    if (!this.id) return Promise.resolve();
    this.isAsked = true;
    this.syncing = this.syncing || this.readAsLongAsAsked();
    return this.syncing;
  }

  async readAsLongAsAsked() {
    let id = null;
    try {
      while (this.isAsked && this.id) {
        this.isAsked = false;
        ({ id } = this);
        const told = await this.server.get(`conversations/${id}?after=${this.syncedTo}`);
        // The person may have left it for a new one while the answer was on its way.
        if (told.id !== this.id) continue;
        this.take(told);
        this.isAsked = this.isAsked || told.has_more;
      }
      this.syncFailures = 0;
    } catch (error) {
      this.syncFailures = (this.syncFailures || 0) + 1;
      if (error.status === 404 && id === this.id) this.startNew();
      else if (error.status === 401) this.visitAgain();
      else this.plan();
    } finally {
      this.syncing = null;
    }
  }

  /** What was said before the first message known; how many there were. Throws `Refused`. */
  async readEarlier() {
    const { id } = this;
    const before = Math.min(...this.messages.keys());
    const told = await this.server.get(`conversations/${id}/messages?before=${before}`);
    if (id !== this.id) return 0;
    for (const message of told.messages) this.messages.set(message.id, message);
    this.hasEarlier = told.has_earlier;
    this.changed();
    return told.messages.length;
  }

  /** Windows that disagree about who is signed in must not outbid each other without end. */
  visitAgain() {
    if (Date.now() - (this.visitedAgainAt || 0) < AGAIN_AFTER_MS) return void this.plan();
    this.visitedAgainAt = Date.now();
    this.visit().catch(() => this.plan());
  }

  /** When to look again by ourselves: seldom while live events come, often when they do not. */
  plan() {
    clearTimeout(this.timer);
    if (!this.isLive) return;
    const isHeard = this.liveState === "connected";
    let wait = isHeard ? (this.standing.state === "waiting" ? 15000 : 60000) : this.isLooking ? 4000 : 12000;
    if (document.hidden) wait *= 4;
    wait *= Math.min(8, 2 ** (this.syncFailures || 0)) * (0.85 + 0.3 * Math.random());
    this.timer = setTimeout(() => this.sync(), wait);
  }

  hear(event) {
    if (event.kind === "AgentTyping") this.showTyping();
    else if (event.kind !== "hello") this.sync();
  }

  hearState(state, reason) {
    const wasConnected = this.liveState === "connected";
    this.liveState = state;
    if (state === "connected" && !wasConnected) this.sync();
    if (state === "lost" && reason === "signed-out") this.visitAgain();
    this.plan();
    this.changed();
  }

  hearWindow(message) {
    this.listening.hear(message);
    if (message.kind !== "kept") return;
    if (!this.compare() && this.id) this.syncSoon();
    this.changed();
  }

  /** Whether the visitor's other windows have gone on to something else; then this one follows. */
  compare() {
    const { place } = this;
    if (!this.visitor) return false;
    if (this.keeping.get("visitor") !== this.visitor) this.visitAgain();
    else if (place.id && place.id !== this.id) this.follow(place.id);
    else if (!place.id && this.isEnded) this.leaveBehind();
    else return false;
    return true;
  }

  /** Another window sent or read something: look after it in a moment, once. */
  syncSoon() {
    if (this.soon) return;
    this.soon = setTimeout(() => {
      this.soon = 0;
      this.sync();
    }, 300);
  }

  showTyping() {
    this.agentTyping = true;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => {
      this.agentTyping = false;
      this.changed();
    }, TYPING_LASTS_MS);
    this.changed();
  }

  wake() {
    this.listening.wake();
    this.outbox.hurry();
    if (!this.compare()) this.sync();
    this.confirm();
  }

  // --- Telling ------------------------------------------------------------------------------------

  say({ text, files, queue }) {
    this.outbox.add({ text: text.replaceAll("\u0000", ""), files, queue: queue || "", visitor: this.visitor });
  }

  noteTyping() {
    const now = Date.now();
    if (!this.isLive || this.standing.state !== "talking" || now - (this.typedAt || 0) < TYPING_EVERY_MS) return;
    this.typedAt = now;
    this.server.post(`conversations/${this.id}/typing`).catch(() => {});
  }

  /** The person looks at the conversation: nothing is unread. */
  markSeen() {
    const newest = Math.max(0, ...this.ofOurs.map((message) => message.id));
    if (newest > this.keeping.get("seen", 0)) {
      this.keeping.set("seen", newest);
      this.changed();
    }
    this.confirm();
  }

  confirm() {
    if (this.id) this.receipts.tell(this.ofOurs, this.keeping.get("seen", 0));
  }

  async end() {
    this.take(await this.server.post(`conversations/${this.id}/end`, {}));
  }

  async rate(rating) {
    await this.server.post(`conversations/${this.id}/rating`, rating).catch((error) => {
      if (error.code !== "already_rated") throw error;
    });
    this.keeping.tell({ kind: "kept" });
    await this.sync();
  }

  /** Leaves a number or address, instead of waiting on or outside the hours; returns the case's number. */
  async leaveContact(given) {
    if (!this.visitor) await this.visit();
    const path = this.isLive ? `conversations/${this.id}/contact` : "left-messages";
    const left = await this.server.post(path, given);
    this.keeping.set("left", left);
    await this.sync();
    this.changed();
    return left.case_number;
  }

  /** Leaves an ended conversation behind. */
  startNew() {
    this.place.leave(this.id, { isOver: this.isEnded });
    this.leaveBehind();
  }

  leaveBehind() {
    this.listening.stop();
    clearTimeout(this.timer);
    this.forget();
    this.changed();
  }

  async identify(token) {
    this.identity = token;
    if (this.visitor || this.isUnfinished || this.problem) await this.visit();
  }
}
