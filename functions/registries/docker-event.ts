/**
 * One event of CNCF Distribution, which Azure's registry sends in the same shape without the envelope.
 *
 *   {"id","timestamp","action":"push","target":{"mediaType","digest","repository","tag","references"},"request":{"host"},"actor":{"name"}}
 */
import * as z from 'zod/mini';
import type { IgnoredEvent, PushEvent } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { judge } from './judge.ts';
import { detail, optionalText, textIn, textOr } from './payload.ts';
import { zonedTime } from './time.ts';

export const dockerEvent = z.object({
  id: detail,
  timestamp: detail,
  action: z.string(),
  target: z.object({
    mediaType: optionalText,
    digest: optionalText,
    repository: z.string(),
    fromRepository: detail,
    tag: optionalText,
    references: detail,
  }),
  request: detail,
  actor: detail,
});
type DockerEvent = z.infer<typeof dockerEvent>;

export const judgeDockerEvent = ({ id, timestamp, action, target, request, actor }: DockerEvent): PushEvent | IgnoredEvent =>
  judge(
    {
      host: textIn(request, 'host'),
      path: target.repository,
      tag: textOr(target.tag),
      digest: textOr(target.digest),
      mediaType: textOr(target.mediaType),
      references: Array.isArray(target.references) ? target.references.flatMap((known) => textIn(known, 'mediaType') ?? []) : [],
      pushedAt: zonedTime(timestamp),
      actor: textIn(actor, 'name'),
      eventId: textOr(id),
    },
    action === 'push' ? undefined : `the action is ${shown(action, 30)}: only "push" can fire`,
  );
