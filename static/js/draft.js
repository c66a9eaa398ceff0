// Keeps a draft of a form on the server: every half-minute while something is being typed, and
// when the page is left. The page works without it; with it, at most half a minute can be lost.

const form = document.querySelector("form[data-draft]");
const EVERY = 30_000;

if (form) {
  const message = document.getElementById("draft-message");
  const version = form.elements.namedItem("version");
  let kept = "unkept" in form.dataset ? "" : written(); // what came back after a sign-in is not kept yet
  let saving = null;
  let stopped = false;

  function written() {
    const fields = new FormData(form);
    for (const name of ["csrfmiddlewaretoken", "version", "do"]) fields.delete(name);
    return new URLSearchParams(fields).toString();
  }

  function tell(words) {
    if (message && message.textContent !== words) message.textContent = words;
  }

  async function keep() {
    const now = written();
    if (stopped || now === kept) return;
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      redirect: "manual",
      keepalive: true,
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      tell("You have been signed out, so nothing more is kept here. Save, then sign in: what you typed comes back.");
      return;
    }
    const said = await answer.json();
    tell(said.message);
    if (answer.ok) {
      kept = now;
      if (version) version.value = said.version;
    } else {
      stopped = answer.status === 409;
    }
  }

  function keepOnce() {
    if (!saving) {
      saving = keep()
        .catch(() => tell("The draft could not be kept just now. It will be tried again."))
        .finally(() => {
          saving = null;
        });
    }
    return saving;
  }

  setInterval(keepOnce, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepOnce();
  });

  // A press of a button waits for a draft on its way, so that nobody collides with themselves.
  form.addEventListener("submit", (event) => {
    stopped = true;
    if (!saving) return;
    event.preventDefault();
    const button = event.submitter;
    saving.finally(() => form.requestSubmit(button));
  });
}
