// Whether clips play slowly: kept on this device only.

const KEY = "clip-speed";

export function isSlow() {
  try {
    return localStorage.getItem(KEY) === "slow";
  } catch {
    return false; // private mode
  }
}

export function keepSlow(slow) {
  try {
    localStorage.setItem(KEY, slow ? "slow" : "normal");
  } catch {
    // private mode
  }
}
