/** Files to be sent with the next message: taken in, uploaded at once, kept over a reload. */

import { h, icon } from "./document.js";

const MOST = 10;

export class Attachments {
  /** `onChange()` after every change; `refuse(sentence)` shows why one was not taken. */
  constructor({ conversation, sentences, onChange, refuse }) {
    Object.assign(this, { conversation, sentences, onChange, refuse });
    this.entries = conversation.keeping.draft().files.map((stored) => ({ name: stored.name, share: 1, stored }));
    this.number = 0;
  }

  get isBusy() {
    return this.entries.some((entry) => !entry.stored && !entry.failure);
  }

  get stored() {
    return this.entries.filter((entry) => entry.stored).map((entry) => entry.stored);
  }

  get hasFailures() {
    return this.entries.some((entry) => entry.failure);
  }

  take(files) {
    const largest = this.conversation.widget ? this.conversation.widget.largest_file_bytes : Infinity;
    for (const file of files) {
      if (this.entries.length >= MOST) {
        this.refuse(this.sentences.say("tooMany", { most: MOST }));
        return;
      }
      if (file.size > largest) this.refuse(this.sentences.say("tooLarge", { name: file.name, most: this.sentences.size(largest) }));
      else if (file.size === 0) this.refuse(this.sentences.say("emptyFile", { name: file.name }));
      else this.begin({ name: file.name || this.sentences.say("picture"), file, share: 0, id: (this.number += 1) });
    }
  }

  begin(entry) {
    this.entries.push(entry);
    this.upload(entry);
  }

  async upload(entry) {
    entry.failure = null;
    entry.share = 0;
    this.onChange();
    try {
      if (!this.conversation.visitor) await this.conversation.visit();
      const upload = this.conversation.server.upload(entry.file, (share) => {
        entry.share = share;
        this.onChange();
      });
      entry.stop = upload.stop;
      entry.stored = await upload.promise;
    } catch (error) {
      if (entry.isGone) return;
      entry.failure = error;
      this.refuse(error.detail || this.sentences.say("uploadFailed", { name: entry.name }));
      // What can never do is not kept; what the network broke can be tried again.
      if (!error.isPassing) this.entries = this.entries.filter((each) => each !== entry);
    }
    this.keep();
    this.onChange();
  }

  remove(entry) {
    entry.isGone = true;
    if (entry.stop && !entry.stored) entry.stop();
    this.entries = this.entries.filter((each) => each !== entry);
    this.keep();
    this.onChange();
  }

  clear() {
    this.entries = [];
    this.keep();
    this.onChange();
  }

  keep() {
    const draft = this.conversation.keeping.draft();
    this.conversation.keeping.set("draft", { ...draft, files: this.stored });
  }

  /** The pieces of the list above the composer. */
  pieces() {
    return this.entries.map((entry, place) => ({
      key: String(entry.stored ? entry.stored.id : `up-${entry.id || place}`),
      sign: `${Boolean(entry.stored)}|${Boolean(entry.failure)}`,
      make: () => this.chip(entry),
      refine: (chip) => chip.style.setProperty("--share", String(entry.share)),
    }));
  }

  chip(entry) {
    const { sentences } = this;
    return h("li", { class: entry.failure ? "chip is-failed" : "chip" },
      icon("file", 16), h("bdi", { class: "chip-name", text: entry.name }),
      entry.failure && h("button", { type: "button", class: "chip-act", aria: { label: sentences.say("retry") }, on: { click: () => this.upload(entry) } }, icon("retry", 16)),
      h("button", { type: "button", class: "chip-act", aria: { label: sentences.say("remove", { name: entry.name }) }, on: { click: () => this.remove(entry) } }, icon("close", 14)),
      !entry.stored && !entry.failure && h("span", { class: "chip-bar" }));
  }
}

/** A file as it stands in a message: a picture in its own proportion, anything else as a named line. */
export function shownFile(file, { origin, sentences }) {
  return file.is_image ? shownPicture(file, { origin, sentences }) : namedFile(file, { origin, sentences });
}

function shownPicture(file, given) {
  const address = new URL(file.url, given.origin).href;
  const picture = h("img", { src: address, alt: file.name, loading: "lazy", width: file.width || null, height: file.height || null, referrerpolicy: "no-referrer" });
  const link = h("a", { class: "picture", href: address, target: "_blank", rel: "noopener noreferrer" }, picture);
  if (file.width && file.height) link.style.setProperty("--ratio", String(Math.max(0.5, Math.min(2.5, file.width / file.height))));
  // A host page whose policy forbids our pictures still gets the file, in the picture's place.
  picture.addEventListener("error", () => {
    const named = namedFile(file, given);
    Object.assign(named.dataset, link.dataset);
    link.replaceWith(named);
  });
  return link;
}

function namedFile(file, { origin, sentences }) {
  return h("a", { class: "file", href: new URL(file.url, origin).href, target: "_blank", rel: "noopener noreferrer" },
    icon("file", 20), h("span", { class: "file-words" }, h("bdi", { class: "file-name", text: file.name }), h("small", { text: sentences.size(file.size) })));
}
