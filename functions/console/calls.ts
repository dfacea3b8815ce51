/** The access record: the list with its filters, and one call with its attempts. */
import { html } from 'hono/html';
import { FINAL, OPEN } from '../core/call.ts';
import { type Fields, fields, isFields, list, textOf } from '../core/fields.ts';
import { badge, because, facts, type Html, link, page, pages, table, time, type View } from './layout.ts';
import { stateIn } from './states.ts';

/** Filters that the page has; the API has more. */
export const FILTERS = ['application', 'trigger', 'status'] as const;
export type Filters = Readonly<Partial<Record<(typeof FILTERS)[number] | 'cursor', string>>>;

export const callsPage = (view: View, answer: Fields, filters: Filters): Html => {
  const { say } = view;
  const main = html`<form class="row" method="get" action="/console/calls">
<label>${say('application')} <input name="application" value="${filters.application ?? ''}" size="12"></label>
<label>${say('trigger')} <input name="trigger" value="${filters.trigger ?? ''}" size="12"></label>
<label>${say('status')} <select name="status"><option value="">${say('all')}</option>${[...OPEN, ...FINAL].map(
    (status) => html`<option value="${status}"${status === filters.status ? html` selected` : ''}>${stateIn(view.lang, status)}</option>`,
  )}</select></label>
<button>${say('filter')}</button></form>
${callsTable(view, list(answer.items))}
${pages(view, 'calls', given(filters), { here: filters.cursor, next: textOf(answer.cursor), more: 'older' })}`;
  return page(view, { title: say('calls'), section: 'calls', main });
};

const given = (filters: Filters): Record<string, string> =>
  Object.fromEntries(FILTERS.flatMap((name) => (filters[name] === undefined ? [] : [[name, filters[name]]])));

/** Of a list, which is to be looked over; the call itself has it whole. */
const DETAIL_SHOWN = 160;

/** `known`: a column that says the same in each row. */
export const callsTable = (view: View, calls: readonly Fields[], known?: 'application' | 'trigger'): Html => {
  const { say } = view;
  const columns = [
    { head: say('time'), cell: ({ id, receivedAt }: Fields) => html`<a href="/console/calls/${encodeURIComponent(textOf(id))}">${time(receivedAt)}</a>` },
    ...(known === 'trigger'
      ? []
      : [{ head: say('trigger'), cell: ({ trigger }: Fields) => (textOf(trigger).startsWith('!') ? textOf(trigger) : link('triggers', trigger)) }]),
    ...(known === 'application' ? [] : [{ head: say('application'), cell: ({ application }: Fields) => link('applications', application) }]),
    {
      head: say('image'),
      cell: ({ repository, tag, action }: Fields) => html`<code>${textOf(repository)}${tagOf(tag)}</code> ${textOf(action)}`,
    },
    { head: say('status'), cell: ({ status }: Fields) => badge(view, status) },
    { head: say('reason'), cell: ({ sentence, detail }: Fields) => because(sentence, detail, DETAIL_SHOWN) },
    {
      head: say('responseBody'),
      cell: ({ responseStatus, responseBody }: Fields) =>
        responseStatus === undefined ? '' : html`${textOf(responseStatus)} <code>${textOf(responseBody).slice(0, 120)}</code>`,
    },
  ];
  return table(view, columns, calls);
};

/** On a line of its own rather than broken inside. */
const tagOf = (tag: unknown): Html | '' => (textOf(tag) === '' ? '' : html`<wbr>:${textOf(tag)}`);

export const callPage = (view: View, call: Fields): Html => {
  const { say } = view;
  const open = OPEN.some((status) => status === call.status);
  const { revision, source } = fields(call.commit);
  const main = html`${facts([
    [say('status'), badge(view, call.status)],
    [say('reason'), call.reason === undefined ? undefined : html`<code>${textOf(call.reason)}</code> ${because(call.sentence, call.detail)}`],
    [say('cure'), textOf(call.cure)],
    [say('until'), call.until === undefined ? undefined : time(call.until)],
    [say('image'), html`<code>${textOf(call.repository)}${tagOf(call.tag)} ${textOf(call.digest)}</code>`],
    [say('commit'), revision === undefined ? undefined : html`<code>${textOf(revision)}</code> ${textOf(source)}`],
    [say('trigger'), textOf(call.trigger).startsWith('!') ? textOf(call.trigger) : link('triggers', call.trigger)],
    [say('application'), link('applications', call.application)],
    [say('hook'), link('hooks', call.hook)],
    [say('time'), html`${time(call.receivedAt)} → ${time(call.endedAt)}`],
  ])}
${textOf(call.trigger).startsWith('!') ? '' : html`<p><a href="/console/explain?call=${encodeURIComponent(textOf(call.id))}">${say('explainCall')}</a></p>`}
<h2>${say('attempts')}</h2>${list(call.attempts).length === 0 ? html`<p>${say('none')}</p>` : list(call.attempts).map((one) => attempt(view, one))}`;
  return page(view, { title: textOf(call.id), section: 'calls', main, ...(open ? { again: 3 } : {}) });
};

const attempt = (view: View, one: Fields): Html => {
  const { say } = view;
  const { request, response } = one;
  return html`<h3>${say('attempt')} ${textOf(one.n)} · ${badge(view, one.outcome)} · ${time(one.at)}${one.ms === undefined ? '' : ` · ${textOf(one.ms)} ms`}</h3>
<p>${textOf(one.detail)} ${textOf(one.error)}</p>
${isFields(request) ? html`<h4>${say('request')}</h4><pre>${textOf(request.method)} ${textOf(request.url)}\n\n${bodyOf(request)}</pre>` : ''}
${isFields(response) ? html`<h4>${textOf(response.status)} · ${say('responseBody')}</h4><pre>${bodyOf(response)}</pre>` : ''}`;
};

const bodyOf = ({ body }: Fields): string => (isFields(body) ? textOf(body.text) : textOf(body));
