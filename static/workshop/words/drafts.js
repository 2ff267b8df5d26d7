// Drafts: words that were typed into a form and not saved, kept in this browser and nowhere else. Each belongs to a
// person, a form and a window. It goes when the form has been saved, when it is discarded, when the person signs out,
// and after a week.

const PREFIX = "words:";
const LASTS_MS = 7 * 24 * 60 * 60 * 1000;
const SAVED_COOKIE = "saved_words";

const nameOf = ({ user, path, id }) => `${PREFIX}${user}:${path}:${id}`;

// Storage may be full, or switched off: then there are no drafts, and everything else works as before.
function attempt(action, otherwise) {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

export const newId = () => attempt(() => crypto.randomUUID(), String(Math.random()).slice(2));

export function keep(draft) {
  return attempt(() => localStorage.setItem(nameOf(draft), JSON.stringify(draft)));
}

export function drop(draft) {
  attempt(() => localStorage.removeItem(nameOf(draft)));
}

function all() {
  const names = attempt(() => Object.keys(localStorage), []).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => attempt(() => JSON.parse(localStorage.getItem(name)))).filter(Boolean);
}

// The drafts of one person for the form at `path`, the newest first.
export function find(user, path) {
  const here = all().filter((draft) => draft.user === user && draft.path === path);
  return here.sort((one, other) => other.at - one.at);
}

function dropAll() {
  for (const draft of all()) drop(draft);
}

// What this window remembers for the next page in it.
export const remember = (name, value) => attempt(() => sessionStorage.setItem(PREFIX + name, value));

export function recall(name) {
  return attempt(() => {
    const value = sessionStorage.getItem(PREFIX + name);
    sessionStorage.removeItem(PREFIX + name);
    return value;
  });
}

// The server says in a cookie which draft it has saved.
function dropSaved() {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith(`${SAVED_COOKIE}=`));
  if (!cookie) return;
  const id = cookie.slice(SAVED_COOKIE.length + 1);
  for (const draft of all()) if (draft.id === id) drop(draft);
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser that the staff use
  document.cookie = `${SAVED_COOKIE}=; path=/admin/; max-age=0`;
}

dropSaved();
for (const draft of all()) if (Date.now() - draft.at > LASTS_MS) drop(draft);

export const signsOut = (form) => /\/logout\/$/.test(new URL(form.action, location.href).pathname);

// Who signs out leaves nothing behind, whoever uses this computer next.
document.addEventListener("submit", ({ target }) => {
  if (signsOut(target)) dropAll();
});
