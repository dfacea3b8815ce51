/** What something is in, ended as or was judged: in English the very words of the API and the command line, in Chinese these. */
import type { CallStatus } from '../core/call.ts';
import type { Verdict } from '../core/delivery-record.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Lang } from './words.ts';

/** Of an application, and of what a push would do. */
type Other = 'synced' | 'out-of-sync' | 'healthy' | 'progressing' | 'degraded' | 'deploy' | 'wait' | 'skip' | 'fail';

const ZH: Readonly<Record<string, string>> = {
  queued: '排队中',
  held: '等待中',
  running: '进行中',
  untriggered: '未触发',
  skipped: '已跳过',
  delivered: '已送达',
  succeeded: '成功',
  failed: '失败',
  unknown: '未知',
  unfinished: '处理中',
  fired: '已触发',
  duplicate: '重复',
  unheard: '没有触发器',
  ignored: '已忽略',
  'other-format': '格式不符',
  unreadable: '无法读取',
  handshake: '握手',
  refused: '已拒绝',
  'not-taken': '未接收',
  applied: '已应用',
  unchanged: '无变化',
  moved: '已被他人修改',
  unavailable: '暂不可用',
  synced: '已同步',
  'out-of-sync': '未同步',
  healthy: '健康',
  progressing: '更新中',
  degraded: '异常',
  deploy: '部署',
  wait: '等待',
  skip: '跳过',
  fail: '失败',
} satisfies Record<CallStatus | Verdict | Outcome['is'] | Other, string>;

/** One that is not in the table stays as it is. */
export const stateIn = (lang: Lang, state: string): string => (lang === 'zh' ? (ZH[state] ?? state) : state);
