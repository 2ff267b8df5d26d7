// Keeps the words in a form from being lost: a draft in this browser while they are typed, a question before the page
// is left, and a look at connection and session before they are sent. Without this script the server's pages do the
// same: a form that cannot be saved comes back with its words.

import { drop, find, keep, newId, recall, remember, signsOut } from "./words/drafts.js";

const PAUSE_MS = 400; // after the last key
const PATIENCE_MS = 8000; // for the question whether somebody is signed in
const LEFT_OUT = ["csrfmiddlewaretoken", "_draft"];

const box = document.getElementById("words");
const form = box.closest("form");
const { user, signedIn, signIn } = box.dataset;
const isUnsaved = "unsaved" in box.dataset; // the server has filled it in, and not saved it
const path = location.pathname;
const mark = document.createElement("input");

let opened = asText();
let isTouched = isUnsaved;
let isLeaving = false;
let isAsking = false;
let isSigningOut = false;
let timer;

function fields() {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !LEFT_OUT.includes(name));
}

function asText() {
  return JSON.stringify(fields());
}

const isChanged = () => isTouched && (isUnsaved || asText() !== opened);

// Drafts --------------------------------------------------------------------------------

const own = { user, path, id: (isUnsaved && recall("sent")) || newId() };
mark.type = "hidden";
mark.name = "_draft";
mark.value = own.id;
form.append(mark);

function keepOwn() {
  clearTimeout(timer);
  if (isChanged()) keep({ ...own, at: Date.now(), fields: fields() });
  else drop(own);
}

function touched() {
  isTouched = true;
  clearTimeout(timer);
  timer = setTimeout(keepOwn, PAUSE_MS);
}
for (const kind of ["input", "change", "click"]) form.addEventListener(kind, touched);
document.addEventListener("visibilitychange", () => {
  if (document.hidden && isTouched && !isLeaving && !isSigningOut) keepOwn();
});
document.addEventListener("submit", ({ target }) => {
  clearTimeout(timer);
  isSigningOut = signsOut(target); // drafts.js has removed the draft: let it be
});
document.addEventListener("prose-editor:ready", () => {
  if (!isTouched) opened = asText(); // an editor may write the same text in its own way
});

// The server fills the form in with a draft: it knows what was saved meanwhile, and saves nothing.
function bringBack(draft) {
  const sender = document.createElement("form");
  sender.method = "post";
  sender.hidden = true;
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const [name, value] of [...draft.fields, ["_look", "1"], ["csrfmiddlewaretoken", token]]) {
    const field = document.createElement("textarea"); // which keeps line ends
    field.name = name;
    field.value = value;
    sender.append(field);
  }
  document.body.append(sender);
  remember("sent", draft.id);
  isLeaving = true;
  sender.submit();
}

function bar(name) {
  for (const each of box.querySelectorAll("[data-bar]")) each.hidden = each.dataset.bar !== name;
  return box.querySelector(`[data-bar="${name}"]`);
}

function show(name) {
  const shown = bar(name);
  shown.scrollIntoView({ block: "center" });
  shown.focus({ preventScroll: true });
}

function offer() {
  const drafts = find(user, path).filter((draft) => draft.id !== own.id);
  const back = recall("return");
  const awaited = drafts.find((draft) => draft.id === back);
  if (awaited) bringBack(awaited);
  else if (drafts.length) offerOne(drafts[0]);
  else bar("none");
}

function offerOne(draft) {
  const shown = bar("draft");
  const when = new Date(draft.at);
  const isToday = when.toDateString() === new Date().toDateString();
  const time = shown.querySelector("time");
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleString(
    document.documentElement.lang,
    isToday ? { timeStyle: "short" } : { dateStyle: "long", timeStyle: "short" },
  );
  shown.querySelector('[data-do="restore"]').onclick = () => bringBack(draft);
  shown.querySelector('[data-do="discard"]').onclick = (event) => {
    event.stopPropagation();
    drop(draft);
    offer();
  };
}

if (!isUnsaved) offer();

// Leaving and saving --------------------------------------------------------------------

addEventListener("beforeunload", (event) => {
  if (!isLeaving && isChanged()) event.preventDefault();
});
addEventListener("pageshow", () => {
  isLeaving = false;
});

// Returns who is signed in, with a fresh token; null when nobody is; undefined without an answer.
async function whoIsSignedIn() {
  try {
    const response = await fetch(signedIn, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.redirected || response.status === 403) return null;
    return response.ok ? await response.json() : { user, token: form.elements.csrfmiddlewaretoken.value };
  } catch {
    return undefined;
  }
}

// The sign-in leads back here, and then the words come back by themselves.
function goAndSignIn() {
  remember("return", own.id);
  isLeaving = true;
  location.assign(`${signIn}?${new URLSearchParams({ next: path })}`);
}

function send(submitter, token) {
  form.elements.csrfmiddlewaretoken.value = token;
  remember("sent", own.id);
  isLeaving = true;
  form.requestSubmit(submitter);
}

form.addEventListener("submit", async (event) => {
  if (isLeaving) return;
  event.preventDefault();
  if (isAsking) return;
  isAsking = true;
  isTouched = true;
  keepOwn();
  const answer = await whoIsSignedIn();
  isAsking = false;
  if (answer === undefined) show("offline");
  else if (answer === null) goAndSignIn();
  else if (answer.user !== user) show("other");
  else send(event.submitter, answer.token);
});
