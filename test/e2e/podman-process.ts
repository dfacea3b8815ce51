/**
 * A podman of its own for one test: storage, configuration and socket lie in one directory, and nothing else on the machine is
 * touched but, on its network "bridge", the bridge `cni-podman0`. With runc and explicit limits, because crun does not run under hybrid cgroups, nor where limits may not be raised.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';

/** What is missing, in words: then the test is skipped and says so. */
export const missingForPodman = (): readonly string[] => [
  ...['podman', 'runc', 'conmon'].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0),
  ...(process.getuid?.() === 0 ? [] : ['the rights of root']),
];

/** `network`: what containers get that name none. `insecure`: registries without TLS, `host:port`. */
export const startPodman = async (directory: string, insecure: readonly string[], network: 'host' | 'bridge'): Promise<Daemon> => {
  mkdirSync(directory, { recursive: true });
  const file = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const socketPath = join(directory, 'podman.sock');
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    CONTAINERS_CONF: file(
      'containers.conf',
      `[containers]\ndefault_ulimits=["nofile=1024:1024","nproc=4096:4096"]\nnetns="${network}"\n[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\ntmp_dir="${join(directory, 'tmp')}"\n`,
    ),
    CONTAINERS_STORAGE_CONF: file('storage.conf', `[storage]\ndriver="vfs"\ngraphroot="${join(directory, 'root')}"\nrunroot="${join(directory, 'run')}"\n`),
    CONTAINERS_REGISTRIES_CONF: file('registries.conf', insecure.map((host) => `[[registry]]\nlocation="${host}"\ninsecure=true\n`).join('')),
  };
  return startDaemon({ name: 'podman', args: ['system', 'service', '--time=0', `unix://${socketPath}`], env, socketPath, seconds: 10 });
};
