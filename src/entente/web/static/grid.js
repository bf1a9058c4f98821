// Moves among the cells of a matrix by the arrow keys; without this file each cell is reached by Tab.
"use strict";
(() => {
  const linkIn = (cell) => (cell ? cell.querySelector("a") : null);
  document.querySelectorAll("[data-grid]").forEach((table) => {
    const rows = [...table.rows].map((row) => [...row.cells]);
    const links = rows.flat().map(linkIn).filter(Boolean);
    if (!links.length) return;
    const isMirrored = getComputedStyle(table).direction === "rtl";
    const stay = (link) => links.forEach((one) => { one.tabIndex = one === link ? 0 : -1; });
    const first = linkIn((rows[1] ?? [])[1]) ?? links[0];
    stay(first);

    // What lies in a direction; a cell without a link is passed over.
    const next = (row, column, down, along) => {
      for (let r = row + down, c = column + along; rows[r] && rows[r][c]; r += down, c += along) {
        const link = linkIn(rows[r][c]);
        if (link) return link;
      }
      return null;
    };
    const end = (cells) => cells.map(linkIn).find(Boolean) ?? null;

    table.addEventListener("focusin", (event) => {
      const link = event.target.closest("a");
      if (link && table.contains(link)) stay(link);
    });
    table.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey) return;
      const cell = event.target.closest("td, th");
      const row = cell ? cell.parentElement.rowIndex : -1;
      if (row < 0) return;
      const column = cell.cellIndex;
      const along = isMirrored ? -1 : 1;
      const to = {
        ArrowDown: () => next(row, column, 1, 0),
        ArrowUp: () => next(row, column, -1, 0),
        ArrowRight: () => next(row, column, 0, along),
        ArrowLeft: () => next(row, column, 0, -along),
        Home: () => (event.ctrlKey ? links[0] : end(rows[row])),
        End: () => (event.ctrlKey ? links[links.length - 1] : end([...rows[row]].reverse())),
      }[event.key];
      const link = to ? to() : null;
      if (!link) return;
      event.preventDefault();
      link.focus();
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  });
  document.querySelectorAll("[data-with-script]").forEach((one) => { one.hidden = false; });
})();
