// Sends films, row by row, and turns them into clips. Without this script the page leads to the form for one clip.
//
// The server's list of uploads is the only memory: a film that is there already, whole or in part, is recognised by
// name, size and time of change, whichever browser or window began it.

const page = document.querySelector("[data-upload]");
const texts = JSON.parse(document.getElementById("upload-texts").textContent);
const noFilm = page.querySelector("template").content.querySelector("img").getAttribute("src");

const CHUNK = 8 * 1024 * 1024; // bytes in one request
const AT_ONCE = 2; // films on their way at the same time: a home connection is no faster with more
const UNDO_FOR = 10_000; // milliseconds
const ASK_EVERY = 2000; // milliseconds between two questions about clips that are being converted
const SIGN_IN_EVERY = 4000; // milliseconds between two looks whether somebody has signed in again
const PAUSES = [500, 1000, 2000, 4000, 8000, 15_000]; // milliseconds before trying again, the last one repeated
const SILENCE = 45_000; // milliseconds without progress after which a connection counts as dead
const SPEED_OVER = 6000; // milliseconds over which the speed is measured
const FILM = /\.(mov|mp4|m4v|mkv|webm|avi|3gp|mts|m2ts|ts|mpg|mpeg)$/i;

const rows = [];
let csrf = page.querySelector("[name=csrfmiddlewaretoken]").value;

const part = (place, name) => place.querySelector(`[data-${name}]`);
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

// Numbers in words ---------------------------------------------------------------------

const language = document.documentElement.lang || "en";
const unit = (value, name, digits) =>
  new Intl.NumberFormat(language, {
    style: "unit",
    unit: name,
    maximumFractionDigits: digits,
    unitDisplay: "short",
  }).format(value);

function size(bytes) {
  if (bytes < 1e6) return unit(bytes / 1e3, "kilobyte", 0);
  return bytes < 1e9 ? unit(bytes / 1e6, "megabyte", bytes < 1e7 ? 1 : 0) : unit(bytes / 1e9, "gigabyte", 2);
}

function duration(seconds) {
  const long = (value, name) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).format(value);
  if (seconds < 60) return long(Math.max(1, Math.round(seconds)), "second");
  return seconds < 5400 ? long(Math.round(seconds / 60), "minute") : long(Math.round(seconds / 3600), "hour");
}

// Talking to the server ----------------------------------------------------------------

class SignedOut extends Error {}
class Away extends Error {}

async function ask(address, fields, again = true) {
  const options = { headers: { Accept: "application/json" } };
  if (fields)
    Object.assign(options, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { ...options.headers, "X-CSRFToken": csrf },
    });
  const answer = await fetch(address, options).catch(() => {
    throw new Away();
  });
  if (answer.redirected) throw new SignedOut();
  if (answer.status === 403 && fields && again) {
    await ask(page.dataset.state); // somebody has signed in again: this brings the new token
    return ask(address, fields, false);
  }
  if (answer.status >= 500) throw new Away();
  const said = await answer.json().catch(() => ({}));
  if (said.csrf) csrf = said.csrf;
  return { ok: answer.ok, said };
}

async function whileSignedOut() {
  const notice = part(page, "sign-in");
  for (;;) {
    try {
      await ask(page.dataset.state);
      notice.hidden = true;
      return;
    } catch (error) {
      if (error instanceof SignedOut && notice.hidden) {
        notice.hidden = false;
        speak(texts.signedOut);
      }
    }
    await sleep(SIGN_IN_EVERY);
  }
}

// Ask until there is an answer, whatever happens in between.
async function insist(row, address, fields) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask(address, fields);
    } catch (error) {
      row?.show(error instanceof SignedOut ? "signedOut" : "away");
      if (error instanceof SignedOut) await whileSignedOut();
      else await (row ? row.pause(attempt) : sleep(PAUSES[2]));
    }
  }
}

// What screen readers hear: problems at once, progress as one sentence now and then ------

const spoken = part(page, "spoken");
let lastSpoken = 0;

function speak(text) {
  spoken.textContent = text;
  lastSpoken = Date.now();
}

function summarise() {
  const shown = rows.filter((row) => row.stage !== "cancelled");
  const text = fill(texts.summary, {
    total: shown.length,
    sent: shown.filter((row) => row.hasArrived).length,
    ready: shown.filter((row) => row.clip?.stage === "ready").length,
    waiting: shown.filter((row) => row.needsSomebody).length,
  });
  const summary = part(page, "summary");
  part(page, "films-heading").hidden = summary.hidden = !shown.length;
  if (summary.textContent !== text) {
    summary.textContent = text;
    if (Date.now() - lastSpoken > 5000) speak(text);
  }
  const publishable = rows.filter((row) => row.isPublishable).length;
  const publishRow = part(page, "publish-row");
  if (publishRow) {
    publishRow.hidden = !publishable;
    part(page, "publish-all").textContent = fill(texts.publish, { count: publishable });
  }
}

// One film -----------------------------------------------------------------------------

class Row {
  constructor({ file = null, known = null }) {
    this.file = file;
    this.known = known; // what the server has of it
    this.clip = known?.clip ?? null;
    this.stage = "queued";
    this.samples = [];
    this.element = page.querySelector("template").content.firstElementChild.cloneNode(true);
    this.part = (name) => this.element.querySelector(`[data-part="${name}"]`);
    for (const place of ["name", "cancel-name", "undo-name", "link-name"]) this.part(place).textContent = this.name;
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.part("undo").addEventListener("click", () => this.undo());
    for (const field of ["exercise", "variation", "made"])
      this.part(field)?.addEventListener("change", () => this.changed());
    part(page, "rows").append(this.element);
    rows.push(this);
    this.label(texts.progressLabel);
  }

  get name() {
    return this.file?.name ?? this.known.name;
  }
  get length() {
    return this.file?.size ?? this.known.length;
  }
  get hasArrived() {
    return Boolean(this.uploadId || this.clip);
  }
  get isOver() {
    return ["refused", "cancelled", "ready", "failed", "published"].includes(this.stage);
  }
  get needsSomebody() {
    return ["again", "unreadable", "needsExercise", "needsMade", "refused", "failed", "signedOut"].includes(this.stage);
  }
  get isPublishable() {
    return this.clip?.stage === "ready" && !this.clip.published && !page.dataset.replace;
  }
  get made() {
    return this.part("made")?.value || page.querySelector("[data-made]:checked")?.value || "";
  }

  isSameAs({ name, length, modified }) {
    const ours = this.file ? String(this.file.lastModified) : this.known.modified;
    return this.name === name && this.length === length && ours === modified;
  }

  get fields() {
    const chosen = this.part("exercise").value;
    const story = chosen.startsWith("story:") ? chosen.slice(6) : "";
    return { exercise: story ? "" : chosen, story, variation: this.part("variation").value, made: this.made };
  }

  // Showing

  show(stage, problem = "") {
    const isNew = stage !== this.stage || problem !== this.part("problem").textContent;
    this.stage = stage;
    this.element.dataset.stage = stage;
    this.part("stage").textContent = fill(texts[stage], { progress: this.clip?.progress ?? 0 });
    this.part("problem").textContent = problem;
    this.part("problem").hidden = !problem;
    this.part("cancel").hidden = (this.isOver && stage !== "refused") || Boolean(this.clip);
    this.part("undo").hidden = stage !== "cancelled";
    this.part("bar").hidden = this.isOver || stage === "checking";
    if (isNew && (this.needsSomebody || problem)) speak(`${this.name}: ${this.part("stage").textContent} ${problem}`);
    summarise();
  }

  label(text) {
    this.part("bar").setAttribute("aria-label", fill(text, { name: this.name }));
  }

  progress(sent) {
    const now = performance.now();
    this.samples = [...this.samples.filter(([time]) => now - time < SPEED_OVER), [now, sent]];
    this.part("bar").max = this.length || 1;
    this.part("bar").value = sent;
    if (now - (this.shownAt ?? -Infinity) < 250 && sent < this.length) return;
    this.shownAt = now;
    const [[begun, from]] = this.samples;
    const speed = now - begun > 500 ? ((sent - from) / (now - begun)) * 1000 : 0;
    const values = {
      sent: size(sent),
      size: size(this.length),
      speed: size(speed),
      left: duration((this.length - sent) / speed),
    };
    this.part("facts").textContent = fill(speed > 0 && sent < this.length ? texts.facts : texts.sentOf, values);
  }

  suggest(suggestion) {
    if (!suggestion || !this.part("exercise") || this.part("exercise").value) return;
    this.part("exercise").value = suggestion.exercise;
    this.part("variation").value = suggestion.variation;
  }

  // Sending

  async run() {
    const mine = `film ${this.name} ${this.length} ${this.file.lastModified}`;
    if (!navigator.locks) return this.send(); // only over https and on this machine; else the server's lock will do
    let isMine = false;
    await navigator.locks.request(mine, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      isMine = true;
      await this.send();
    });
    if (isMine) return;
    this.show("busy");
    await navigator.locks.request(mine, () => (this.stage === "cancelled" ? null : this.send()));
  }

  async send() {
    const { said } = await insist(this, page.dataset.state);
    this.known = said.uploads?.find((upload) => this.isSameAs(upload)) ?? null;
    if (this.stage === "cancelled") return;
    if (this.known?.clip && !page.dataset.replace) return this.adopt(this.known.clip);
    if (this.known?.finished && !this.known.clip) return this.arrived(this.known.id);
    this.show("sending");
    await new Promise((done) => {
      this.upload = new tus.Upload(this.file, {
        endpoint: page.dataset.endpoint,
        uploadUrl: this.known && !this.known.clip ? this.known.url : null,
        chunkSize: CHUNK,
        retryDelays: null, // we say what is going on, and never stop trying
        storeFingerprintForResuming: false,
        metadata: { filename: this.file.name, filetype: this.file.type, modified: String(this.file.lastModified) },
        onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrf),
        onProgress: (sent) => {
          this.attempt = 0;
          this.movedAt = Date.now();
          this.show("sending");
          this.progress(sent);
        },
        onSuccess: () => {
          this.arrived(this.upload.url.split("/").at(-2));
          this.done();
        },
        onError: (error) => this.failed(error),
      });
      this.attempt = 0;
      this.movedAt = Date.now();
      this.upload.start();
      const watch = setInterval(() => this.startAgainWhenSilent(), SILENCE / 9);
      this.done = () => {
        clearInterval(watch);
        done();
      };
    });
  }

  // After a night in a bag, a connection can be dead without anybody having told the browser.
  startAgainWhenSilent() {
    if (this.stage !== "sending" || Date.now() - this.movedAt < SILENCE) return;
    this.movedAt = Date.now();
    this.upload.abort();
    this.upload.start();
  }

  async failed(error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    if ([400, 413, 415, 431, 507].includes(status)) return this.refuse(answer.getBody());
    if (status === 0 && !(await this.isReadable())) {
      const { name, size: length, lastModified } = this.file;
      this.known = { ...this.known, name, length, modified: String(lastModified) };
      this.file = null;
      this.show("unreadable");
      return this.done();
    }
    if (status === 403 || status === 404) {
      this.show("signedOut");
      await whileSignedOut();
      if (status === 404) this.upload.url = this.upload.options.uploadUrl = null; // it has expired: from the start
    } else {
      this.show(status === 409 || status === 423 ? "busy" : "away");
    }
    await this.pause(this.attempt);
    this.attempt += 1;
    if (this.stage !== "cancelled") this.upload.start(); // asks how far it is, and goes on from there
  }

  async isReadable() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  // Wait, but no longer than until the network or the laptop is back.
  pause(attempt) {
    return new Promise((wake) => {
      this.wake = wake;
      setTimeout(wake, PAUSES[Math.min(attempt, PAUSES.length - 1)]);
    });
  }

  refuse(problem) {
    this.show("refused", problem);
    this.part("facts").textContent = "";
    this.done?.();
  }

  // Becoming a clip

  arrived(uploadId) {
    this.uploadId = uploadId;
    this.progress(this.length);
    this.makeClip();
  }

  async makeClip() {
    if (!this.uploadId || this.clip || this.making) return;
    const replace = page.dataset.replace;
    if (!this.made) return this.show("needsMade");
    if (!replace && !this.part("exercise").value) return this.show("needsExercise");
    this.making = true;
    const fields = replace ? { made: this.made } : this.fields;
    const { ok, said } = await insist(this, replace ?? page.dataset.make, { upload: this.uploadId, ...fields });
    this.making = false;
    if (ok) this.adopt(said.clip);
    else this.show("needsExercise", said.problem ?? "");
  }

  adopt(clip) {
    this.clip = clip;
    this.part("facts").textContent = size(this.length);
    if (!clip) return this.show("failed", texts.gone);
    if (this.part("exercise") && document.activeElement?.closest("li") !== this.element) {
      this.part("exercise").value = clip.story ? `story:${clip.story}` : clip.exercise;
      this.part("variation").value = clip.variation;
      this.part("made").value = clip.made;
    }
    for (const field of ["exercise", "variation", "made"])
      if (this.part(field)) this.part(field).disabled = clip.published;
    if (clip.still && this.part("still").getAttribute("src") !== clip.still) this.part("still").src = clip.still;
    if (!clip.still && this.part("still").getAttribute("src") !== noFilm) this.part("still").src = noFilm;
    this.part("link").href = clip.address;
    this.part("link").hidden = false;
    this.part("bar").max = 100;
    this.part("bar").value = clip.progress;
    this.label(texts.convertLabel);
    let stage = clip.stage;
    if (stage === "ready" && page.dataset.replace) stage = "replaced";
    if (stage === "ready" && clip.published) stage = "published";
    this.show(stage, clip.problem);
    page.dispatchEvent(new CustomEvent("clip-changed", { detail: clip }));
    keepAsking();
  }

  async changed() {
    if (!this.clip) return this.makeClip();
    const { ok, said } = await insist(this, page.dataset.change.replace("/0/", `/${this.clip.pk}/`), this.fields);
    if (ok) this.adopt(said.clip);
    else this.show(this.stage, said.problem);
  }

  // Changing one's mind

  cancel() {
    this.before = this.stage;
    this.upload?.abort();
    this.wake?.();
    this.show("cancelled");
    this.part("undo").focus();
    this.ending = setTimeout(() => this.end(), UNDO_FOR);
    this.done?.();
  }

  undo() {
    clearTimeout(this.ending);
    const { file } = this;
    if (this.uploadId) {
      this.show("sending");
      this.makeClip();
    } else if (file) {
      this.show("queued");
      next();
    } else this.show("again");
    this.part("cancel").focus();
  }

  async end() {
    const url = this.upload?.url ?? this.known?.url;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.remove();
    rows.splice(rows.indexOf(this), 1);
    if (hadFocus) part(page, rows.length ? "films-heading" : "files").focus();
    summarise();
    if (!url || this.known?.clip) return;
    // When nobody answers, the server forgets it by itself after two days.
    await fetch(url, { method: "DELETE", headers: { "X-CSRFToken": csrf, "Tus-Resumable": "1.0.0" } }).catch(() => {});
  }
}

// All films ----------------------------------------------------------------------------

const running = new Set();

function next() {
  for (const row of rows) {
    if (running.size >= AT_ONCE) return;
    if (row.stage !== "queued" || !row.file || running.has(row)) continue;
    running.add(row);
    row.run().finally(() => {
      running.delete(row);
      next();
    });
  }
}

function reasonAgainst(file) {
  const most = Number(page.dataset.maxBytes);
  if (!file.size) return texts.empty;
  if (file.size > most) return fill(texts.tooLarge, { size: size(file.size), most: size(most) });
  return file.type.startsWith("video/") || FILM.test(file.name) ? "" : texts.notFilm;
}

async function add(files) {
  const most = Number(page.dataset.mostFilms);
  if (files.length > most) speak(fill(texts.tooMany, { most }));
  const added = [];
  for (const file of files.slice(0, most)) {
    const description = { name: file.name, length: file.size, modified: String(file.lastModified) };
    const here = rows.find((shown) => shown.stage !== "cancelled" && shown.isSameAs(description));
    if (here && (here.file || here.clip || here.uploadId)) {
      speak(fill(texts.alreadyThere, { name: file.name }));
      continue;
    }
    const row = here ?? new Row({ file });
    row.file = file;
    const problem = reasonAgainst(file);
    if (problem) row.refuse(problem);
    else {
      row.show("queued");
      row.progress(row.known?.offset ?? 0);
      added.push(row);
    }
  }
  next();
  if (!added.length || page.dataset.replace) return;
  const { said } = await insist(
    null,
    page.dataset.suggestions,
    added.map((row) => ["name", row.name]),
  );
  said.suggestions?.forEach((suggestion, index) => {
    added[index].suggest(suggestion);
    if (added[index].uploadId) added[index].makeClip();
  });
}

let asking = false;

async function keepAsking() {
  if (asking) return;
  asking = true;
  for (;;) {
    const underway = rows.filter((row) => row.clip && ["checking", "converting"].includes(row.clip.stage));
    if (!underway.length) break;
    await sleep(ASK_EVERY);
    if (document.hidden) continue;
    const address = `${page.dataset.state}?${new URLSearchParams(underway.map((row) => ["clip", row.clip.pk]))}`;
    const { said } = await insist(null, address);
    for (const row of underway) if (row.clip.pk in (said.clips ?? {})) row.adopt(said.clips[row.clip.pk]);
  }
  asking = false;
}

async function publishAll() {
  const ready = rows.filter((row) => row.isPublishable);
  const { said } = await insist(
    null,
    page.dataset.publish,
    ready.map((row) => ["clip", row.clip.pk]),
  );
  for (const row of ready) {
    const clip = said.published?.[row.clip.pk];
    if (clip) row.adopt(clip);
    else row.show("ready", said.problems?.[row.clip.pk] ?? "");
  }
  speak(fill(texts.publishedAll, { count: Object.keys(said.published ?? {}).length }));
  part(page, "films-heading").focus();
}

async function begin() {
  if (page.dataset.replace) return;
  const { said } = await insist(null, page.dataset.state);
  const left = (said.uploads ?? []).filter((known) => !known.clip?.published);
  const unnamed = [];
  for (const known of left.reverse()) {
    if (rows.some((shown) => shown.isSameAs(known))) continue;
    const row = new Row({ known });
    if (known.clip) row.adopt(known.clip);
    else {
      unnamed.push(row);
      row.progress(known.offset);
      if (known.finished) row.arrived(known.id);
      else row.show("again");
    }
  }
  if (!unnamed.length) return;
  const answer = await insist(
    null,
    page.dataset.suggestions,
    unnamed.map((row) => ["name", row.name]),
  );
  answer.said.suggestions?.forEach((suggestion, index) => {
    unnamed[index].suggest(suggestion);
    unnamed[index].makeClip();
  });
}

// What people do -----------------------------------------------------------------------

const chooser = part(page, "files");
chooser.addEventListener("change", () => {
  add([...chooser.files]);
  chooser.value = ""; // or choosing the same file again would change nothing
});

const drop = part(page, "drop");
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.dataset.over = "";
  });
}
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => delete drop.dataset.over);
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  add([...event.dataTransfer.files]);
});

for (const choice of page.querySelectorAll("[data-made]")) {
  choice.addEventListener("change", () => {
    for (const row of rows) if (!row.clip) row.makeClip();
  });
}

part(page, "publish-all")?.addEventListener("click", publishAll);

function wakeAll() {
  if (!document.hidden) for (const row of rows) row.wake?.();
}
addEventListener("online", wakeAll);
document.addEventListener("visibilitychange", wakeAll);

addEventListener("beforeunload", (event) => {
  if (rows.some((row) => ["queued", "sending", "away"].includes(row.stage))) event.preventDefault();
});

begin();
