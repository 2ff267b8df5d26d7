// Requests to the server, which wait and try again until there is an answer.

import { announce, byData, page, texts } from "./page.js";

const SIGN_IN_CHECK_MS = 4000; // between two looks whether somebody has signed in again
const RETRY_MS = 2000; // before trying again what belongs to no row

class SignedOut extends Error {}
class Unreachable extends Error {}

let csrfToken = page.querySelector("[name=csrfmiddlewaretoken]").value;

export const csrfHeaders = () => ({ "X-CSRFToken": csrfToken });
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function optionsFor(fields) {
  const headers = { Accept: "application/json" };
  if (!fields) return { headers };
  return { method: "POST", body: new URLSearchParams(fields), headers: { ...headers, ...csrfHeaders() } };
}

async function requestOnce(address, fields, mayRenewToken = true) {
  const response = await fetch(address, optionsFor(fields)).catch(() => {
    throw new Unreachable();
  });
  if (response.redirected) throw new SignedOut();
  if (response.status === 403 && fields && mayRenewToken) {
    await requestOnce(page.dataset.state); // somebody has signed in again: this brings the new token
    return requestOnce(address, fields, false);
  }
  if (response.status >= 500) throw new Unreachable();
  const answer = await response.json().catch(() => ({}));
  if (answer.csrf) csrfToken = answer.csrf;
  return { ok: response.ok, answer };
}

// Resolves as soon as somebody has signed in again, at once when nobody has signed out.
export async function signedIn() {
  const notice = byData("sign-in");
  for (;;) {
    try {
      await requestOnce(page.dataset.state);
      notice.hidden = true;
      return;
    } catch (error) {
      if (error instanceof SignedOut && notice.hidden) {
        notice.hidden = false;
        announce(texts.signedOut);
      }
    }
    await sleep(SIGN_IN_CHECK_MS);
  }
}

// Resolves with `{ ok, answer }` once the server has answered. Fields make it a POST; a row shows what it waits for.
export async function request(address, fields, row) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await requestOnce(address, fields);
    } catch (error) {
      const isSignedOut = error instanceof SignedOut;
      row?.show(isSignedOut ? "signedOut" : "away");
      if (isSignedOut) await signedIn();
      else await (row ? row.pause(attempt) : sleep(RETRY_MS));
    }
  }
}

// What the server has of a row's file, meant for the clip `replaces` ("" for a new one): what is half-way here, before
// what has become a clip; null when there is nothing.
export async function storedUpload(row, replaces) {
  const { answer } = await request(page.dataset.state, null, row);
  const same = (answer.uploads ?? []).filter(
    (upload) => row.isSameFile(upload) && String(upload.replaces) === replaces,
  );
  return same.find((upload) => !upload.clip) ?? same[0] ?? null;
}
