// Plays a clip in its place with large buttons. Without this script the still is a link to the film, and the button
// "Like a mirror" reloads the page.

const SPEED_KEY = "clip-speed"; // kept on this device only
const SECOND_TAP_MS = 400; // a trembling hand often taps twice

const savedSpeed = {
  get slow() {
    try {
      return localStorage.getItem(SPEED_KEY) === "slow";
    } catch {
      return false;
    }
  },
  set slow(value) {
    try {
      localStorage.setItem(SPEED_KEY, value ? "slow" : "normal");
    } catch {
      // private mode
    }
  },
};

function onTap(button, act) {
  let last = -Infinity;
  button.addEventListener("click", (event) => {
    if (event.timeStamp - last < SECOND_TAP_MS) return event.preventDefault();
    last = event.timeStamp;
    act(event);
  });
}

class Clip {
  constructor(figure) {
    this.figure = figure;
    this.frame = figure.querySelector(".clip-frame");
    this.opener = figure.querySelector(".clip-open");
    this.still = this.opener.querySelector("img");
    this.play = figure.querySelector("[data-clip-play]");
    this.slow = figure.querySelector("[data-clip-slow]");
    this.full = figure.querySelector("[data-clip-full]");
    this.viewForm = figure.querySelector("[data-clip-view]");
    this.viewButton = this.viewForm.querySelector("button");
    this.seek = figure.querySelector("[data-clip-seek]");
    this.captions = figure.querySelector("[data-clip-captions]");
    this.video = null;
    this.resumeFrom = null; // where to go on in the other film, while it is being fetched

    for (const button of [this.play, this.slow]) button.hidden = false;
    this.full.hidden = !(figure.requestFullscreen || HTMLVideoElement.prototype.webkitEnterFullscreen);
    this.setSlow(savedSpeed.slow);

    onTap(this.opener, (event) => {
      event.preventDefault();
      this.toggle(true);
    });
    onTap(this.play, () => this.toggle(false));
    onTap(this.slow, () => {
      savedSpeed.slow = !savedSpeed.slow;
      for (const clip of clips) clip.setSlow(savedSpeed.slow);
    });
    onTap(this.full, () => this.toggleFullScreen());
    onTap(this.viewButton, (event) => {
      event.preventDefault();
      changeView(this.viewForm);
    });
  }

  // The video is made on the first tap, so that a page fetches no byte of film before.
  createVideo() {
    const video = document.createElement("video");
    Object.assign(video, {
      src: this.figure.dataset.film,
      poster: this.still.currentSrc || this.still.src,
      loop: true,
      playsInline: true,
      muted: !("sound" in this.figure.dataset),
      width: Number(this.figure.dataset.width),
      height: Number(this.figure.dataset.height),
    });
    video.setAttribute("playsinline", "");
    video.setAttribute("aria-label", this.figure.dataset.name);
    if (this.figure.dataset.captions) this.addCaptions(video);
    video.addEventListener("loadedmetadata", () => this.resume());
    video.addEventListener("play", () => this.show(true));
    video.addEventListener("pause", () => this.show(false));
    onTap(video, () => this.toggle(false));
    if ("long" in this.figure.dataset) this.addSeek(video);
    this.video = video;
    this.setSlow(savedSpeed.slow);
    this.opener.hidden = true;
    this.frame.append(video);
    pauseOffScreen.observe(this.figure);
  }

  addCaptions(video) {
    const track = Object.assign(document.createElement("track"), {
      kind: "captions",
      src: this.figure.dataset.captions,
      srclang: document.documentElement.lang,
      default: true,
    });
    video.append(track);
    track.track.mode = "hidden"; // drawn by us under the clip, so that mirroring never touches them
    this.captions.hidden = false;
    track.track.addEventListener("cuechange", () => {
      this.captions.textContent = [...(track.track.activeCues ?? [])]
        .map((cue) => cue.getCueAsHTML().textContent)
        .join("\n");
    });
  }

  addSeek(video) {
    const range = this.seek.querySelector("input");
    this.seek.hidden = false;
    range.addEventListener("input", () => {
      video.currentTime = Number(range.value);
    });
    video.addEventListener("timeupdate", () => {
      range.value = String(Math.round(video.currentTime));
    });
  }

  toggle(keepFocus) {
    const isFirstTap = !this.video;
    if (isFirstTap) this.createVideo();
    if (isFirstTap || this.video.paused) {
      for (const other of clips) if (other !== this) other.video?.pause();
      this.video.play().catch(() => this.show(false));
    } else {
      this.video.pause();
    }
    if (keepFocus && isFirstTap) this.play.focus({ preventScroll: true }); // the link that had the focus is gone
  }

  show(playing) {
    this.play.textContent = playing ? this.figure.dataset.labelPause : this.figure.dataset.labelPlay;
  }

  setSlow(slow) {
    this.slow.setAttribute("aria-pressed", String(slow));
    if (this.video) this.video.playbackRate = this.video.defaultPlaybackRate = slow ? 0.5 : 1;
  }

  // Like a mirror or facing you: the other film, at the same moment, and its still.
  showView(isMirror) {
    const { dataset } = this.figure;
    [dataset.film, dataset.otherFilm] = [dataset.otherFilm, dataset.film];
    const still = this.still.getAttribute("src");
    this.still.setAttribute("src", dataset.otherStill);
    dataset.otherStill = still;
    this.opener.setAttribute("href", dataset.film);
    this.viewButton.setAttribute("aria-pressed", String(isMirror));
    this.viewForm.elements.view.value = isMirror ? "facing" : "mirror";
    const caption = this.figure.querySelector("[data-clip-caption]");
    caption.textContent = isMirror ? caption.dataset.mirror : caption.dataset.facing;
    if (!this.video) return;
    // The view may change again before the other film has arrived: it still goes on from the first one's place.
    this.resumeFrom ??= { time: this.video.currentTime, playing: !this.video.paused };
    this.video.poster = this.still.src;
    this.video.src = dataset.film;
    this.video.load();
  }

  resume() {
    if (!this.resumeFrom) return;
    const { time, playing } = this.resumeFrom;
    this.resumeFrom = null;
    this.video.currentTime = time;
    if (playing) this.video.play().catch(() => this.show(false));
  }

  toggleFullScreen() {
    if (document.fullscreenElement) return void document.exitFullscreen();
    if (!this.video) this.toggle(false);
    if (this.figure.requestFullscreen) this.figure.requestFullscreen().catch(() => {});
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
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting && !document.fullscreenElement) clips.find((clip) => clip.figure === target)?.video?.pause();
  }
});

const clips = [...document.querySelectorAll("[data-clip]")].map((figure) => new Clip(figure));

document.addEventListener("fullscreenchange", () => {
  for (const { figure, full } of clips) {
    full.textContent = document.fullscreenElement === figure ? figure.dataset.labelSmall : figure.dataset.labelFull;
  }
});
