// One film: its row on the page, its way to the server, and the clip it becomes.

import { announce, fill, formatDuration, formatSize, isReadable, page, texts } from "./page.js";
import { csrfHeaders, request, signedIn, storedUpload } from "./server.js";
import { NEEDS_SOMEBODY, OVER, REFUSALS } from "./stages.js";

const CHUNK_BYTES = 8 * 1024 * 1024; // in one request
const UNDO_MS = 10_000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000]; // before each try, the last one repeated
const SILENCE_MS = 45_000; // without progress; after it a connection counts as dead
const SPEED_WINDOW_MS = 6000; // over which the speed is measured
const REDRAW_MS = 250; // between two changes of the numbers

const template = page.querySelector("template").content;
const noFilm = template.querySelector("img").getAttribute("src");
const replaces = page.dataset.clip ?? ""; // the primary key of the clip that gets a new film
const FIELDS = ["exercise", "variation", "made"];

// Dispatches "show" when its stage changes, "queue" when it may be sent, "clip" when its clip has news, and "discard".
export class Row extends EventTarget {
  constructor({ file = null, stored = null }) {
    super();
    this.file = file;
    this.stored = stored; // what the server has of it, as its list of uploads says
    this.clip = stored?.clip ?? null;
    this.stage = "queued";
    this.samples = []; // [time, bytes sent]
    this.element = template.firstElementChild.cloneNode(true);
    for (const name of ["name", "cancel-name", "undo-name", "link-name"]) this.part(name).textContent = this.name;
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.part("undo").addEventListener("click", () => this.undo());
    for (const name of FIELDS) this.part(name)?.addEventListener("change", () => this.saveFields());
    this.labelBar(texts.progressLabel);
  }

  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  dispatch(name) {
    this.dispatchEvent(new Event(name));
  }

  get name() {
    return this.file?.name ?? this.stored.name;
  }

  get length() {
    return this.file?.size ?? this.stored.length;
  }

  get isSent() {
    return Boolean(this.uploadId || this.clip);
  }

  get isOver() {
    return OVER.includes(this.stage);
  }

  get needsSomebody() {
    return NEEDS_SOMEBODY.includes(this.stage);
  }

  get isPublishable() {
    return this.clip?.stage === "ready" && !this.clip.published && !page.dataset.replace;
  }

  get made() {
    return this.part("made")?.value || page.querySelector("[data-made]:checked")?.value || "";
  }

  get fields() {
    const chosen = this.part("exercise").value;
    const story = chosen.startsWith("story:") ? chosen.slice(6) : "";
    return { exercise: story ? "" : chosen, story, variation: this.part("variation").value, made: this.made };
  }

  isSameFile({ name, length, modified }) {
    const ownModified = this.file ? String(this.file.lastModified) : this.stored.modified;
    return this.name === name && this.length === length && ownModified === modified;
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
    if (isNew && (this.needsSomebody || problem)) {
      announce(`${this.name}: ${this.part("stage").textContent} ${problem}`);
    }
    this.dispatch("show");
  }

  labelBar(text) {
    this.part("bar").setAttribute("aria-label", fill(text, { name: this.name }));
  }

  showProgress(sent) {
    const now = performance.now();
    this.samples = [...this.samples.filter(([time]) => now - time < SPEED_WINDOW_MS), [now, sent]];
    this.part("bar").max = this.length || 1;
    this.part("bar").value = sent;
    if (now - (this.drawnAt ?? -Infinity) < REDRAW_MS && sent < this.length) return;
    this.drawnAt = now;
    const [[since, sentThen]] = this.samples;
    const speed = now - since > 500 ? ((sent - sentThen) / (now - since)) * 1000 : 0;
    this.part("facts").textContent = fill(speed > 0 && sent < this.length ? texts.facts : texts.sentOf, {
      sent: formatSize(sent),
      size: formatSize(this.length),
      speed: formatSize(speed),
      left: formatDuration((this.length - sent) / speed),
    });
  }

  suggest(suggestion) {
    if (!suggestion || !this.part("exercise") || this.part("exercise").value) return;
    this.part("exercise").value = suggestion.exercise;
    this.part("variation").value = suggestion.variation;
  }

  // Sending

  async run() {
    const lockName = `film ${this.name} ${this.length} ${this.file.lastModified}`;
    if (!navigator.locks) return this.send(); // only over https and on this machine; else the server's lock will do
    let isOurs = false;
    await navigator.locks.request(lockName, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      isOurs = true;
      await this.send();
    });
    if (isOurs) return;
    this.show("busy");
    await navigator.locks.request(lockName, () => (this.stage === "cancelled" ? null : this.send()));
  }

  get storedUrl() {
    return this.stored && !this.stored.clip ? this.stored.url : null;
  }

  async send() {
    this.stored = await storedUpload(this, replaces);
    if (this.stage === "cancelled") return;
    if (this.stored?.clip && !page.dataset.replace) return this.showClip(this.stored.clip);
    if (this.stored?.finished && !this.stored.clip) return this.finish(this.stored.id);
    this.show("sending");
    await new Promise((resolve) => {
      this.upload = this.makeUpload();
      this.failures = 0;
      this.movedAt = Date.now();
      this.upload.start();
      const watch = setInterval(() => this.restartWhenSilent(), SILENCE_MS / 9);
      this.stopSending = () => {
        clearInterval(watch);
        resolve();
      };
    });
  }

  makeUpload() {
    return new tus.Upload(this.file, {
      endpoint: page.dataset.endpoint,
      uploadUrl: this.storedUrl,
      chunkSize: CHUNK_BYTES,
      retryDelays: null, // we say what is going on, and never stop trying
      storeFingerprintForResuming: false,
      metadata: {
        filename: this.file.name,
        filetype: this.file.type,
        modified: String(this.file.lastModified),
        ...(replaces && { clip: replaces }),
      },
      onBeforeRequest: (outgoing) => {
        for (const [name, value] of Object.entries(csrfHeaders())) outgoing.setHeader(name, value);
      },
      onProgress: (sent) => {
        this.failures = 0;
        this.movedAt = Date.now();
        this.show("sending");
        this.showProgress(sent);
      },
      onSuccess: () => {
        this.finish(this.upload.url.split("/").at(-2));
        this.stopSending();
      },
      onError: (error) => this.handleFailure(error),
    });
  }

  // A connection can be dead without an error, for example after the laptop has slept.
  restartWhenSilent() {
    if (this.stage !== "sending" || Date.now() - this.movedAt < SILENCE_MS) return;
    this.movedAt = Date.now();
    this.upload.abort();
    this.upload.start();
  }

  async handleFailure(error) {
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    if (REFUSALS.includes(status)) return this.refuse(response.getBody());
    if (status === 0 && !(await isReadable(this.file))) return this.forgetFile();
    if (status === 403 || status === 404) {
      this.show("signedOut");
      await signedIn();
      // While nobody is signed in, every upload is 404, so only the list can tell where it goes on, or that it is gone.
      if (status === 404) {
        this.stored = await storedUpload(this, replaces);
        this.upload.url = this.upload.options.uploadUrl = this.storedUrl;
      }
    } else {
      this.show(status === 409 || status === 423 ? "busy" : "away");
    }
    await this.pause(this.failures);
    this.failures += 1;
    if (this.stage !== "cancelled") this.upload.start(); // asks how far it is, and goes on from there
  }

  forgetFile() {
    const { name, size: length, lastModified } = this.file;
    this.stored = { ...this.stored, name, length, modified: String(lastModified) };
    this.file = null;
    this.show("unreadable");
    this.stopSending();
  }

  // Waits, but no longer than until the network or the laptop is back.
  pause(attempt) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
    });
  }

  refuse(problem) {
    this.show("refused", problem);
    this.part("facts").textContent = "";
    this.stopSending?.();
  }

  // Shows a film that is half-way here to replace a clip's, which goes on on that clip's own page.
  leadTo(address) {
    this.part("link").href = address;
    this.part("link").hidden = false;
    this.show("elsewhere");
  }

  // Becoming a clip

  finish(uploadId) {
    this.uploadId = uploadId;
    this.showProgress(this.length);
    this.makeClip();
  }

  async makeClip() {
    if (!this.uploadId || this.clip || this.isMakingClip) return;
    const { make, replace } = page.dataset;
    if (!this.made) return this.show("needsMade");
    if (!replace && !this.part("exercise").value) return this.show("needsExercise");
    this.isMakingClip = true;
    const fields = replace ? { made: this.made } : this.fields;
    const { ok, answer } = await request(replace ?? make, { upload: this.uploadId, ...fields }, this);
    this.isMakingClip = false;
    if (ok) this.showClip(answer.clip);
    else this.show(replace ? "failed" : "needsExercise", answer.problem ?? "");
  }

  showClip(clip) {
    this.clip = clip;
    this.part("facts").textContent = formatSize(this.length);
    if (!clip) return this.show("failed", texts.gone);
    this.showFields(clip);
    const still = clip.still || noFilm;
    if (this.part("still").getAttribute("src") !== still) this.part("still").src = still;
    this.part("link").href = clip.address;
    this.part("link").hidden = false;
    this.part("bar").max = 100;
    this.part("bar").value = clip.progress;
    this.labelBar(texts.convertLabel);
    let { stage } = clip;
    if (stage === "ready" && page.dataset.replace) stage = "replaced";
    if (stage === "ready" && clip.published) stage = "published";
    this.show(stage, clip.problem);
    page.dispatchEvent(new CustomEvent("clip-changed", { detail: clip }));
    this.dispatch("clip");
  }

  showFields(clip) {
    const isBeingEdited = document.activeElement?.closest("li") === this.element;
    if (this.part("exercise") && !isBeingEdited) {
      this.part("exercise").value = clip.story ? `story:${clip.story}` : clip.exercise;
      this.part("variation").value = clip.variation;
      this.part("made").value = clip.made;
    }
    for (const name of FIELDS) {
      if (this.part(name)) this.part(name).disabled = clip.published;
    }
  }

  async saveFields() {
    if (!this.clip) return this.makeClip();
    const address = page.dataset.change.replace("/0/", `/${this.clip.pk}/`);
    const { ok, answer } = await request(address, this.fields, this);
    if (ok) this.showClip(answer.clip);
    else this.show(this.stage, answer.problem ?? "");
  }

  // Changing one's mind

  cancel() {
    this.upload?.abort();
    this.wake?.();
    this.show("cancelled");
    this.part("undo").focus();
    this.discarding = setTimeout(() => this.discard(), UNDO_MS);
    this.stopSending?.();
  }

  undo() {
    clearTimeout(this.discarding);
    if (this.uploadId) {
      this.show("sending");
      this.makeClip();
    } else if (this.file) {
      this.show("queued");
      this.dispatch("queue");
    } else {
      this.show("again");
    }
    this.part("cancel").focus();
  }

  async discard() {
    const url = this.upload?.url ?? this.stored?.url;
    this.dispatch("discard");
    if (!url || this.stored?.clip) return;
    // When nobody answers, the server forgets it by itself after two days.
    await fetch(url, { method: "DELETE", headers: { ...csrfHeaders(), "Tus-Resumable": "1.0.0" } }).catch(() => {});
  }
}
