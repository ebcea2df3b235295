// The editor of articles: Trix with two sizes of heading, pictures of our own, and a draft that is kept while one writes.

import { say } from "../ui/shell.js";

const PAUSE = 1500;
const form = document.querySelector("[data-kb-editor]");
const state = document.querySelector("[data-kb-state]");
const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";
const word = (name) => form.getAttribute(`data-word-${name.toLowerCase()}`) ?? "";

let timer = 0;
let isReady = false;
let saving = null;
let isMoved = false;
let last = "";

const LANGUAGE = ["bold", "italic", "strike", "link", "quote", "code", "bullets", "numbers", "outdent", "indent", "attachFiles", "undo", "redo", "url", "urlPlaceholder", "unlink", "captionPlaceholder", "remove"];

function configure(Trix) {
  Object.assign(Trix.config.blockAttributes.default, { tagName: "p", breakOnReturn: true });
  Trix.config.blockAttributes.heading1.tagName = "h2";
  Trix.config.blockAttributes.heading2 = { tagName: "h3", terminal: true, breakOnReturn: true, group: false };
  for (const name of LANGUAGE) if (word(name)) Trix.config.lang[name] = word(name);
  Trix.config.lang.heading1 = word("heading");
}

function addSubheading(toolbar) {
  const first = toolbar.querySelector("[data-trix-attribute=heading1]");
  if (!first || toolbar.querySelector("[data-trix-attribute=heading2]")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "trix-button trix-button--icon-heading-2", textContent: "H3", title: `${word("subheading")} (H3)`, tabIndex: -1 });
  button.dataset.trixAttribute = "heading2";
  first.after(button);
  for (const each of toolbar.querySelectorAll(".trix-button[title]")) each.setAttribute("aria-label", each.title);
}

const values = () => new FormData(form);

function fingerprint() {
  const given = values();
  return JSON.stringify(["title", "html", "summary", "keywords"].map((name) => given.get(name)));
}

function tell(text, kind = "") {
  state.textContent = text;
  state.dataset.kind = kind;
}

async function save() {
  clearTimeout(timer);
  if (saving) await saving;
  if (isMoved || fingerprint() === last) return;
  saving = keep();
  await saving;
  saving = null;
}

async function keep() {
  const print = fingerprint();
  tell(word("saving"));
  try {
    const response = await fetch(form.dataset.draftUrl, { method: "POST", headers: { "X-CSRFToken": token() }, body: values() });
    const answer = await response.json();
    if (!response.ok) {
      isMoved = response.status === 409;
      tell(answer.refused, "breach");
      return;
    }
    form.elements.draft_number.value = answer.draft_number;
    last = print;
    tell(word("saved"));
  } catch {
    tell(word("lost"), "breach");
    timer = setTimeout(save, 5000);
  }
}

function changed() {
  if (!isReady) return;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

async function sendPicture(attachment) {
  const { file } = attachment;
  if (!file) return;
  const body = new FormData();
  body.set("file", file);
  try {
    const response = await fetch(form.dataset.picturesUrl, { method: "POST", headers: { "X-CSRFToken": token() }, body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.refused);
    attachment.setAttributes({ url: answer.url, width: answer.width, height: answer.height });
    changed();
  } catch (error) {
    attachment.remove();
    say({ kind: "warning", text: error.message });
  }
}

document.addEventListener("trix-initialize", (event) => {
  addSubheading(event.target.toolbarElement);
  last = fingerprint();
  isReady = true;
});
document.addEventListener("trix-change", changed);
document.addEventListener("trix-file-accept", (event) => {
  if (event.file.type.startsWith("image/")) return;
  event.preventDefault();
  say({ kind: "warning", text: word("only-pictures") });
});
document.addEventListener("trix-attachment-add", (event) => sendPicture(event.attachment));
form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", () => clearTimeout(timer));
document.querySelector("[data-kb-preview]")?.addEventListener("click", async (event) => {
  event.preventDefault();
  const tab = window.open("about:blank", "_blank");
  await save();
  if (tab) tab.location = event.target.closest("a").href;
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (isReady && fingerprint() !== last && !form.dataset.leaving) event.preventDefault();
});
form.addEventListener("submit", () => {
  form.dataset.leaving = "1";
});

if (window.Trix) configure(window.Trix);
document.addEventListener("trix-before-initialize", () => configure(window.Trix));
