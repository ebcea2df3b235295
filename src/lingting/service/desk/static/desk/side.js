// Beside the conversation: tabs that are remembered, and pictures shown large.

const KEY = "lingting.desk.side";

function kept() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function keep(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // A browser without storage begins with the first tab.
  }
}

function show(name, { focus = false } = {}) {
  const tabs = [...document.querySelectorAll("[data-side-tab]")];
  if (!tabs.some((tab) => tab.dataset.sideTab === name)) return fit();
  let keepFocus = null;
  for (const tab of tabs) {
    const isHere = tab.dataset.sideTab === name;
    tab.setAttribute("aria-selected", String(isHere));
    tab.tabIndex = isHere ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isHere;
    if (isHere && focus) keepFocus = tab;
  }
  fit();
  keepFocus?.focus();
}

/** As many tabs as there is room for, the shown one always among them; the others wait in a menu. */
function fit() {
  const row = document.querySelector(".desk-side-head .lt-tabs");
  const more = document.querySelector("[data-side-more]");
  if (!row || !more) return;
  const tabs = [...row.querySelectorAll("[data-side-tab]")];
  for (const tab of tabs) tab.hidden = false;
  more.hidden = true;
  const overflows = () => row.scrollWidth > row.clientWidth;
  if (overflows()) more.hidden = false;
  for (const tab of [...tabs].reverse()) {
    if (!overflows()) break;
    if (tab.getAttribute("aria-selected") !== "true") tab.hidden = true;
  }
  for (const item of more.querySelectorAll("[data-side-go]")) item.hidden = !tabs.find((tab) => tab.dataset.sideTab === item.dataset.sideGo)?.hidden;
}

function onKey(event) {
  const tab = event.target.closest?.("[data-side-tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = [...document.querySelectorAll("[data-side-tab]")];
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  show(next.dataset.sideTab, { focus: true });
  keep(next.dataset.sideTab);
}

function onClick(event) {
  const tab = event.target.closest?.("[data-side-tab]");
  if (tab) {
    show(tab.dataset.sideTab);
    keep(tab.dataset.sideTab);
  }
  const item = event.target.closest?.("[data-side-go]");
  if (item) {
    item.closest("[popover]")?.hidePopover();
    show(item.dataset.sideGo, { focus: true });
    keep(item.dataset.sideGo);
  }
  const picture = event.target.closest?.("[data-lightbox]");
  if (!picture || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const dialog = document.getElementById("desk-lightbox");
  const image = dialog.querySelector("img");
  image.src = picture.href;
  image.alt = picture.querySelector("img").alt;
  dialog.showModal();
}

export function startSide() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target?.id === "desk-side") show(kept());
  });
  document.getElementById("desk-lightbox")?.addEventListener("click", (event) => event.currentTarget.close());
  const pane = document.getElementById("desk-side");
  if (pane) new ResizeObserver(fit).observe(pane);
  show(kept());
}
