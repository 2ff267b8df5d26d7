// All films of the page: what is chosen, what is there already, what is being sent or converted, and their sum.

import { announce, byData, fill, formatSize, page, secondsSinceAnnouncement, texts } from "./page.js";
import { Row } from "./row.js";
import { request, sleep } from "./server.js";

const AT_ONCE = 2; // films on their way at the same time: a home connection is no faster with more
const POLL_MS = 2000; // between two questions about clips that are being converted
const FILM_NAME = /\.(mov|mp4|m4v|mkv|webm|avi|3gp|mts|m2ts|ts|mpg|mpeg)$/i;

export const rows = [];
const sending = new Set();
let isPolling = false;

function makeRow(source) {
  const row = new Row(source);
  row.addEventListener("show", summarise);
  row.addEventListener("queue", sendQueued);
  row.addEventListener("clip", pollConversions);
  row.addEventListener("discard", () => remove(row));
  byData("rows").append(row.element);
  rows.push(row);
  return row;
}

function remove(row) {
  const hadFocus = row.element.contains(document.activeElement);
  row.element.remove();
  rows.splice(rows.indexOf(row), 1);
  if (hadFocus) byData(rows.length ? "films-heading" : "files").focus();
  summarise();
}

function summarise() {
  const counted = rows.filter((row) => row.stage !== "cancelled");
  const text = fill(texts.summary, {
    total: counted.length,
    sent: counted.filter((row) => row.isSent).length,
    ready: counted.filter((row) => row.clip?.stage === "ready").length,
    waiting: counted.filter((row) => row.needsSomebody).length,
  });
  const summary = byData("summary");
  byData("films-heading").hidden = summary.hidden = !counted.length;
  if (summary.textContent !== text) {
    summary.textContent = text;
    if (secondsSinceAnnouncement() > 5) announce(text);
  }
  const publishRow = byData("publish-row");
  if (publishRow) {
    const count = rows.filter((row) => row.isPublishable).length;
    publishRow.hidden = !count;
    byData("publish-all").textContent = fill(texts.publish, { count });
  }
}

function sendQueued() {
  for (const row of rows) {
    if (sending.size >= AT_ONCE) return;
    if (row.stage !== "queued" || !row.file || sending.has(row)) continue;
    sending.add(row);
    row.run().finally(() => {
      sending.delete(row);
      sendQueued();
    });
  }
}

// The reason why a file cannot be sent, or nothing.
function problemWith(file) {
  const most = Number(page.dataset.maxBytes);
  if (!file.size) return texts.empty;
  if (file.size > most) return fill(texts.tooLarge, { size: formatSize(file.size), most: formatSize(most) });
  return file.type.startsWith("video/") || FILM_NAME.test(file.name) ? "" : texts.notFilm;
}

// The row of a file to send, whether it is new or goes on; nothing if it needs no sending.
function rowFor(file) {
  const description = { name: file.name, length: file.size, modified: String(file.lastModified) };
  const same = rows.filter(
    (shown) => shown.stage !== "cancelled" && shown.stage !== "elsewhere" && shown.isSameFile(description),
  );
  const existing = same.find((shown) => !shown.isSent) ?? same[0];
  if (existing && (existing.file || existing.isSent)) {
    announce(fill(texts.alreadyThere, { name: file.name }));
    return null;
  }
  const row = existing ?? makeRow({ file });
  row.file = file;
  const problem = problemWith(file);
  if (problem) {
    row.refuse(problem);
    return null;
  }
  row.show("queued");
  row.showProgress(row.stored?.offset ?? 0);
  return row;
}

async function suggestExercises(unnamed, afterwards) {
  const { answer } = await request(
    page.dataset.suggestions,
    unnamed.map((row) => ["name", row.name]),
  );
  answer.suggestions?.forEach((suggestion, index) => {
    unnamed[index].suggest(suggestion);
    afterwards(unnamed[index]);
  });
}

export async function add(files) {
  const most = Number(page.dataset.mostFilms);
  if (files.length > most) announce(fill(texts.tooMany, { most }));
  const added = files.slice(0, most).map(rowFor).filter(Boolean);
  sendQueued();
  if (!added.length || page.dataset.replace) return;
  await suggestExercises(added, (row) => {
    if (row.uploadId) row.makeClip();
  });
}

async function pollConversions() {
  if (isPolling) return;
  isPolling = true;
  for (;;) {
    const converting = rows.filter((row) => row.clip && ["checking", "converting"].includes(row.clip.stage));
    if (!converting.length) break;
    await sleep(POLL_MS);
    if (document.hidden) continue;
    const query = new URLSearchParams(converting.map((row) => ["clip", row.clip.pk]));
    const { answer } = await request(`${page.dataset.state}?${query}`);
    for (const row of converting) {
      if (row.clip.pk in (answer.clips ?? {})) row.showClip(answer.clips[row.clip.pk]);
    }
  }
  isPolling = false;
}

export async function publishAll() {
  const ready = rows.filter((row) => row.isPublishable);
  const { answer } = await request(
    page.dataset.publish,
    ready.map((row) => ["clip", row.clip.pk]),
  );
  for (const row of ready) {
    const clip = answer.published?.[row.clip.pk];
    if (clip) row.showClip(clip);
    else row.show("ready", answer.problems?.[row.clip.pk] ?? "");
  }
  announce(fill(texts.publishedAll, { count: Object.keys(answer.published ?? {}).length }));
  byData("films-heading").focus();
}

// Shows the films of earlier visits that are not published yet.
export async function restore() {
  if (page.dataset.replace) return;
  const { answer } = await request(page.dataset.state);
  const unpublished = (answer.uploads ?? []).filter((upload) => !upload.clip?.published);
  const unnamed = [];
  for (const stored of unpublished.reverse()) {
    if (rows.some((row) => row.file && row.isSameFile(stored))) continue; // on its way from this page
    const restored = makeRow({ stored });
    if (stored.clip) {
      restored.showClip(stored.clip);
      continue;
    }
    if (!stored.replaces) unnamed.push(restored);
    restored.showProgress(stored.offset);
    if (stored.replaces) restored.leadTo(stored.replacement);
    else if (stored.finished) restored.finish(stored.id);
    else restored.show("again");
  }
  if (unnamed.length) await suggestExercises(unnamed, (row) => row.makeClip());
}
