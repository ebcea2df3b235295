// The composer: reply and note, sending exactly once, drafts, Chinese input.

import { registerShortcut } from "../ui/keyboard.js";
import { say } from "../ui/toasts.js";
import { showPane } from "../ui/panes.js";
import { adopt, clearFiles, filesOf, isUploading, startAttachments } from "./attachments.js";
import { place, toEnd } from "./conversation.js";
import { advance } from "./list.js";
import { closeSuggestions, isSuggesting, mentionsIn, startSuggestions } from "./suggestions.js";
import { draftOf, dropDraft, saveDraft, saveDraftAtOnce, settleDraft, writeDraft } from "./drafts.js";
import { forgetUnsent, keepUnsent, unsentOf } from "./unsent.js";
import { complain, freshKey, openCase, send, tellChanged, word } from "./words.js";

const TYPING_EVERY = 3000;

let texts = { reply: "", note: "" };
let typedAt = 0;

const form = () => document.getElementById("desk-composer");
const field = () => form()?.querySelector("textarea");
const mode = () => form()?.dataset.mode ?? "reply";

// Another way of sending (a letter by mail) brings its own fields and the address that takes them.
const fields = () => (mode() === "reply" ? form()?.querySelector("[data-composer-fields]") : null);

function setMode(next, { focus = true } = {}) {
  if (!form()) return;
  if (next !== mode()) {
    texts[mode()] = field().value;
    form().dataset.mode = next;
    field().value = texts[next];
  }
  form().querySelector(`input[name=mode][value=${next}]`).checked = true;
  field().placeholder = field().dataset[next === "note" ? "placeholderNote" : "placeholderReply"];
  field().setAttribute("aria-label", word(next));
  closeSuggestions();
  settle();
  if (focus) field().focus();
}

/** Whether a reply is possible at all; a closed or foreign case takes only notes. */
function settle() {
  const here = openCase();
  if (!here) return;
  const isShut = mode() === "reply" && (here.state === "closed" || !here.mayAnswer);
  field().disabled = isShut;
  for (const button of form().querySelectorAll("button[type=submit]")) button.disabled = isShut;
}

/** Puts text where the cursor is; other apps fire `composer:insert` with {text} or {html}. */
export function insert(text) {
  const box = field();
  if (!box) return;
  const { selectionStart: from, selectionEnd: to } = box;
  box.setRangeText(text, from, to, "end");
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  box.focus();
}

function keepDraft() {
  const here = openCase();
  if (here && form()) writeDraft(here, mode(), field().value);
}

function typing() {
  const here = openCase();
  if (!here || Date.now() - typedAt < TYPING_EVERY || !field().value.trim()) return;
  typedAt = Date.now();
  send(`${here.base}signals/`, new URLSearchParams({ kind: "typing", mode: mode() })).catch(() => {});
}

function submit(then = "") {
  const here = openCase();
  const text = field().value.trim();
  const files = filesOf();
  if (!here || field().disabled || (!text && !files.length)) return field()?.focus();
  if (isUploading()) return say({ kind: "warning", text: word("stillUploading") });
  const own = fields();
  const letter = { key: freshKey(), mode: mode(), text, then, mentions: mode() === "note" ? mentionsIn(text) : [], files };
  if (own) {
    letter.action = own.dataset.composerFields;
    letter.extra = [...own.querySelectorAll("input, select, textarea")].filter((one) => one.name && (one.type !== "checkbox" || one.checked)).map((one) => [one.name, one.value]);
  }
  dropDraft(here, mode());
  field().value = "";
  texts[mode()] = "";
  form().querySelector("[data-desk-kept]").textContent = "";
  clearFiles();
  show(letter);
  toEnd();
  deliver(here, letter);
}

async function deliver(here, letter) {
  keepUnsent(here.id, letter);
  const body = new FormData();
  body.set("mode", letter.mode);
  body.set("text", letter.text);
  body.set("client_key", letter.key);
  if (letter.then) body.set("then", letter.then);
  for (const id of letter.mentions) body.append("mention", id);
  for (const file of letter.files) body.append("attachment", file.id);
  for (const [name, value] of letter.extra ?? []) body.append(name, value);
  try {
    const response = await send(letter.action ?? `${here.base}saying/`, body);
    announceSent(response);
    forgetUnsent(here.id, letter.key);
    settleDraft(here, letter.mode);
    const html = await response.text();
    if (openCase()?.id === here.id) {
      if (html) place(html);
      else document.querySelector(`[data-pending="${CSS.escape(letter.key)}"]`)?.remove();
      toEnd();
    }
    tellChanged(here.id);
    if (letter.then === "close" && openCase()?.id === here.id) advance();
  } catch (error) {
    if (openCase()?.id === here.id) show(letter, error.message);
    else complain(error);
  }
}

/** What the answer wants to be said, such as the way back. */
function announceSent(response) {
  const { toast } = JSON.parse(response.headers.get("HX-Trigger") ?? "{}");
  if (toast) say(toast);
}

/** The bubble of a message on its way, or of one that did not arrive. */
function show(letter, failure = "") {
  const ground = document.getElementById("desk-messages");
  let bubble = ground.querySelector(`[data-pending="${CSS.escape(letter.key)}"]`);
  if (!bubble) {
    bubble = document.createElement("div");
    bubble.dataset.pending = letter.key;
    ground.append(bubble);
  }
  const isNote = letter.mode === "note";
  bubble.className = `${isNote ? "desk-note" : "desk-message is-ours opens"} ${failure ? "is-failed" : "is-sending"}`;
  const text = Object.assign(document.createElement("div"), { className: "desk-text", textContent: letter.text, dir: "auto" });
  const box = Object.assign(document.createElement("div"), { className: isNote ? "" : "desk-bubble" });
  box.append(text, ...letter.files.map((file) => Object.assign(document.createElement("small"), { textContent: file.name })));
  const fate = Object.assign(document.createElement("div"), { className: "desk-fate", textContent: failure ? `${word("failed")}: ${failure} ` : word("sending") });
  if (failure) fate.append(act(word("again"), () => again(letter)), " ", act(word("takeBack"), () => takeBack(letter, bubble)));
  bubble.replaceChildren(box, fate);
}

function act(label, handler) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", handler);
  return button;
}

function again(letter) {
  show(letter);
  deliver(openCase(), letter);
}

function takeBack(letter, bubble) {
  forgetUnsent(openCase().id, letter.key);
  bubble.remove();
  setMode(letter.mode);
  field().value = [letter.text, field().value].filter(Boolean).join("\n");
  adopt(letter.files);
  keepDraft();
}

function onKey(event) {
  if (!event.target.matches?.("#desk-composer textarea") || event.defaultPrevented) return;
  // keyCode 229 and isComposing: Enter chooses characters of the input method, it does not send.
  if (event.isComposing || event.keyCode === 229 || isSuggesting()) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.target.blur();
    document.getElementById("desk-talk").focus();
    return;
  }
  if (event.key !== "Enter" || (event.shiftKey && !event.ctrlKey && !event.metaKey)) return;
  // Chats send by Enter; letters have paragraphs.
  if ((fields() || matchMedia("(pointer: coarse)").matches) && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  submit((event.ctrlKey || event.metaKey) && event.shiftKey && mode() === "reply" ? "close" : "");
}

function onOpened() {
  const stored = (name) => form().querySelector(`template[data-draft=${name}]`).content.textContent;
  const here = openCase();
  texts = { reply: draftOf(here, "reply", stored("reply")), note: draftOf(here, "note", stored("note")) };
  field().value = texts[mode()];
  setMode(mode(), { focus: false });
  for (const letter of unsentOf(openCase().id)) {
    if (document.querySelector(`[data-key="${CSS.escape(letter.key)}"]`)) forgetUnsent(openCase().id, letter.key);
    else show(letter, word("lost"));
  }
  toEnd();
}

export function startComposer() {
  startAttachments(form);
  startSuggestions(form, insert);
  document.addEventListener("desk:opened", onOpened);
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "desk-composer") return;
    event.preventDefault();
    submit(event.submitter?.name === "then" ? event.submitter.value : "");
  });
  document.addEventListener("change", (event) => { if (event.target.matches?.("#desk-composer input[name=mode]")) setMode(event.target.value); });
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("#desk-composer textarea")) return;
    keepDraft();
    typing();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:beforeRequest", saveDraft);
  document.addEventListener("htmx:afterSettle", settle);
  window.addEventListener("pagehide", saveDraftAtOnce);
  document.addEventListener("composer:insert", (event) => {
    const { text, html } = event.detail ?? {};
    const plain = text ?? new DOMParser().parseFromString((html ?? "").replace(/<(br|\/p|\/li|\/h\d)[^>]*>/gi, "$&\n"), "text/html").body.textContent.trim();
    showPane("desk", "conversation");
    setMode("reply");
    insert(plain);
  });
  const write = (next) => () => { showPane("desk", "conversation"); setMode(next); };
  const desk = { group: word("group"), when: () => Boolean(openCase()) };
  registerShortcut("r", word("reply"), write("reply"), desk);
  registerShortcut("n", word("note"), write("note"), desk);
  document.addEventListener("desk:note", write("note"));
  if (openCase()) onOpened();
}
