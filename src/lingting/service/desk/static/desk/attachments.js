// Files that go with a message: picked, pasted or dropped, uploaded at once with progress.
// Other apps hear `composer:uploaded` {id, name, isPicture, wasPasted, line} and `composer:removed` {name}.

import { csrfToken } from "../ui/dom.js";
import { say } from "../ui/toasts.js";
import { icon, word } from "./words.js";

const MOST = 10;
let entries = [];
let form = () => null;

const ground = () => form()?.querySelector("[data-desk-attached]");

/** The uploaded files of the message being written. */
export const filesOf = () => entries.filter((one) => one.id).map(({ id, name }) => ({ id, name }));

export const isUploading = () => entries.some((one) => !one.id && !one.hasFailed);

export function clearFiles() {
  entries = [];
  ground()?.replaceChildren();
  if (ground()) ground().hidden = true;
}

/** Files that were uploaded before, such as those of a letter that was taken back. */
export function adopt(files) {
  for (const { id, name, isPicture = false } of files) {
    const entry = newEntry(name, () => {});
    entry.id = id;
    announce("composer:uploaded", { id, name, isPicture, wasPasted: false, line: entry.line });
  }
}

const announce = (event, detail) => document.dispatchEvent(new CustomEvent(event, { detail }));

function take(files, { wasPasted = false } = {}) {
  if (!form() || form().querySelector("textarea").disabled) return;
  for (const file of files) {
    if (entries.length >= MOST) {
      say({ kind: "warning", text: word("tooMany") });
      return;
    }
    upload(file, ownName(file.name), wasPasted);
  }
}

/** A name that no other file of the message has: whatever is pasted is called image.png. */
function ownName(name) {
  const [, stem, end] = /^(.*?)(\.[^.]*)?$/s.exec(name);
  let found = name;
  for (let number = 2; entries.some((one) => one.name === found); number += 1) found = `${stem}-${number}${end ?? ""}`;
  return found;
}

function newEntry(name, stop) {
  const entry = { name, id: "", hasFailed: false, line: document.createElement("li") };
  entries.push(entry);
  const label = Object.assign(document.createElement("span"), { textContent: name, title: name });
  const remove = Object.assign(document.createElement("button"), { type: "button", ariaLabel: `${word("remove")} ${name}` });
  remove.append(icon("x"));
  remove.addEventListener("click", () => {
    stop();
    entries = entries.filter((one) => one !== entry);
    entry.line.remove();
    ground().hidden = entries.length === 0;
    announce("composer:removed", { name: entry.name });
  });
  entry.line.append(label, remove);
  ground().hidden = false;
  ground().append(entry.line);
  return entry;
}

function upload(file, name, wasPasted) {
  const request = new XMLHttpRequest();
  const entry = newEntry(name, () => request.abort());
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0, ariaLabel: `${word("uploading")} ${name}` });
  entry.line.append(bar);
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (event.loaded / event.total) * 100; });
  request.addEventListener("load", () => finish(entry, bar, request, wasPasted));
  request.addEventListener("error", () => fail(entry, bar, word("lost")));
  request.open("POST", form().dataset.upload);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("HX-Request", "true");
  const body = new FormData();
  body.set("file", file, name);
  request.send(body);
}

function finish(entry, bar, request, wasPasted) {
  if (request.status !== 200) {
    let text = word("fileFailed");
    try {
      text = JSON.parse(request.getResponseHeader("HX-Trigger") ?? "{}").toast?.text ?? text;
    } catch {
      // The sentence of our own is good enough.
    }
    fail(entry, bar, text);
    return;
  }
  const stored = JSON.parse(request.responseText);
  entry.id = stored.id;
  entry.name = stored.name;
  bar.remove();
  announce("composer:uploaded", { id: stored.id, name: stored.name, isPicture: stored.is_image, wasPasted, line: entry.line });
}

function fail(entry, bar, text) {
  entry.hasFailed = true;
  bar.remove();
  entry.line.classList.add("is-failed");
  say({ kind: "breach", text: `${entry.name}: ${text}` });
}

export function startAttachments(findForm) {
  form = findForm;
  document.addEventListener("desk:opened", clearFiles);
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-desk-files]")) return;
    take([...event.target.files]);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !event.target.closest?.("#desk-composer")) return;
    event.preventDefault();
    take(files, { wasPasted: true });
  });
  document.addEventListener("composer:files", (event) => adopt(event.detail?.files ?? []));
  const over = (event, isOver) => {
    if (!event.target.closest?.("#desk-case") || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return false;
    event.preventDefault();
    form()?.querySelector(".desk-paper-ground").classList.toggle("is-over", isOver);
    return true;
  };
  document.addEventListener("dragover", (event) => over(event, true));
  document.addEventListener("dragleave", (event) => over(event, false));
  document.addEventListener("drop", (event) => { if (over(event, false)) take([...event.dataTransfer.files]); });
}
