/** Leaving a message with a way to answer it. */

import { h } from "./document.js";
import { newKey } from "./outbox.js";

/**
 * Name, phone, e-mail and question. `send(values)` returns a promise; what the server refuses stands at
 * its field. `text` is filled in, `canSkipText` where the question was asked already.
 */
export function contactForm({ sentences, text, canSkipText, lead, send, cancel }) {
  const key = newKey();
  const fields = {
    text: field("textarea", { id: "text", label: sentences.say("question"), hint: canSkipText ? sentences.say("optional") : "", rows: 3, maxlength: 20000 }),
    phone: field("input", { id: "phone", label: sentences.say("phone"), type: "tel", autocomplete: "tel", inputmode: "tel", maxlength: 40 }),
    email: field("input", { id: "email", label: sentences.say("email"), type: "email", autocomplete: "email", maxlength: 190 }),
    name: field("input", { id: "name", label: sentences.say("name"), hint: sentences.say("optional"), autocomplete: "name", maxlength: 120 }),
  };
  if (text) fields.text.input.value = text;
  const summary = h("p", { class: "form-problem", role: "alert", hidden: true });
  const button = h("button", { class: "button is-main", type: "submit", text: sentences.say("submit") });

  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.input.value.replaceAll("\u0000", "").trim()]));
    const problem = checked(values, { sentences, canSkipText });
    show(fields, summary, problem || { summary: "", fields: {} });
    if (problem) return;
    button.disabled = true;
    button.textContent = sentences.say("submitting");
    try {
      await send({ ...values, client_key: key });
    } catch (error) {
      show(fields, summary, { summary: error.detail || sentences.say("noNetwork"), fields: error.fields || {} });
    } finally {
      button.disabled = false;
      button.textContent = sentences.say("submit");
    }
  };

  return h("form", { class: "form", novalidate: true, on: { submit } },
    h("h2", { class: "form-title", tabindex: -1, text: sentences.say("leaveTitle") }), h("p", { class: "form-lead", text: lead || sentences.say("leaveText") }),
    summary, fields.text.whole, fields.phone.whole, fields.email.whole, h("p", { class: "form-hint", text: sentences.say("either") }), fields.name.whole,
    h("div", { class: "form-acts" }, button, cancel && h("button", { class: "button", type: "button", text: cancel.label, on: { click: cancel.act } })));
}

function checked(values, { sentences, canSkipText }) {
  if (!values.text && !canSkipText) return { summary: sentences.say("needQuestion"), fields: { text: [sentences.say("needQuestion")] } };
  if (!values.phone && !values.email) return { summary: sentences.say("needContact"), fields: { phone: [sentences.say("needContact")] } };
  return null;
}

function show(fields, summary, problem) {
  let first = null;
  for (const [name, each] of Object.entries(fields)) {
    const said = (problem.fields[name] || [])[0] || "";
    each.problem.textContent = said;
    each.problem.hidden = !said;
    each.input.setAttribute("aria-invalid", String(Boolean(said)));
    if (said && !first) first = each.input;
  }
  // A sentence that stands at its field already is not said twice.
  const isAtField = Object.values(problem.fields).some((sentences) => sentences[0] === problem.summary);
  summary.textContent = isAtField ? "" : problem.summary;
  summary.hidden = !summary.textContent;
  if (first) first.focus();
}

function field(tag, { id, label, hint, ...rest }) {
  const input = h(tag, { id: `f-${id}`, class: "input", aria: { describedby: `p-${id}`, invalid: false }, ...rest });
  const problem = h("p", { class: "field-problem", id: `p-${id}`, hidden: true });
  const whole = h("div", { class: "field" }, h("label", { for: `f-${id}` }, label, hint && h("small", { text: hint })), input, problem);
  return { input, problem, whole };
}
