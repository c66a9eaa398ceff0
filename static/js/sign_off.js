// Makes a sign-off sheet quicker to work through. Without it every box says the same, and the server
// takes the tick for those that go together as it takes theirs.

const together = document.getElementById("id_together");
const group = document.querySelectorAll('#together input[name="approve"]');

for (const row of document.querySelectorAll(".kcc-sign")) {
  const approve = row.querySelector('input[name="approve"]');
  const back = row.querySelector('input[name="return"]');
  if (!approve || !back) continue;
  approve.addEventListener("change", () => {
    if (approve.checked) back.checked = false;
    showTogether();
  });
  back.addEventListener("change", () => {
    if (!back.checked) return;
    approve.checked = false;
    showTogether();
    row.querySelector("textarea").focus();
  });
}

function showTogether() {
  if (together) together.checked = [...group].every((box) => box.checked);
}

if (together) {
  together.addEventListener("change", () => {
    for (const box of group) {
      const back = box.closest(".kcc-sign").querySelector('input[name="return"]');
      box.checked = together.checked && !back.checked;
    }
  });
}
