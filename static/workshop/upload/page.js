// The page "Upload clips" itself: its texts, its numbers in words, and what screen readers hear.

export const page = document.querySelector("[data-upload]");
export const texts = JSON.parse(document.getElementById("upload-texts").textContent);

const language = document.documentElement.lang || "en";
const announcement = byData("spoken");
const SENTENCE_STAYS_MS = 20_000;
let announcedAt = 0;

// The element of the page with the attribute `data-<name>`.
export function byData(name) {
  return page.querySelector(`[data-${name}]`);
}

// Whether a chosen file is still where it was.
export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_match, name) => values[name]);
}

function withUnit(value, unit, options) {
  return new Intl.NumberFormat(language, { style: "unit", unit, ...options }).format(value);
}

export function formatSize(bytes) {
  const short = (value, unit, maximumFractionDigits) =>
    withUnit(value, unit, { maximumFractionDigits, unitDisplay: "short" });
  if (bytes < 1e6) return short(bytes / 1e3, "kilobyte", 0);
  return bytes < 1e9 ? short(bytes / 1e6, "megabyte", bytes < 1e7 ? 1 : 0) : short(bytes / 1e9, "gigabyte", 2);
}

export function formatDuration(seconds) {
  const long = (value, unit) => withUnit(value, unit, { unitDisplay: "long" });
  if (seconds < 60) return long(Math.max(1, Math.round(seconds)), "second");
  return seconds < 5400 ? long(Math.round(seconds / 60), "minute") : long(Math.round(seconds / 3600), "hour");
}

// Screen readers hear problems at once, and progress as one sentence now and then. Each sentence is an element of its
// own that stays for a while, so that the next film's sentence never cuts off one that is still being read.
export function announce(text) {
  const sentence = document.createElement("p");
  sentence.textContent = text;
  announcement.append(sentence);
  setTimeout(() => sentence.remove(), SENTENCE_STAYS_MS);
  announcedAt = Date.now();
}

export function secondsSinceAnnouncement() {
  return (Date.now() - announcedAt) / 1000;
}
