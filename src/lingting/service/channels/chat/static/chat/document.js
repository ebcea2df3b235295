/** Making elements without markup: text is always text, so nothing anybody writes can become code. */

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a 24 by 24 grid. */
const SHAPES = {
  chat: ["M4 5.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-8.2L7 21.2v-3.7H4A1.5 1.5 0 0 1 2.5 16V7A1.5 1.5 0 0 1 4 5.5z", "M8 10h8", "M8 13.4h5"],
  down: ["M6 9l6 6 6-6"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  send: ["M12 19V5", "M5.5 11.5L12 5l6.5 6.5"],
  clip: ["M19 11.5l-7 7a4.6 4.6 0 0 1-6.5-6.5l7.6-7.6a3 3 0 0 1 4.3 4.3L9.9 16.2a1.5 1.5 0 0 1-2.1-2.1l6.7-6.7"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  file: ["M13.5 3H7a1.5 1.5 0 0 0-1.5 1.5v15A1.5 1.5 0 0 0 7 21h10a1.5 1.5 0 0 0 1.5-1.5V8z", "M13.5 3v5h5"],
  clock: ["M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z", "M12 7.5V12l3 2"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  checks: ["M2.5 12.5L7 17l8.5-9", "M11.5 16.2l.8.8L21.5 7.6"],
  alert: ["M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z", "M12 7.8v4.7", "M12 16h.01"],
  sound: ["M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z", "M15.5 9a4 4 0 0 1 0 6", "M18 6.5a7.6 7.6 0 0 1 0 11"],
  silent: ["M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z", "M16 10l4 4", "M20 10l-4 4"],
  leave: ["M14 8V5.5A1.5 1.5 0 0 0 12.5 4h-6A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20h6a1.5 1.5 0 0 0 1.5-1.5V16", "M10 12h10.5", "M17.5 9l3 3-3 3"],
  mail: ["M4 6h16v12H4z", "M4 7l8 6 8-6"],
  right: ["M9 6l6 6-6 6"],
  star: ["M12 3.8l2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z"],
  retry: ["M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9", "M19.5 4.5V9H15"],
  back: ["M15 6l-6 6 6 6"],
};

/**
 * An element. `props`: `text`, `class`, `on` ({event: listener}), `aria` ({label: …}), `data`,
 * anything else is an attribute (true: present, false or null: absent). Empty children are left out.
 */
export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(made, name, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

function set(made, name, value) {
  if (name === "text") made.textContent = value;
  else if (name === "class") made.className = value;
  else if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
  else if (name === "aria") for (const [key, said] of Object.entries(value)) made.setAttribute(`aria-${key}`, String(said));
  else if (name === "data") Object.assign(made.dataset, value);
  else if (value === true) made.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
}

/** An icon; hidden from screen readers, since a word always stands beside it or in its button's label. */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  const given = { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: `icon icon-${name}` };
  for (const [key, value] of Object.entries(given)) svg.setAttribute(key, value);
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]+/gi;
const AFTER_AN_ADDRESS = /[.,;:!?)\]}'"…]+$/;

/** A text as nodes: http and https addresses become links that tell the other site nothing. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = found[0].replace(AFTER_AN_ADDRESS, "");
    if (!isAddress(address)) continue;
    nodes.push(text.slice(end, found.index));
    nodes.push(h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow ugc", text: address }));
    end = found.index + address.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

function isAddress(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** Says a text in an element; what says it already is not touched, so that a selection in it stays. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Brings the children of an element to a list of keyed pieces: what did not change stays as it is and where it
 * is, with its focus, scroll, loaded pictures and a click that has only half happened.
 *
 * A piece is {key, sign, make, refine}: a new sign makes it anew; `refine(child)` brings one that stays, or was
 * just made, up to date within.
 */
export function reconcile(parent, pieces) {
  const wanted = new Set(pieces.map((piece) => piece.key));
  for (const child of [...parent.children]) if (!wanted.has(child.dataset.key)) child.remove();
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const { key, sign = "", make, refine } of pieces) {
    let child = before.get(key);
    if (!child || child.dataset.sign !== sign) {
      const made = make();
      made.dataset.key = key;
      made.dataset.sign = sign;
      if (child) {
        if (place === child) place = made;
        child.replaceWith(made);
      }
      child = made;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    if (refine) refine(child);
  }
}
