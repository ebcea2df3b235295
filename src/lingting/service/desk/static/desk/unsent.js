// What could not be sent is kept in the browser until it is: nothing that was written is lost.

const KEY = "lingting.desk.unsent";

function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

function store(value) {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // Without storage the bubble on the page is the only copy.
  }
}

/** What waits for another try in a case: `{key, mode, text, then, mentions, files}`. */
export function unsentOf(caseId) {
  return all()[caseId] ?? [];
}

export function keepUnsent(caseId, letter) {
  const kept = all();
  kept[caseId] = [...(kept[caseId] ?? []).filter((one) => one.key !== letter.key), letter];
  store(kept);
}

export function forgetUnsent(caseId, key) {
  const kept = all();
  if (!kept[caseId]) return;
  kept[caseId] = kept[caseId].filter((one) => one.key !== key);
  if (!kept[caseId].length) delete kept[caseId];
  store(kept);
}
