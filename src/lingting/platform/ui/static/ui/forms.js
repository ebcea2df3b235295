// Forms: the unsaved guard, growing text, counters, tags, files, the index of sections.

import { make, phrase, whenNew, within, words } from "./dom.js";

const changed = new Set();

function guard(form) {
  const before = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
  const kept = before();
  const wrong = form.querySelector(".is-invalid") !== null;
  const look = () => {
    const dirty = wrong || before() !== kept || [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    form.classList.toggle("is-changed", dirty);
    if (dirty) changed.add(form);
    else changed.delete(form);
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("submit", () => changed.delete(form));
}

function grow(area) {
  const fit = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.6)}px`;
  };
  area.addEventListener("input", fit);
  if (area.value) fit();
}

function countDown(control) {
  if (control.maxLength < 0) return;
  const place = make("div", { className: "lt-field-left" });
  const show = () => {
    const left = control.maxLength - control.value.length;
    place.textContent = `${control.value.length} / ${control.maxLength}`;
    place.title = phrase("characters_left", { count: left });
  };
  control.addEventListener("input", show);
  control.after(place);
  show();
}

function tagInput(field) {
  const separator = /[,，;；]/;
  let tags = field.value.split(separator).map((tag) => tag.trim()).filter(Boolean);
  const typing = make("input", { type: "text", id: `${field.id || field.name}-typing`, autocomplete: "off" });
  const label = field.id && document.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.firstChild?.textContent;
  typing.setAttribute("aria-label", label || field.getAttribute("aria-label") || field.name);
  if (field.dataset.suggestions) {
    const options = make("datalist", { id: `${field.id}-suggestions` }, ...field.dataset.suggestions.split(",").map((value) => make("option", { value })));
    field.after(options);
    typing.setAttribute("list", options.id);
  }
  const box = make("div", { className: "lt-tags" });
  const show = () => {
    field.value = tags.join(", ");
    box.replaceChildren(...tags.map((tag) => {
      const remove = make("button", { type: "button", textContent: "×", ariaLabel: `${words.remove} ${tag}` });
      remove.addEventListener("click", () => { tags = tags.filter((one) => one !== tag); show(); typing.focus(); });
      return make("span", { className: "lt-tag" }, make("span", { textContent: tag }), remove);
    }), typing);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const take = () => {
    const found = typing.value.split(separator).map((tag) => tag.trim()).filter((tag) => tag && !tags.includes(tag));
    typing.value = "";
    if (found.length) { tags = [...tags, ...found]; show(); typing.focus(); }
  };
  typing.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" || event.key === "," || event.key === "，") { event.preventDefault(); take(); }
    else if (event.key === "Backspace" && !typing.value && tags.length) { tags.pop(); show(); typing.focus(); }
  });
  typing.addEventListener("blur", take);
  typing.addEventListener("change", take);
  box.addEventListener("click", (event) => event.target === box && typing.focus());
  field.hidden = true;
  field.after(box);
  show();
}

/** The browser's own control speaks the browser's language: the button and the names are written in the page's, and the input lies over them. */
function fileField(input) {
  const said = make("span", { className: "lt-file-names" });
  const button = make("span", { className: "btn btn-sm", textContent: input.multiple ? words.choose_files : words.choose_file });
  const box = make("span", { className: "lt-file" }, button, said);
  box.classList.toggle("is-drop", "filedrop" in input.dataset);
  const show = () => {
    const names = [...input.files].map((file) => `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`);
    said.textContent = names.join("  ") || words.drop_file;
    box.classList.toggle("has-files", names.length > 0);
  };
  for (const part of [button, said]) part.setAttribute("aria-hidden", "true");
  input.before(box);
  box.append(input);
  input.addEventListener("change", show);
  input.form?.addEventListener("reset", () => setTimeout(show));
  input.addEventListener("dragenter", () => box.classList.add("is-over"));
  for (const end of ["dragleave", "drop"]) input.addEventListener(end, () => box.classList.remove("is-over"));
  show();
}

function sectionIndex(place) {
  const sections = [...document.querySelectorAll("[data-section]")];
  place.hidden = sections.length < 2;
  const links = new Map(sections.map((section) => [section, make("a", { href: `#${section.id}`, textContent: section.dataset.section })]));
  for (const [section, link] of links) link.addEventListener("click", () => { if (section.tagName === "DETAILS") section.open = true; });
  place.replaceChildren(...links.values());
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) links.get(entry.target).dataset.seen = entry.isIntersecting ? "1" : "";
    const current = [...links].find(([, link]) => link.dataset.seen)?.[1];
    for (const link of links.values()) link.toggleAttribute("aria-current", link === current);
  }, { rootMargin: "-72px 0px -35% 0px" });
  for (const section of sections) seen.observe(section);
}

const ENHANCEMENTS = {
  "textarea[data-grow]": grow,
  "[data-count]": countDown,
  "input[data-tags]": tagInput,
  "input[type=file].form-control": fileField,
  "[data-section-index]": sectionIndex,
  // Last: what the others write into their fields is no change of the person's.
  "form[data-guard]": guard,
};

export function startForms() {
  whenNew((root) => {
    for (const [selector, enhance] of Object.entries(ENHANCEMENTS)) {
      for (const element of within(root, selector)) {
        if (element.dataset.enhanced !== undefined) continue;
        element.dataset.enhanced = "";
        enhance(element);
      }
    }
    for (const summary of within(root, "form[method=post] [data-form-errors]")) summary.focus();
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (changed.size) event.preventDefault();
  });
}
