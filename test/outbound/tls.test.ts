/** A certificate that nobody vouches for ends the call before a byte of it has left. */
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { call, open } from './calling.ts';
import { CERTIFICATE } from './certificate.ts';
import { serveHttps, serveTcp } from './loopback.ts';

describe('TLS', () => {
  it('is refused when nobody vouches for the certificate, before a byte of the request leaves', async () => {
    let requests = 0;
    const server = await serveHttps((_, response) => {
      requests += 1;
      response.end();
    });
    const answer = await call(server.origin, open(server), { headers: { authorization: 'Bearer secret-value' }, body: '{}' });
    expect(answer).toMatchObject({ is: 'broken', sent: false });
    expect(answer.is === 'broken' && answer.why).toMatch(/self-signed certificate/);
    expect(requests).toBe(0);
  });

  it('is refused even where the environment turns the check off', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const server = await serveHttps((_, response) => response.end());
      expect(await call(server.origin, open(server))).toMatchObject({ is: 'broken', sent: false });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('is spoken with a certificate that is trusted, by address and by name', async () => {
    const server = await serveHttps((request, response) => response.end(request.headers.host));
    expect(await call(server.origin, { ...open(server), ca: CERTIFICATE })).toMatchObject({ is: 'answered', status: 200 });
    const byName = await call(`https://localhost:${server.port}/`, {
      ...open(server, 'localhost'),
      ca: CERTIFICATE,
      lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    expect(byName).toMatchObject({ is: 'answered', body: `localhost:${server.port}` });
  });

  it('is spoken with the authority that the request itself names, which takes the place of every other one', async () => {
    const server = await serveHttps((_, response) => response.end());
    expect(await call(server.origin, open(server), { ca: CERTIFICATE })).toMatchObject({ is: 'answered', status: 200 });
    // The certificate is trusted by the caller, and not by this request.
    expect(await call(server.origin, { ...open(server), ca: CERTIFICATE }, { ca: rootCertificates[0] ?? '' })).toMatchObject({ is: 'broken', sent: false });
    expect(await call(server.origin, open(server), { ca: 'no certificate' })).toMatchObject({ is: 'broken', sent: false });
  });

  it('is refused under another name than the certificate has', async () => {
    const server = await serveHttps((_, response) => response.end());
    const answer = await call(`https://other.example:${server.port}/`, {
      ...open(server, 'other.example'),
      ca: CERTIFICATE,
      lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    expect(answer).toMatchObject({ is: 'broken', sent: false });
    expect(answer.is === 'broken' && answer.why).toMatch(/does not match certificate/);
  });

  it('with somebody who speaks none is broken, not sent', async () => {
    const server = await serveTcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await call(`https://127.0.0.1:${server.port}/`, open(server))).toMatchObject({ is: 'broken', sent: false });
  });
});
