// The week editor: adds, removes and copies periods, and draws each day as a bar of twenty-four hours.

const DAY = 1440;
const week = document.querySelector("[data-week]");
const template = document.querySelector("[data-period-template]");

function minute(text) {
  const found = /^\s*(\d{1,2})(?:[:：.]?(\d{2}))?\s*$/.exec(text);
  if (!found) return null;
  const value = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && value <= DAY ? value : null;
}

function periodsOf(day) {
  return [...day.querySelectorAll(".cal-period")].map((period) => [...period.querySelectorAll("input")].map((input) => input.value));
}

function piece(from, to) {
  const bar = document.createElement("i");
  bar.style.insetInlineStart = `${(from / DAY) * 100}%`;
  bar.style.width = `${((to - from) / DAY) * 100}%`;
  return bar;
}

function draw() {
  const days = [...week.querySelectorAll("[data-day]")];
  const pieces = days.map(() => []);
  days.forEach((day, index) => {
    for (const [opens, closes] of periodsOf(day).map((pair) => pair.map(minute))) {
      if (opens === null || closes === null || opens === closes) continue;
      if (closes > opens) pieces[index].push(piece(opens, closes));
      else {
        pieces[index].push(piece(opens, DAY));
        if (closes) pieces[(index + 1) % 7].push(piece(0, closes));
      }
    }
    day.querySelector("[data-closed]").hidden = periodsOf(day).length > 0;
  });
  days.forEach((day, index) => day.querySelector("[data-bar]").replaceChildren(...pieces[index]));
}

function add(day, opens = "", closes = "") {
  const period = template.content.firstElementChild.cloneNode(true);
  const [first, second] = period.querySelectorAll("input");
  first.name = `opens-${day.dataset.day}`;
  second.name = `closes-${day.dataset.day}`;
  first.value = opens;
  second.value = closes;
  day.querySelector("[data-closed]").before(period);
  return first;
}

function tidy(input) {
  const value = minute(input.value);
  if (value !== null && input.value.trim()) input.value = `${String(Math.floor(value / 60)).padStart(2, "0")}:${String(value % 60).padStart(2, "0")}`;
}

function changed() {
  draw();
  week.dispatchEvent(new Event("input", { bubbles: true }));
}

week.querySelectorAll("noscript").forEach((part) => part.remove());
week.querySelectorAll("[data-add], [data-copy-down]").forEach((button) => { button.hidden = false; });
week.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const day = button?.closest("[data-day]");
  if (!day) return;
  if (button.matches("[data-add]")) add(day).focus();
  else if (button.matches("[data-remove]")) button.closest(".cal-period").remove();
  else if (button.matches("[data-copy-down]")) {
    const pairs = periodsOf(day);
    const from = Number(day.dataset.day);
    const last = from < 5 ? 4 : 6;
    for (const other of week.querySelectorAll("[data-day]")) {
      const number = Number(other.dataset.day);
      if (number <= from || number > last) continue;
      other.querySelectorAll(".cal-period").forEach((period) => period.remove());
      pairs.forEach(([opens, closes]) => add(other, opens, closes));
    }
  } else return;
  changed();
});
week.addEventListener("change", (event) => { if (event.target.matches("input")) { tidy(event.target); draw(); } });
week.addEventListener("keyup", draw);

const always = document.querySelector("[name=always_open]");
const dim = () => week.classList.toggle("is-idle", always.checked);
always.addEventListener("change", dim);
dim();
draw();
