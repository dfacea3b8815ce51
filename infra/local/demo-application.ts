/** The web application of the demo: a page in the colour of the image it runs, and an endpoint that deploys another image. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { fields, parseJson, text } from './json.ts';

export interface DemoApplication {
  readonly port: number;
  readonly pageUrl: string;
  readonly deployUrl: string;
  /** The `Idempotency-Key` of every deployment it was asked for. */
  readonly deployments: readonly string[];
  stop(): Promise<void>;
}

/** What is in the images of this little shop, by tag. */
const COLOURS: Readonly<Record<string, string>> = { 'release-v1': 'blue', 'release-v2': 'green' };

const page = (tag: string): string =>
  `<!doctype html><title>shop</title><body style="background:${COLOURS[tag]}"><h1>${COLOURS[tag]}</h1><p>shop/web:${tag}</p>`;

/** The tag that the body of Alibaba's registry names: deployments get the same body as the registry sends. */
const tagOf = (body: string): string => text(fields(fields(parseJson(body, 'body'), 'body').push_data, 'push_data').tag, 'push_data.tag');

const read = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
};

export const startApplication = async (): Promise<DemoApplication> => {
  let running = 'release-v1';
  const deployments: string[] = [];

  const deploy = async (request: IncomingMessage): Promise<{ status: number; answer: object }> => {
    const tag = tagOf(await read(request));
    if (COLOURS[tag] === undefined) return { status: 422, answer: { code: '422', message: `there is no image with tag ${tag}` } };
    running = tag;
    deployments.push(String(request.headers['idempotency-key'] ?? ''));
    return { status: 200, answer: { code: '200', message: `now running ${COLOURS[tag]}` } };
  };

  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.setHeader('content-type', 'text/html').end(page(running));
    deploy(request)
      .catch((error: unknown) => ({ status: 400, answer: { code: '400', message: String(error) } }))
      .then(({ status, answer }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    pageUrl: `http://127.0.0.1:${port}/`,
    deployUrl: `http://127.0.0.1:${port}/deploy`,
    deployments,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
