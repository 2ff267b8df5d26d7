// Opens the answer that an address points to, and all of them on request. Without this script each answer still opens
// with a tap.

const questions = [...document.querySelectorAll("details.question")];

function openAsked() {
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (asked instanceof HTMLDetailsElement) {
    asked.open = true;
    asked.scrollIntoView();
  }
}

const openAll = document.querySelector("[data-open-all]");
if (openAll && questions.length > 1) {
  openAll.hidden = false;
  openAll.addEventListener("click", () => {
    for (const question of questions) question.open = true;
  });
}

openAsked();
addEventListener("hashchange", openAsked);
