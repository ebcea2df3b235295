// Times: one script writes every <time> in the reader's zone and language and keeps it current.

import { phrase, whenNew, within, words } from "./dom.js";

const language = document.documentElement.lang || "zh-CN";
const MINUTE = 60, HOUR = 3600;
const format = (options) => new Intl.DateTimeFormat(language, options);
// 11/12 is a day in November for some and a day in December for others: English names the month.
const month = language.startsWith("zh") ? "2-digit" : "short";
const exact = format({ year: "numeric", month, day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const exactShort = format({ year: "numeric", month, day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const wallClock = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dateThisYear = format({ month: "short", day: "numeric" });
const dateOtherYear = format({ year: "numeric", month: "short", day: "numeric" });

/** "04:07" below an hour, then hours and minutes; a minus sign for what is overdue. */
export function durationText(seconds) {
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && whole ? "−" : "";
  const minutes = Math.floor(whole / MINUTE);
  const two = (number) => String(number).padStart(2, "0");
  if (minutes < 60) return `${sign}${two(minutes)}:${two(whole % MINUTE)}`;
  return sign + phrase("hour_minutes", { hours: Math.floor(minutes / 60), minutes: two(minutes % 60) });
}

function dayText(at, now) {
  const start = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((start(at) - start(now)) / 86400000);
  const name = { 0: words.today, "-1": words.yesterday, 1: words.tomorrow }[days];
  if (name) return `${name} ${clock.format(at)}`;
  return (at.getFullYear() === now.getFullYear() ? dateThisYear : dateOtherYear).format(at);
}

function relativeText(at, now) {
  const seconds = (at - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return words.just_now;
  if (size < HOUR) return phrase(seconds < 0 ? "minutes_ago" : "in_minutes", { count: Math.round(size / MINUTE) || 1 });
  if (size < 22 * HOUR) return phrase(seconds < 0 ? "hours_ago" : "in_hours", { count: Math.round(size / HOUR) });
  return dayText(at, now);
}

const STYLES = {
  relative: relativeText,
  day: dayText,
  exact: (at) => exactShort.format(at),
  time: (at) => clock.format(at),
  date: (at, now) => (at.getFullYear() === now.getFullYear() ? dateThisYear : dateOtherYear).format(at),
};

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function writeMoment(element, now) {
  const at = new Date(element.dateTime);
  write(element, (STYLES[element.dataset.moment] ?? relativeText)(at, now));
  if (!element.title) element.title = exact.format(at);
}

function writeCountdown(element, now) {
  const left = (new Date(element.dateTime) - now) / 1000;
  const warn = element.dataset.warn ? (new Date(element.dateTime) - new Date(element.dataset.warn)) / 1000 : 720;
  const kind = left < 0 ? "lt-breach" : left < warn ? "lt-warning" : "lt-idle";
  if (!element.classList.contains(kind)) {
    element.classList.remove("lt-breach", "lt-warning", "lt-idle");
    element.classList.add(kind);
    if (kind === "lt-breach" && "ticked" in element.dataset) element.dispatchEvent(new CustomEvent("lt:due", { bubbles: true }));
  }
  element.dataset.ticked = "";
  write(element, durationText(left < 0 ? Math.floor(left) : Math.ceil(left)));
  if (!element.title) element.title = exact.format(new Date(element.dateTime));
}

function tick(root, now) {
  for (const element of within(root, "time[data-countdown]")) writeCountdown(element, now);
  for (const element of within(root, "time[data-since]")) {
    write(element, durationText(Math.max(0, (now - new Date(element.dateTime)) / 1000)));
    if (!element.title) element.title = exact.format(new Date(element.dateTime));
  }
  for (const element of within(root, "time[data-clock]")) write(element, wallClock.format(now));
}

/** Writes every time below `root` anew. */
export function refreshTimes(root = document) {
  const now = new Date();
  for (const element of within(root, "time[data-moment]")) writeMoment(element, now);
  tick(root, now);
}

export function startTimes() {
  whenNew(refreshTimes);
  document.addEventListener("htmx:afterSwap", (event) => refreshTimes(event.target));
  setInterval(() => document.hidden || tick(document, new Date()), 1000);
  setInterval(() => document.hidden || refreshTimes(document), 30000);
  document.addEventListener("visibilitychange", () => document.hidden || refreshTimes(document));
}
