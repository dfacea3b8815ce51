/**
 * Ingest: authenticate, read, enqueue; answer 2xx only when the queue has every part.
 *
 * What is authentic is always answered 2xx, with the reason when it is not a push or not understood: a 4xx makes some
 * senders repeat for ever and others switch themselves off. Nothing but the table and the queue is waited for.
 */
import { hostsOf, type IgnoredEvent, type Push } from '../core/push.ts';
import { ACCEPTED, type Answer, authentic, type Delivery, enqueue, type IngestPorts, receive, summary, tooLarge } from './delivery.ts';

/** Of one delivery: Event Grid sends so many events at once. Who names more names tags, and is not to fill the queue with them. */
const MOST_PUSHES = 5_000;

export const ingest = async (token: string, delivery: Delivery, ports: IngestPorts): Promise<Answer> => {
  const received = receive(delivery, ports);
  const { now, done } = received;
  const large = tooLarge(delivery);
  if (large !== undefined) return done(large);

  const found = await authentic(token, now, ports);
  // A trigger URL has its own door: the formats of registries are not for it.
  if (found === undefined || found.application !== undefined)
    return done({ status: 404, message: 'no such webhook URL: copy it again from the answer that created it, or rotate the hook' });

  const proof = await ports.verifyCredential(found, delivery, now);
  if (!proof.ok && proof.is === 'wrong') return done({ status: 401, message: proof.why }, found.name);

  const reading = await ports.read(found, delivery);
  // Who asks whether it may send often cannot prove itself yet (OPTIONS carries nothing); the answer tells only who knows the URL that it is one.
  if (reading.is === 'handshake')
    return done({ status: reading.answer.status, message: 'the sender asked whether it may send', as: reading.answer }, found.name);
  if (!proof.ok) return done({ status: proof.is === 'unready' ? 503 : 401, message: proof.why }, found.name);
  // Even what this format can read is not deployed then: one hook, one sender.
  const foreign = await ports.looksLike(found, delivery);
  if (foreign !== undefined)
    return done({ status: 200, message: `ignored: this looks like ${foreign.other}; the hook is for ${foreign.own}: make a hook for that sender` }, found.name);
  if (reading.is === 'unreadable') return done({ status: 200, message: `ignored: ${reading.why}` }, found.name);
  const ignored: IgnoredEvent[] = [...reading.ignored];
  const pushes: Push[] = [];
  for (const event of reading.pushes.slice(0, MOST_PUSHES)) {
    const push = ports.toPush(event, found, { id: ports.newUlid(now), receivedAt: now });
    if (push.ok) pushes.push(push.value);
    else ignored.push({ why: push.why, reference: `${event.path}:${event.tag}` });
  }
  if (pushes.length === 0) return done({ status: 200, message: `ignored: ${summary(ignored)}` }, found.name, ignored.length);
  if (!(await enqueue(received, found, hostsOf(found), pushes, ports)))
    return done({ status: 503, message: 'the queue did not take the push: send it again' }, found.name);
  const beyond = Math.max(0, reading.pushes.length - MOST_PUSHES);
  const message = beyond === 0 ? ACCEPTED : `accepted; the last ${beyond} are ignored: one delivery may hold ${MOST_PUSHES} pushes`;
  return done({ status: 202, message, pushes: pushes.length }, found.name, ignored.length + beyond);
};
