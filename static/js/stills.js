// Fetches the stills further down a page at once on wide screens, where people print: a still that has not been
// scrolled to would be missing on paper. Phones, and people who save data, get each still as they come to it. Without
// this script everybody does.

const wide = matchMedia("(min-width: 60rem)").matches;
if (wide && !navigator.connection?.saveData) {
  for (const still of document.querySelectorAll('img[loading="lazy"]')) still.loading = "eager";
}
