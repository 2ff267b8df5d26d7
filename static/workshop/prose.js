// Gives each text editor the name and hint of its field. Without this script a screen reader says only "edit text".
document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const box = editor.view.dom;
  if (label) {
    label.id ||= `${textarea.id}_label`;
    box.setAttribute("aria-labelledby", label.id);
    label.addEventListener("click", () => editor.commands.focus());
  }
  const hint = document.getElementById(`${textarea.id}_helptext`);
  if (hint) {
    box.setAttribute("aria-describedby", hint.id);
  }
  box.setAttribute("aria-multiline", "true");
});
