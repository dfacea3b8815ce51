/** Runs in its own process: loads one handler from an asset and calls it once for each message of the engine, as the Lambda runtime would. Ends when the engine is gone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionError, Invoke, Said } from './function-message.ts';

const say = (said: Said): void => {
  process.send?.(said);
};

const asError = (error: unknown): FunctionError =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: 'Error', errorMessage: String(error) };

type Handler = (event: unknown, context: object) => unknown;
const isHandler = (value: unknown): value is Handler => typeof value === 'function';

const load = async (directory: string, handler: string): Promise<Handler> => {
  const [file = '', name = ''] = [handler.slice(0, handler.lastIndexOf('.')), handler.slice(handler.lastIndexOf('.') + 1)];
  const found = ['.mjs', '.js', '.cjs'].map((ending) => join(directory, file + ending)).find(existsSync);
  if (found === undefined) throw new Error(`Cannot find module '${file}' in ${directory}: there is no ${file}.mjs, .js or .cjs`);
  const loaded: Record<string, unknown> = await import(pathToFileURL(found).href);
  const exported = loaded[name];
  if (!isHandler(exported)) throw new Error(`${handler} is undefined or not exported: ${found} exports ${Object.keys(loaded).join(', ') || 'nothing'}`);
  return exported;
};

const contextOf = ({ requestId, deadline, name, arn, memoryMb }: Invoke): object => ({
  awsRequestId: requestId,
  functionName: name,
  functionVersion: '$LATEST',
  invokedFunctionArn: arn,
  memoryLimitInMB: String(memoryMb),
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

const invoke = async (handler: Handler, message: Invoke): Promise<void> => {
  try {
    say({ is: 'result', payload: await handler(message.payload, contextOf(message)) });
  } catch (error) {
    say({ is: 'error', error: asError(error) });
  }
};

process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group: the engine decides when its functions end.
process.on('SIGINT', () => undefined);
const [, , directory = '', name = ''] = process.argv;
try {
  const handler = await load(directory, name);
  process.on('message', (message: Invoke) => void invoke(handler, message));
  say({ is: 'ready' });
} catch (error) {
  say({ is: 'error', error: asError(error) });
}
