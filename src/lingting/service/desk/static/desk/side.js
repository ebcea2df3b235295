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
  if (!tabs.some((tab) => tab.dataset.sideTab === name)) return;
  for (const tab of tabs) {
    const isHere = tab.dataset.sideTab === name;
    tab.setAttribute("aria-selected", String(isHere));
    tab.tabIndex = isHere ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isHere;
    if (isHere && focus) tab.focus();
  }
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
  show(kept());
}
