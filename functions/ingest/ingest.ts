/**
 * Ingest: authenticate, read, enqueue; answer 2xx only when the queue has every part.
 *
 * What is authentic is always answered 2xx, with the reason when it is not a push or not understood: a 4xx makes some
 * senders repeat for ever and others switch themselves off. Nothing but the table and the queue is waited for.
 */
import { hostsOf, type IgnoredEvent, type Push, pushText } from '../core/push.ts';
import { ACCEPTED, type Answer, authentic, type Delivery, enqueue, type IngestPorts, idsFor, receive, spokeOf, summary, tooLarge } from './delivery.ts';

/** Of one delivery: Event Grid sends so many events at once. Who names more names tags, and is not to fill the queue with them. */
const MOST_PUSHES = 5_000;

/** One answer to a token that nobody gave out and to one whose hook is disabled: to who guesses they are the same. */
const NO_SUCH_URL = 'no such webhook URL, or its hook is disabled: copy it again from the answer that created it, rotate the hook, or enable it';

export const ingest = async (token: string, delivery: Delivery, ports: IngestPorts): Promise<Answer> => {
  const received = receive(delivery, ports);
  const { now, done } = received;
  const found = await authentic(token, now, ports);
  // A trigger URL has its own door: the formats of registries are not for it.
  const known = found?.application === undefined ? found : undefined;
  const large = tooLarge(delivery);
  if (large !== undefined) return known === undefined ? done(large) : received.ended(large, known.name, 'refused');
  if (known === undefined) return done({ status: 404, message: NO_SUCH_URL });
  const { name } = known;

  const proof = await ports.verifyCredential(known, delivery, now);
  if (!proof.ok && proof.is === 'wrong') return received.ended({ status: 401, message: proof.why }, name, 'refused');

  const reading = await ports.read(known, delivery);
  // Who asks whether it may send often cannot prove itself yet (OPTIONS carries nothing); the answer tells only who knows the URL that it is one.
  if (reading.is === 'handshake')
    return received.ended({ status: reading.answer.status, message: 'the sender asked whether it may send', as: reading.answer }, name, 'handshake');
  if (!proof.ok && proof.is === 'unready') return received.ended({ status: 503, message: proof.why }, name, 'not-taken');
  if (!proof.ok) return received.ended({ status: 401, message: proof.why }, name, 'refused');
  // Even what this format can read is not deployed then: one hook, one sender.
  const foreign = await ports.looksLike(known, delivery);
  if (foreign !== undefined)
    return received.ended(
      { status: 200, message: `ignored: this looks like ${foreign.other}; the hook is for ${foreign.own}: make a hook for that sender` },
      name,
      'other-format',
    );
  if (reading.is === 'unreadable') return received.ended({ status: 200, message: `ignored: ${reading.why}` }, name, 'unreadable');
  const ignored: IgnoredEvent[] = [...reading.ignored];
  const pushes: Push[] = [];
  const newId = idsFor(received, ports);
  for (const event of reading.pushes.slice(0, MOST_PUSHES)) {
    const push = ports.toPush(event, known, { id: newId(), receivedAt: now });
    if (push.ok) pushes.push(push.value);
    else ignored.push({ why: push.why, reference: `${event.path}:${event.tag}` });
  }
  if (pushes.length === 0) return received.ended({ status: 200, message: `ignored: ${summary(ignored)}` }, name, 'ignored', spokeOf(ignored));
  if (!(await enqueue(received, known, hostsOf(known), pushes, ports)))
    return received.ended({ status: 503, message: 'the queue did not take the push: send it again' }, name, 'not-taken', { references: pushes.map(pushText) });
  // What comes of it is for match to note.
  const beyond = Math.max(0, reading.pushes.length - MOST_PUSHES);
  const message = beyond === 0 ? ACCEPTED : `accepted; the last ${beyond} are ignored: one delivery may hold ${MOST_PUSHES} pushes`;
  return done({ status: 202, message, pushes: pushes.length }, name, ignored.length + beyond);
};
