// Puts the uploader in the place of the plain file input in a clip's own form: it goes on after a broken connection and
// shows how far it is. Without this script the plain input works as before, with the form's button.

const { page, uploader } = document.querySelector("script[data-uploader]").dataset;
const input = document.querySelector(".field-original input[type=file]");

async function replace() {
  const response = await fetch(`${page}?box`);
  if (!response.ok || response.redirected) return;
  const box = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-upload]");
  input.hidden = input.disabled = true;
  input.after(box);
  // Saving the form afterwards must not set `made` back to what it was.
  box.addEventListener("clip-changed", ({ detail }) => {
    document.querySelector("select[name=made]").value = detail.made;
  });
  await import(uploader);
}

if (input) replace();
