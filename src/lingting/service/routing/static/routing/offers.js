// Offers: the ring that runs down, Enter accepts, a sound and a notification when the page is not in front.

import { closeDialog } from "../ui/shell.js";
import { registerShortcut } from "../ui/keyboard.js";

const known = new Set();
let audio = null;

function offers() {
  return [...document.querySelectorAll("#rt-offers .rt-offer")];
}

function tick() {
  for (const card of offers()) {
    const from = Date.parse(card.dataset.offered), to = Date.parse(card.dataset.expires), now = Date.now();
    const left = Math.max(0, Math.min(1, (to - now) / (to - from)));
    const ring = card.querySelector(".rt-ring");
    ring.querySelector(".rt-ring-left").style.strokeDashoffset = String(100 - left * 100);
    ring.classList.toggle("is-short", to - now < 6000);
    if (left === 0) document.body.dispatchEvent(new CustomEvent("routing:look"));
  }
}

function announce() {
  for (const card of offers()) {
    if (known.has(card.dataset.offer)) continue;
    known.add(card.dataset.offer);
    chime();
    if (document.hidden && "Notification" in window && Notification.permission === "granted") {
      const title = document.getElementById("rt-offers").dataset.words;
      const notice = new Notification(title, { body: card.dataset.who, tag: `offer-${card.dataset.offer}` });
      notice.onclick = () => { window.focus(); notice.close(); };
    }
  }
}

/** Two soft notes; browsers allow sound only after the person has touched the page. */
function chime() {
  try {
    audio ??= new AudioContext();
    const start = audio.currentTime;
    for (const [index, pitch] of [660, 880].entries()) {
      const tone = audio.createOscillator(), gain = audio.createGain(), at = start + index * 0.16;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(gain).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    }
  } catch {
    audio = null;
  }
}

const labels = document.getElementById("rt-offers")?.dataset ?? {};

registerShortcut("enter", labels.labelAccept, () => offers()[0]?.querySelector("[data-accepts]")?.click(), {
  when: () => offers().length > 0,
  urgent: true,
});

registerShortcut("mod+.", labels.labelReady, () => {
  document.querySelector('#rt-presence-menu button[value="ready"]')?.click();
});

document.body.addEventListener("routing:done", () => {
  const dialog = document.getElementById("routing-dialog");
  if (dialog?.open) closeDialog(dialog);
});

document.addEventListener("click", () => {
  if ("Notification" in window && Notification.permission === "default") Notification.requestPermission().catch(() => {});
}, { once: true });

document.body.addEventListener("htmx:afterSettle", announce);
announce();
setInterval(tick, 200);
