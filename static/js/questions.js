// Opens the answer that an address points to, and all of them on request. Without this script each answer still opens
// with a tap.

const questions = [...document.querySelectorAll("details.question")];

function openLinked() {
  const answer = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (answer instanceof HTMLDetailsElement) {
    answer.open = true;
    answer.scrollIntoView();
  }
}

const openAll = document.querySelector("[data-open-all]");
if (openAll && questions.length > 1) {
  openAll.hidden = false;
  openAll.addEventListener("click", () => {
    for (const question of questions) question.open = true;
  });
}

openLinked();
addEventListener("hashchange", openLinked);
