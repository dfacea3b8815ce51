/** What every page has: head, navigation, language, the way out. Everything that is put in is escaped by `html`. */
import { html } from 'hono/html';
import type { Fields } from '../core/fields.ts';
import { textOf } from '../core/fields.ts';
import { stateIn } from './states.ts';
import { type Lang, type Say, sayIn, type Word } from './words.ts';

export type Html = ReturnType<typeof html>;

export interface View {
  readonly lang: Lang;
  readonly say: Say;
  /** Path and query of the page itself: whoever chooses the other language stays on it. */
  readonly here: string;
}

export const viewIn = (lang: Lang, here: string): View => ({ lang, say: sayIn(lang), here });

const NAVIGATION = ['applications', 'calls', 'triggers', 'hooks', 'explain'] as const satisfies readonly Word[];
type Section = (typeof NAVIGATION)[number];

interface PageParts {
  readonly title: string;
  /** Absent where nobody is signed in. */
  readonly section?: Section;
  /** Seconds after which the page asks again, while something is under way. */
  readonly again?: number;
  readonly main: Html;
}

export const page = (view: View, { title, section, again, main }: PageParts): Html => html`<!doctype html>
<html lang="${view.lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${again === undefined ? '' : html`<meta http-equiv="refresh" content="${again}">`}
<title>${title} · Image Triggers</title>
<link rel="stylesheet" href="/console/style.css">
</head>
<body>
<header><strong>Image Triggers</strong>${section === undefined ? '' : navigation(view, section)}</header>
<main><h1>${title}</h1>${main}</main>
</body>
</html>`;

const navigation = ({ lang, say, here }: View, current: Section): Html => html`<nav>${NAVIGATION.map(
  (each) => html`<a href="/console/${each}"${each === current ? html` aria-current="page"` : ''}>${say(each)}</a> `,
)}</nav>
<div class="end">
<form class="inline" method="post" action="/console/language"><input type="hidden" name="lang" value="${lang === 'zh' ? 'en' : 'zh'}"><input type="hidden" name="to" value="${here}"><button class="link">${say('language')}</button></form>
<form class="inline" method="post" action="/console/session/end"><button class="link">${say('signOut')}</button></form>
</div>`;

interface Column {
  readonly head: string;
  readonly cell: (item: Fields) => unknown;
}

/** A table, or the word that there is nothing. */
export const table = ({ say }: View, columns: readonly Column[], items: readonly Fields[]): Html =>
  items.length === 0
    ? html`<p>${say('none')}</p>`
    : html`<div class="scroll"><table><thead><tr>${columns.map(({ head }) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${items.map((item) => html`<tr>${columns.map(({ head, cell }) => html`<td data-head="${head}">${cell(item)}</td>`)}</tr>`)}</tbody></table></div>`;

/** The way to what does not fit on this page, and back to its beginning. */
export const pages = ({ say }: View, path: string, query: Readonly<Record<string, string>>, { here, next, more }: Cursors): Html => {
  const to = (given: Readonly<Record<string, string>>): string => `/console/${path}?${new URLSearchParams(given).toString()}`;
  const first = here === undefined ? '' : html`<a href="${to(query)}">${say(more === 'older' ? 'newest' : 'first')}</a> `;
  const rest = next === '' ? '' : html`<a href="${to({ ...query, cursor: next })}">${say(more)}</a>`;
  return html`<p>${first}${rest}</p>`;
};

interface Cursors {
  readonly here: string | undefined;
  readonly next: string;
  readonly more: Extract<Word, 'older' | 'more'>;
}

/** What has no value, or holds nothing, is left out. */
export const facts = (pairs: readonly (readonly [string, unknown])[]): Html =>
  html`<dl>${pairs.map(([name, value]) => (value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? '' : html`<dt>${name}</dt><dd>${value}</dd>`))}</dl>`;

const KINDS: Readonly<Record<string, string>> = {
  succeeded: 'good',
  delivered: 'good',
  synced: 'good',
  healthy: 'good',
  fired: 'good',
  failed: 'bad',
  refused: 'bad',
  unreadable: 'bad',
  'other-format': 'bad',
  unheard: 'wait',
  unknown: 'bad',
  degraded: 'bad',
  'out-of-sync': 'bad',
  queued: 'wait',
  held: 'wait',
  running: 'wait',
  progressing: 'wait',
};

/** `unknown` is no alarm where a target cannot be asked: there it is shown plainly. */
export const badge = ({ lang }: View, state: unknown, plain = false): Html => {
  const text = textOf(state);
  return html`<span class="badge ${plain && text === 'unknown' ? '' : (KINDS[text] ?? '')}" title="${text}">${stateIn(lang, text)}</span>`;
};

export const link = (section: Section, name: unknown): Html | '' => {
  const text = textOf(name);
  return text === '' ? '' : html`<a href="/console/${section}/${encodeURIComponent(text)}">${text}</a>`;
};

/** A sentence, and what was so this time. */
export const because = (sentence: unknown, detail: unknown, most = Number.POSITIVE_INFINITY): Html => {
  const text = textOf(detail);
  const said = text.length > most ? `${text.slice(0, most)}…` : text;
  return html`${textOf(sentence)}${said === '' ? '' : html`<div class="detail">${said}</div>`}`;
};

/** By what made it: the rest of its id says when, which stands beside it. */
export const callLink = (id: unknown): Html | '' => {
  const text = textOf(id);
  return text === '' ? '' : html`<a href="/console/calls/${encodeURIComponent(text)}" title="${text}">${text.replace(/^[^.]*\./, '')}</a>`;
};

/** Down to the second, as UTC: `2026-11-25 16:07:33`. */
export const time = (value: unknown): Html => {
  const text = textOf(value);
  return html`<time datetime="${text}">${text.replace('T', ' ').replace(/\..*$/, '')}</time>`;
};
