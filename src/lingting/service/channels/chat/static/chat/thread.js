/** What was said: messages of both sides, what is on its way, the wait, and the end. */

import { h, icon, linked, put, reconcile } from "./document.js";
import { shownFile } from "./files.js";
import { followLink } from "./home.js";
import { ratingForm } from "./questions.js";

const NEAR_BOTTOM = 80;
const NEAR_TOP = 60;
const GROUP_MS = 5 * 60 * 1000;

export class Thread {
  /** `acts`: leaveMessage(), startNew(), rate(rating), announce(text). `scroller` is the element that scrolls. */
  constructor({ conversation, sentences, scroller, acts }) {
    Object.assign(this, { conversation, sentences, scroller, acts });
    this.isRatingSkipped = false;
    this.earlier = h("button", { type: "button", class: "earlier", hidden: true, on: { click: () => this.showEarlier() } });
    this.lines = h("div", { class: "lines" });
    this.typing = h("div", { class: "typing", hidden: true }, h("span", { class: "dots", aria: { hidden: true } }, h("i"), h("i"), h("i")), h("span"));
    this.after = h("div", {});
    this.jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.toBottom() } }, icon("down", 18), h("span", { text: sentences.say("jump") }));
    this.element = h("div", { class: "thread" }, this.earlier, this.lines, this.typing, this.after, this.jump);
  }

  get isNearBottom() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  scrolled() {
    if (this.isNearBottom) this.jump.hidden = true;
    if (this.scroller.scrollTop < NEAR_TOP && !this.isNearBottom && !this.hasEarlierFailed) this.showEarlier();
  }

  toBottom() {
    this.jump.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  render() {
    if (this.of !== this.conversation.id) this.isRatingSkipped = this.hasEarlierFailed = false;
    this.of = this.conversation.id;
    const wasNear = this.isNearBottom;
    const below = this.scroller.scrollHeight - this.scroller.scrollTop;
    const { known, pending } = this.conversation.lines();
    const [oldest, newest] = known.length ? [known[0].id, known.at(-1).id] : [0, 0];
    const isNew = this.newest !== undefined && newest > this.newest;
    const isOwn = pending.length > (this.pendingCount || 0);
    reconcile(this.lines, this.pieces(known, pending));
    this.renderEarlier();
    this.renderTyping();
    this.renderAfter();
    if (this.oldest && oldest < this.oldest) this.scroller.scrollTop = this.scroller.scrollHeight - below;
    else if (wasNear || isOwn || this.newest === undefined) this.toBottom();
    else if (isNew) this.jump.hidden = false;
    Object.assign(this, { oldest, newest, pendingCount: pending.length });
  }

  renderEarlier() {
    this.earlier.hidden = !this.conversation.hasEarlier;
    const words = this.isReadingEarlier ? "earlierComing" : this.hasEarlierFailed ? "earlierFailed" : "earlier";
    put(this.earlier, this.sentences.say(words));
    this.earlier.setAttribute("aria-busy", String(Boolean(this.isReadingEarlier)));
  }

  /** By the button, or by scrolling to the top; what one reads stays where it is. */
  async showEarlier() {
    if (this.isReadingEarlier || !this.conversation.hasEarlier) return;
    const wasFocused = this.earlier.getRootNode().activeElement === this.earlier;
    const firstBefore = this.lines.querySelector(".line");
    this.isReadingEarlier = true;
    this.hasEarlierFailed = false;
    this.renderEarlier();
    try {
      const count = await this.conversation.readEarlier();
      this.render();
      this.acts.announce(this.sentences.say("earlierShown", { count }));
      if (wasFocused) this.focusBefore(firstBefore);
    } catch {
      this.hasEarlierFailed = true;
    }
    this.isReadingEarlier = false;
    this.renderEarlier();
  }

  /** Who came by keyboard goes on reading at the newest of the earlier messages. */
  focusBefore(line) {
    const lines = [...this.lines.querySelectorAll(".line")];
    const target = lines[lines.indexOf(line) - 1];
    if (!target) return;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  pieces(known, pending) {
    const pieces = [];
    const days = new Set();
    const lastOwn = pending.length ? null : known.filter((message) => message.kind === "customer").at(-1);
    known.forEach((message, place) => {
      const before = known[place - 1];
      const next = known[place + 1];
      const day = this.sentences.day(message.at);
      if (!days.has(day)) pieces.push({ key: `day-${day}`, make: () => h("p", { class: "day", text: day }) });
      days.add(day);
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
    const author = !isOwn && isFirst && (message.author || this.sentences.say("us"));
    return this.linePiece(message.client_key ? `k${message.client_key}` : `m${message.id}`, {
      names: classes("line", { "is-own": isOwn, "is-first": isFirst, "is-last": isLast }),
      parts: [
        author && { key: "author", sign: author, make: () => h("p", { class: "author" }, h("bdi", { text: author })) },
        ...this.content(message, isOwn),
        (isLast || state) && { key: "meta", sign: `${state}|${message.at}`, make: () => this.meta(message, state) },
      ],
    });
  }

  /** A line whose parts change one by one: what stands in it is never made anew because a tick came. */
  linePiece(key, { names, parts }) {
    return { key, make: () => h("div", {}), refine: (line) => {
      if (line.className !== names) line.className = names;
      reconcile(line, parts.filter(Boolean));
    } };
  }

  content(message, isOwn) {
    const shown = { origin: this.conversation.server.origin, sentences: this.sentences };
    return [
      { key: "who", make: () => h("span", { class: "sr", text: isOwn ? this.sentences.say("you") : "" }) },
      message.text && { key: "text", sign: message.text, make: () => h("div", { class: "bubble", dir: "auto" }, linked(message.text)) },
      ...message.files.map((file) => ({ key: `file-${file.id}`, make: () => shownFile(file, shown) })),
    ];
  }

  meta(message, state) {
    const time = h("time", { datetime: message.at, text: this.sentences.clock(message.at) });
    if (!state) return h("p", { class: "meta" }, time);
    return h("p", { class: state === "read" ? "meta is-read" : "meta", data: { state } }, time, icon(state === "sent" ? "check" : "checks", 15), h("span", { text: this.sentences.say(state) }));
  }

  pendingPiece(entry) {
    const isOffline = this.conversation.outbox.failures > 0;
    return this.linePiece(`k${entry.key}`, {
      names: classes("line is-own is-first is-last", { "is-pending": !entry.failure, "is-failed": entry.failure }),
      parts: [
        ...this.content(entry, true),
        { key: "meta", sign: `pending|${isOffline}|${JSON.stringify(entry.failure)}`, make: () => (entry.failure ? this.failure(entry) : this.underWay(isOffline)) },
      ],
    });
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

  renderTyping() {
    const { agentTyping, standing } = this.conversation;
    const isShown = agentTyping && standing && standing.state === "talking";
    this.typing.hidden = !isShown;
    if (isShown) put(this.typing.lastElementChild, this.sentences.say("typing", { name: standing.agent_name || this.sentences.say("us") }));
  }

  /** Under the last message: how long it takes, or how it was. */
  renderAfter() {
    const { standing, afterwards } = this.conversation;
    const { ofCase, asked } = afterwards;
    const [state, isRated] = standing ? [standing.state, standing.is_rated] : [];
    if (state === "ended") afterwards.read();
    reconcile(this.after, [
      state === "waiting" && { key: "waiting", make: () => h("div", { class: "card waiting" }), refine: (card) => reconcile(card, this.waiting(standing)) },
      state === "ended" && { key: `over-${this.of}`, sign: ofCase ? `${ofCase.case_number}|${ofCase.link}` : "", make: () => this.over(ofCase) },
      state === "ended" && { key: `ended-${this.of}`, sign: `${isRated}|${this.isRatingSkipped}|${Boolean(asked)}`, make: () => this.ended(standing, asked) },
    ].filter(Boolean));
  }

  waiting(standing) {
    const { sentences } = this;
    const place = standing.place === 1 ? sentences.say("next") : standing.place ? sentences.say("place", { count: standing.place - 1 }) : "";
    const wait = sentences.wait(standing.wait_low_seconds, standing.wait_high_seconds);
    return [
      { key: "icon", make: () => icon("clock", 24) },
      { key: "title", make: () => h("p", { class: "waiting-title", text: sentences.say("waitTitle") }) },
      { key: "time", sign: `${place}|${wait}`, make: () => h("p", { class: "waiting-time" }, place && h("span", { text: place }), h("span", { text: wait })) },
      { key: "keep", make: () => h("p", { class: "waiting-keep", text: sentences.say("waitKeep") }) },
      standing.may_leave_contact && { key: "leave", make: () => h("button", { type: "button", class: "button", text: sentences.say("leaveInstead"), on: { click: this.acts.leaveMessage } }) },
    ].filter(Boolean);
  }

  /** The end, with the number of the case and the customer's own way to it. */
  over(ofCase) {
    const { sentences } = this;
    const number = ofCase && h("p", { class: "case-number", text: sentences.say("caseNumber", { number: ofCase.case_number }) });
    return h("div", { class: "over" }, h("p", { class: "system", text: sentences.say("ended") }), number, ofCase && followLink({ sentences, link: ofCase.link }));
  }

  ended(standing, asked) {
    const { sentences } = this;
    const again = h("button", { type: "button", class: "button", text: sentences.say("another"), on: { click: this.acts.startNew } });
    if (standing.is_rated) return h("div", { class: "after" }, h("div", { class: "card after" }, h("p", { class: "done-title", text: sentences.say("thanks") }), h("p", { class: "done-text", text: sentences.say("thanksText") }), again));
    if (!standing.agent_name || this.isRatingSkipped || !asked) return h("div", { class: "after" }, again);
    const form = ratingForm({
      asked, sentences, agentName: standing.agent_name, send: this.acts.rate,
      upload: (file) => this.conversation.server.upload(file, () => {}).promise.then((stored) => stored.id),
      skip: () => {
        this.isRatingSkipped = true;
        this.renderAfter();
      },
    });
    return h("div", { class: "card" }, form);
  }
}

function together(one, next) {
  if (next.kind !== one.kind || next.author !== one.author) return false;
  return new Date(next.at) - new Date(one.at) < GROUP_MS;
}

function classes(always, sometimes) {
  return [always, ...Object.entries(sometimes).filter(([, isOn]) => isOn).map(([name]) => name)].join(" ");
}
