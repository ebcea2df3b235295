// Questions that wait for earlier answers: shown and hidden as one answers. The server decides the same in showing.py.

import { whenNew, within } from "../ui/dom.js";
import { holds } from "./conditions.js";

/** The answers of a question as texts; nothing while it is hidden. */
function answersOf(question) {
  if (!question || question.hidden) return [];
  return [...question.querySelectorAll("input, textarea, select")]
    .filter((field) => (["radio", "checkbox"].includes(field.type) ? field.checked : field.value.trim() !== ""))
    .map((field) => field.value.trim());
}

/** Goes through the questions in order, so that a hidden answer hides what hangs on it. */
function decide(form) {
  const questions = new Map([...form.querySelectorAll("[data-question]")].map((one) => [one.dataset.question, one]));
  for (const question of questions.values()) {
    if (question.dataset.showIf === undefined) continue;
    const isShown = question.dataset.showIf.split(",").every((line) => {
      const [key, operator, value] = line.split("|");
      return holds(operator, decodeURIComponent(value), answersOf(questions.get(key)));
    });
    question.hidden = !isShown;
    question.disabled = !isShown;
  }
}

function attend(form) {
  if (form.dataset.attended) return;
  form.dataset.attended = "true";
  form.addEventListener("input", () => decide(form));
  form.addEventListener("change", () => decide(form));
  decide(form);
}

whenNew((root) => {
  for (const form of within(root, "[data-questionnaire]")) attend(form);
});
