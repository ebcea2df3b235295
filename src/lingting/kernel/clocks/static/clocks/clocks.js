// Promises count by themselves: open time only, so a chip stands still while the centre is closed.

import { whenNew, within } from "../ui/dom.js";

const source = document.getElementById("clock-words");
const words = source ? JSON.parse(source.textContent) : {};
const fill = (key, values) => (words[key] ?? "").replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");

/** Hours and minutes; the same words as the server writes. */
function spanText(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  if (minutes < 1) return words.moment;
  const hours = Math.floor(minutes / 60), rest = minutes % 60;
  if (!hours) return fill("minutes", { minutes });
  return fill(rest ? "hours" : "whole_hours", { hours, minutes: rest });
}

/** Seconds of open time between two moments, by the spans the server sent ("always": every second counts). */
function openBetween(spans, from, to) {
  if (spans === "always") return to - from;
  let total = 0;
  for (const span of spans.split(" ").filter(Boolean)) {
    const [begin, end] = span.split("-").map(Number);
    total += Math.max(0, Math.min(to, end) - Math.max(from, begin));
  }
  return total;
}

function write(chip, now) {
  const asOf = Number(chip.dataset.asOf);
  const left = Number(chip.dataset.left) - openBetween(chip.dataset.spans, asOf, Math.max(asOf, now));
  const text = fill(left > 0 ? "left" : "over", { time: spanText(left) });
  const place = chip.querySelector(".ck-text");
  if (place.textContent !== text) place.textContent = text;
  if (left <= 0 && chip.dataset.clock !== "breached") {
    chip.dataset.clock = "breached";
    chip.classList.remove("lt-idle", "lt-warning");
    chip.classList.add("lt-breach");
    chip.dispatchEvent(new CustomEvent("lt:due", { bubbles: true }));
  }
}

function tick(root) {
  const now = Date.now() / 1000;
  for (const chip of within(root, "[data-clock][data-left]")) write(chip, now);
}

whenNew(tick);
setInterval(() => document.hidden || tick(document), 5000);
document.addEventListener("visibilitychange", () => document.hidden || tick(document));
