/** The registry of the demo: an instance of Alibaba Cloud's container registry (ACR), as far as its notifications go. */
export const HOST = 'liusheng-registry.cn-beijing.cr.aliyuncs.com';
export const REPOSITORY = 'shop/web';

/** What it posts for a push: https://www.alibabacloud.com/help/en/acr/user-guide/use-webhooks. `digest` is the pair of hex digits that the whole one is made of. */
export const push = (tag: string, digest: string): object => ({
  push_data: { digest: `sha256:${digest.repeat(32)}`, pushed_at: '2026-01-31 12:25:46', tag },
  repository: {
    date_created: '2025-10-28 21:31:42',
    name: 'web',
    namespace: 'shop',
    region: 'cn-beijing',
    repo_authentication_type: 'NO_CERTIFIED',
    repo_full_name: REPOSITORY,
    repo_origin_type: 'NO_CERTIFIED',
    repo_type: 'PRIVATE',
  },
});
