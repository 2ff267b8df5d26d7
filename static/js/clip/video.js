// The video of a clip. It is made on the first tap, so that a page fetches no byte of film before.

const LOOK_MS = 100; // how often the line under the film looks where the film is

export function makeVideo(dataset, poster) {
  const video = document.createElement("video");
  Object.assign(video, {
    src: dataset.film,
    poster,
    playsInline: true,
    muted: !("sound" in dataset),
    width: Number(dataset.width),
    height: Number(dataset.height),
  });
  video.setAttribute("playsinline", "");
  video.setAttribute("aria-label", dataset.name);
  return video;
}

// Lets a film that plays to its end begin anew. WebKitGTK ends the later rounds of `loop` seconds early, and the way back
// of the movement is lost. A film that is paused and put to its end stays there: it sends no "pause" there.
export function repeat(video) {
  video.addEventListener("pause", () => {
    if (!video.ended) return;
    video.currentTime = 0;
    video.play().catch(() => {});
  });
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

// Says in `line` what the movement does, at each moment of the film: [[start in seconds, words], ...]. A text track would
// do the same, but WebKitGTK stops the film at its first cue.
export function showPhases(video, phases, line) {
  if (!line || !phases.length) return;
  let timer;
  const show = () => {
    const [, words] = phases.filter(([start]) => start <= video.currentTime).pop() ?? phases[0];
    if (line.textContent !== words) line.textContent = words;
  };
  const stop = () => clearInterval(timer);
  video.addEventListener("playing", () => {
    stop();
    timer = setInterval(show, LOOK_MS);
  });
  for (const event of ["pause", "emptied", "error"]) video.addEventListener(event, stop);
  video.addEventListener("seeked", show);
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
