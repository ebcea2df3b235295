/** Where the customer writes: text, pasted and dropped files, a draft that survives. */

import { h, icon, reconcile } from "./document.js";
import { Attachments } from "./files.js";

const LONGEST = 20000;
const DRAFT_MS = 400;
const TALLEST = 132;

export class Composer {
  /** `send({text, files})`; `onTyping()` while writing. */
  constructor({ conversation, sentences, send, onTyping }) {
    Object.assign(this, { conversation, sentences, send, onTyping });
    this.isWaitingForUploads = false;
    this.files = new Attachments({
      conversation, sentences, onChange: () => this.render(), refuse: (sentence) => this.complain(sentence),
    });
    this.text = h("textarea", {
      class: "say", rows: 1, aria: { label: sentences.say("write") },
      on: { input: () => this.typed(), keydown: (event) => this.pressed(event), paste: (event) => this.pasted(event) },
    });
    this.text.value = conversation.keeping.draft().text;
    this.picker = h("input", { type: "file", multiple: true, hidden: true, on: { change: () => this.picked() } });
    this.button = h("button", { type: "button", class: "write-act is-send", aria: { label: sentences.say("send") }, on: { click: () => this.submit() } }, icon("send", 20));
    this.chips = h("ul", { class: "chips", hidden: true });
    this.problem = h("p", { class: "foot-problem", role: "alert", hidden: true });
    this.element = h("div", { class: "foot" }, this.problem, this.chips,
      h("div", { class: "write" },
        h("button", { type: "button", class: "write-act", aria: { label: sentences.say("attach") }, on: { click: () => this.picker.click() } }, icon("clip", 21)),
        this.text, this.button, this.picker));
    this.render();
  }

  set placeholder(words) {
    if (this.text.placeholder !== words) this.text.placeholder = words;
  }

  focus() {
    this.text.focus();
  }

  render() {
    const pieces = this.files.pieces();
    reconcile(this.chips, pieces);
    this.chips.hidden = !pieces.length;
    const count = this.text.value.trim().length;
    const isTooLong = count > LONGEST;
    if (isTooLong) this.complain(this.sentences.say("tooLong", { count, most: LONGEST }));
    this.button.disabled = isTooLong || (!count && !this.files.stored.length && !this.files.isBusy);
    if (this.isWaitingForUploads && !this.files.isBusy) {
      this.isWaitingForUploads = false;
      if (!this.files.hasFailures) this.submit();
    }
    this.grow();
  }

  grow() {
    this.text.style.height = "44px";
    if (this.text.value) this.text.style.height = `${Math.min(TALLEST, Math.max(44, this.text.scrollHeight))}px`;
  }

  typed() {
    this.complain("");
    this.render();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), DRAFT_MS);
    if (this.text.value.trim()) this.onTyping();
  }

  save() {
    clearTimeout(this.saving);
    this.conversation.keeping.set("draft", { ...this.conversation.keeping.draft(), text: this.text.value });
  }

  /** Enter sends, but not on a phone's keyboard and not while a word is being composed. */
  pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (matchMedia("(pointer: coarse)").matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.submit();
  }

  pasted(event) {
    const files = [...(event.clipboardData ? event.clipboardData.files : [])];
    if (!files.length) return;
    event.preventDefault();
    this.take(files);
  }

  picked() {
    this.take([...this.picker.files]);
    this.picker.value = "";
  }

  take(files) {
    this.complain("");
    this.files.take(files);
  }

  submit() {
    const text = this.text.value.trim();
    if (text.length > LONGEST) return;
    if (this.files.isBusy) {
      this.isWaitingForUploads = true;
      return;
    }
    if (!text && !this.files.stored.length) return;
    this.send({ text, files: this.files.stored });
    this.clear();
  }

  clear() {
    this.text.value = "";
    this.files.clear();
    this.save();
    this.render();
  }

  complain(sentence) {
    this.problem.textContent = sentence;
    this.problem.hidden = !sentence;
  }
}
