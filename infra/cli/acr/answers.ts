/**
 * What Alibaba's Container Registry answers of the triggers of a repository: one answer, several one after the other, or a list.
 *
 *   Enterprise, cr 2018-12-01: {"Code":"success","IsSuccess":true,"Triggers":[{TriggerId, TriggerName, TriggerUrl, TriggerType, TriggerTag, RepoEvent}]}
 *   https://www.alibabacloud.com/help/en/acr/developer-reference/api-cr-2018-12-01-listrepotrigger
 *   Personal, cr 2016-06-07: {"data":{"webhooks":[{webhookId, webhookName, webhookUrl, triggerType, triggerTag}]},"requestId":…}
 *
 * Neither says of which repository it is: that was in the question.
 */

import { type Fields, fields, isFields, textOf } from '../../../functions/core/fields.ts';
import { type Parsed, parsed, refused } from '../../../functions/core/parsed.ts';
import { shown } from '../../../functions/core/shown.ts';

export interface AcrTrigger {
  readonly name: string;
  readonly type: string;
  /** A text, a list, or a list as text. */
  readonly tag: unknown;
  readonly event: string;
  /** The host of its URL; the rest of that may be a secret and is not kept. */
  readonly host: string;
}

/** One list for each answer. */
export const readAnswers = (text: string): Parsed<readonly (readonly AcrTrigger[])[]> => {
  const values: unknown[] = [];
  for (const piece of piecesOf(text)) {
    try {
      values.push(JSON.parse(piece));
    } catch (error) {
      return refused(
        `this is no JSON (${error instanceof Error ? error.message.slice(0, 100) : 'it cannot be read'}): give what  aliyun cr ListRepoTrigger  prints`,
      );
    }
  }
  const answers: (readonly AcrTrigger[])[] = [];
  for (const answer of values.flatMap((value) => (Array.isArray(value) ? value : [value]))) {
    const read = readAnswer(answer);
    if (!read.ok) return read;
    answers.push(read.value);
  }
  return answers.length === 0 ? refused('there is no answer: give what  aliyun cr ListRepoTrigger  prints') : parsed(answers);
};

const readAnswer = (answer: unknown): Parsed<readonly AcrTrigger[]> => {
  if (!isFields(answer)) return refused('an answer is a JSON object with "Triggers", or with "data" and "webhooks" in it');
  if (answer.IsSuccess === false || answer.IsSuccess === 'false')
    return refused(`an answer is a refusal (${shown(textOf(answer.Code ?? answer.Message))}): ask again with the permission cr:ListWebHook`);
  const items = answer.Triggers ?? fields(answer.data).webhooks;
  if (!Array.isArray(items))
    return refused(
      `an answer has no "Triggers" and no "data.webhooks", but ${shown(Object.keys(answer).join(', '), 100)}: give that of ListRepoTrigger or GetRepoWebhook`,
    );
  return parsed(items.map((item) => triggerOf(fields(item))));
};

const triggerOf = ({ TriggerName, webhookName, TriggerType, triggerType, TriggerTag, triggerTag, TriggerUrl, webhookUrl, RepoEvent }: Fields): AcrTrigger => ({
  name: textOf(TriggerName ?? webhookName),
  type: textOf(TriggerType ?? triggerType),
  tag: TriggerTag ?? triggerTag,
  event: textOf(RepoEvent),
  host: hostIn(textOf(TriggerUrl ?? webhookUrl)),
});

const hostIn = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');

/** Texts of the values that stand one after the other, cut where none is open. */
const piecesOf = (text: string): readonly string[] => {
  const pieces: string[] = [];
  let [start, depth, inside] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inside) {
      if (char === '\\') at += 1;
      else if (char === '"') inside = false;
      continue;
    }
    if (char === '"') inside = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth === 0 && (char === '}' || char === ']')) {
      pieces.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  return [...pieces, text.slice(start)].filter((piece) => /[^\s\ufeff,]/.test(piece)).map((piece) => piece.replace(/^[\s\ufeff,]+/, ''));
};
