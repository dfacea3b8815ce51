/** Containers as the front sees them: real servers on loopback, and a daemon that lists and stops them. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { DockerClient } from '../../infra/local/docker-client.ts';
import { type Front, startFront } from '../../infra/local/front.ts';

export interface Box {
  readonly id: string;
  name: string;
  state: 'running' | 'exited';
  port: number;
  readonly labels: Record<string, string>;
  end(): void;
}

export interface FrontWorld {
  readonly boxes: Box[];
  readonly lines: string[];
  readonly stopped: string[];
  readonly front: Front;
  /** The address of `web`. */
  readonly origin: string;
  /** While true the daemon does not answer. */
  down: boolean;
  run(name: string, listener: RequestListener): Promise<Box>;
  runTcp(name: string, answer: (socket: Socket) => void): Promise<Box>;
  /** As the target swaps: the former one, if there is any, is called `.previous`, then the other one takes the name. */
  swap(box: Box, name?: string): void;
  /** Something happened; the daemon says so. */
  tell(): void;
}

export const freePort = async (): Promise<number> => {
  const server = createTcp().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
};

export const portOf = (server: Server | TcpServer): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

export const makeWorld = async (
  options: { readonly host?: string; readonly address?: string; readonly labels?: Record<string, string> } = {},
): Promise<FrontWorld> => {
  const boxes: Box[] = [];
  const lines: string[] = [];
  const stopped: string[] = [];
  const watchers = new Set<() => void>();
  const address = options.address ?? `127.0.0.1:${await freePort()}`;
  const docker: DockerClient = {
    containers: async () => {
      if (world.down) throw new Error('the daemon is away');
      return boxes.map(({ id, name, state, port, labels }) => ({
        Id: id,
        Names: [`/${name}`],
        State: state,
        Labels: labels,
        Ports: state === 'running' ? [{ IP: '127.0.0.1', PrivatePort: 8080, PublicPort: port, Type: 'tcp' }] : [],
      }));
    },
    stop: async (id) => {
      stopped.push(boxes.find((box) => box.id === id)?.name ?? id);
      boxes.find((box) => box.id === id)?.end();
      world.tell();
    },
    watch: (changed, signal) =>
      new Promise((_, reject) => {
        if (world.down) return reject(new Error('the daemon is away'));
        watchers.add(changed);
        changed();
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  let made = 0;
  const add = (name: string, server: Server | TcpServer, end: () => void): Box => {
    made += 1;
    const box: Box = {
      id: `box-${made}`,
      name,
      state: 'running',
      port: portOf(server),
      labels: { 'image-triggers.container': 'web', 'image-triggers.address': address, 'image-triggers.port': '8080', ...options.labels },
      end: () => {
        box.state = 'exited';
        end();
      },
    };
    boxes.push(box);
    onTestFinished(end);
    return box;
  };
  const front = startFront({ docker, host: options.host ?? '127.0.0.1', log: (line) => lines.push(line), now: Date.now });
  onTestFinished(front.stop);
  const world: FrontWorld = {
    boxes,
    lines,
    stopped,
    front,
    origin: `http://${address}`,
    down: false,
    run: async (name, listener) => {
      const server = createServer(listener).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return add(name, server, () => {
        server.close();
        server.closeAllConnections();
      });
    },
    runTcp: async (name, answer) => {
      const sockets = new Set<Socket>();
      const server = createTcp((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        answer(socket);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return add(name, server, () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      });
    },
    swap: (box, name = 'web') => {
      const gone = boxes.find((other) => other.name === `${name}.previous`);
      if (gone !== undefined) {
        gone.end();
        boxes.splice(boxes.indexOf(gone), 1);
      }
      const former = boxes.find((other) => other.name === name);
      if (former !== undefined) former.name = `${name}.previous`;
      // Seen between the two names.
      world.tell();
      box.name = name;
      world.tell();
    },
    tell: () => {
      for (const changed of watchers) changed();
    },
  };
  return world;
};

/** Looks again and again, and lets the servers of the same process work in between. */
export const until = async (right: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !right(); ) {
    if (Date.now() > end) throw new Error('did not come about within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
