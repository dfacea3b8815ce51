/** The page's one style sheet; no fonts, no images, nothing from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8883; --soft: #8881; --good: #1a7f37; --bad: #cf222e; --wait: #9a6700; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --wait: #d29922; --link: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; padding: .6rem 1.25rem; border-bottom: 1px solid var(--line); }
header nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
header strong { margin-right: .5rem; }
header a[aria-current] { font-weight: 600; text-decoration: none; color: inherit; }
header .end { margin-left: auto; display: flex; gap: 1rem; align-items: center; }
main { padding: 1rem 1.25rem 3rem; max-width: 90rem; }
h1 { font-size: 1.3rem; margin: .2rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
h4 { font-size: .9rem; margin: .8rem 0 .3rem; }
p { overflow-wrap: anywhere; }
a { color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 5rem; }
td:has(> code) { min-width: 12rem; }
td code { overflow-wrap: anywhere; }
time { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; overflow: auto; max-height: 24rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .85rem; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
.detail { font-size: .9em; opacity: .8; }
.note { border-left: 3px solid var(--wait); padding: .4rem .75rem; background: var(--soft); }
form.inline { display: inline; }
form.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: 1rem; }
form.row input { flex: 1 1 24rem; }
input, select, button { font: inherit; padding: .25rem .6rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: flex-start; }
summary { cursor: pointer; list-style: none; padding: .2rem .75rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--soft); }
summary::-webkit-details-marker { display: none; }
details[open] { border: 1px solid var(--line); border-radius: .35rem; padding: 0 .75rem .75rem; }
details[open] summary { border: 0; background: none; padding-left: 0; font-weight: 600; }
@media (max-width: 44rem) {
  header, main { padding-left: .9rem; padding-right: .9rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
  thead { display: none; }
  table, tbody, tr, td { display: block; min-width: 0; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td { border: 0; padding: .1rem 0; }
  td:has(> code) { min-width: 0; }
  td:empty { display: none; }
  td::before { content: attr(data-head) ": "; font-weight: 600; }
  form.row input { flex-basis: 10rem; }
}
button.link { border: 0; background: none; padding: 0; color: var(--link); cursor: pointer; text-decoration: underline; }
`;
