/** The first screen: a greeting, what it is about, and whether somebody is there. */

import { h, icon, put, reconcile } from "./document.js";
import { contactForm } from "./forms.js";

export class Home {
  /** `onChoose()` after a queue was chosen; `onLeft()` after a message was left. */
  constructor({ conversation, sentences, onChoose }) {
    Object.assign(this, { conversation, sentences, onChoose });
    this.chosen = "";
    this.greeting = h("p", { class: "greeting" });
    this.list = h("div", { class: "queues", role: "radiogroup", aria: { label: sentences.say("topic") } });
    this.topic = h("div", {}, h("p", { class: "topic", text: sentences.say("topic") }), this.list);
    this.closed = h("div", {});
    this.element = h("div", { class: "home" }, this.greeting, this.topic, this.closed);
  }

  /** The queue that is chosen: the visitor's choice, else the first that is open, else the first. */
  get queue() {
    const queues = this.conversation.widget.queues;
    return queues.find((queue) => queue.key === this.chosen) || queues.find((queue) => queue.is_open) || queues[0];
  }

  render() {
    const { widget } = this.conversation;
    put(this.greeting, widget.greeting);
    this.greeting.hidden = !widget.greeting;
    this.topic.hidden = widget.queues.length < 2;
    const chosen = this.queue.key;
    reconcile(this.list, widget.queues.map((queue) => ({
      key: queue.key, make: () => this.option(queue), refine: (made) => this.refine(made, queue, queue.key === chosen),
    })));
    this.renderClosed();
  }

  option(queue) {
    const input = h("input", { type: "radio", name: "queue", value: queue.key, on: { change: () => this.choose(queue.key) } });
    return h("label", { class: "queue" }, input, h("span", { class: "queue-name" }), h("span", { class: "queue-state" }));
  }

  refine(made, queue, isOn) {
    const [input, name, state] = made.children;
    made.classList.toggle("is-on", isOn);
    input.checked = isOn;
    state.classList.toggle("is-open", queue.is_open);
    put(name, queue.name);
    put(state, queue.is_open ? this.sentences.say("hereNow") : this.closedWords(queue));
  }

  closedWords(queue) {
    return queue.opens_at ? this.sentences.say("closedUntil", { time: this.sentences.say("opensAt", { time: this.sentences.soon(queue.opens_at) }) }) : this.sentences.say("closed");
  }

  choose(key) {
    this.chosen = key;
    this.render();
    this.onChoose();
  }

  /** A queue that is closed takes a message with a way to answer it; what was typed there stays. */
  renderClosed() {
    const { queue } = this;
    const sign = queue.is_open ? "" : queue.key;
    if (this.closed.dataset.sign === sign) return;
    this.closed.dataset.sign = sign;
    const typed = this.closed.querySelector("textarea");
    const text = typed ? typed.value : this.conversation.keeping.draft().text;
    this.closed.replaceChildren();
    if (queue.is_open) return;
    const form = contactForm({
      sentences: this.sentences, text, canSkipText: false, lead: this.conversation.widget.closed_text,
      send: (values) => this.conversation.leaveContact({ ...values, queue: queue.key }),
    });
    const when = queue.opens_at ? this.sentences.say("opensAt", { time: this.sentences.soon(queue.opens_at) }) : "";
    this.closed.append(h("p", { class: "topic" }, h("span", { text: `${this.sentences.say("offline")}${when ? " · " : ""}${when}` })), form);
  }
}

/** What stands where the widget could not be reached or is not set up. */
export function trouble({ sentences, problem, retry }) {
  const isSetup = problem && [403, 404].includes(problem.status);
  return h("div", { class: "done" }, h("span", { class: "done-mark" }, icon("alert", 30)),
    h("p", { class: "done-title", text: sentences.say(isSetup ? "wrongSetup" : "unavailable") }),
    h("p", { class: "done-text", text: (problem && problem.detail) || sentences.say("unavailableText") }),
    h("button", { type: "button", class: "button is-main", text: sentences.say("retry"), on: { click: retry } }));
}

/** The message was taken in. */
export function left({ sentences, kept, again }) {
  return h("div", { class: "done" }, h("span", { class: "done-mark" }, icon("mail", 30)),
    h("p", { class: "done-title", tabindex: -1, text: sentences.say("leftTitle") }),
    h("p", { class: "done-text", text: sentences.say("leftText", { number: kept.case_number }) }), followLink({ sentences, link: kept.link }),
    h("button", { type: "button", class: "button", text: sentences.say("another"), on: { click: again } }));
}

/** The customer's own way to their case; nothing where the centre offers none. */
export function followLink({ sentences, link }) {
  return link && h("a", { class: "follow", href: link, target: "_blank", rel: "noopener noreferrer" }, h("span", { text: sentences.say("followCase") }), icon("right", 18));
}

export function bones() {
  return h("div", { class: "bones", aria: { hidden: true } }, [1, 2, 3, 4].map(() => h("div", { class: "bone" })));
}
