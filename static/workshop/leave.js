// Asks once before a list is left whose order or other numbers have been changed and not saved.
const list = document.getElementById("changelist-form");

const numbers = () => JSON.stringify([...new FormData(list)].filter(([name]) => name.startsWith("form-")));

if (list) {
  const opened = numbers();
  let isLeaving = false;
  list.addEventListener("submit", () => {
    isLeaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && numbers() !== opened) event.preventDefault();
  });
}
