/** The access record: the list with its filters, and one call with its attempts. */
import { html } from 'hono/html';
import { FINAL, OPEN } from '../core/call.ts';
import { type Fields, fields, isFields, list, textOf } from '../core/fields.ts';
import { badge, facts, type Html, link, page, table, time, type View } from './layout.ts';

/** Filters that the page has; the API has more. */
export const FILTERS = ['application', 'trigger', 'status'] as const;
export type Filters = Readonly<Partial<Record<(typeof FILTERS)[number] | 'cursor', string>>>;

export const callsPage = (view: View, answer: Fields, filters: Filters): Html => {
  const { say } = view;
  const next = textOf(answer.cursor);
  const older = new URLSearchParams({ ...given(filters), cursor: next });
  const main = html`<form class="row" method="get" action="/console/calls">
<label>${say('application')} <input name="application" value="${filters.application ?? ''}" size="12"></label>
<label>${say('trigger')} <input name="trigger" value="${filters.trigger ?? ''}" size="12"></label>
<label>${say('status')} <select name="status"><option value="">${say('all')}</option>${[...OPEN, ...FINAL].map(
    (status) => html`<option${status === filters.status ? html` selected` : ''}>${status}</option>`,
  )}</select></label>
<button>${say('filter')}</button></form>
${callsTable(view, list(answer.items))}
<p>${filters.cursor === undefined ? '' : html`<a href="/console/calls?${new URLSearchParams(given(filters)).toString()}">${say('newest')}</a> `}${
    next === '' ? '' : html`<a href="/console/calls?${older.toString()}">${say('older')}</a>`
  }</p>`;
  return page(view, { title: say('calls'), section: 'calls', main });
};

const given = (filters: Filters): Record<string, string> =>
  Object.fromEntries(FILTERS.flatMap((name) => (filters[name] === undefined ? [] : [[name, filters[name]]])));

export const callsTable = (view: View, calls: readonly Fields[]): Html => {
  const { say } = view;
  return table(
    view,
    [
      { head: say('time'), cell: ({ id, receivedAt }) => html`<a href="/console/calls/${encodeURIComponent(textOf(id))}">${time(receivedAt)}</a>` },
      { head: say('trigger'), cell: ({ trigger }) => (textOf(trigger).startsWith('!') ? textOf(trigger) : link('triggers', trigger)) },
      { head: say('application'), cell: ({ application }) => link('applications', application) },
      {
        head: say('image'),
        cell: ({ repository, tag, action }) => html`<code>${textOf(repository)}${textOf(tag) === '' ? '' : `:${textOf(tag)}`}</code> ${textOf(action)}`,
      },
      { head: say('status'), cell: ({ status }) => badge(status) },
      { head: say('reason'), cell: ({ sentence, detail }) => html`${textOf(sentence)} ${textOf(detail)}` },
      {
        head: say('responseBody'),
        cell: ({ responseStatus, responseBody }) => html`${textOf(responseStatus)} <code>${textOf(responseBody).slice(0, 120)}</code>`,
      },
    ],
    calls,
  );
};

export const callPage = (view: View, call: Fields): Html => {
  const { say } = view;
  const open = OPEN.some((status) => status === call.status);
  const { revision, source } = fields(call.commit);
  const main = html`${facts([
    [say('status'), badge(call.status)],
    [say('reason'), call.reason === undefined ? undefined : html`${textOf(call.sentence)} ${textOf(call.detail)} <code>${textOf(call.reason)}</code>`],
    [say('cure'), textOf(call.cure)],
    [say('until'), call.until === undefined ? undefined : time(call.until)],
    [say('image'), html`<code>${textOf(call.repository)}${textOf(call.tag) === '' ? '' : `:${textOf(call.tag)}`} ${textOf(call.digest)}</code>`],
    [say('commit'), revision === undefined ? undefined : html`<code>${textOf(revision)}</code> ${textOf(source)}`],
    [say('trigger'), textOf(call.trigger).startsWith('!') ? textOf(call.trigger) : link('triggers', call.trigger)],
    [say('application'), link('applications', call.application)],
    [say('hook'), link('hooks', call.hook)],
    [say('time'), html`${time(call.receivedAt)} → ${time(call.endedAt)}`],
  ])}
<h2>${say('attempts')}</h2>${list(call.attempts).length === 0 ? html`<p>${say('none')}</p>` : list(call.attempts).map((one) => attempt(view, one))}`;
  return page(view, { title: textOf(call.id), section: 'calls', main, ...(open ? { again: 3 } : {}) });
};

const attempt = ({ say }: View, one: Fields): Html => {
  const { request, response } = one;
  return html`<h2>${say('attempt')} ${textOf(one.n)} · ${textOf(one.outcome)} · ${time(one.at)}</h2>
${textOf(one.detail)}${textOf(one.error)}
${isFields(request) ? html`<h3>${say('request')}</h3><pre>${textOf(request.method)} ${textOf(request.url)}\n\n${bodyOf(request)}</pre>` : ''}
${isFields(response) ? html`<h3>${textOf(response.status)} · ${say('responseBody')}</h3><pre>${bodyOf(response)}</pre>` : ''}`;
};

const bodyOf = ({ body }: Fields): string => (isFields(body) ? textOf(body.text) : textOf(body));
