/** What deployments call: answers 200 to every POST and counts; GET says how many there were. */
import { createServer } from 'node:http';
import { sayToParent } from './child.ts';

let count = 0;
const server = createServer((request, response) => {
  if (request.method === 'POST') count += 1;
  request.resume();
  request.on('end', () => response.end(JSON.stringify({ count })));
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  void sayToParent({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
