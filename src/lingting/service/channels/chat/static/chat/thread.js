/** What was said: messages of both sides, what is on its way, the wait, and the end. */

import { h, icon, linked, reconcile } from "./document.js";
import { shownFiles } from "./files.js";
import { ratingForm } from "./forms.js";

const NEAR_BOTTOM = 80;
const GROUP_MS = 5 * 60 * 1000;

export class Thread {
  /** `acts`: leaveMessage(), startNew(), rate(rating), skipRating(). `scroller` is the element that scrolls. */
  constructor({ conversation, sentences, scroller, acts }) {
    Object.assign(this, { conversation, sentences, scroller, acts });
    this.isRatingSkipped = false;
    this.lines = h("div", { class: "lines" });
    this.typing = h("div", { class: "typing", hidden: true }, h("span", { class: "dots", aria: { hidden: true } }, h("i"), h("i"), h("i")), h("span"));
    this.after = h("div", {});
    this.jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.toBottom() } }, icon("down", 18), h("span", { text: sentences.say("jump") }));
    this.element = h("div", { class: "thread" }, this.lines, this.typing, this.after, this.jump);
    scroller.addEventListener("scroll", () => {
      if (this.isNearBottom) this.jump.hidden = true;
    }, { passive: true });
  }

  get isNearBottom() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  toBottom() {
    this.jump.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  render() {
    const wasNear = this.isNearBottom;
    const { known, pending } = this.conversation.lines();
    const newest = known.length ? known[known.length - 1].id : 0;
    const isNew = this.newest !== undefined && newest > this.newest;
    const isOwn = pending.length > (this.pendingCount || 0);
    reconcile(this.lines, this.pieces(known, pending));
    this.renderTyping();
    this.renderAfter();
    if (wasNear || isOwn || this.newest === undefined) this.toBottom();
    else if (isNew) this.jump.hidden = false;
    this.newest = newest;
    this.pendingCount = pending.length;
  }

  pieces(known, pending) {
    const pieces = [];
    const lastOwn = pending.length ? null : known.filter((message) => message.kind === "customer").at(-1);
    known.forEach((message, place) => {
      const before = known[place - 1];
      const next = known[place + 1];
      const day = this.sentences.day(message.at);
      if (!before || this.sentences.day(before.at) !== day) pieces.push({ key: `day-${day}`, sign: day, make: () => h("p", { class: "day", text: day }) });
      if (message.kind === "system") pieces.push(this.systemPiece(message));
      else pieces.push(this.messagePiece(message, { isFirst: !before || !together(before, message), isLast: !next || !together(message, next), hasState: message === lastOwn }));
    });
    return [...pieces, ...pending.map((entry) => this.pendingPiece(entry))];
  }

  systemPiece(message) {
    return { key: `m${message.id}`, sign: message.text, make: () => h("p", { class: "system", text: message.text }) };
  }

  messagePiece(message, { isFirst, isLast, hasState }) {
    const isOwn = message.kind === "customer";
    const state = !hasState ? "" : message.is_read ? "read" : message.is_delivered ? "delivered" : "sent";
    return {
      key: message.client_key ? `k${message.client_key}` : `m${message.id}`,
      sign: `${isFirst}|${isLast}|${state}|${message.at}`,
      make: () => h("div", { class: classes("line", { "is-own": isOwn, "is-first": isFirst, "is-last": isLast }) },
        !isOwn && isFirst && h("p", { class: "author" }, h("bdi", { text: message.author || this.sentences.say("us") })),
        h("span", { class: "sr", text: isOwn ? this.sentences.say("you") : "" }),
        this.bubble(message), ...this.shown(message.files), isLast || state ? this.meta(message, state) : null),
    };
  }

  meta(message, state) {
    const time = h("time", { datetime: message.at, text: this.sentences.clock(message.at) });
    if (!state) return h("p", { class: "meta" }, time);
    return h("p", { class: state === "read" ? "meta is-read" : "meta", data: { state } }, time, icon(state === "sent" ? "check" : "checks", 15), h("span", { text: this.sentences.say(state) }));
  }

  pendingPiece(entry) {
    const isOffline = this.conversation.outbox.failures > 0;
    return {
      key: `k${entry.key}`, sign: `pending|${isOffline}|${JSON.stringify(entry.failure)}`,
      make: () => h("div", { class: classes("line is-own is-first is-last", { "is-pending": !entry.failure, "is-failed": entry.failure }) },
        this.bubble(entry), ...this.shown(entry.files), entry.failure ? this.failure(entry) : this.underWay(isOffline)),
    };
  }

  underWay(isOffline) {
    return h("p", { class: "meta", data: { state: "sending" } }, icon("clock", 14), h("span", { text: this.sentences.say(isOffline ? "waitingNetwork" : "sending") }));
  }

  failure(entry) {
    const { outbox } = this.conversation;
    const act = (words, done) => h("button", { type: "button", class: "meta-act", text: this.sentences.say(words), on: { click: done } });
    return h("div", { class: "meta is-bad", data: { state: "failed" } }, icon("alert", 15),
      h("span", { text: `${this.sentences.say("failed")} · ${entry.failure.detail}` }),
      act("retry", () => outbox.retry(entry.key)), act("discard", () => outbox.remove(entry.key)));
  }

  bubble(message) {
    return message.text ? h("div", { class: "bubble", dir: "auto" }, linked(message.text)) : null;
  }

  shown(files) {
    return shownFiles(files, { origin: this.conversation.server.origin, sentences: this.sentences });
  }

  renderTyping() {
    const { agentTyping, standing } = this.conversation;
    const isShown = agentTyping && standing && standing.state === "talking";
    this.typing.hidden = !isShown;
    if (isShown) this.typing.lastElementChild.textContent = this.sentences.say("typing", { name: standing.agent_name || this.sentences.say("us") });
  }

  /** Under the last message: how long it takes, or how it was. Rebuilt only when that changed. */
  renderAfter() {
    const { standing } = this.conversation;
    const sign = standing ? JSON.stringify([standing, this.isRatingSkipped]) : "";
    const [state, isRated] = standing ? [standing.state, standing.is_rated] : ["", false];
    const kind = state === "ended" ? `ended|${isRated}|${this.isRatingSkipped}|${Boolean(standing.agent_name)}` : sign;
    if (this.after.dataset.kind === kind) return;
    this.after.dataset.kind = kind;
    this.after.replaceChildren();
    if (state === "waiting") this.after.append(this.waiting(standing));
    if (state === "ended") this.after.append(this.ended(standing));
  }

  waiting(standing) {
    const { sentences } = this;
    const place = standing.place === 1 ? sentences.say("next") : standing.place ? sentences.say("place", { count: standing.place - 1 }) : "";
    const wait = sentences.wait(standing.wait_low_seconds, standing.wait_high_seconds);
    return h("div", { class: "card waiting" }, icon("clock", 24),
      h("p", { class: "waiting-title", text: sentences.say("waitTitle") }),
      h("p", { class: "waiting-time" }, place && h("span", { text: place }), h("span", { text: wait })),
      h("p", { class: "waiting-keep", text: sentences.say("waitKeep") }),
      standing.may_leave_contact && h("button", { type: "button", class: "button", text: sentences.say("leaveInstead"), on: { click: this.acts.leaveMessage } }));
  }

  ended(standing) {
    const { sentences } = this;
    const again = h("button", { type: "button", class: "button", text: sentences.say("another"), on: { click: this.acts.startNew } });
    const over = h("p", { class: "system", text: sentences.say("ended") });
    if (standing.is_rated) return h("div", { class: "after" }, over, h("div", { class: "card after" }, h("p", { class: "done-title", text: sentences.say("thanks") }), h("p", { class: "done-text", text: sentences.say("thanksText") }), again));
    if (!standing.agent_name || this.isRatingSkipped) return h("div", { class: "after" }, over, again);
    const form = ratingForm({
      sentences, agentName: standing.agent_name, send: this.acts.rate,
      skip: () => {
        this.isRatingSkipped = true;
        this.renderAfter();
      },
    });
    return h("div", {}, over, h("div", { class: "card" }, form));
  }
}

function together(one, next) {
  if (next.kind !== one.kind || next.author !== one.author) return false;
  return new Date(next.at) - new Date(one.at) < GROUP_MS;
}

function classes(always, sometimes) {
  return [always, ...Object.entries(sometimes).filter(([, isOn]) => isOn).map(([name]) => name)].join(" ");
}
