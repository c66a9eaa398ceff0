// The grid as one works in a spreadsheet: Enter and arrows go down, a column can be pasted, and each
// row is saved as it is typed. The server reads, rates and asks; this only carries rows there and
// puts what comes back in its place. The page works without it, by its buttons.

import { forget, recall, remember } from "./unsaved.js";

const form = document.getElementById("grid");
const PAUSE = 700; // ms without a key, before a row is saved
const AGAIN = 10_000; // ms, before it is tried again where the server did not answer

if (form) {
  const message = document.getElementById("grid-message");
  const putBack = document.getElementById("grid-put-back");
  const undo = document.getElementById("grid-undo");
  const count = document.getElementById("grid-count");
  const check = form.querySelector('button[value="check"]');
  const key = form.dataset.unsaved;
  const rows = [...form.querySelectorAll("[data-row]")];
  const typedIn = new Set(); // rows that hold something unsaved
  let timer = 0;
  let saving = null;
  let submits = false;

  const idOf = (row) => row.dataset.row;
  const nameOf = (row) => row.querySelector("th a").textContent.trim();
  const boxesOf = (row) => [...row.querySelectorAll(".kcc-typed__figure .kcc-typed__box")];
  const fieldsOf = (row) => [...row.querySelectorAll("[name]")];
  const rowOf = (element) => element.closest("[data-row]");
  const isUnsettled = (row) =>
    row.querySelector("[name$='-against']") && !row.querySelector("[name$='-keep']:checked");

  function tell(words) {
    if (message.textContent !== words) message.textContent = words;
  }

  function written(row) {
    const fields = {};
    for (const field of fieldsOf(row)) {
      if ((field.type !== "checkbox" && field.type !== "radio") || field.checked) fields[field.name] = field.value;
    }
    return fields;
  }

  // Saving -----------------------------------------------------------------------------------

  function typed(row) {
    typedIn.add(row);
    remember(key, idOf(row), written(row));
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  // Returns whether the server took them: what it did not take is kept, and sent again later.
  async function send(which, keepalive) {
    const body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    const sent = new Map();
    for (const row of which) {
      typedIn.delete(row);
      for (const [name, text] of Object.entries(written(row))) {
        body.set(name, text);
        sent.set(name, text);
      }
    }
    let answer;
    try {
      answer = await fetch(form.dataset.rows, { method: "POST", body, redirect: "manual", keepalive });
    } catch {
      which.forEach((row) => typedIn.add(row));
      tell("This could not be saved just now. It is kept in this browser and tried again.");
      timer = setTimeout(save, AGAIN);
      return false;
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      which.forEach((row) => typedIn.add(row));
      tellSignedOut();
      return false;
    }
    if (!answer.ok && answer.status !== 422) {
      which.forEach((row) => typedIn.add(row));
      tell("This could not be saved just now. It is kept in this browser: load the page again.");
      return false;
    }
    const said = await answer.json();
    for (const row of which) {
      const html = said.rows?.[idOf(row)];
      if (html) draw(row, html, sent);
      const isSaved = html && !said.unsaved.includes(Number(idOf(row)));
      if (typedIn.has(row)) remember(key, idOf(row), written(row)); // by the marks that came back
      else if (isSaved) forget(key, idOf(row));
    }
    if (count) count.textContent = String(rows.filter((row) => "done" in row.dataset).length);
    const status = which.length === 1 && which[0].querySelector(".kcc-rag");
    tell(status ? `${nameOf(which[0])}: ${status.textContent.trim()}. ${said.message}` : said.message);
    return true;
  }

  function save() {
    clearTimeout(timer);
    const which = [...typedIn].filter((row) => !isUnsettled(row));
    if (!saving && which.length) {
      saving = send(which).then((answered) => {
        saving = null;
        if (answered && [...typedIn].some((row) => !isUnsettled(row))) timer = setTimeout(save, PAUSE);
      });
    }
    return saving ?? Promise.resolve();
  }

  function tellSignedOut() {
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = `${form.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Sign in again";
    message.replaceChildren("You have been signed out. What you typed is kept in this browser and put back once you sign in. ", link);
  }

  // Drawing ----------------------------------------------------------------------------------

  const signature = (part) =>
    part.textContent.replace(/\s+/g, " ").trim() + [...part.querySelectorAll("[name]")].map((each) => each.name);

  function drawPart(part, fresh) {
    if (signature(part) === signature(fresh)) return;
    const held = new Map([...part.querySelectorAll("[name]")].map((each) => [each.id, each]));
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.innerHTML = fresh.innerHTML;
    for (const field of part.querySelectorAll("input:not([type=hidden])")) {
      const before = held.get(field.id);
      if (before && field.type === "checkbox") field.checked = before.checked;
      else if (before && field.type === "text") field.value = before.value;
    }
    if (focused) document.getElementById(focused)?.focus();
  }

  function draw(row, html, sent) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.querySelector("[data-row]");
    row.toggleAttribute("data-done", fresh.hasAttribute("data-done"));
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const stands = row.querySelector(`[data-part="${part.dataset.part}"]`);
      if (stands) drawPart(stands, part);
    }
    for (const field of fieldsOf(fresh)) {
      const stands = form.elements.namedItem(field.name);
      if (!stands || !("type" in stands) || stands.closest("[data-part]")) continue;
      if (stands.type === "hidden") stands.value = field.value;
      else if (stands.type === "checkbox") continue;
      else if (stands.value === (sent.get(field.name) ?? "") && stands.value !== field.value) stands.value = field.value;
      stands.className = field.className;
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (field.hasAttribute(name)) stands.setAttribute(name, field.getAttribute(name));
        else stands.removeAttribute(name);
      }
    }
    const action = row.querySelector("[data-action]");
    const wanted = fresh.querySelector("[data-action]");
    if (action && wanted && !action.contains(document.activeElement)) action.hidden = wanted.hidden;
    if (fresh.querySelector("details[open]")) row.querySelector("details").open = true;
  }

  // Moving about -----------------------------------------------------------------------------

  function goTo(row, step, place) {
    for (let at = rows.indexOf(row) + step; at >= 0 && at < rows.length; at += step) {
      const boxes = boxesOf(rows[at]);
      if (boxes.length) {
        const box = boxes[Math.min(place, boxes.length - 1)];
        box.focus();
        box.select();
        return;
      }
    }
    if (step > 0) check.focus();
  }

  form.addEventListener("keydown", (event) => {
    const field = event.target;
    const row = rowOf(field);
    if (!row || event.isComposing || event.altKey || event.metaKey) return;
    const place = Math.max(boxesOf(row).indexOf(field), 0);
    // In a sentence Enter begins a new line, so that it takes Ctrl as well to go down.
    const goesOn = field.tagName === "INPUT" || (field.tagName === "TEXTAREA" && event.ctrlKey);
    if (event.key === "Enter" && goesOn) {
      event.preventDefault();
      goTo(row, event.shiftKey ? -1 : 1, 0); // as spreadsheets do: to where the next row begins
    } else if (field.matches(".kcc-typed__box") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      goTo(row, event.key === "ArrowDown" ? 1 : -1, place);
    }
  });

  // Pasting ----------------------------------------------------------------------------------

  let pasted = [];

  form.addEventListener("paste", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches(".kcc-typed__box")) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\n\t]/.test(text)) return;
    event.preventDefault();
    const first = rows.indexOf(rowOf(box));
    const lanes = box.dataset.cell === "value" ? ["value", "commentary"] : ["numerator", "denominator", "commentary"];
    const lane = Math.max(lanes.indexOf(box.dataset.cell), 0);
    const lines = text.split("\n").map((line) => line.split("\t").map((cell) => cell.trim()));
    const left = [];
    pasted = [];
    let beyond = 0;
    lines.forEach((cells, down) => {
      const row = rows[first + down];
      if (!row) beyond += cells.some(Boolean) ? 1 : 0;
      cells.forEach((cell, across) => {
        if (!row || !cell) return;
        const field = form.elements.namedItem(`${idOf(row)}-${lanes[lane + across]}`);
        if (!field) {
          if (across === 0) left.push(nameOf(row));
          return;
        }
        pasted.push([field, field.value]);
        field.value = cell;
        const folded = field.closest("details");
        if (folded) folded.open = true;
        typed(row);
      });
    });
    const notes = [`${pasted.length} pasted.`];
    if (left.length) notes.push(`Not taken, since their rows have no such box: ${left.join(", ")}.`);
    if (beyond) notes.push(`${beyond} more than there are rows.`);
    undo.hidden = !pasted.length;
    putBack.textContent = notes.join(" ");
    save();
  });

  undo.addEventListener("click", () => {
    for (const [field, before] of pasted.toReversed()) {
      field.value = before;
      typed(rowOf(field));
    }
    pasted = [];
    undo.hidden = true;
    putBack.textContent = "What was pasted is taken back.";
    save();
    check.focus();
  });

  // Whatever else happens --------------------------------------------------------------------

  form.addEventListener("input", (event) => rowOf(event.target) && typed(rowOf(event.target)));
  form.addEventListener("change", (event) => rowOf(event.target) && typed(rowOf(event.target)));
  form.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (row && typedIn.has(row) && !event.target.closest("[data-part]")?.contains(event.relatedTarget)) save();
  });
  document.addEventListener("visibilitychange", () => {
    const which = [...typedIn].filter((row) => !isUnsettled(row));
    if (document.visibilityState === "hidden" && which.length && !submits) send(which, true);
  });

  // A press of a button waits until what was typed is saved, so that nobody collides with themselves.
  form.addEventListener("submit", async (event) => {
    if (submits || (!saving && !typedIn.size)) return;
    event.preventDefault();
    const button = event.submitter;
    await saving;
    await save();
    submits = true;
    form.requestSubmit(button);
  });
  window.addEventListener("pageshow", () => {
    submits = false;
  });

  // What was typed before, and never got as far as the server, is put back.
  const before = recall(key);
  let found = 0;
  for (const row of rows) {
    const fields = before[idOf(row)];
    if ("putBack" in row.dataset) typedIn.add(row); // by the server: it is not saved yet
    if (!fields || !row.querySelector("[name$='-marks']")) continue;
    let differs = false;
    for (const [name, text] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      if (!field || !("type" in field)) continue;
      if (field.type === "checkbox") {
        differs ||= !field.checked;
        field.checked = true;
      } else if (field.type !== "hidden" && field.value !== text) {
        differs = true;
        field.value = text;
      }
    }
    if (!differs) {
      forget(key, idOf(row));
      continue;
    }
    const marks = form.elements.namedItem(`${idOf(row)}-marks`);
    marks.value = fields[marks.name] ?? marks.value;
    found += 1;
    typedIn.add(row);
  }
  if (found) {
    putBack.textContent = `What you had typed and was not saved is put back: ${found} ${found === 1 ? "row" : "rows"}.`;
  }
  save();
}
