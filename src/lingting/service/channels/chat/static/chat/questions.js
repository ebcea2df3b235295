/** A questionnaire of the house in the chat: drawn as the server says it, answered in the kinds that the API takes. */

import { holds } from "./conditions.js";
import { h, icon } from "./document.js";

let forms = 0;

export class Questions {
  /** `upload(file)` returns a promise of a stored file's id. `onChange()` after every answer. */
  constructor({ parts, sentences, upload, onChange }) {
    Object.assign(this, { sentences, upload, onChange });
    forms += 1;
    this.form = forms;
    this.values = new Map();
    this.all = parts.flatMap((part) => part.questions).map((question) => this.made(question));
    [this.first] = this.all;
    this.rest = h("div", { class: "questions", hidden: true }, this.all.slice(1).map((one) => one.element));
    this.decide();
  }

  /** What was answered to the questions that are asked, by key. */
  answers() {
    return Object.fromEntries(this.all.filter((one) => !one.element.hidden && this.values.has(one.question.key)).map((one) => [one.question.key, this.values.get(one.question.key)]));
  }

  get isBusy() {
    return this.all.some((one) => one.isBusy);
  }

  /** What the server refuses stands at its question; returns whether any was found. */
  refuse(fields) {
    let first = null;
    for (const one of this.all) {
      const said = (fields[one.question.key] || [])[0] || "";
      one.problem.textContent = said;
      one.problem.hidden = !said;
      if (said && !first) first = one;
    }
    if (first) first.element.querySelector("input, textarea").focus();
    return Boolean(first);
  }

  set(key, value) {
    if (value === null || value === "" || (Array.isArray(value) && !value.length)) this.values.delete(key);
    else this.values.set(key, value);
    this.decide();
    this.rest.hidden = this.all.length < 2 || !this.values.has(this.first.question.key);
    this.onChange();
  }

  /** In order, so that a hidden answer hides what hangs on it. */
  decide() {
    for (const one of this.all) {
      one.element.hidden = !one.question.show_if.every((each) => holds(each.op, each.value, this.textsOf(each.item)));
    }
  }

  textsOf(key) {
    const asked = this.all.find((one) => one.question.key === key);
    if (!asked || asked.element.hidden || !this.values.has(key)) return [];
    const value = this.values.get(key);
    return [value].flat().map((each) => (each === true ? "yes" : each === false ? "no" : String(each)));
  }

  made(question) {
    const problem = h("p", { class: "field-problem", hidden: true, role: "alert" });
    const one = { question, problem };
    const title = h("p", { class: "rating-ask", id: `q-${this.form}-${question.key}`, text: question.text });
    one.element = h("div", { class: "question", data: { question: question.key } }, title, this.control(one, title.id), problem);
    return one;
  }

  control(one, title) {
    const { question } = one;
    const { key, kind } = question;
    if (kind === "scale" && question.low === 1 && question.high === 5) return this.stars(question, title);
    if (question.options.length) return this.choice(question, title);
    if (kind === "file") return this.file(one, title);
    const isNumber = kind === "number";
    const input = h(isNumber ? "input" : "textarea", {
      class: "input", rows: isNumber ? null : 2, maxlength: isNumber ? 20 : 5000, inputmode: isNumber ? "decimal" : null, aria: { labelledby: title },
      on: { input: () => this.set(key, isNumber ? numberIn(input.value) : input.value.replaceAll("\u0000", "").trim()) },
    });
    return input;
  }

  /** Five steps as stars, with the word of the one that was chosen. */
  stars(question, title) {
    const said = h("p", { class: "stars-word", aria: { live: "polite" }, text: "\u00a0" });
    const group = this.group("star", question, title, () => icon("star", 28), (option) => {
      for (const label of group.querySelectorAll("label")) label.classList.toggle("is-on", Number(label.dataset.value) <= Number(option.key));
      said.textContent = option.words || option.label;
      this.set(question.key, Number(option.key));
    });
    return h("div", {}, group, said);
  }

  choice(question, title) {
    const isMany = question.kind === "choices";
    const name = question.kind === "scale" ? "step" : "words";
    const group = this.group(name, question, title, (option) => h("span", {}, option.label, option.words && h("small", { text: option.words })), (option, isOn) => {
      const before = isMany ? this.values.get(question.key) || [] : [];
      const chosen = isOn ? [...before, option.key] : before.filter((each) => each !== option.key);
      for (const label of group.querySelectorAll("label")) label.classList.toggle("is-on", chosen.includes(label.dataset.value));
      this.set(question.key, isMany ? chosen : typed(question.kind, option.key));
    }, isMany);
    const isWide = name === "words" && (question.options.length > 3 || question.options.some((option) => option.label.length > 12));
    group.classList.toggle("is-wide", isWide);
    return group;
  }

  /** Radio buttons or boxes as pictures or words: arrow keys, screen readers and fingers all know them. */
  group(name, question, title, faceOf, choose, isMany = false) {
    return h("div", { class: `choice choice-${name}`, role: isMany ? "group" : "radiogroup", aria: { labelledby: title } }, question.options.map((option) => {
      const input = h("input", {
        type: isMany ? "checkbox" : "radio", name: `q-${this.form}-${question.key}`, value: option.key, aria: { label: option.words || option.label },
        on: { change: () => choose(option, input.checked) },
      });
      return h("label", { data: { value: option.key } }, input, faceOf(option));
    }));
  }

  file(one, title) {
    const input = h("input", { class: "input", type: "file", aria: { labelledby: title }, on: { change: async () => {
      const [file] = input.files;
      this.set(one.question.key, null);
      if (!file) return;
      one.isBusy = true;
      this.onChange();
      try {
        this.set(one.question.key, await this.upload(file));
        one.problem.hidden = true;
      } catch (error) {
        input.value = "";
        one.problem.textContent = error.detail || this.sentences.say("uploadFailed", { name: file.name });
        one.problem.hidden = false;
      }
      one.isBusy = false;
      this.onChange();
    } } });
    return input;
  }
}

/** A number as the API takes it; what is none goes as it was typed, to be refused with a reason. */
function numberIn(text) {
  const plain = text.replace(/[,，\s]/g, "");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : plain;
}

function typed(kind, key) {
  if (kind === "scale") return Number(key);
  return kind === "yes_no" ? key === "yes" : key;
}

/** The rating after a conversation; `send({version, answers})`. */
export function ratingForm({ asked, sentences, agentName, upload, send, skip }) {
  const summary = h("p", { class: "form-problem", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: "button is-main", disabled: true, text: sentences.say("rateSend") });
  const questions = new Questions({
    parts: asked.parts, sentences, upload,
    onChange: () => {
      button.disabled = questions.isBusy || !Object.keys(questions.answers()).length;
    },
  });
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await send({ version: asked.version, answers: questions.answers() });
    } catch (error) {
      // A sentence that stands at its question already is not said twice.
      const isAtQuestion = questions.refuse(error.fields || {});
      summary.textContent = isAtQuestion ? "" : error.detail || sentences.say("noNetwork");
      summary.hidden = isAtQuestion;
      button.disabled = false;
    }
  };
  const text = agentName ? sentences.say("rateText", { name: agentName }) : sentences.say("rateTextNobody");
  return h("form", { class: "rating", novalidate: true, on: { submit } },
    questions.first.element, questions.rest, summary, h("p", { class: "rating-text", text }),
    h("div", { class: "form-acts" }, button, h("button", { type: "button", class: "button", text: sentences.say("skip"), on: { click: skip } })));
}
