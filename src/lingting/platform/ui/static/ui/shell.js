// The shell: brings every behaviour of the house to life, once per page.

import { csrfToken, post, within, whenNew, words, announce } from "./dom.js";
import { ask, closeDialog, openDialog, startDialogs } from "./dialogs.js";
import { registerShortcut, startKeyboard } from "./keyboard.js";
import { say, startToasts } from "./toasts.js";
import { startPalette } from "./palette.js";
import { startForms } from "./forms.js";
import { startLists } from "./lists.js";
import { startComboboxes } from "./combobox.js";
import { startTimes } from "./times.js";
import { startPanes } from "./panes.js";

export { announce, ask, closeDialog, openDialog, registerShortcut, say, words };

const root = document.documentElement;
const isPhone = matchMedia("(width < 900px)");
const YEAR = 365 * 24 * 3600;

function startHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
}

function toggleNavigation() {
  if (isPhone.matches) {
    root.toggleAttribute("data-nav-open");
    if (root.hasAttribute("data-nav-open")) document.querySelector(".lt-nav a")?.focus();
    return;
  }
  const narrow = root.dataset.nav !== "narrow";
  root.dataset.nav = narrow ? "narrow" : "wide";
  document.cookie = `lingting_nav=${narrow ? "narrow" : "wide"}; path=/; max-age=${YEAR}; samesite=lax`;
}

function startNavigation() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-toggles-navigation]")) toggleNavigation();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.removeAttribute("data-nav-open");
  });
  if (document.querySelector(".lt-nav")) registerShortcut("mod+b", words.collapse_navigation, toggleNavigation);
}

/** Tells when live updates do not come; a page that stands still looks just like a quiet hour. */
function startConnection() {
  document.body.addEventListener("live:state", ({ detail }) => {
    const reason = detail.state !== "lost" ? "" : detail.reason === "signed-out" ? "signed-out" : "network";
    for (const line of document.querySelectorAll("[data-connection] > [data-reason]")) line.hidden = line.dataset.reason !== reason;
  });
}

/** Theme and density change at once and are kept in the background; language loads the page anew. */
function startPreferences() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-preferences]");
    if (!form) return;
    const { name, value } = event.target;
    if (name === "language") return form.requestSubmit();
    if (name === "theme") {
      if (value === "auto") root.removeAttribute("data-bs-theme");
      else root.dataset.bsTheme = value;
      document.dispatchEvent(new CustomEvent("lt:theme", { detail: { theme: value } }));
    }
    if (name === "density") root.dataset.density = value;
    post(form.action, { [name]: value }).catch(() => say({ kind: "breach", text: words.lost }));
  });
}

async function onAct(event) {
  const find = (selector) => event.target.closest?.(selector);
  const firing = find("[data-fires]");
  if (firing) document.dispatchEvent(new CustomEvent(firing.dataset.fires, { bubbles: true, detail: { source: firing } }));
  const posting = find("[data-posts]");
  if (posting) submit(posting.dataset.posts);
  const copying = find("[data-copy]");
  if (copying) {
    event.preventDefault();
    await navigator.clipboard?.writeText(copying.dataset.copy);
    say({ kind: "ready", text: `${words.copied}: ${copying.dataset.copy}` });
  }
  if (find("[data-goes-back]")) window.history.length > 1 ? window.history.back() : window.location.assign("/");
  if (find("[data-fullscreen]")) document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.();
}

/** A post that leads to a page: the browser sends it as a form would. */
function submit(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() });
  form.append(token);
  document.body.append(form);
  form.submit();
}

function startCharts() {
  whenNew(async (part) => {
    if ([...within(part, "[data-chart]")].length) (await import("./chart.js")).drawCharts(part);
  });
}

startHtmx();
startKeyboard();
startDialogs();
startToasts();
startNavigation();
startPreferences();
startConnection();
startPalette();
startForms();
startLists();
startComboboxes();
startTimes();
startPanes();
startCharts();
document.addEventListener("click", onAct);
root.dataset.ready = "";
