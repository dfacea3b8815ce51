/** A target on this machine that takes whatever it is sent, and keeps it; a redeploy has no body. Ends with its test. */
import { serveHttp } from '../outbound/loopback.ts';

export const startReceiver = async () => {
  const bodies: string[] = [];
  const { port } = await serveHttp(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    bodies.push(body);
    response.end('taken');
  });
  return { port, bodies };
};
