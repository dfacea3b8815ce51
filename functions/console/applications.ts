/** Applications: the list, and one with what it runs, wants and waits for, and what can be asked of it. */
import { html } from 'hono/html';
import { type Fields, fields, isFields, list, textOf } from '../core/fields.ts';
import { callsTable } from './calls.ts';
import { badge, facts, type Html, link, page, table, time, type View } from './layout.ts';
import type { Word } from './words.ts';

export const applicationsPage = (view: View, answer: Fields): Html => {
  const { say } = view;
  const main = table(
    view,
    [
      { head: say('name'), cell: ({ name }) => link('applications', name) },
      { head: say('target'), cell: ({ target }) => textOf(fields(target).kind) },
      { head: say('enabled'), cell: ({ enabled }) => say(enabled === true ? 'yes' : 'no') },
      { head: say('since'), cell: ({ createdAt }) => time(createdAt) },
    ],
    list(answer.items),
  );
  return page(view, { title: say('applications'), section: 'applications', main });
};

/** What a person may ask of an application here, each with its hint; the rest is asked by the command line. */
export const WISHES = ['release', 'hold', 'redeploy', 'rollback', 'refresh'] as const;
export type PageWish = (typeof WISHES)[number];
const HINTS = {
  release: 'releaseHint',
  hold: 'holdHint',
  redeploy: 'redeployHint',
  rollback: 'rollbackHint',
  refresh: 'refreshHint',
} as const satisfies Record<PageWish, Word>;

const UNDER_WAY: readonly unknown[] = ['queued', 'running', 'held'];

export const applicationPage = (view: View, item: Fields, calls: readonly Fields[]): Html => {
  const { say } = view;
  const status = fields(item.status);
  const hold = isFields(status.hold) ? status.hold : undefined;
  const wanted = list(status.wanted).filter((one) => UNDER_WAY.includes(one.status) || one.status === 'failed');
  const waiting = list(status.waiting);
  const name = textOf(item.name);
  const main = html`${facts([
    [say('state'), html`${badge(status.sync, true)} ${status.health === status.sync ? '' : badge(status.health, true)}`],
    [say('onHold'), hold === undefined ? undefined : html`${time(hold.since)} ${textOf(hold.by)} ${textOf(hold.why)}`],
    [say('runs'), list(status.running).map((one) => runs(view, one))],
    [say('wanted'), wanted.map((one) => html`<div>${which(one)} ${badge(one.status)} ${link('calls', one.call)}</div>`)],
    [say('waits'), waiting.map((one) => waits(view, one))],
    [say('rejected'), list(status.rejected).map(({ digest, why }) => html`<div><code>${textOf(digest)}</code> ${textOf(why)}</div>`)],
    [say('template'), textOf(fields(status.template).newest)],
    [say('target'), html`<code>${textOf(item.target)}</code>`],
    [say('enabled'), say(item.enabled === true ? 'yes' : 'no')],
  ])}
<h2>${say('actions')}</h2>${WISHES.filter((wish) => (wish === 'release' ? hold !== undefined : wish !== 'hold' || hold === undefined)).map((wish) => wishForm(view, name, wish))}
<h2>${say('calls')}</h2>${callsTable(view, calls)}`;
  return page(view, { title: name, section: 'applications', main, ...(wanted.some((one) => UNDER_WAY.includes(one.status)) ? { again: 3 } : {}) });
};

const which = ({ image, version, restart }: Fields): Html =>
  html`<code>${restart === true ? 'restart' : textOf(image)}</code>${version === undefined ? '' : ` v${textOf(version)}`}`;

const runs = ({ say }: View, one: Fields): Html => {
  const { revision, source } = fields(one.commit);
  return html`<div>${which(one)} · ${say('since')} ${time(one.since)} · ${link('calls', one.call)}${
    revision === undefined ? '' : html` · ${say('commit')} <code>${textOf(revision)}</code> ${textOf(source)}`
  }</div>`;
};

const waits = ({ say }: View, one: Fields): Html =>
  html`<div><code>${textOf(one.image)}</code> · ${textOf(one.sentence)} ${one.until === undefined ? '' : html`${say('until')} ${time(one.until)}`} ${link('calls', one.call)}</div>`;

const wishForm = ({ say }: View, name: string, wish: PageWish): Html =>
  html`<details><summary>${say(wish)}</summary><form method="post" action="/console/applications/${encodeURIComponent(name)}/${wish}">
<p>${say(HINTS[wish])}</p><button>${say('sure')}</button></form></details>`;
