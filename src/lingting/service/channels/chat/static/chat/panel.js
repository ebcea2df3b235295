/** The window of the chat: its head, the screen that fits what is going on, and where one writes. */

import { Composer } from "./composer.js";
import { h, icon, put } from "./document.js";
import { contactForm } from "./forms.js";
import { bones, Home, left, trouble } from "./home.js";
import { Thread } from "./thread.js";

export class Panel {
  /** `close()` hides the panel; `settings` reads and turns the sound. */
  constructor({ conversation, sentences, close, settings }) {
    Object.assign(this, { conversation, sentences, close, settings });
    this.leaving = null;
    this.buildHead();
    this.notice = h("div", { class: "notice", role: "status", hidden: true }, icon("alert", 18), h("span", { text: sentences.say("noNetwork") }));
    this.body = h("div", { class: "body" });
    this.body.addEventListener("scroll", () => this.shown === "thread" && this.thread.scrolled(), { passive: true });
    this.live = h("div", { class: "sr", role: "log", aria: { live: "polite" } });
    this.drop = h("div", { class: "drop", hidden: true, text: sentences.say("dropHere") });
    this.composer = new Composer({
      conversation, sentences, onTyping: () => conversation.noteTyping(),
      send: ({ text, files }) => this.send({ text, files }),
    });
    this.home = new Home({ conversation, sentences, onChoose: () => this.chose() });
    this.element = h("section", {
      class: "panel", role: "dialog", hidden: true, tabindex: -1,
      on: { keydown: (event) => this.pressed(event), dragenter: (event) => this.dragged(event), dragover: (event) => this.dragged(event), dragleave: (event) => this.draggedOut(event), drop: (event) => this.dropped(event) },
    }, this.head, this.menu, this.notice, this.body, this.composer.element, this.drop, this.live);
    conversation.addEventListener("change", () => this.renderSoon());
    conversation.addEventListener("said", (event) => this.announce(event.detail));
  }

  buildHead() {
    const { sentences } = this;
    const act = (name, words, done) => h("button", { type: "button", class: "head-act", aria: { label: sentences.say(words) }, on: { click: done } }, icon(name, 22));
    this.face = h("span", { class: "face", aria: { hidden: true } });
    this.title = h("p", { class: "head-title", id: "title" });
    this.state = h("p", { class: "head-state" });
    this.more = act("more", "menu", () => this.toggleMenu());
    this.more.setAttribute("aria-haspopup", "menu");
    this.head = h("div", { class: "head" }, this.face, h("div", { class: "head-words" }, this.title, this.state), this.more, act("down", "close", () => this.close()));
    this.menu = h("div", { class: "menu", role: "menu", hidden: true });
  }

  // --- Drawing ------------------------------------------------------------------------------------

  /** Many changes of one moment are drawn once. */
  renderSoon() {
    if (this.isAsked) return;
    this.isAsked = true;
    queueMicrotask(() => {
      this.isAsked = false;
      this.render();
    });
  }

  render() {
    if (this.element.hidden) return;
    const screen = this.screen();
    if (screen !== this.shown) this.show(screen);
    if (screen === "home") this.home.render();
    if (screen === "thread") this.thread.render();
    this.renderHead();
    const { conversation } = this;
    const isCut = conversation.isLive && conversation.liveState === "lost" && conversation.syncFailures > 0;
    this.notice.hidden = !(isCut || (conversation.outbox.failures > 0 && conversation.outbox.entries().some((entry) => !entry.failure)));
    const canWrite = (screen === "home" && this.home.queue.is_open) || (screen === "thread" && !conversation.isEnded);
    this.composer.element.hidden = !canWrite;
    this.composer.placeholder = this.sentences.say(screen === "home" ? "start" : "write");
    if (screen === "thread" && !document.hidden) conversation.markSeen();
  }

  screen() {
    const { conversation } = this;
    const { pending } = conversation.lines();
    const turnedAway = pending.find((entry) => entry.failure && entry.failure.code === "closed");
    if (turnedAway) this.leaving = { text: turnedAway.text, key: turnedAway.key, queue: turnedAway.queue };
    if (conversation.keeping.get("left") && !this.leaving) return "left";
    if (!conversation.widget) return conversation.problem ? "trouble" : "bones";
    if (this.leaving) return "leave";
    if (conversation.id && conversation.standing) return "thread";
    if (pending.length) return "thread";
    const isRefused = conversation.problem && !conversation.problem.isPassing;
    return isRefused ? "trouble" : "home";
  }

  show(screen) {
    this.shown = screen;
    const { conversation, sentences } = this;
    const made = {
      home: () => this.home.element,
      thread: () => this.newThread().element,
      bones,
      trouble: () => trouble({ sentences, problem: conversation.problem, retry: () => this.retry() }),
      left: () => left({ sentences, kept: conversation.keeping.get("left"), again: () => this.startNew() }),
      leave: () => this.leaveForm(),
    };
    this.body.replaceChildren(made[screen]());
    this.body.scrollTop = 0;
    if (screen === "leave" || screen === "left") this.body.querySelector("[tabindex]").focus();
  }

  newThread() {
    this.thread = new Thread({
      conversation: this.conversation, sentences: this.sentences, scroller: this.body,
      acts: { leaveMessage: () => this.startLeaving(), startNew: () => this.startNew(), rate: (rating) => this.conversation.rate(rating), announce: (text) => this.tell(text) },
    });
    return this.thread;
  }

  renderHead() {
    const { conversation, sentences } = this;
    const { widget, standing } = conversation;
    const name = widget ? widget.name : "";
    const isTalking = standing && standing.state === "talking" && standing.agent_name;
    const who = isTalking ? standing.agent_name : name;
    put(this.face, [...who][0] || "");
    this.face.classList.toggle("is-here", Boolean(isTalking || (widget && widget.is_open)));
    put(this.title, who);
    put(this.state, this.stateWords({ isTalking, widget }));
    this.element.setAttribute("aria-label", name ? sentences.say("chat", { name }) : sentences.say("open"));
  }

  stateWords({ isTalking, widget }) {
    const { sentences } = this;
    if (isTalking) return sentences.say("withYou");
    if (!widget) return sentences.say("connecting");
    if (widget.is_open) return sentences.say("online");
    return widget.opens_at ? sentences.say("opensAt", { time: sentences.soon(widget.opens_at) }) : sentences.say("offline");
  }

  /** Screen readers hear what is new, not the whole list anew. */
  announce(message) {
    const files = message.files.map((file) => file.name).join(", ");
    this.tell(`${message.author || this.sentences.say("us")}: ${message.text || files}`);
  }

  tell(text) {
    this.live.append(h("p", { text }));
    while (this.live.children.length > 5) this.live.firstElementChild.remove();
  }

  // --- Acting -------------------------------------------------------------------------------------

  send({ text, files }) {
    const { conversation } = this;
    if (conversation.isEnded) conversation.startNew();
    conversation.say({ text, files, queue: conversation.isLive ? "" : this.home.queue.key });
    this.focus();
  }

  chose() {
    this.render();
    // Below the queues stands the form for a message: bring it into view.
    if (!this.home.queue.is_open) this.body.scrollTop = this.home.closed.offsetTop - 12;
    if (this.home.queue.is_open && !matchMedia("(pointer: coarse)").matches) queueMicrotask(() => this.composer.focus());
  }

  startLeaving() {
    this.leaving = { text: this.composer.text.value, key: "", queue: "" };
    this.render();
  }

  leaveForm() {
    const { conversation, sentences, leaving } = this;
    const done = (isSent) => {
      if (leaving.key) conversation.outbox.remove(leaving.key);
      else if (isSent) this.composer.clear();
      this.leaving = null;
      this.render();
    };
    return contactForm({
      sentences, text: leaving.text, canSkipText: conversation.isLive, lead: leaving.key ? sentences.say("closedNow") : "",
      send: async (values) => {
        await conversation.leaveContact(conversation.isLive ? values : { ...values, queue: leaving.queue });
        done(true);
      },
      cancel: { label: sentences.say(conversation.isLive ? "keepWaiting" : "back"), act: () => done(false) },
    });
  }

  startNew() {
    this.conversation.startNew();
    this.leaving = null;
    this.conversation.look().catch(() => {});
    this.render();
    this.focus();
  }

  async retry() {
    this.conversation.problem = null;
    this.render();
    await this.conversation.visit().catch(() => {});
  }

  toggleMenu() {
    this.menu.hidden = !this.menu.hidden;
    this.more.setAttribute("aria-expanded", String(!this.menu.hidden));
    if (this.menu.hidden) return;
    const { sentences, settings } = this;
    const item = (name, words, done) => h("button", {
      type: "button", role: "menuitem",
      on: { click: () => {
        this.toggleMenu();
        done();
      } },
    }, icon(name, 20), h("span", { text: sentences.say(words) }));
    this.menu.replaceChildren(item(settings.isLoud ? "silent" : "sound", settings.isLoud ? "soundOff" : "soundOn", () => settings.turnSound()));
    if (this.conversation.isLive) this.menu.append(item("leave", "endChat", () => this.askEnd()));
    this.menu.firstElementChild.focus();
  }

  /** Ending cannot be undone, so it is asked. */
  askEnd() {
    const { sentences } = this;
    const done = () => {
      box.remove();
      this.focus();
    };
    const yes = h("button", {
      type: "button", class: "button is-main", text: sentences.say("endYes"),
      on: { click: async () => {
        done();
        await this.conversation.end().catch(() => this.conversation.sync());
      } },
    });
    const no = h("button", { type: "button", class: "button", text: sentences.say("endNo"), on: { click: done } });
    const box = h("div", { class: "ask", role: "alertdialog", aria: { modal: true, label: sentences.say("endAsk") }, on: { keydown: (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      done();
    } } }, h("div", { class: "ask-box" }, h("p", { class: "ask-title", text: sentences.say("endAsk") }), h("div", { class: "form-acts" }, yes, no)));
    this.element.append(box);
    no.focus();
  }

  // --- Keys and drops -----------------------------------------------------------------------------

  /** On a phone the keyboard would cover the greeting: there only the panel itself is focused. */
  focus() {
    const canWrite = !this.composer.element.hidden && !matchMedia("(pointer: coarse)").matches;
    if (canWrite) this.composer.focus();
    else this.element.focus();
  }

  pressed(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.menu.hidden) {
        this.toggleMenu();
        this.more.focus();
      } else this.close();
    }
    if (event.key === "Tab" && this.isFull) this.keepFocusInside(event);
    if (["ArrowDown", "ArrowUp"].includes(event.key) && !this.menu.hidden) {
      event.preventDefault();
      const items = [...this.menu.children];
      const place = items.indexOf(this.element.getRootNode().activeElement);
      items[(place + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
    }
  }

  get isFull() {
    return this.element.getBoundingClientRect().width >= document.documentElement.clientWidth - 1;
  }

  keepFocusInside(event) {
    const all = [...this.element.querySelectorAll("button, a[href], input, textarea")].filter((each) => !each.disabled && each.getClientRects().length);
    const [first, last] = [all[0], all.at(-1)];
    const active = this.element.getRootNode().activeElement;
    if (event.shiftKey ? active === first || active === this.element : active === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }

  dragged(event) {
    if (this.composer.element.hidden || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    this.drop.hidden = false;
  }

  draggedOut(event) {
    if (!this.element.contains(event.relatedTarget)) this.drop.hidden = true;
  }

  dropped(event) {
    if (this.drop.hidden) return;
    event.preventDefault();
    this.drop.hidden = true;
    this.composer.take([...event.dataTransfer.files]);
  }
}
