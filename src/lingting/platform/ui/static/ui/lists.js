// Lists: rows that open, boxes that pick, the bulk bar.

import { phrase, whenNew, within } from "./dom.js";

const CONTROLS = "a, button, input, select, textarea, label, [data-copy], [popover]";

function onRow(event) {
  const row = event.target.closest?.("[data-href]");
  if (!row || event.target.closest(CONTROLS) || isSelecting(row)) return;
  if (event.type === "auxclick" && event.button !== 1) return;
  if (event.type === "auxclick" || event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else if (row.dataset.target) row.dispatchEvent(new CustomEvent("lt:open", { bubbles: true }));
  else window.location.assign(row.dataset.href);
}

/** Whether text of the row is being selected: that is no click to open it. */
function isSelecting(row) {
  const selection = window.getSelection();
  return selection.type === "Range" && row.contains(selection.anchorNode) && String(selection).trim() !== "";
}

function refreshBulk(list) {
  const boxes = [...list.querySelectorAll("input[name=picked]")];
  const picked = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest("tr, .lt-list-line")?.classList.toggle("is-picked", box.checked);
  const all = list.querySelector("[data-picks-all]");
  if (all) {
    all.checked = picked.length > 0 && picked.length === boxes.length;
    all.indeterminate = picked.length > 0 && picked.length < boxes.length;
  }
  const bar = list.querySelector("[data-bulk]");
  if (bar) {
    bar.hidden = picked.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = phrase("selected", { count: picked.length });
  }
  document.dispatchEvent(new CustomEvent("lt:picked", { detail: { values: picked.map((box) => box.value) } }));
}

let last = null;

function onPick(event) {
  const list = event.target.closest?.("[data-list]");
  if (!list) return;
  const boxes = [...list.querySelectorAll("input[name=picked]")];
  if (event.target.matches("[data-picks-all]")) for (const box of boxes) box.checked = event.target.checked;
  else if (event.target.matches("input[name=picked]")) last = event.target;
  else return;
  refreshBulk(list);
}

/** Shift and click picks everything between two boxes. */
function onRange(event) {
  const box = event.target.closest?.("input[name=picked]");
  if (!box || !event.shiftKey || !last || last === box) return;
  const boxes = [...box.closest("[data-list]").querySelectorAll("input[name=picked]")];
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
}

/** On the phone the filters fold behind one button, which says how many are set. */
function countFilters(form) {
  const set = [...form.querySelectorAll(":scope > select")].filter((one) => one.selectedIndex > 0).length;
  const badge = form.querySelector("[data-filters-set]");
  if (!badge) return;
  badge.hidden = set === 0;
  badge.textContent = set;
}

function onFold(event) {
  const button = event.target.closest?.("[data-filters-more]");
  if (button) button.setAttribute("aria-expanded", String(button.form.classList.toggle("is-open")));
}

export function startLists() {
  document.addEventListener("click", onFold);
  document.addEventListener("change", (event) => event.target.form?.matches("[data-list-filters]") && countFilters(event.target.form));
  document.addEventListener("click", onRow);
  document.addEventListener("auxclick", onRow);
  document.addEventListener("click", onRange);
  document.addEventListener("change", onPick);
  document.addEventListener("click", (event) => {
    const list = event.target.closest?.("[data-bulk-clear]")?.closest("[data-list]");
    if (!list) return;
    for (const box of list.querySelectorAll("input[name=picked]")) box.checked = false;
    refreshBulk(list);
  });
  whenNew((root) => {
    for (const list of within(root, "[data-list]")) refreshBulk(list);
    for (const form of within(root, "[data-list-filters]")) countFilters(form);
    for (const field of within(root, "[data-list-search]")) {
      field.dataset.shortcut ??= "/";
      // Leaving the field is no new question: what was typed has been asked already.
      field.addEventListener("change", (event) => event.stopPropagation());
    }
  });
}
