/** The four functions of the stack: where each begins, how it runs, and what its bundle may weigh. Paths are strings: nothing here imports handler code. */

export type FunctionName = 'ingest' | 'match' | 'deploy' | 'api';

export interface FunctionShape {
  /** Source of the entry, relative to the repository; exports `handler`. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Bytes that Lambda has to load before the handler can answer: the entry and every chunk it imports statically. */
  readonly budgetBytes?: number;
  /** It sends to the queue that feeds it, on purpose and with an end. */
  readonly callsItself: boolean;
  /** Packages that its sources name but that it must never run: importing one fails, so that its role needs no permission for them. */
  readonly without: readonly string[];
}

export const FUNCTIONS = {
  // Most of its time is a cold start and one TLS handshake, both of which scale with memory; a sender waits for it.
  ingest: { entry: 'functions/ingest/lambda.ts', memoryMb: 1024, timeoutSeconds: 10, budgetBytes: 168_000, callsItself: false, without: [] },
  match: { entry: 'functions/match/lambda.ts', memoryMb: 512, timeoutSeconds: 60, budgetBytes: 172_000, callsItself: false, without: [] },
  deploy: { entry: 'functions/deploy/lambda.ts', memoryMb: 512, timeoutSeconds: 60, budgetBytes: 262_000, callsItself: true, without: [] },
  // HTTP API gives up after 30 s. It checks target configurations and prints their grants, but never talks to a target.
  api: {
    entry: 'functions/api/lambda.ts',
    memoryMb: 512,
    timeoutSeconds: 29,
    callsItself: false,
    without: ['@aws-sdk/client-ecs', '@aws-sdk/client-eks', '@aws-sdk/client-lambda', '@aws-sdk/client-sts', '@aws-sdk/client-ssm'],
  },
} as const satisfies Record<FunctionName, FunctionShape>;

export const FUNCTION_NAMES = ['ingest', 'match', 'deploy', 'api'] as const satisfies readonly FunctionName[];
