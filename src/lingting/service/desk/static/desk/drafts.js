// What is being written is kept on the server: one save after another, so that an older one never overwrites a newer one.

import { send, word } from "./words.js";

const PAUSE = 800;
const REMEMBERED = 15_000;

let waiting = null;
let timer = 0;
let line = Promise.resolve();
let under = "";
const fresh = new Map();
const overtaken = new Set();

const place = (caseId, mode) => `${caseId}/${mode}`;
const told = (text) => {
  const note = document.querySelector("#desk-composer [data-desk-kept]");
  if (note) note.textContent = text;
};

/** Keeps a text shortly. What waits for another place is saved first. */
export function writeDraft({ id, base }, mode, text) {
  const key = place(id, mode);
  if (waiting && waiting.key !== key) saveDraft();
  waiting = { key, url: `${base}drafts/${mode}/`, text };
  fresh.set(key, { text });
  clearTimeout(timer);
  timer = setTimeout(saveDraft, PAUSE);
}

/** Saves what waits. A save that has begun is waited for, also by the next one. */
export function saveDraft() {
  clearTimeout(timer);
  const draft = waiting;
  waiting = null;
  if (draft) line = line.then(() => store(draft));
  return line;
}

/** The page goes: there is no time to wait in line. */
export function saveDraftAtOnce() {
  clearTimeout(timer);
  if (waiting) store(waiting);
  waiting = null;
}

async function store({ key, url, text }) {
  under = key;
  const mine = fresh.get(key);
  const isNewest = () => mine?.text === text && fresh.get(key) === mine;
  try {
    await send(url, new URLSearchParams({ text }), { keepalive: true });
    if (isNewest()) told(text.trim() ? word("kept") : "");
    // A page that was asked for before the save may still come with the older text.
    setTimeout(() => { if (isNewest()) fresh.delete(key); }, REMEMBERED);
  } catch {
    told(word("keptNot"));
  }
  under = "";
}

/** The text as this page knows it last, else the one that came with the case. */
export function draftOf({ id }, mode, stored) {
  return fresh.get(place(id, mode))?.text ?? stored;
}

/** The text is on its way: no draft any more. */
export function dropDraft({ id }, mode) {
  const key = place(id, mode);
  clearTimeout(timer);
  waiting = null;
  if (under === key) overtaken.add(key);
  fresh.set(key, { text: "" });
}

/** The message has arrived: a save that was under way then may have brought its text back, so what stands there now follows. */
export function settleDraft({ id, base }, mode) {
  const key = place(id, mode);
  const now = fresh.get(key);
  if (overtaken.delete(key) && now) line = line.then(() => store({ key, url: `${base}drafts/${mode}/`, text: now.text }));
  else if (now?.text === "") fresh.delete(key);
}
