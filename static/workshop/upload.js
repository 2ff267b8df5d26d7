// Sends films, row by row, and turns them into clips. Without this script the page leads to the form for one clip.
//
// The server's list of uploads is the only memory: a film that is there already, whole or in part, is recognised by
// name, size and time of change, whichever browser or window began it.

import { add, publishAll, restore, rows } from "./upload/list.js";
import { byData, page } from "./upload/page.js";

const chooser = byData("files");
chooser.addEventListener("change", () => {
  add([...chooser.files]);
  chooser.value = ""; // or choosing the same file again would change nothing
});

const drop = byData("drop");
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
    for (const row of rows) {
      if (!row.clip) row.makeClip();
    }
  });
}

byData("publish-all")?.addEventListener("click", publishAll);

function wakeAll() {
  if (document.hidden) return;
  for (const row of rows) row.wake?.();
}
addEventListener("online", wakeAll);
document.addEventListener("visibilitychange", wakeAll);

addEventListener("beforeunload", (event) => {
  if (rows.some((row) => ["queued", "sending", "away"].includes(row.stage))) event.preventDefault();
});

restore();
