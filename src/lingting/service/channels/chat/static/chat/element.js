/**
 * <lingting-chat widget="main" origin="https://…" [identity] [language] [side] [theme]>: the chat as an element.
 *
 * open(), close(), identify(token); events lingting:ready, lingting:open, lingting:close, lingting:message,
 * lingting:unread (detail.count), lingting:ended.
 */

import { Attention } from "./attention.js";
import { Conversation } from "./conversation.js";
import { h, icon } from "./document.js";
import { Keeping } from "./keeping.js";
import { Panel } from "./panel.js";
import { chosenLanguage, Sentences } from "./sentences.js";
import { Server } from "./server.js";
import { dress, paint } from "./styles.js";

const OWN_ORIGIN = new URL(import.meta.url).origin;

class LingtingChat extends HTMLElement {
  connectedCallback() {
    if (this.conversation || !this.getAttribute("widget")) return;
    const language = chosenLanguage(this.getAttribute("language"));
    const origin = this.getAttribute("origin") || OWN_ORIGIN;
    this.lang = language === "en" ? "en" : "zh-CN";
    this.sentences = new Sentences(language);
    this.keeping = new Keeping(origin, this.getAttribute("widget"));
    this.attention = new Attention(this.sentences);
    this.conversation = new Conversation({
      server: new Server(origin, language), keeping: this.keeping, widgetKey: this.getAttribute("widget"),
      identity: this.getAttribute("identity") || "", language,
    });
    this.build();
    this.begin();
  }

  disconnectedCallback() {
    // Moving the element in the page disconnects and connects it within one turn.
    queueMicrotask(() => {
      if (this.isConnected || !this.conversation) return;
      this.conversation.close();
      this.attention.calm();
      this.isReady = false;
      this.conversation = null;
    });
  }

  build() {
    const root = this.shadowRoot || this.attachShadow({ mode: "open" });
    root.replaceChildren();
    dress(root);
    this.dimming = matchMedia("(prefers-color-scheme: dark)");
    this.dim();
    this.dimming.addEventListener("change", () => this.dim());
    this.badge = h("span", { class: "badge", hidden: true, aria: { hidden: true } });
    this.launcher = h("button", { type: "button", class: "launcher", aria: { expanded: false }, on: { click: () => (this.isOpen ? this.close() : this.open()) } }, icon("chat", 28), this.badge);
    const chat = this;
    this.panel = new Panel({
      conversation: this.conversation, sentences: this.sentences, close: () => this.close(),
      settings: { get isLoud() { return chat.keeping.get("sound", false); }, turnSound: () => this.turnSound() },
    });
    root.append(this.panel.element, this.launcher);
    this.conversation.addEventListener("change", () => this.refresh());
    this.conversation.addEventListener("said", (event) => this.heard(event.detail));
    this.conversation.addEventListener("ended", () => this.fire("ended"));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || !this.conversation) return;
      this.attention.calm();
      this.panel.render();
    });
    this.refresh();
  }

  /** The launcher appears once it is known that the widget exists; what was left off goes on by itself. */
  async begin() {
    const { conversation } = this;
    this.launcher.hidden = !conversation.widget;
    if (conversation.isUnfinished) conversation.visit().catch(() => conversation.plan());
    try {
      await conversation.look();
      this.launcher.hidden = false;
    } catch (error) {
      this.launcher.hidden = [403, 404].includes(error.status);
      if (this.launcher.hidden) console.error(`LingtingChat: ${error.detail}`);
    }
    if (!this.conversation) return;
    this.isReady = true;
    this.fire("ready");
    if (!this.launcher.hidden && this.keeping.get("open", false) && !this.isNarrow) this.open({ isAsked: false });
  }

  // --- For the host page --------------------------------------------------------------------------

  get isOpen() {
    return !this.panel.element.hidden;
  }

  open({ isAsked = true } = {}) {
    if (this.isOpen) return;
    this.panel.element.hidden = false;
    this.toggleAttribute("data-open", true);
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.replaceChildren(icon("down", 28), this.badge);
    this.conversation.isLooking = true;
    this.keeping.set("open", true);
    this.panel.shown = "";
    this.panel.render();
    if (this.panel.isFull) this.panel.element.setAttribute("aria-modal", "true");
    if (isAsked) this.panel.focus();
    if (isAsked || this.conversation.isUnfinished) this.conversation.visit().catch(() => {});
    this.fire("open");
  }

  close() {
    if (!this.isOpen) return;
    this.panel.composer.save();
    this.panel.element.hidden = true;
    this.panel.element.removeAttribute("aria-modal");
    this.toggleAttribute("data-open", false);
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.replaceChildren(icon("chat", 28), this.badge);
    this.conversation.isLooking = false;
    this.keeping.set("open", false);
    this.refresh();
    this.launcher.focus();
    this.fire("close");
  }

  /** The customer signed in (a token of the host site) or out (an empty one). */
  async identify(token) {
    await this.conversation.identify(token || "");
  }

  // --- Within -------------------------------------------------------------------------------------

  get isNarrow() {
    return matchMedia("(max-width: 480px), (max-height: 480px)").matches;
  }

  dim() {
    const theme = this.getAttribute("theme") || "auto";
    this.toggleAttribute("data-dark", theme === "dark" || (theme !== "light" && this.dimming.matches));
  }

  refresh() {
    const { widget, unread } = this.conversation;
    if (widget && widget.colour !== this.colour) {
      this.colour = widget.colour;
      paint(this, widget.colour);
    }
    const isBadged = unread > 0 && !this.isOpen;
    this.badge.hidden = !isBadged;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    const words = this.isOpen ? this.sentences.say("close") : isBadged ? this.sentences.say("openUnread", { count: unread }) : this.sentences.say("open");
    if (this.launcher.getAttribute("aria-label") !== words) this.launcher.setAttribute("aria-label", words);
    if (unread !== this.unreadBefore) this.fire("unread", { count: unread });
    this.unreadBefore = unread;
  }

  heard(message) {
    this.fire("message", { author: message.author, text: message.text });
    if (this.keeping.get("sound", false) && (document.hidden || !this.isOpen)) this.attention.ring();
    this.attention.flash();
  }

  turnSound() {
    const isLoud = !this.keeping.get("sound", false);
    this.keeping.set("sound", isLoud);
    if (isLoud) this.attention.ring();
  }

  fire(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`lingting:${name}`, { detail, bubbles: true }));
  }
}

if (!customElements.get("lingting-chat")) customElements.define("lingting-chat", LingtingChat);
