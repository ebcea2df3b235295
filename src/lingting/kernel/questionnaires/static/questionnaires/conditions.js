/** Conditions on earlier answers, for pages and the chat window alike. The server decides the same in showing.py. */

function numberIn(text) {
  const number = Number(text.replace(/[,，]/g, ""));
  return text !== "" && Number.isFinite(number) ? number : null;
}

function isSame(left, right) {
  const [one, other] = [numberIn(left), numberIn(right)];
  return one !== null && other !== null ? one === other : left === right;
}

/** Whether a condition holds for the answers to its question, given as texts; none: not answered. */
export function holds(operator, value, answers) {
  if (operator === "unanswered") return !answers.length;
  if (!answers.length) return false;
  if (operator === "answered") return true;
  if (operator === "is") return answers.some((one) => isSame(one, value));
  if (operator === "is_not") return !answers.some((one) => isSame(one, value));
  const [number, bound] = [numberIn(answers[0]), numberIn(value)];
  if (number === null || bound === null) return false;
  return operator === "at_least" ? number >= bound : number <= bound;
}
