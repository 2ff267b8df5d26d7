// Plays a clip in its place with large buttons. Without this script the still is a link to the film, and the button
// "Like a mirror" reloads the page.

import { isSlow, keepSlow } from "./clip/speed.js";
import { Taps } from "./clip/taps.js";
import { makeVideo, repeat, showCaptions, showPhases, showSeek } from "./clip/video.js";

const PATIENCE_MS = 15_000; // a film that has not begun by then is not on its way

// Some drawings have a film on a dark ground, too: in a dark room the ordinary one would be a lamp, even dimmed.
function useNightFilm({ dataset }) {
  if (!dataset.nightFilm || !matchMedia("(prefers-color-scheme: dark)").matches) return;
  dataset.film = dataset.nightFilm;
  dataset.otherFilm = dataset.otherNightFilm;
  dataset.night = "";
}

class Clip {
  constructor(root) {
    const find = (name) => root.querySelector(`[data-clip-${name}]`);
    this.root = root;
    this.frame = root.querySelector(".clip-frame");
    this.opener = root.querySelector(".clip-open");
    this.still = this.opener.querySelector("img");
    this.play = find("play");
    this.slow = find("slow");
    this.full = find("full");
    this.viewForm = find("view");
    this.viewButton = this.viewForm.querySelector("button");
    this.phase = find("phase");
    this.problem = find("problem");
    this.captions = find("captions");
    this.seek = find("seek");
    this.taps = new Taps();
    this.video = null;
    useNightFilm(root);
    this.resumeFrom = null; // where to go on once the film has arrived: the other view's, or one that broke off
    this.showButtons();
  }

  showButtons() {
    this.root.querySelector("[data-clip-badge]").hidden = true;
    for (const button of [this.play, this.slow]) button.hidden = false;
    this.full.hidden = !(this.root.requestFullscreen || HTMLVideoElement.prototype.webkitEnterFullscreen);
    this.setSlow(isSlow());
    this.taps.on(this.opener, (event) => {
      event.preventDefault();
      this.toggle();
      this.play.focus({ preventScroll: true }); // the link that had the focus is gone
    });
    this.taps.on(this.play, () => this.toggle());
    new Taps().on(this.slow, () => {
      keepSlow(!isSlow());
      for (const clip of clips) clip.setSlow(isSlow());
    });
    new Taps().on(this.full, () => this.toggleFullScreen());
    new Taps().on(this.viewButton, (event) => {
      event.preventDefault();
      changeView(this.viewForm);
    });
  }

  createVideo() {
    const { dataset } = this.root;
    const video = makeVideo(dataset, this.still.currentSrc || this.still.src);
    if (dataset.captions) showCaptions(video, dataset.captions, this.captions);
    showPhases(video, JSON.parse(dataset.phases ?? "[]"), this.phase);
    if ("long" in dataset) showSeek(video, this.seek);
    repeat(video); // before show() listens, so that the button never says that the film has stopped
    video.addEventListener("loadedmetadata", () => this.resume());
    video.addEventListener("play", () => this.show());
    video.addEventListener("pause", () => this.show());
    video.addEventListener("playing", () => clearTimeout(this.waiting));
    video.addEventListener("error", () => this.fail());
    this.taps.on(video, () => this.toggle());
    this.video = video;
    this.problem.textContent = "";
    this.setSlow(isSlow());
    this.opener.hidden = true;
    this.frame.prepend(video);
    pauseOffScreen.observe(this.scope);
  }

  // What has to be on the screen for a clip to go on: its whole exercise, so that reading the steps never stops it.
  get scope() {
    return this.root.closest(".trainer") ?? this.root;
  }

  get isPlaying() {
    return Boolean(this.video) && !this.video.paused;
  }

  toggle() {
    if (this.isPlaying) return this.video.pause();
    for (const other of clips) if (other !== this) other.video?.pause();
    if (!this.video) this.createVideo();
    this.start();
  }

  start() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.fail(), PATIENCE_MS);
    this.video.play().catch(() => this.show());
  }

  // The film did not arrive: say so, show the still again, and let the next tap begin anew where it broke off.
  fail() {
    clearTimeout(this.waiting);
    const { video } = this;
    if (!video) return;
    this.resumeFrom ??= video.currentTime ? { time: video.currentTime, playing: true } : null;
    this.video = null;
    video.remove();
    video.removeAttribute("src");
    video.load(); // ends a request that still hangs
    this.opener.hidden = false;
    this.problem.textContent = this.problem.dataset.words;
    this.setWord(this.root.dataset.labelAgain);
  }

  show() {
    if (!this.isPlaying) clearTimeout(this.waiting);
    this.play.classList.toggle("is-playing", this.isPlaying);
    if (this.video) this.setWord(this.isPlaying ? this.root.dataset.labelPause : this.root.dataset.labelPlay);
  }

  setWord(word) {
    this.play.querySelector("[data-clip-word]").textContent = word;
    if (!this.isPlaying) this.play.classList.remove("is-playing");
  }

  setSlow(slow) {
    this.slow.setAttribute("aria-pressed", String(slow));
    if (this.video) this.video.playbackRate = this.video.defaultPlaybackRate = slow ? 0.5 : 1;
  }

  // Like a mirror or facing you: the other film, at the same moment, and its still.
  showView(isMirror) {
    const { dataset } = this.root;
    [dataset.film, dataset.otherFilm] = [dataset.otherFilm, dataset.film];
    const still = this.still.getAttribute("src");
    this.still.setAttribute("src", dataset.otherStill);
    dataset.otherStill = still;
    this.opener.setAttribute("href", dataset.film);
    this.viewButton.setAttribute("aria-pressed", String(isMirror));
    this.viewForm.elements.view.value = isMirror ? "facing" : "mirror";
    const caption = this.root.querySelector("[data-clip-caption]");
    caption.textContent = isMirror ? caption.dataset.mirror : caption.dataset.facing;
    if (!this.video) return;
    // The view may change again before the other film has arrived: it still goes on from the first one's place.
    this.resumeFrom ??= { time: this.video.currentTime, playing: this.isPlaying };
    this.video.poster = this.still.src;
    this.video.src = dataset.film;
    this.video.load();
  }

  resume() {
    if (!this.resumeFrom) return;
    const { time, playing } = this.resumeFrom;
    this.resumeFrom = null;
    this.video.currentTime = time;
    if (playing) this.start();
  }

  toggleFullScreen() {
    if (document.fullscreenElement) return void document.exitFullscreen();
    if (!this.video) this.toggle();
    if (this.root.requestFullscreen) this.root.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen(); // iPhone: only a video can fill the screen
  }
}

// One button changes the view of every clip on the page, and the cookie keeps it.
function changeView(form) {
  const view = form.elements.view.value;
  const response = fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    redirect: "manual",
    keepalive: true, // also when the visitor moves on at once
  });
  for (const clip of clips) clip.showView(view === "mirror");
  response.catch(() => {}); // offline: it holds for this page at least
  const address = new URL(location.href);
  if (address.searchParams.has("view")) {
    address.searchParams.set("view", view);
    history.replaceState(null, "", address);
  }
}

const pauseOffScreen = new IntersectionObserver((entries) => {
  if (document.fullscreenElement) return;
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) for (const clip of clips) if (clip.scope === target) clip.video?.pause();
  }
});

const clips = [...document.querySelectorAll("[data-clip]")].map((root) => new Clip(root));

document.addEventListener("fullscreenchange", () => {
  for (const { root, full } of clips) {
    full.textContent = document.fullscreenElement === root ? root.dataset.labelSmall : root.dataset.labelFull;
  }
});

// Space pauses the clip that plays and lets it go on, wherever on the page somebody is; on buttons, links and fields it
// does their work.
document.addEventListener("keydown", (event) => {
  const clip = clips.find((each) => each.isPlaying) ?? clips.find((each) => each.video);
  if (event.key !== " " || !clip || event.target.closest("a, button, input, select, textarea, summary")) return;
  event.preventDefault();
  if (!event.repeat) clip.toggle();
});
