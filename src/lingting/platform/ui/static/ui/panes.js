// Panes side by side: resizable by pointer and keys, remembered per browser; one at a time on the phone.

import { whenNew, within } from "./dom.js";

const STEP = 16;

const storeKey = (panes, pane) => `lingting.pane.${panes.dataset.panes}.${pane.dataset.pane}`;

function kept(panes, pane) {
  try {
    return Number(localStorage.getItem(storeKey(panes, pane)));
  } catch {
    return 0;
  }
}

function keep(panes, pane, width) {
  try {
    localStorage.setItem(storeKey(panes, pane), String(width));
  } catch {
    // A browser without storage forgets the width; nothing else is lost.
  }
}

function setWidth(panes, pane, divider, width) {
  const { least, most } = pane.dataset;
  const bounded = Math.round(Math.min(Number(most), Math.max(Number(least), width)));
  pane.style.setProperty("--width", `${bounded}px`);
  divider.setAttribute("aria-valuenow", String(bounded));
  return bounded;
}

function divide(panes, pane) {
  const before = Boolean(pane.nextElementSibling?.matches(".lt-pane"));
  const isFirst = before && !pane.previousElementSibling?.matches(".lt-pane.is-rest");
  const divider = document.createElement("div");
  divider.className = "lt-divider";
  divider.tabIndex = 0;
  divider.setAttribute("role", "separator");
  divider.setAttribute("aria-orientation", "vertical");
  divider.setAttribute("aria-label", pane.getAttribute("aria-label"));
  divider.setAttribute("aria-valuemin", pane.dataset.least);
  divider.setAttribute("aria-valuemax", pane.dataset.most);
  if (isFirst) pane.after(divider);
  else pane.before(divider);
  const direction = isFirst ? 1 : -1;
  let width = setWidth(panes, pane, divider, kept(panes, pane) || Number(pane.dataset.width));
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    divider.classList.add("is-held");
    const from = event.clientX;
    const start = width;
    const move = (moved) => { width = setWidth(panes, pane, divider, start + (moved.clientX - from) * direction); };
    divider.addEventListener("pointermove", move);
    divider.addEventListener("lostpointercapture", () => {
      divider.removeEventListener("pointermove", move);
      divider.classList.remove("is-held");
      keep(panes, pane, width);
    }, { once: true });
  });
  divider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    width = setWidth(panes, pane, divider, width + step * direction);
    keep(panes, pane, width);
  });
  divider.addEventListener("dblclick", () => {
    width = setWidth(panes, pane, divider, Number(pane.dataset.width));
    keep(panes, pane, width);
  });
}

/** On the phone, shows one pane of a set and hides the others. */
export function showPane(key, name) {
  const panes = document.querySelector(`[data-panes="${CSS.escape(key)}"]`);
  if (!panes) return;
  panes.dataset.focus = name;
  for (const pane of panes.querySelectorAll(":scope > .lt-pane")) pane.classList.toggle("is-shown", pane.dataset.pane === name);
  document.dispatchEvent(new CustomEvent("lt:pane", { detail: { key, name } }));
}

export function startPanes() {
  whenNew((root) => {
    for (const panes of within(root, "[data-panes]")) {
      if (panes.dataset.divided !== undefined) continue;
      panes.dataset.divided = "";
      for (const pane of panes.querySelectorAll(":scope > .lt-pane[data-width]")) divide(panes, pane);
      showPane(panes.dataset.panes, panes.dataset.focus || panes.querySelector(".lt-pane")?.dataset.pane);
    }
  });
  document.addEventListener("click", (event) => {
    const mover = event.target.closest?.("[data-shows-pane]");
    const panes = mover?.closest("[data-panes]");
    if (panes) showPane(panes.dataset.panes, mover.dataset.showsPane);
  });
}
