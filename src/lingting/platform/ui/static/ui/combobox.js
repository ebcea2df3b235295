// A search select: a <select data-combobox> one can type in; with data-combobox-url the server answers.

import { make, phrase, whenNew, within, words } from "./dom.js";
import { place } from "./dialogs.js";

const WAIT = 180;
let number = 0;

class Combobox {
  constructor(select) {
    this.select = select;
    this.url = select.dataset.comboboxUrl ?? "";
    this.chosen = 0;
    this.turn = 0;
    this.build();
  }

  build() {
    const { select } = this;
    const id = select.id || `combobox-${++number}`;
    this.list = make("div", { id: `${id}-list`, className: "lt-combobox-list", role: "listbox", popover: "manual" });
    this.input = make("input", {
      type: "text", id: `${id}-typing`, className: select.className.replace("form-select", "form-select"), role: "combobox",
      autocomplete: "off", spellcheck: false, placeholder: select.dataset.placeholder ?? words.choose,
      "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list",
    });
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const name = label?.firstChild?.textContent?.trim() || select.getAttribute("aria-label") || "";
    this.input.setAttribute("aria-label", name);
    this.list.setAttribute("aria-label", name);
    if (label) label.htmlFor = this.input.id;
    if (select.getAttribute("aria-describedby")) this.input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
    if (select.getAttribute("aria-invalid")) this.input.setAttribute("aria-invalid", "true");
    this.input.disabled = select.disabled;
    select.hidden = true;
    select.after(make("div", { className: "lt-combobox" }, this.input, this.list));
    this.reset();
    this.listen();
  }

  listen() {
    const { input, list } = this;
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this.open(""));
    input.addEventListener("input", () => this.open(input.value.trim()));
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => { this.close(); this.reset(); });
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const line = event.target.closest("[role=option]");
      if (line) this.take(this.options[Number(line.dataset.index)]);
    });
    this.select.addEventListener("change", () => this.reset());
  }

  reset() {
    this.input.value = this.select.selectedOptions[0]?.value ? this.select.selectedOptions[0].textContent.trim() : "";
  }

  async open(typed) {
    const turn = ++this.turn;
    this.typed = typed;
    if (this.url) {
      await new Promise((go) => setTimeout(go, WAIT));
      if (turn !== this.turn) return;
      const found = await this.ask(typed);
      if (turn === this.turn) this.show(found);
    } else {
      const wanted = typed.toLowerCase();
      const options = [...this.select.options].filter((option) => option.value && option.textContent.toLowerCase().includes(wanted));
      this.show(options.map((option) => ({ value: option.value, label: option.textContent.trim(), detail: option.dataset.detail })));
    }
  }

  async ask(typed) {
    try {
      const joint = this.url.includes("?") ? "&" : "?";
      const answer = await fetch(`${this.url}${joint}q=${encodeURIComponent(typed)}`, { credentials: "same-origin" });
      return answer.ok ? (await answer.json()).found : [];
    } catch {
      return [];
    }
  }

  show(options) {
    this.options = options.slice(0, 100);
    const lines = this.options.map((option, index) => make("div",
      { className: "lt-option", role: "option", id: `${this.list.id}-${index}`, "data-index": String(index) },
      make("span", { textContent: option.label }), option.detail ? make("small", { textContent: option.detail }) : null));
    this.list.replaceChildren(...(lines.length ? lines : [make("div", { className: "lt-option-none", textContent: phrase("nothing_found") })]));
    if (!this.list.matches(":popover-open")) this.list.showPopover();
    place(this.list, this.input, "start", true);
    this.input.setAttribute("aria-expanded", "true");
    const current = this.options.findIndex((option) => option.value === this.select.value);
    this.choose(Math.max(0, current));
  }

  choose(index) {
    const count = this.options?.length ?? 0;
    if (!count) return;
    this.chosen = (index + count) % count;
    [...this.list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === this.chosen)));
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
    this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
  }

  take(option) {
    if (!option) return;
    if (![...this.select.options].some((one) => one.value === option.value)) this.select.append(new Option(option.label, option.value));
    this.select.value = option.value;
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  close() {
    this.turn += 1;
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const isOpen = this.list.matches(":popover-open");
    if (event.key === "ArrowDown") isOpen ? this.choose(this.chosen + 1) : this.open("");
    else if (event.key === "ArrowUp" && isOpen) this.choose(this.chosen - 1);
    else if (event.key === "Enter" && isOpen) this.take(this.options[this.chosen]);
    else if (event.key === "Escape" && isOpen) { this.close(); this.reset(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  }
}

export function startComboboxes() {
  whenNew((root) => {
    for (const select of within(root, "select[data-combobox]")) {
      if (select.dataset.enhanced !== undefined) continue;
      select.dataset.enhanced = "";
      new Combobox(select);
    }
  });
}
