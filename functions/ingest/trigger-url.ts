/**
 * Ingest behind `/hook/trigger?token=…`: a hook that is bound to one application, through the same queue and calls.
 *
 * Here a person's curl or CI job waits for the answer, so what cannot be done is refused with its status: the origin said
 * everything inside a 200. Only what an ACR pushes beside images (signatures) is no mistake of anybody, and is answered 200.
 */
import type { HookDefinition } from '../core/definitions.ts';
import { ANY_HOST } from '../core/image.ts';
import { forApplication, hostsOf, type Push, pushText, toRestart } from '../core/push.ts';
import { shown } from '../core/shown.ts';
import { type Answer, authentic, type Delivery, enqueue, type IngestPorts, idsFor, receive, spokeOf, summary, tooLarge } from './delivery.ts';
import { lookAhead } from './link-preview.ts';

export const triggerUrl = async (token: string, delivery: Delivery, ports: IngestPorts): Promise<Answer> => {
  const received = receive(delivery, ports);
  const { now, done } = received;
  const hook = await authentic(token, now, ports);
  const large = tooLarge(delivery);
  if (large !== undefined && hook === undefined) return done(large);
  const application = hook?.application === undefined ? undefined : await ports.application(hook.application);
  // An application of the same name that was made later is another one: the URL ended with the first.
  if (hook === undefined || application === undefined || application.createdAt > hook.createdAt)
    return done({ status: 404, message: 'no such trigger URL: copy it again from the answer that created it, or create another one' });

  const { name } = hook;
  const refused = large ?? methodProblem(hook, delivery.method) ?? previewProblem(delivery);
  if (refused !== undefined) return received.ended(refused, name, 'refused');

  const reading = await ports.readTrigger(hook, delivery);
  if (reading.is === 'unreadable') {
    const foreign = await ports.looksLike(hook, delivery);
    return received.ended(
      { status: 400, message: `${reading.why}${foreign === undefined ? '' : `; this looks like ${foreign.other}: make a hook for that sender`}` },
      name,
      foreign === undefined ? 'unreadable' : 'other-format',
    );
  }
  if (reading.is === 'events' && reading.pushes.length === 0)
    return received.ended({ status: 200, message: `ignored: ${summary(reading.ignored)}` }, name, 'ignored', spokeOf(reading.ignored));

  const newId = idsFor(received, ports);
  const made = (): { id: string; receivedAt: number } => ({ id: newId(), receivedAt: now });
  const pushes: Push[] = [];
  if (reading.is === 'restart') pushes.push(toRestart(name, application.name, made()));
  else
    for (const event of reading.pushes) {
      const push = ports.toPush(event, hook, made());
      if (!push.ok) return received.ended({ status: 400, message: push.why }, name, 'refused', { references: [`${event.path}:${event.tag}`] });
      pushes.push(forApplication(push.value, application.name));
    }
  const hosts = reading.is === 'events' && reading.anyHost === true ? [ANY_HOST] : hostsOf(hook);
  // It is sent on all the same, so that the access record shows who tried.
  const refusal: Answer | undefined = application.source !== undefined && reading.is === 'events' ? { status: 400, message: await gitSource() } : undefined;
  if (!(await enqueue(received, hook, hosts, pushes, ports, refusal?.status)))
    return received.ended({ status: 503, message: 'the queue did not take it: send it again' }, name, 'not-taken', { references: pushes.map(pushText) });

  return done(refusal ?? { status: 200, message: '', pushes: pushes.length }, name);
};

const methodProblem = ({ get }: HookDefinition, method: string): Answer | undefined => {
  if (method === 'POST' || (method === 'GET' && get === true)) return undefined;
  const allow = get === true ? 'GET, POST' : 'POST';
  return method === 'GET'
    ? {
        status: 405,
        allow,
        message: 'GET is switched off for this URL, because whatever looks at a link sends one: send POST, or create a URL with "get": true',
      }
    : { status: 405, allow, message: `${shown(method, 20)} does nothing here: send ${get === true ? 'GET or POST' : 'POST'}` };
};

/** A page that holds the URL, or a chat, deploys nothing by being looked at. */
const previewProblem = ({ method, headers }: Delivery): Answer | undefined => {
  const told = method === 'GET' ? lookAhead(headers) : undefined;
  return told === undefined
    ? undefined
    : { status: 400, message: `prefetch-refused: a program looked at the link (${told}), and nothing is deployed by that: open the URL itself, or send POST` };
};

/** Loaded only here: the table of reasons is a tenth of what ingest may weigh. */
const gitSource = async (): Promise<string> => {
  const { REASONS } = await import('../core/reason.ts');
  const { sentence, cure } = REASONS['git-source'].en;
  return `${sentence} ${cure}`;
};
