// What must be said on the agent's call, and what may not be: as the call was cleared, with whose word it is.

import type { Seat, Statement } from "./api";
import { SPEECH_WORDS } from "./words";
import { page } from "./view";

export function showStatements(seat: Seat | null): void {
  const rows = seat?.statements ?? [];
  page.statements.hidden = rows.length === 0;
  const wanted = JSON.stringify(rows);
  if (page.statements.dataset["rows"] === wanted) return;
  page.statements.dataset["rows"] = wanted;
  page.statements.replaceChildren(...rows.map(line));
}

function line(row: Statement): HTMLLIElement {
  const made = document.createElement("li");
  made.className = row.speech;
  const about = row.debts.length === 0 ? "" : ` About ${row.debts.join(", ")}.`;
  made.textContent = `${SPEECH_WORDS[row.speech]} ${row.text}.${about}`;
  made.title = `${row.rule}: ${row.citation}`;
  return made;
}
