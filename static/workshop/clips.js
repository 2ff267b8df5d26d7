// Keeps the states of clips up to date while a film is being converted. Without it, load the page again to see them.

const POLL_MS = 2000;
const underway = () => [...document.querySelectorAll("[data-clip-state][data-underway]")];

const announcement = document.createElement("p");
announcement.className = "clip-spoken";
announcement.setAttribute("role", "status");
announcement.setAttribute("aria-live", "polite");

function show(kind, pk, html) {
  for (const place of document.querySelectorAll(`[data-clip-${kind}="${pk}"]`)) {
    if (place.innerHTML !== html) place.innerHTML = html; // made and escaped by the server
  }
}

function update(pk, clip) {
  show("state", pk, clip.state);
  show("still", pk, clip.still);
  if (clip.underway) return;
  show("preview", pk, clip.preview);
  for (const cell of document.querySelectorAll(`[data-clip-state="${pk}"]`)) delete cell.dataset.underway;
  announcement.textContent = clip.announcement;
}

async function poll() {
  const clips = underway();
  if (!clips.length) return;
  if (!document.hidden) {
    const states = new URL(clips[0].dataset.states, location.href);
    states.search = new URLSearchParams(clips.map((cell) => ["clip", cell.dataset.clipState]));
    try {
      const response = await fetch(states, { headers: { Accept: "application/json" } });
      if (response.ok && !response.redirected) {
        for (const [pk, clip] of Object.entries(await response.json())) update(pk, clip);
      }
    } catch {
      // The server cannot be reached; the next poll may succeed.
    }
  }
  setTimeout(poll, POLL_MS);
}

if (underway().length) {
  document.body.append(announcement);
  setTimeout(poll, POLL_MS);
}
