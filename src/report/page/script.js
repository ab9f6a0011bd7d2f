// Sorts and filters the table of runs. Without it the table is there, in the order of the cells.
for (const table of document.querySelectorAll("table.runs")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  };
  const compare = (one, other) => {
    const [a, b] = [Number.parseFloat(one), Number.parseFloat(other)];
    const numeric = !Number.isNaN(a) && !Number.isNaN(b) && /^-?[\d.]+$/.test(one) && /^-?[\d.]+$/.test(other);
    return numeric ? a - b : one.localeCompare(other, "en", { numeric: true });
  };
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    if (head.dataset.plain !== undefined) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      rows.sort((a, b) => compare(value(a, column), value(b, column)) * (descending ? -1 : 1));
      body.append(...rows);
    });
  });
  const controls = document.getElementById("controls");
  const input = controls.querySelector("input");
  const count = controls.querySelector("output");
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const own = row.dataset.text.toLowerCase().split(/\s+/);
      // A number is a whole word, so that seed 3 is not seed 30; a key is known by its first digits.
      const fits = (word) => own.some((text) => text === word || (/\D/.test(word) && text.includes(word)));
      row.hidden = !words.every((word) => fits(word) || (word.length > 3 && row.dataset.key.startsWith(word)));
      if (!row.hidden) shown += 1;
    }
    count.textContent = shown === rows.length ? `${rows.length} runs` : `${shown} of ${rows.length} runs`;
  };
  controls.hidden = false;
  input.addEventListener("input", filter);
  filter();
}
