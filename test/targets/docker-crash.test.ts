/** A saw: the worker dies at every request of a deployment, before or after it was carried out. The next one goes on, and nothing is done twice. */
import { describe, expect, it } from 'vitest';
import { drive, watch } from './docker-drive.ts';
import { type DockerWorld, dockerWorld } from './docker-world.ts';
import { GREEN, wanted } from './io.ts';

const WISH = { set: [wanted('v2', GREEN)] };
const FIXED = { HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] } } };

const WAYS = {
  'without ports': () => dockerWorld(),
  'behind an address': () => dockerWorld({ address: '127.0.0.1:8080', port: 8080 }),
  'on the network of the host': () => dockerWorld({ port: 8080, portVariable: 'PORT' }, { HostConfig: { NetworkMode: 'host' } }),
  'with a fixed port': () => dockerWorld({ port: 8080 }, FIXED),
} as const satisfies Record<string, () => Promise<DockerWorld>>;

const finish = (world: DockerWorld, how: 'healthy' | 'failed') => (): void => {
  if (world.fake.named('web.next')?.status === 'running') world.finish?.(how);
};

const running = ({ fake }: DockerWorld): readonly string[] => fake.containers.filter(({ status }) => status === 'running').map(({ name }) => name);

for (const [way, make] of Object.entries(WAYS))
  for (const how of ['healthy', 'failed'] as const)
    describe(`a deployment ${way} that ends ${how}`, () => {
      it.each([false, true])('goes on from every request (carried out: %s)', async (acted) => {
        let crashes = 0;
        for (let at = 0; ; at += 1) {
          const world = await make();
          const { fake } = world;
          const beside = way !== 'with a fixed port';
          fake.after = () => {
            if (beside) expect(running(world).length, `running after ${fake.asked.at(-1)}`).toBeGreaterThan(0);
            expect(running(world).length).toBeLessThanOrEqual(beside ? 2 : 1);
          };
          fake.death = { at, acted };
          const first = await drive(world, WISH, world.io(), finish(world, how));
          const died = fake.death.at < 0;
          fake.death = undefined;
          const between = finish(world, how);
          let last = first;
          const io = world.io({ attempted: true });
          for (let n = 0; last.is === 'again' && n < 3; n += 1)
            last = last.handle === undefined ? await drive(world, WISH, io, between) : await watch(world, last.handle, WISH, io, between);
          const place = `died at request ${at}, ${fake.asked[at]}`;
          if (how === 'healthy') {
            expect(last.is, place).toBe('done');
            expect(fake.named('web')?.image.digest, place).toBe(GREEN);
            expect(fake.named('web.previous')?.id, place).toBe(world.live.id);
            expect(fake.starts, place).toBe(1);
          } else {
            expect(last.is, place).toBe('failed');
            expect(fake.named('web')?.id, place).toBe(world.live.id);
            expect(fake.named('web.previous'), place).toBeUndefined();
          }
          expect(fake.named('web')?.status, place).toBe('running');
          expect(fake.named('web.next'), place).toBeUndefined();
          if (!died) break;
          crashes += 1;
        }
        expect(crashes).toBeGreaterThan(10);
      });
    });
