// Buttons for trembling hands, which often tap twice.

const SECOND_TAP_MS = 400;

// One guard serves all elements that do the same, also when the first tap puts another one of them under the finger.
export class Taps {
  last = Number.NEGATIVE_INFINITY;

  on(element, act) {
    element.addEventListener("click", (event) => {
      if (event.timeStamp - this.last < SECOND_TAP_MS) return event.preventDefault();
      this.last = event.timeStamp;
      act(event);
    });
  }
}
