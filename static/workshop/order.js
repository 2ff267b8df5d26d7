// Lets rows change places by dragging a handle or by two buttons. It only writes the numbers under "position", which
// do the same without this script, and nothing is saved before the form is.
const texts = JSON.parse(document.querySelector("script[data-order-texts]").dataset.orderTexts);
const INPUT = 'input[name$="-position"]';
const EDGE = 80; // pixels from the edge of the window at which it scrolls along with a dragged row

const undoStack = []; // the state before each move: [[row, number], …]
const status = document.createElement("p");
const note = document.createElement("div");

const fill = (text, values = {}) => text.replace(/{(\w+)}/g, (match, name) => values[name] ?? match);
const inputOf = (row) => row.querySelector(INPUT);
const nameOf = (row) =>
  inputOf(row).dataset.order || row.querySelector(".inline_label")?.textContent.trim() || texts.newRow;

// The rows among which a row can move, itself included, in the order of the page: those of its group, topic or page.
function siblingsOf(row) {
  if (row.matches("tr")) {
    const within = inputOf(row).dataset.orderWithin;
    return rowsOfList(row.parentNode).filter((candidate) => inputOf(candidate).dataset.orderWithin === within);
  }
  return rowsOfForm(row.closest(".inline-group"));
}

const rowsOfList = (body) => [...body.querySelectorAll("tr")].filter((row) => row.querySelector("input[data-order]"));
const rowsOfForm = (group) =>
  [...group.querySelectorAll(".inline-related:not(.empty-form)")].filter((row) => inputOf(row));

const snapshot = (row) => siblingsOf(row).map((sibling) => [sibling, inputOf(sibling).value]);

// Rows filtered out of the list keep their numbers: those that are here share the ones they have.
function renumber(rows) {
  let last = -1;
  const numbers = rows
    .map((row) => Number(inputOf(row).value) || 0)
    .sort((a, b) => a - b)
    .map((number) => (last = Math.max(number, last + 1)));
  for (const [place, row] of rows.entries()) setNumber(row, numbers[place]);
}

function setNumber(row, number) {
  const input = inputOf(row);
  input.value = number;
  row.classList.toggle("order-changed", input.value !== input.defaultValue);
}

function finishMove(row, before) {
  undoStack.push(before);
  const rows = siblingsOf(row);
  renumber(rows);
  status.textContent = fill(texts.place, {
    name: nameOf(row),
    place: rows.indexOf(row) + 1,
    total: rows.length,
  });
  refresh(rows);
}

// The neighbour is moved, not the row: so the row keeps the focus, and the pointer that drags it.
function swapWithNeighbour(row, direction) {
  const rows = siblingsOf(row);
  const neighbour = rows[rows.indexOf(row) + direction];
  if (!neighbour) return false;
  if (direction < 0) row.after(neighbour);
  else row.before(neighbour);
  return true;
}

function undo() {
  const before = undoStack.pop();
  if (!before) return;
  // The first row may have been moved to the end; every other one follows its predecessor.
  const [first] = before;
  siblingsOf(first[0])[0].before(first[0]);
  before.forEach(([row, number], place) => {
    if (place) before[place - 1][0].after(row);
    setNumber(row, number);
  });
  status.textContent = texts.undone;
  refresh(before.map(([row]) => row));
  if (!undoStack.length) inputOf(first[0]).focus();
}

function refresh(rows) {
  rows.forEach((row, place) => {
    row.querySelector("[data-order-up]")?.setAttribute("aria-disabled", String(place === 0));
    row.querySelector("[data-order-down]")?.setAttribute("aria-disabled", String(place === rows.length - 1));
  });
  note.hidden = !undoStack.length;
}

function createButton(label, mark, name) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "order-button";
  element.setAttribute("aria-label", label);
  element.setAttribute(name, "");
  element.textContent = mark;
  return element;
}

function addControls(row) {
  const name = nameOf(row);
  const controls = document.createElement("span");
  controls.className = "order-controls";
  const handle = document.createElement("span");
  handle.className = "order-handle";
  handle.title = texts.drag;
  handle.setAttribute("aria-hidden", "true"); // the buttons do the same
  handle.textContent = "⠿";
  handle.addEventListener("pointerdown", (event) => drag(row, event));
  const up = createButton(fill(texts.up, { name }), "↑", "data-order-up");
  const down = createButton(fill(texts.down, { name }), "↓", "data-order-down");
  for (const [button, direction] of [
    [up, -1],
    [down, 1],
  ]) {
    button.addEventListener("click", () => {
      const before = snapshot(row);
      if (swapWithNeighbour(row, direction)) {
        finishMove(row, before);
        button.scrollIntoView({ block: "nearest" });
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
  const listeners = new AbortController();
  const listen = (name, handler) => window.addEventListener(name, handler, { signal: listeners.signal });
  row.classList.add("order-dragged");

  const finish = (keep) => {
    listeners.abort();
    row.classList.remove("order-dragged");
    const now = siblingsOf(row);
    if (before.every(([sibling], place) => sibling === now[place])) return;
    if (keep) {
      finishMove(row, before);
    } else {
      undoStack.push(before);
      undo();
    }
  };
  listen("pointermove", ({ clientY, pointerId }) => {
    if (pointerId !== start.pointerId) return;
    if (clientY < EDGE) window.scrollBy(0, -12);
    if (clientY > window.innerHeight - EDGE) window.scrollBy(0, 12);
    const rows = siblingsOf(row);
    const place = rows.indexOf(row);
    const middle = (sibling) => sibling.getBoundingClientRect().top + sibling.getBoundingClientRect().height / 2;
    if (place > 0 && clientY < middle(rows[place - 1])) swapWithNeighbour(row, -1);
    else if (place + 1 < rows.length && clientY > middle(rows[place + 1])) swapWithNeighbour(row, 1);
  });
  listen("pointerup", ({ pointerId }) => pointerId === start.pointerId && finish(true));
  listen("pointercancel", ({ pointerId }) => pointerId === start.pointerId && finish(false));
  listen("keydown", ({ key }) => key === "Escape" && finish(false));
}

// Whether the rows stand in the order of their numbers, each group in one piece: moving makes sense only then.
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
  const message = document.createElement("p");
  message.textContent = texts.unsaved;
  const back = document.createElement("button");
  back.type = "button";
  back.className = "button";
  back.textContent = texts.undo;
  back.addEventListener("click", undo);
  note.append(message, back);
  form.append(status, note);
}

const list = document.querySelector("#result_list tbody");
if (list && rowsOfList(list).length > 1) {
  const rows = rowsOfList(list);
  if (isInOrder(rows)) {
    prepareNote(document.getElementById("changelist-form"));
    rows.forEach(addControls);
    for (const row of rows) refresh(siblingsOf(row));
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
    rows.forEach(addControls);
    refresh(rows);
  }
  document.addEventListener("formset:added", ({ target }) => {
    if (!inputOf(target)) return;
    const rows = siblingsOf(target);
    const numbers = rows.filter((row) => row !== target).map((row) => Number(inputOf(row).value) || 0);
    inputOf(target).value = Math.max(0, ...numbers) + 1; // last, until somebody moves it
    addControls(target);
    refresh(rows);
  });
}
