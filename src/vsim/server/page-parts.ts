/** Runs in the browser: renews what the page shows when something changed, and leaves folded away what was folded. */
export const PAGE_SCRIPT = `'use strict';
const state = document.getElementById('state');
const trouble = document.getElementById('trouble');
let version = '';
async function renew() {
  try {
    const answer = await fetch('/vsim/state?since=' + encodeURIComponent(version), { cache: 'no-store' });
    if (answer.status === 200) {
      const text = await answer.text();
      const closed = new Set([...document.querySelectorAll('details:not([open])')].map((d) => d.dataset.key));
      state.innerHTML = text;
      for (const d of document.querySelectorAll('details')) d.open = !closed.has(d.dataset.key);
      version = answer.headers.get('x-vsim-version') ?? '';
    }
    trouble.textContent = answer.ok ? '' : 'The simulator answers ' + answer.status + '.';
  } catch {
    trouble.textContent = 'The simulator does not answer.';
  }
  setTimeout(renew, 1000);
}
renew();
`;

export const PAGE_STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 1rem 2rem; }
ul { list-style: none; padding-left: 1.2rem; margin: 0.1rem 0; }
summary { line-height: 1.6; cursor: pointer; }
small { opacity: 0.8; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: 0.1rem 0.8rem 0.1rem 0; }
tr.error { color: #b3261e; }
@media (prefers-color-scheme: dark) { tr.error { color: #ffb4ab; } }
tr.running, tr.queued { font-weight: bold; }
#trouble { font-weight: bold; }
`;
