/**
 * A Docker daemon of its own for one test, beside whichever runs on the machine: all it has lies in one directory, and it touches
 * neither bridges nor packet filters. Its containers are on the host's network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, type Daemon, removeContainers } from './daemon.ts';

/** What is missing, in words: then the test is skipped and says so. */
export const missingForDocker = (): readonly string[] => [
  ...['dockerd', 'containerd', 'runc'].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0),
  ...(process.getuid?.() === 0 ? [] : ['the rights of root']),
];

export const startDocker = async (directory: string): Promise<Daemon> => {
  mkdirSync(directory, { recursive: true });
  const socketPath = join(directory, 'docker.sock');
  const limit = (name: string, most: number) => ({ [name]: { Name: name, Hard: most, Soft: most } });
  const file = join(directory, 'daemon.json');
  writeFileSync(
    file,
    JSON.stringify({
      'data-root': join(directory, 'data'),
      'exec-root': join(directory, 'exec'),
      pidfile: join(directory, 'docker.pid'),
      hosts: [`unix://${socketPath}`],
      'storage-driver': 'vfs',
      bridge: 'none',
      iptables: false,
      'ip-masq': false,
      'ip-forward': false,
      // Containers outlive a restart of the daemon.
      'live-restore': true,
      // Limits that may not be raised need not be.
      'default-ulimits': { ...limit('nofile', 1024), ...limit('nproc', 4096) },
    }),
  );
  const start = async () => {
    const child = spawn('dockerd', ['--config-file', file], { stdio: 'ignore', env: { PATH: process.env.PATH, HOME: directory } });
    const exited = once(child, 'exit');
    for (let attempt = 0; !(await answers(socketPath)); attempt += 1) {
      if (attempt === 300 || child.exitCode !== null) throw new Error(`dockerd did not answer on ${socketPath}`);
      await pause(100);
    }
    return async (): Promise<void> => {
      child.kill('SIGTERM');
      await exited;
    };
  };
  let end = await start();
  return {
    socketPath,
    restart: async () => {
      await end();
      end = await start();
    },
    stop: async () => {
      await removeContainers(socketPath);
      await end();
      // It leaves these mounted, and then its directory cannot be removed.
      spawnSync('umount', [join(directory, 'exec', 'netns', 'default'), join(directory, 'data')], { stdio: 'ignore' });
    },
  };
};
