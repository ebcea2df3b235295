// What every module of the house shares: translated words, the CSRF token, and "something new is on the page".

const source = document.getElementById("ui-words");

/** Translated strings by key (from the `shell.words` of the page). */
export const words = source ? JSON.parse(source.textContent) : {};

/** A word with its %(name)s places filled. */
export function phrase(key, values = {}) {
  return (words[key] ?? key).replace(/%\((\w+)\)[0-9]*[sd]/g, (_, name) => values[name] ?? "");
}

/** The token that every unsafe request carries. */
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

/** POSTs a form body with the token; resolves to the response, rejects when the network is gone. */
export function post(url, values = {}) {
  return fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
    body: new URLSearchParams(values),
    credentials: "same-origin",
  });
}

const enhancers = [];

/** Runs `enhance(root)` on the page now and on whatever arrives later (htmx, `lt:new`). */
export function whenNew(enhance) {
  enhancers.push(enhance);
  enhance(document);
}

/** Tells the modules that `root` holds something new. */
export function announce(root) {
  for (const enhance of enhancers) enhance(root);
}

document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) announce(event.target);
});
document.addEventListener("lt:new", (event) => announce(event.detail?.root ?? document));

/** Every match below `root`, `root` itself included. */
export function* within(root, selector) {
  if (root instanceof Element && root.matches(selector)) yield root;
  yield* root.querySelectorAll(selector);
}

/** An element from a tag, properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list" && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The stored icon of a `<template>` whose spans carry `data-kind`. */
export function storedIcon(templateId, kind) {
  const found = document.getElementById(templateId)?.content.querySelector(`[data-kind="${kind}"]`)?.firstElementChild;
  return found ? found.cloneNode(true) : null;
}
