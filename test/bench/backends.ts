/** Tables and queues of the stack without its functions, also over TLS, as AWS is reached; and what each function is given. */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ENV } from '../../functions/env.ts';
import type { Tables } from '../../functions/store/dynamo.ts';
import { readAssembly } from '../../infra/local/assembly.ts';
import { openBackends } from '../../infra/local/backends.ts';
import { calm } from '../../infra/local/chaos.ts';
import { readIdentity } from '../../infra/local/data-directory.ts';
import { environmentOf } from '../../infra/local/function-environment.ts';
import { ACCOUNT, REGION } from '../../infra/local/place.ts';
import { makePlan } from '../../infra/local/plan.ts';
import { makeStackSecrets } from '../../infra/local/stack-secrets.ts';
import { CERTIFICATE, KEY } from '../outbound/certificate.ts';
import type { Stage } from './typical-bundles.ts';

export interface TlsBackends {
  readonly tables: Tables;
  /** `file`: the bundle; `env`: all that the process gets. */
  function(stage: Stage): { readonly file: string; readonly env: Readonly<Record<string, string>> };
  stop(): Promise<void>;
}

export const openTlsBackends = async (room: string, assembly: string, allow: readonly string[]): Promise<TlsBackends> => {
  const directory = mkdtempSync(join(room, 'backends-'));
  const identity = readIdentity(directory);
  const undo: (() => unknown)[] = [];
  const { queues, tables, awsUrl, port } = await openBackends(directory, identity.accessKeyId, calm, undo);
  // An address for each, as on AWS: who speaks to both opens two connections.
  const [tablesUrl, queuesUrl] = [await openFront(port, undo), await openFront(port, undo)];
  const plan = makePlan(readAssembly(assembly), {
    ...{ region: REGION, account: ACCOUNT, now: Date.now, newId: randomUUID, stackUuid: identity.stackUuid, apiUrl: queuesUrl, awsUrl: queuesUrl },
  });
  for (const { name, settings } of plan.queues) queues.create(name, settings);
  await tables.create(plan.tables);
  makeStackSecrets(join(directory, 'secrets'), plan.secrets);
  const trusted = join(directory, 'ca.pem');
  writeFileSync(trusted, CERTIFICATE);
  const credentials = { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey };
  const client = new DynamoDBClient({ endpoint: awsUrl, region: REGION, credentials });
  undo.push(() => client.destroy());
  const specOf = (stage: Stage) => {
    const spec = plan.functions.find(({ logName }) => logName.startsWith(stage));
    if (spec === undefined) throw new Error(`the stack has no function ${stage}; it has ${plan.functions.map(({ logName }) => logName).join(', ')}`);
    return spec;
  };
  const env = specOf('ingest').environment;
  return {
    tables: { client, definitions: env[ENV.definitionsTable] ?? '', calls: env[ENV.callsTable] ?? specOf('match').environment[ENV.callsTable] ?? '' },
    function: (stage) => {
      const spec = specOf(stage);
      const given = environmentOf(spec, { awsUrl: tablesUrl, region: REGION, ...identity, allow, outer: process.env });
      return { file: join(spec.directory, 'index.mjs'), env: { ...given, AWS_ENDPOINT_URL_SQS: queuesUrl, NODE_EXTRA_CA_CERTS: trusted } };
    },
    stop: async () => {
      for (let act = undo.pop(); act !== undefined; act = undo.pop()) await act();
    },
  };
};

/** TLS in front of a port. A request is a head and a body: between sockets that gather what is small, the second waits 40 ms for word of the first. AWS waits for nothing. */
const openFront = async (port: number, undo: (() => unknown)[]): Promise<string> => {
  const front = createTlsServer({ cert: CERTIFICATE, key: KEY, noDelay: true }, (socket) => {
    const inner = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => inner.destroy()).pipe(inner);
    inner.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  undo.push(() => front.close());
  const address = front.address();
  return `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};
