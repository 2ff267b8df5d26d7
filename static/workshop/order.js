// Lets rows change places by dragging a handle or by two buttons. It only writes the numbers under "position", which
// do the same without this script, and nothing is saved before the form is.
const texts = JSON.parse(document.querySelector("script[data-order-texts]").dataset.orderTexts);
const INPUT = 'input[name$="-position"]';
const EDGE = 80; // pixels from the edge of the window at which it scrolls along with a dragged row

const steps = []; // what undo goes back to: [[row, number], …] before each move
const status = document.createElement("p");
const note = document.createElement("div");

const say = (text, values = {}) => text.replace(/{(\w+)}/g, (all, name) => values[name] ?? all);
const inputOf = (row) => row.querySelector(INPUT);
const nameOf = (row) =>
  inputOf(row).dataset.order || row.querySelector(".inline_label")?.textContent.trim() || texts.newRow;

// The rows among which one can move, in the order of the page: those of its group, topic or page.
function placesOf(row) {
  if (row.matches("tr")) {
    const within = inputOf(row).dataset.orderWithin;
    return rowsOfList(row.parentNode).filter((other) => inputOf(other).dataset.orderWithin === within);
  }
  return rowsOfForm(row.closest(".inline-group"));
}

const rowsOfList = (body) => [...body.querySelectorAll("tr")].filter((row) => row.querySelector("input[data-order]"));
const rowsOfForm = (group) =>
  [...group.querySelectorAll(".inline-related:not(.empty-form)")].filter((row) => inputOf(row));

const snapshot = (row) => placesOf(row).map((other) => [other, inputOf(other).value]);

// Rows filtered out of the list keep their numbers: those that are here share the ones they have.
function renumber(rows) {
  let last = -1;
  const numbers = rows
    .map((row) => Number(inputOf(row).value) || 0)
    .sort((one, other) => one - other)
    .map((number) => (last = Math.max(number, last + 1)));
  for (const [place, row] of rows.entries()) write(row, numbers[place]);
}

function write(row, number) {
  const input = inputOf(row);
  input.value = number;
  row.classList.toggle("order-changed", input.value !== input.defaultValue);
}

function moved(row, before) {
  steps.push(before);
  const rows = placesOf(row);
  renumber(rows);
  status.textContent = say(texts.place, {
    name: nameOf(row),
    place: rows.indexOf(row) + 1,
    total: rows.length,
  });
  refresh(rows);
}

// The row itself stays where it is and its neighbour jumps over it: so it keeps the focus, and the finger that drags it.
function step(row, direction) {
  const rows = placesOf(row);
  const neighbour = rows[rows.indexOf(row) + direction];
  if (!neighbour) return false;
  if (direction < 0) row.after(neighbour);
  else row.before(neighbour);
  return true;
}

function undo() {
  const before = steps.pop();
  if (!before) return;
  // Its first row may have been moved to the end; every other follows the one before it.
  const [first] = before;
  placesOf(first[0])[0].before(first[0]);
  before.forEach(([row, number], place) => {
    if (place) before[place - 1][0].after(row);
    write(row, number);
  });
  status.textContent = texts.undone;
  refresh(before.map(([row]) => row));
  if (!steps.length) inputOf(first[0]).focus();
}

function refresh(rows) {
  rows.forEach((row, place) => {
    row.querySelector("[data-order-up]")?.setAttribute("aria-disabled", String(place === 0));
    row.querySelector("[data-order-down]")?.setAttribute("aria-disabled", String(place === rows.length - 1));
  });
  note.hidden = !steps.length;
}

function button(label, mark, name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "order-button";
  made.setAttribute("aria-label", label);
  made.setAttribute(name, "");
  made.textContent = mark;
  return made;
}

function equip(row) {
  const name = nameOf(row);
  const controls = document.createElement("span");
  controls.className = "order-controls";
  const handle = document.createElement("span");
  handle.className = "order-handle";
  handle.title = texts.drag;
  handle.setAttribute("aria-hidden", "true"); // the buttons say and do the same
  handle.textContent = "⠿";
  handle.addEventListener("pointerdown", (event) => drag(row, event));
  const up = button(say(texts.up, { name }), "↑", "data-order-up");
  const down = button(say(texts.down, { name }), "↓", "data-order-down");
  for (const [pressed, direction] of [
    [up, -1],
    [down, 1],
  ]) {
    pressed.addEventListener("click", () => {
      const before = snapshot(row);
      if (step(row, direction)) {
        moved(row, before);
        pressed.scrollIntoView({ block: "nearest" });
      }
    });
  }
  controls.append(handle, up, down);
  row.querySelector(".order-controls")?.remove();
  inputOf(row).after(controls);
}

function drag(row, start) {
  if (start.button) return;
  start.preventDefault();
  const before = snapshot(row);
  const listening = new AbortController();
  const listen = (name, heard) => window.addEventListener(name, heard, { signal: listening.signal });
  row.classList.add("order-dragged");

  const end = (keep) => {
    listening.abort();
    row.classList.remove("order-dragged");
    const now = placesOf(row);
    if (before.every(([other], place) => other === now[place])) return;
    if (keep) {
      moved(row, before);
    } else {
      steps.push(before);
      undo();
    }
  };
  listen("pointermove", ({ clientY, pointerId }) => {
    if (pointerId !== start.pointerId) return;
    if (clientY < EDGE) window.scrollBy(0, -12);
    if (clientY > window.innerHeight - EDGE) window.scrollBy(0, 12);
    const rows = placesOf(row);
    const at = rows.indexOf(row);
    const middle = (other) => other.getBoundingClientRect().top + other.getBoundingClientRect().height / 2;
    if (at > 0 && clientY < middle(rows[at - 1])) step(row, -1);
    else if (at + 1 < rows.length && clientY > middle(rows[at + 1])) step(row, 1);
  });
  listen("pointerup", ({ pointerId }) => pointerId === start.pointerId && end(true));
  listen("pointercancel", ({ pointerId }) => pointerId === start.pointerId && end(false));
  listen("keydown", ({ key }) => key === "Escape" && end(false));
}

// Whether the rows stand in the order of their numbers, each group in one piece: moving means something only then.
function isInOrder(rows) {
  const seen = new Set();
  return rows.every((row, place) => {
    const { value, dataset } = inputOf(row);
    const previous = place ? inputOf(rows[place - 1]) : null;
    if (previous?.dataset.orderWithin === dataset.orderWithin) return Number(previous.value) <= Number(value);
    if (seen.has(dataset.orderWithin)) return false;
    seen.add(dataset.orderWithin);
    return true;
  });
}

function prepareNote(form) {
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  note.className = "order-note";
  note.hidden = true;
  const words = document.createElement("p");
  words.textContent = texts.unsaved;
  const back = document.createElement("button");
  back.type = "button";
  back.className = "button";
  back.textContent = texts.undo;
  back.addEventListener("click", undo);
  note.append(words, back);
  form.append(status, note);
}

const list = document.querySelector("#result_list tbody");
if (list && rowsOfList(list).length > 1) {
  const rows = rowsOfList(list);
  if (isInOrder(rows)) {
    prepareNote(document.getElementById("changelist-form"));
    rows.forEach(equip);
    for (const row of rows) refresh(placesOf(row));
  } else {
    const hint = document.createElement("p");
    const link = document.createElement("a");
    const address = new URL(window.location.href);
    address.searchParams.delete("o");
    link.href = address.href;
    link.textContent = texts.ownOrder;
    hint.className = "order-hint";
    hint.append(link);
    document.getElementById("changelist-form").prepend(hint);
  }
}

const groups = [...document.querySelectorAll(".inline-group")].filter((group) => group.querySelector(INPUT));
if (groups.length) {
  prepareNote(groups[0].closest("form"));
  for (const group of groups) {
    const rows = rowsOfForm(group);
    rows.forEach(equip);
    refresh(rows);
  }
  document.addEventListener("formset:added", ({ target }) => {
    if (!inputOf(target)) return;
    const rows = placesOf(target);
    const numbers = rows.filter((row) => row !== target).map((row) => Number(inputOf(row).value) || 0);
    inputOf(target).value = Math.max(0, ...numbers) + 1; // last, until somebody says otherwise
    equip(target);
    refresh(rows);
  });
}
