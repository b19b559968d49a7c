// "Copy" copies the whole file, byte for byte as it ran, not only the lines in sight.

const live = document.createElement("p");
live.className = "sr-only";
live.setAttribute("role", "status");
document.body.append(live);

for (const button of document.querySelectorAll(".program-copy")) {
  const file = button.closest(".program").querySelector(".program-file");
  button.hidden = false;
  button.textContent = "Copy";
  const copy = async (event) => {
    event.preventDefault();
    let said;
    try {
      const answer = await fetch(file.href);
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      await navigator.clipboard.writeText(await answer.text());
      said = "Copied";
    } catch (error) {
      said = "Could not copy: use Download";
      console.error(error);
    }
    button.textContent = said;
    live.textContent = said;
    setTimeout(() => (button.textContent = "Copy"), 2500);
  };
  button.addEventListener("click", copy);
  button.addEventListener("keydown", (event) => event.key === " " && copy(event));
}
