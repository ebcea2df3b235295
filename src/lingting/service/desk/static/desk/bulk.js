// Acts on many cases: the picked ones, or everything the list holds.

import { ask } from "../ui/dialogs.js";
import { phrase } from "../ui/dom.js";
import { reloadList } from "./list.js";
import { pick } from "./picker.js";
import { word } from "./words.js";

let isWhole = false;
let wholeCount = 0;
let asked = 0;
let isActing = false;

const list = () => document.querySelector(".desk-list");
const picked = () => [...document.querySelectorAll("#desk-rows input[name=picked]:checked")].map((box) => box.value);

function refresh() {
  const ids = picked();
  list()?.classList.toggle("is-picking", ids.length > 0);
  for (const row of document.querySelectorAll("#desk-rows .desk-row")) {
    row.classList.toggle("is-picked", row.querySelector("input[name=picked]").checked);
  }
  const whole = document.querySelector("[data-desk-whole]");
  if (!whole) return;
  const all = document.querySelectorAll("#desk-rows input[name=picked]").length;
  if (ids.length < all) isWhole = false;
  whole.hidden = ids.length === 0 || ids.length < all;
  if (!whole.hidden) offerWhole(whole);
}

async function offerWhole(button) {
  const { view, query } = list().dataset;
  const turn = ++asked;
  const response = await fetch(`/desk/bulk/size/?${new URLSearchParams({ view, query })}`, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok || turn !== asked) return;
  const { count, shown } = await response.json();
  wholeCount = count;
  const here = picked().length;
  button.textContent = isWhole ? word("wholeBack", { count: here }) : word("whole", { count: shown });
  button.closest("[data-bulk]").querySelector("[data-bulk-count]").textContent = isWhole ? word("wholeTaken", { count: shown }) : phrase("selected", { count: here });
  if (count <= picked().length) button.hidden = true;
}

function values(act) {
  const { view, query } = list().dataset;
  return isWhole ? { act, view, query, whole: "1" } : { act, view, query, picked: picked() };
}

async function onAct(act) {
  const given = values(act);
  if (act === "close" || act === "reopen") {
    if (isWhole && act === "close" && !(await ask({ text: word("bulkClose", { count: wholeCount }), action: word("yesClose"), danger: false }))) return;
    if (isActing) return;
    isActing = true;
    await window.htmx.ajax("POST", "/desk/bulk/", { values: given, swap: "none", source: document.body });
    isActing = false;
    return;
  }
  pick(`/desk/bulk/${act}/options/`, { url: "/desk/bulk/", given });
}

/** How far a long act has come; it goes on when one leaves, and a notice tells the end. */
function showProgress({ data }) {
  const bar = document.querySelector("[data-desk-progress]");
  if (!bar) return;
  bar.hidden = data.done >= data.total;
  bar.querySelector("progress").max = data.total;
  bar.querySelector("progress").value = data.done;
  const link = bar.querySelector("a");
  link.href = `/desk/bulk/${data.id}/`;
  link.textContent = `${data.done} / ${data.total}`;
  if (bar.hidden) reloadList();
}

/** The list may have been searched since its menu was made: the export takes what is shown. */
function exportSearch(event) {
  const link = event.target.closest?.("[data-desk-export]");
  if (link && list()) link.search = list().dataset.query ?? "";
}

export function startBulk() {
  document.body.addEventListener("live:BulkProgress", (event) => showProgress(event.detail));
  document.addEventListener("lt:picked", refresh);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-desk-bulk]");
    if (button) onAct(button.dataset.deskBulk);
    const whole = event.target.closest?.("[data-desk-whole]");
    if (!whole) return;
    isWhole = !isWhole;
    offerWhole(whole);
  });
  document.body.addEventListener("desk:reload", () => { isWhole = false; });
  document.addEventListener("click", exportSearch, true);
}
