// Shows the passkey buttons where the browser can use passkeys, and says so when one was not used.
// Without this script, a password and a code still sign in.
if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // a cancelled passkey is no error for the console
  const problem = document.querySelector("[data-passkey-problem]");
  if (problem) problem.hidden = false;
});
