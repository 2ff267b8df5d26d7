// Keeps the states of clips up to date while a film is being converted. Without it, load the page again to see them.

const ASK_EVERY = 2000; // milliseconds
const underway = () => [...document.querySelectorAll("[data-clip-state][data-underway]")];

const spoken = document.createElement("p");
spoken.className = "clip-spoken";
spoken.setAttribute("role", "status");
spoken.setAttribute("aria-live", "polite");

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
  spoken.textContent = clip.said;
}

async function ask() {
  const clips = underway();
  if (!clips.length) return;
  if (!document.hidden) {
    const states = new URL(clips[0].dataset.states, location.href);
    states.search = new URLSearchParams(clips.map((cell) => ["clip", cell.dataset.clipState]));
    try {
      const answer = await fetch(states, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) {
        for (const [pk, clip] of Object.entries(await answer.json())) update(pk, clip);
      }
    } catch {
      // The server is away; it is asked again.
    }
  }
  setTimeout(ask, ASK_EVERY);
}

if (underway().length) {
  document.body.append(spoken);
  setTimeout(ask, ASK_EVERY);
}
