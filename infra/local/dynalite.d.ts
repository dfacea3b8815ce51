declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options: {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }): Server;
}

/** What stands behind its server: the tables in one LevelDB. */
declare module 'dynalite/db/index.js' {
  import type { Stream } from 'node:stream';

  type Done = (error: Error | null, result?: unknown) => void;
  interface Write {
    readonly type: 'put' | 'del';
    readonly key: string;
    readonly value?: unknown;
    readonly valueEncoding?: 'utf8';
  }
  export interface Values {
    nextv(count: number): Promise<readonly unknown[]>;
    close(): Promise<void>;
  }
  export interface ValueStream extends Stream {
    destroy(): void;
  }
  export interface Level {
    open(): Promise<void>;
    get(key: string, done: Done): void;
    getSync(key: string): unknown;
    put(key: string, value: unknown, done: Done): void;
    del(key: string, done: Done): void;
    batch(writes: readonly Write[]): Promise<void>;
    values(range: object): Values;
    createValueStream(range: object): ValueStream;
    close(): Promise<void>;
  }
  export interface Store {
    readonly db: Level;
  }
  export function create(options: {
    readonly path: string;
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
  }): Store;
}

/** Both throw what DynamoDB answers to a request that is wrong in itself: an error with `statusCode` and `body`. */
declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';
  export function checkTypes(request: unknown, types: unknown): object;
  export function checkValidations(request: object, types: unknown, custom: unknown, store: Store): void;
}
