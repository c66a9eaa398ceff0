// What was typed on a page and not saved yet, kept in this browser: a session that ends, or a browser
// that dies, loses none of it. Under a key of one person and one thing, such as "12 2023-Q1", part by
// part. It goes as soon as it is saved, when the person signs out, and after a week in any case.

const PREFIX = "kcc-unsaved ";
const KEPT_FOR = 7 * 24 * 3600 * 1000;

function read(key) {
  try {
    const parts = JSON.parse(localStorage.getItem(PREFIX + key) || "{}");
    const since = Date.now() - KEPT_FOR;
    return Object.fromEntries(Object.entries(parts).filter(([, part]) => part.at > since));
  } catch {
    return {}; // switched off, or not ours
  }
}

function write(key, parts) {
  try {
    if (Object.keys(parts).length) localStorage.setItem(PREFIX + key, JSON.stringify(parts));
    else localStorage.removeItem(PREFIX + key);
  } catch {
    // Full, or switched off: what is typed is still saved as it is typed.
  }
}

export function remember(key, part, fields) {
  write(key, { ...read(key), [part]: { at: Date.now(), fields } });
}

export function forget(key, part) {
  const parts = read(key);
  delete parts[part];
  write(key, parts);
}

export function recall(key) {
  return Object.fromEntries(Object.entries(read(key)).map(([name, part]) => [name, part.fields]));
}

export function forgetAll() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // Nothing can be kept here, so nothing is.
  }
}
