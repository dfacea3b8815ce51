/** Triggers, hooks with their last deliveries, and the question what a push would do. */
import { html } from 'hono/html';
import { type Fields, fields, isFields, list, textOf, texts } from '../core/fields.ts';
import { ruleText } from '../core/rule-text.ts';
import { callsTable } from './calls.ts';
import { badge, because, callLink, facts, type Html, link, page, pages, table, time, type View } from './layout.ts';

export const triggersPage = (view: View, answer: Fields, here: string | undefined): Html => {
  const { say } = view;
  const main = html`${table(
    view,
    [
      { head: say('name'), cell: ({ name }) => link('triggers', name) },
      { head: say('repository'), cell: ({ repository }) => html`<code>${textOf(repository)}</code>` },
      { head: say('rule'), cell: ({ rule }) => html`<code>${ruleText(rule)}</code>` },
      { head: say('application'), cell: ({ application }) => link('applications', application) },
      { head: say('hook'), cell: ({ hook }) => link('hooks', hook) },
      { head: say('enabled'), cell: ({ enabled }) => say(enabled === true ? 'yes' : 'no') },
    ],
    list(answer.items),
  )}
${pages(view, 'triggers', {}, { here, next: textOf(answer.cursor), more: 'more' })}`;
  return page(view, { title: say('triggers'), section: 'triggers', main });
};

export const triggerPage = (view: View, trigger: Fields, calls: readonly Fields[]): Html => {
  const { say } = view;
  const main = html`${facts([
    [say('warning'), texts(trigger.warnings).map((text) => html`<div class="note">${text}</div>`)],
    [say('repository'), html`<code>${textOf(trigger.repository)}</code>`],
    [say('rule'), html`<code>${ruleText(trigger.rule)}</code>`],
    [say('application'), link('applications', trigger.application)],
    [say('hook'), link('hooks', trigger.hook)],
    [say('enabled'), say(trigger.enabled === true ? 'yes' : 'no')],
  ])}
<h2>${say('calls')}</h2>${callsTable(view, calls, 'trigger')}
<p><a href="/console/calls?trigger=${encodeURIComponent(textOf(trigger.name))}">${say('more')}</a></p>`;
  return page(view, { title: textOf(trigger.name), section: 'triggers', main });
};

export const hooksPage = (view: View, answer: Fields, here: string | undefined): Html => {
  const { say } = view;
  const main = html`${table(
    view,
    [
      { head: say('name'), cell: ({ name }) => link('hooks', name) },
      { head: say('registry'), cell: ({ registry, registryHost }) => html`${textOf(registry)} <code>${textOf(registryHost)}</code>` },
      { head: say('enabled'), cell: ({ enabled }) => say(enabled === true ? 'yes' : 'no') },
    ],
    list(answer.items),
  )}
${pages(view, 'hooks', {}, { here, next: textOf(answer.cursor), more: 'more' })}`;
  return page(view, { title: say('hooks'), section: 'hooks', main });
};

export const hookPage = (view: View, hook: Fields, deliveries: Fields): Html => {
  const { say } = view;
  const { by, name } = fields(hook.credential);
  const main = html`${facts([
    [say('registry'), html`${textOf(hook.registry)} <code>${textOf(hook.registryHost)}</code>`],
    [say('names'), texts(hook.hostAliases).map((host) => html`<div><code>${host}</code></div>`)],
    [say('only'), texts(hook.repositories).map((path) => html`<div><code>${path}</code></div>`)],
    [say('credential'), [by, name].map(textOf).join(' ').trim()],
    [say('sweep'), hook.sweep === undefined ? undefined : html`<code>${textOf(hook.sweep)}</code>`],
    [say('enabled'), say(hook.enabled === true ? 'yes' : 'no')],
  ])}
<h2>${say('deliveries')}</h2>${textOf(deliveries.hint) === '' ? '' : html`<p class="note">${textOf(deliveries.hint)}</p>`}${table(
    view,
    [
      { head: say('time'), cell: ({ at }) => time(at) },
      { head: say('verdict'), cell: ({ verdict, source }) => html`${badge(view, verdict)}${source === 'test' ? html` (${say('test')})` : ''}` },
      { head: say('answer'), cell: ({ status }) => textOf(status) },
      { head: say('reference'), cell: ({ references }) => texts(references).map((text) => html`<div><code>${text}</code></div>`) },
      { head: say('reason'), cell: ({ why, hint }) => textOf(hint) || textOf(why) },
      { head: say('calls'), cell: ({ calls }) => texts(calls).map((id) => html`<div>${callLink(id)}</div>`) },
      { head: say('nearest'), cell: ({ nearest }) => list(nearest).map(({ trigger, why }) => html`<div>${link('triggers', trigger)} ${textOf(why)}</div>`) },
    ],
    list(deliveries.items),
  )}`;
  return page(view, { title: textOf(hook.name), section: 'hooks', main });
};

/** `image`: as it was asked about; that of a call is in the answer. */
export const explainPage = (view: View, image: string, answer: Fields | undefined): Html => {
  const { say } = view;
  const triggers = list(answer?.triggers);
  const main = html`<form class="row" method="get" action="/console/explain">
<input name="image" value="${image}" aria-label="${say('explainHint')}" placeholder="registry.example.com/shop/web:v1" required><button>${say('ask')}</button></form>
${
  answer === undefined
    ? html`<p>${say('explainHint')}</p>`
    : html`${isFields(answer.call) ? html`<p>${link('calls', answer.call.id)} ${badge(view, answer.call.status)}</p>` : ''}${textOf(answer.ignored) === '' ? '' : html`<p class="note">${textOf(answer.ignored)}</p>`}
${textOf(answer.hint) === '' ? '' : html`<p class="note">${textOf(answer.hint)}</p>`}
${table(
  view,
  [
    { head: say('trigger'), cell: ({ trigger }) => link('triggers', trigger) },
    { head: say('fires'), cell: ({ fires }) => html`<span class="badge ${fires === true ? 'good' : ''}">${say(fires === true ? 'yes' : 'no')}</span>` },
    { head: say('application'), cell: ({ application }) => link('applications', application) },
    {
      head: say('reason'),
      cell: ({ sentence, detail, warnings }) => html`${because(sentence, detail)}${texts(warnings).map((text) => html`<div class="note">${text}</div>`)}`,
    },
    {
      head: say('outlook'),
      cell: ({ verdict }) => {
        const { would, sentence, detail, until, by } = fields(verdict);
        return would === undefined
          ? ''
          : html`${badge(view, would)} ${because(sentence, detail)} ${until === undefined ? '' : html`${say('until')} ${time(until)}`} ${callLink(by)}`;
      },
    },
    { head: say('cure'), cell: ({ fires, cure, verdict }) => textOf(fires === true ? fields(verdict).cure : cure) },
  ],
  triggers,
)}
${list(answer.nearest).map(({ trigger, repository, why }) => html`<p>${say('nearest')}: ${link('triggers', trigger)} <code>${textOf(repository)}</code> ${textOf(why)}</p>`)}`
}`;
  return page(view, { title: say('explain'), section: 'explain', main });
};
