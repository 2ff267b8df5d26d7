// Shows the passkey buttons where the browser can use passkeys, and says so when it cannot, or when one was not used.
// Without this script, a password and a code still sign in.
if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = false;
} else {
  for (const words of document.querySelectorAll("[data-no-passkeys]")) words.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // a cancelled passkey is no error for the console
  const problem = document.querySelector("[data-passkey-problem]");
  if (problem) problem.hidden = false;
});
