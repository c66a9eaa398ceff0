// Shows only the answers that the chosen kind of trigger needs. Without it all of them stand on the
// page, each with the kinds it is for, and the server leaves the rest aside.

const form = document.getElementById("trigger-form");

function showWhatItNeeds() {
  const chosen = form.elements.namedItem("kind").value;
  for (const group of form.querySelectorAll("[data-kinds]")) {
    group.hidden = Boolean(chosen) && !group.dataset.kinds.split(" ").includes(chosen);
  }
}

if (form) {
  for (const hint of form.querySelectorAll("[data-without-script]")) hint.remove();
  form.addEventListener("change", showWhatItNeeds);
  showWhatItNeeds();
}
