/**
 * A Docker daemon of its own for one test, beside whichever runs on the machine: all it has lies in one directory, and it touches
 * neither bridges nor packet filters. Its containers are on the host's network.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';

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
  const env = { PATH: process.env.PATH, HOME: directory };
  // It leaves these mounted, and then its directory cannot be removed.
  const tidy = () => void spawnSync('umount', [join(directory, 'exec', 'netns', 'default'), join(directory, 'data')], { stdio: 'ignore' });
  return startDaemon({ name: 'dockerd', args: ['--config-file', file], env, socketPath, seconds: 30, tidy });
};
