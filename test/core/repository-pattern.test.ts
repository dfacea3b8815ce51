import { describe, expect, test } from 'vitest';
import { hookCovers, parseRepositoryPattern, repositoryMatches } from '../../functions/core/repository-pattern.ts';

describe('repositoryMatches', () => {
  test.each([
    ['example.com/team/app', 'example.com/team/app', true],
    ['example.com/team/app', 'example.com/team/app2', false],
    ['example.com/team/app', 'example.com/team/app/sub', false],
    ['example.com/team/app', 'other.com/team/app', false],
    ['example.com/team/*', 'example.com/team/app', true],
    ['example.com/team/*', 'example.com/team/a/b/c', true],
    ['example.com/team/*', 'example.com/team', false],
    ['example.com/team/*', 'example.com/team/', false],
    ['example.com/team/*', 'example.com/team2/app', false],
    ['example.com/team/a/*', 'example.com/team/app', false],
    ['[::1]:5000/team/*', '[::1]:5000/team/app', true],
  ])('%s covers %s: %s', (pattern, repository, covers) => expect(repositoryMatches(pattern, repository)).toBe(covers));
});

describe('parseRepositoryPattern', () => {
  const ACR = 'liusheng-registry.cn-beijing.cr.aliyuncs.com';
  test.each([
    ['registry.example.com:5000/Team', undefined, undefined],
    ['registry.example.com:5000/team/app', undefined, 'registry.example.com:5000/team/app'],
    ['REGISTRY.example.com/team/*', undefined, 'registry.example.com/team/*'],
    ['registry.example.com/a/b/*', ACR, 'registry.example.com/a/b/*'],
    ['redis', undefined, 'docker.io/library/redis'],
    ['team/*', undefined, 'docker.io/team/*'],
    ['docker.io/team/*', undefined, 'docker.io/team/*'],
    ['index.docker.io/library/*', undefined, 'docker.io/library/*'],
    ['shop/web', ACR, `${ACR}/shop/web`],
    ['namespace/repoTest', ACR, `${ACR}/namespace/repotest`],
    ['web', ACR, `${ACR}/web`],
    ['shop/*', ACR, `${ACR}/shop/*`],
    ['shop/*', 'docker.io', 'docker.io/shop/*'],
    ['redis', 'docker.io', 'docker.io/library/redis'],
    [`${ACR}/shop/web`, ACR, `${ACR}/shop/web`],
    ['localhost/app', ACR, 'localhost/app'],
    ['registry.example.com/*', undefined, undefined],
    ['*', undefined, undefined],
    ['*', ACR, undefined],
    ['/*', ACR, undefined],
    ['team/*/app', ACR, undefined],
    ['team/ap*', ACR, undefined],
    ['shop/web:v1', ACR, undefined],
    ['example.com/shop/web:v1', undefined, undefined],
    [`example.com/a@sha256:${'0'.repeat(64)}`, undefined, undefined],
    ['', ACR, undefined],
  ])('%s on %s is %s', (text, registryHost, expected) => {
    const pattern = parseRepositoryPattern(text, registryHost);
    expect(pattern.ok ? pattern.value : undefined).toBe(expected);
    if (!pattern.ok) expect(pattern.why.length).toBeGreaterThan(30);
  });
});

describe('hookCovers', () => {
  test.each([
    [['team/*'], 'example.com/team/app', true],
    [['team/*'], 'example.com/other/app', false],
    [['other/x', 'team/app'], 'example.com/team/app', true],
    [['Team/App'], 'example.com/team/app', true],
    [['example.com/team/*'], 'example.com/team/app', true],
    [['elsewhere.com/team/*'], 'example.com/team/app', false],
    [['*'], 'example.com/team/app', true],
    [[], 'example.com/team/app', false],
  ])('%j covers %s: %s', (patterns, repository, covers) => expect(hookCovers(patterns, repository)).toBe(covers));
});
