// The editor of a procedure: steps are moved by dragging or by Alt with the arrow keys; articles are added to a list.

const list = () => document.querySelector("[data-pr-steps]");
const items = () => [...(list()?.children ?? [])];
let dragged = null;

/** Puts a step at a place of the list (0 the first); the answer is the editor as it is then. */
async function move(item, to) {
  const { url, key } = item.dataset;
  await window.htmx.ajax("POST", url, { source: item, target: "#pr-editor", select: "#pr-editor", swap: "morph:outerHTML", values: { to } });
  const moved = items().find((one) => one.dataset.key === key);
  moved?.querySelector("a").focus();
  if (moved) say(moved);
}

function say(item) {
  const said = document.getElementById("pr-said");
  if (said) said.textContent = said.dataset.words.replace("%(name)s", item.dataset.title).replace("%(place)s", items().indexOf(item) + 1);
}

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[data-pr-steps] > li");
  if (!item || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const to = items().indexOf(item) + (event.key === "ArrowUp" ? -1 : 1);
  if (to >= 0 && to < items().length) move(item, to);
});

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-pr-steps] > li") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.title);
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.("[data-pr-steps] > li");
  if (!over) return;
  event.preventDefault();
  const half = over.getBoundingClientRect();
  const isBelow = event.clientY > half.top + half.height / 2;
  for (const item of items()) item.classList.remove("is-above", "is-below");
  if (over !== dragged) over.classList.add(isBelow ? "is-below" : "is-above");
});

document.addEventListener("drop", (event) => {
  const over = dragged && event.target.closest?.("[data-pr-steps] > li");
  if (!over) return;
  event.preventDefault();
  if (over === dragged) return;
  const rest = items().filter((item) => item !== dragged);
  const to = rest.indexOf(over) + (over.classList.contains("is-below") ? 1 : 0);
  move(dragged, to);
});

document.addEventListener("dragend", () => {
  for (const item of items()) item.classList.remove("is-dragged", "is-above", "is-below");
  dragged = null;
});

// An article that was chosen joins the list above as a box that can be emptied; the choice is free for the next one.
document.addEventListener("change", (event) => {
  const choice = event.target.closest?.("[data-pr-article]");
  if (!choice?.value) return;
  const ground = document.getElementById("pr-articles");
  const known = [...ground.querySelectorAll("input")].find((one) => one.value === choice.value);
  if (known) {
    known.checked = true;
  } else {
    const line = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "knowledge", value: choice.value, checked: true, className: "form-check-input" });
    line.append(box, Object.assign(document.createElement("span"), { textContent: choice.selectedOptions[0].textContent }));
    ground.append(line);
  }
  choice.value = "";
  choice.dispatchEvent(new Event("change", { bubbles: true }));
});
