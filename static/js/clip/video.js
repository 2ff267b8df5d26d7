// The video of a clip. It is made on the first tap, so that a page fetches no byte of film before.

export function makeVideo(dataset, poster) {
  const video = document.createElement("video");
  setFilm(video, dataset);
  Object.assign(video, {
    poster,
    loop: true,
    playsInline: true,
    muted: !("sound" in dataset),
    width: Number(dataset.width),
    height: Number(dataset.height),
  });
  video.setAttribute("playsinline", "");
  video.setAttribute("aria-label", dataset.name);
  return video;
}

// In the dark scheme the film on a dark ground, where there is one; else the page dims the ordinary one.
export function setFilm(video, dataset) {
  const night = matchMedia("(prefers-color-scheme: dark)").matches ? dataset.filmNight : "";
  video.toggleAttribute("data-night", Boolean(night));
  video.src = night || dataset.film;
}

// Shows the captions in `place`, not in the picture, so that mirroring never touches them.
export function showCaptions(video, source, place) {
  const track = Object.assign(document.createElement("track"), {
    kind: "captions",
    src: source,
    srclang: document.documentElement.lang,
    default: true,
  });
  video.append(track);
  track.track.mode = "hidden";
  place.hidden = false;
  track.track.addEventListener("cuechange", () => {
    place.textContent = [...(track.track.activeCues ?? [])].map((cue) => cue.getCueAsHTML().textContent).join("\n");
  });
}

// Says in `line` what the movement does, at each moment of the film: [[start in seconds, words], ...].
export function showPhases(video, phases, line) {
  if (!line || !phases.length) return;
  const track = video.addTextTrack("metadata");
  track.mode = "hidden";
  phases.forEach(([start, words], number) => {
    const end = phases[number + 1]?.[0] ?? Number.MAX_SAFE_INTEGER;
    track.addCue(new VTTCue(start, end, words));
  });
  track.addEventListener("cuechange", () => {
    const cue = track.activeCues?.[0];
    if (cue) line.textContent = cue.text;
  });
}

// A slider for films that are long enough to look for a place in them.
export function showSeek(video, place) {
  const range = place.querySelector("input");
  place.hidden = false;
  range.addEventListener("input", () => {
    video.currentTime = Number(range.value);
  });
  video.addEventListener("timeupdate", () => {
    range.value = String(Math.round(video.currentTime));
  });
}
