// Modals, drawers, menus and confirmations: the browser's own <dialog> and popover, with manners.

import { make, whenNew, words } from "./dom.js";

/** Opens a modal or drawer by its id. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return dialog;
  dialog.showModal();
  focusFirst(dialog);
  return dialog;
}

function focusFirst(dialog) {
  const first = "[autofocus], input:not([type=hidden], [hidden]), textarea:not([hidden]), select:not([hidden])";
  dialog.querySelector(".lt-dialog-body")?.querySelector(first)?.focus();
}

/** A dialog filled by the server bears the name of what opened it until the answer brings its own. */
function nameAfter(opener, dialog) {
  if (!dialog?.querySelector("[data-dialog-fill]:empty")) return;
  const label = opener.querySelector(":scope > span:not(.lt-keys)") ?? opener;
  titleOf(dialog).textContent = opener.getAttribute("aria-label") ?? label.textContent.trim();
}

const titleOf = (dialog) => dialog.querySelector(".lt-dialog-head h2");

/** What the server brought into an open dialog: its title goes to the head, the focus to its first field. */
function onFilled(root) {
  const dialog = root instanceof Element ? root.closest("dialog[open]") : null;
  if (!dialog?.querySelector("[data-dialog-fill]")?.contains(root)) return;
  const title = dialog.querySelector("[data-dialog-title]");
  if (title) {
    titleOf(dialog).textContent = title.textContent.trim();
    title.remove();
  }
  if (!dialog.querySelector(".lt-dialog-body").contains(document.activeElement)) focusFirst(dialog);
}

/** Closes the dialog around (or with the id of) something. */
export function closeDialog(element) {
  const dialog = typeof element === "string" ? document.getElementById(element) : element?.closest("dialog");
  dialog?.close();
}

function onClick(event) {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    nameAfter(opener, openDialog(opener.dataset.opens));
    return;
  }
  if (event.target.closest?.("[data-closes]")) closeDialog(event.target);
  else if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

/** Puts a popover beside its button, inside the window. */
export function place(popover, anchor, align = "start", matchWidth = false) {
  const at = anchor.getBoundingClientRect();
  if (matchWidth) popover.style.width = `${at.width}px`;
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = align === "end" ? at.right - width : at.left;
  const below = at.bottom + 4 + height <= innerHeight || at.top < height;
  popover.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  popover.style.top = `${Math.max(8, below ? Math.min(at.bottom + 4, innerHeight - height - 8) : at.top - 4 - height)}px`;
}

function onToggle(event) {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".lt-menu[popover]")) return;
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  button?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "open" && button) place(menu, button, menu.dataset.align);
}

function onMenuKey(event) {
  const menu = event.target.closest?.(".lt-menu[popover]");
  const button = event.target.closest?.("[popovertarget]");
  if (button && event.key === "ArrowDown") {
    const opened = document.getElementById(button.getAttribute("popovertarget"));
    if (!opened?.matches(".lt-menu")) return;
    event.preventDefault();
    opened.showPopover({ source: button });
    opened.querySelector("a, button, input")?.focus();
    return;
  }
  if (!menu || event.target.matches("input[type=text], input[type=search], input[type=radio]")) return;
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll(".lt-menu-item")];
  const now = items.indexOf(document.activeElement);
  const goal = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
  items.at(goal % items.length)?.focus();
}

/** Asks before what cannot be undone; resolves to whether the person wants it. */
export function ask({ text, action, danger = true }) {
  return new Promise((resolve) => {
    const yes = make("button", { type: "button", className: `btn ${danger ? "btn-danger" : "btn-primary"}`, textContent: action });
    const no = make("button", { type: "button", className: "btn", textContent: words.cancel });
    const dialog = make("dialog", { className: "lt-dialog is-modal", "data-size": "s", "aria-label": text },
      make("div", { className: "lt-dialog-head" }, make("h2", { textContent: text })),
      make("div", { className: "lt-dialog-body" }, make("footer", {}, no, yes)));
    const end = (answer) => { resolve(answer); dialog.remove(); };
    yes.addEventListener("click", () => end(true));
    no.addEventListener("click", () => end(false));
    dialog.addEventListener("close", () => end(false));
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

const agreed = new WeakSet();

async function onConfirm(event) {
  const element = event.target.closest?.("[data-confirm]");
  if (!element || agreed.has(element) || (event.type === "click" && element.matches("form"))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const action = element.dataset.confirmAction || element.textContent.trim();
  if (!(await ask({ text: element.dataset.confirm, action }))) return;
  agreed.add(element);
  if (event.type === "submit") element.requestSubmit(event.submitter);
  else element.click();
  agreed.delete(element);
}

export function startDialogs() {
  document.addEventListener("click", onConfirm, true);
  document.addEventListener("submit", onConfirm, true);
  document.addEventListener("click", onClick);
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onMenuKey);
  document.addEventListener("click", (event) => {
    const item = event.target.closest?.(".lt-menu-item:not(label)");
    const menu = item?.closest("[popover]");
    // A button that sends a form is sent first: hiding takes the focus from it, and its value would be lost.
    if (item?.form) setTimeout(() => menu?.hidePopover());
    else menu?.hidePopover();
  });
  document.addEventListener("close", (event) => event.target.querySelector("[data-dialog-fill]")?.replaceChildren(), true);
  whenNew(onFilled);
  document.addEventListener("openDialog", (event) => openDialog(event.detail.value ?? event.detail.id));
  document.addEventListener("closeDialog", () => document.querySelector("dialog[open]")?.close());
}

