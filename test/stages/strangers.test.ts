/** Senders who ask first, and senders at the wrong hook, through the door of ingest. */
import { describe, expect, test } from 'vitest';
import type { Credential } from '../../functions/core/definitions.ts';
import { hashToken } from '../../functions/hooks/token.ts';
import { makeIngestHandler } from '../../functions/ingest/handler.ts';
import { labelOf, looksLike, REGISTRY_NAMES } from '../../functions/registries/index.ts';
import { claimedBy, fixtures, formatOf, sameBody, scopeFor } from '../registries/fixtures.ts';
import { apiContext, gatewayEvent } from './events.ts';
import { TOKEN } from './given.ts';
import { bare, ready, send } from './ingest-door.ts';

describe('a handshake', () => {
  const asking = fixtures.filter(({ format, request }) => formatOf(format).read(request, scopeFor(format)).is === 'handshake');
  test('is recorded of some sender', () => expect(asking.length).toBeGreaterThan(1));

  test.each(asking)('$file is answered as its sender wants it, with or without the second factor', async ({ format, request, expected, respond }) => {
    const credential: Credential = { by: 'header', name: 'authorization', values: [{ sha256: hashToken('s3cret'), createdAt: 0 }] };
    for (const [given, headers] of [
      [undefined, {}],
      [credential, {}],
      [credential, { authorization: 's3cret' }],
    ] as const) {
      const bench = ready(format, { expected }, given);
      const answer = await send(bench, bare(request), headers);
      expect(answer.status).toBe(respond?.status ?? 200);
      const names = Object.keys(answer.headers ?? {}).map((name) => name.toLowerCase());
      for (const name of respond?.headers ?? []) expect(names).toContain(name.toLowerCase());
      if (respond?.body !== undefined) expect(JSON.parse(answer.body)).toEqual(respond.body);
      expect(answer.body).not.toContain('"code"');
      expect(bench.enqueued).toEqual([]);
    }
  });

  test.each(asking)('$file is refused to a wrong token, and with a wrong second factor', async ({ format, request, expected }) => {
    const bench = ready(format, { expected }, { by: 'header', name: 'authorization', values: [{ sha256: hashToken('s3cret'), createdAt: 0 }] });
    expect((await send(bench, bare(request), { authorization: 'guess' })).status).toBe(401);
    const event = gatewayEvent(TOKEN.replace('it_hub', 'it_hubs'), undefined, { method: request.method, headers: { ...request.headers } });
    expect((await makeIngestHandler(bench.ports.ingest)(event, apiContext)).statusCode).toBe(404);
  });
});

describe('a hook is bound to one format', () => {
  test.each(REGISTRY_NAMES.map((name) => ({ name })))('$name deploys nothing that is another sender’s, and says whose it is', async ({ name }) => {
    for (const fixture of fixtures.filter(({ format }) => !sameBody(format, name))) {
      const bench = ready(name, fixture);
      const answer = await send(bench, fixture.request);
      expect(bench.enqueued, fixture.file).toEqual([]);
      expect(answer.status, fixture.file).toBeLessThan(300);
      const other = await looksLike(fixture.request, name);
      if (fixture.kind !== 'image-push' || other === undefined) continue;
      expect(other, fixture.file).toBe(claimedBy(fixture.format));
      expect(answer.body, fixture.file).toContain(`this looks like ${labelOf(other)}; the hook is for ${labelOf(name)}`);
    }
  });
});
