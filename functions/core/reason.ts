/**
 * What each reason means, and what to do: one row a code in two languages, read by API, page, command line and logs alike.
 * The one file here that is long because a table is.
 */
import type { ReasonCode } from './reason-code.ts';

interface Words {
  readonly sentence: string;
  readonly cure: string;
}
interface Entry {
  readonly en: Words;
  readonly zh: Words;
}
const entry = (en: string, enCure: string, zh: string, zhCure: string): Entry => ({ en: { sentence: en, cure: enCure }, zh: { sentence: zh, cure: zhCure } });

export const REASONS = {
  'rule-not-matched': entry(
    'The tag does not match the rule of this trigger.',
    'Change the rule, or push a tag that it accepts; "explain" shows what would fire.',
    '标签不符合该触发器的规则。',
    '修改规则，或推送符合规则的标签；可用 explain 预先查看。',
  ),
  'not-a-version': entry(
    'The rule is a version range and the tag is not a version.',
    'Push a tag such as 1.4.2 or v1.4.2, or use another rule.',
    '规则是版本范围，而该标签不是版本号。',
    '推送形如 1.4.2 或 v1.4.2 的标签，或改用其他规则。',
  ),
  'pre-release': entry(
    'The tag is a pre-release and the rule takes releases only.',
    'Set "prereleases": true in the rule if pre-releases shall fire.',
    '该标签是预发布版本，而规则只接受正式版本。',
    '若预发布版本也要触发，请在规则中设置 "prereleases": true。',
  ),
  excluded: entry(
    'The tag matches the exception of the rule.',
    'Change "except" in the rule if this tag shall fire.',
    '标签命中了规则的排除条件。',
    '若该标签应当触发，请修改规则中的 except。',
  ),
  'trigger-disabled': entry(
    'The trigger is disabled.',
    'Enable the trigger, then redeliver or push again.',
    '触发器已停用。',
    '启用触发器后重新投递或再次推送。',
  ),
  'other-hook': entry(
    'The push came through another hook than the one this trigger hears.',
    'Send the registry to the hook of the trigger, or name the other hook in the trigger.',
    '该推送来自另一个 Webhook，并非此触发器所监听的。',
    '让镜像仓库调用该触发器的 Webhook，或在触发器中改用另一个 Webhook。',
  ),
  superseded: entry(
    'A newer image, or a later request for the same, took the place of this one.',
    'Nothing to do; push the image again to run it all the same.',
    '已被更新的镜像或之后的同一请求取代。',
    '无需处理；如仍要运行此镜像，请再次推送。',
  ),
  coalesced: entry(
    'Another tag of the same build was deployed instead.',
    'Nothing to do: the same image runs.',
    '同一次构建的另一个标签已被部署。',
    '无需处理：运行的是同一个镜像。',
  ),
  duplicate: entry(
    'The application has deployed this same image already: the registry repeated itself, or another trigger heard the same push.',
    'Nothing to do; "redeliver" deploys it once more.',
    '应用已部署过同一镜像：镜像仓库重复通知，或另一个触发器已处理同一次推送。',
    '无需处理；如需再部署一次，请使用 redeliver。',
  ),
  'already-running': entry('The target runs this image already.', 'Nothing to do.', '目标已在运行该镜像。', '无需处理。'),
  rejected: entry(
    'This digest is rejected for the application.',
    'Remove the rejection if it shall be deployed after all.',
    '该摘要已被此应用拒绝。',
    '如确需部署，请先撤销拒绝。',
  ),
  expired: entry(
    'The push was older than the application allows when it was decided.',
    'Redeliver the call to deploy it all the same; raise "maxAgeSeconds" if this happens often.',
    '处理时该推送已超过应用允许的时效。',
    '如仍要部署，请重新投递该调用；若经常发生，请调大 maxAgeSeconds。',
  ),
  'rolled-back': entry(
    'Somebody rolled back or deployed another image, and this push does not undo it.',
    'Nothing to do; "deploy" runs this image on purpose, and after "release" a new push does.',
    '有人执行了回滚或手动部署，此推送不会撤销它。',
    '无需处理；如需运行此镜像请使用 deploy，或在 release 解除后再次推送。',
  ),
  'lower-version': entry(
    'The application never goes down, and the tag is no version, or a lower one than what is wanted.',
    'Use "deploy" or "rollback" to run it on purpose, or switch "neverDown" off.',
    '应用不允许降级，而该标签不是版本号，或低于当前期望的版本。',
    '如确需运行较低版本，请使用 deploy 或 rollback，或关闭 neverDown。',
  ),
  'git-source': entry(
    'The source of the application lies in git, so no image can be set here.',
    'Change the image in git and call the trigger URL without a body, which deploys again.',
    '该应用的来源位于 git，因此无法在此设置镜像。',
    '请在 git 中修改镜像，然后以空请求体调用触发器 URL 重新部署。',
  ),
  'application-disabled': entry(
    'The application is disabled.',
    'Enable the application, then redeliver the call.',
    '应用已停用。',
    '启用应用后重新投递该调用。',
  ),
  hold: entry(
    'The application is on hold.',
    'Use "release" when newer images may be deployed again.',
    '应用处于保持状态。',
    '允许部署新镜像时请使用 release。',
  ),
  freeze: entry('A freeze is in force.', 'Wait for its end, or deploy the image by hand.', '当前处于冻结期。', '等待冻结结束，或手动部署该镜像。'),
  window: entry(
    'Outside the deployment window.',
    'Wait until it opens, or deploy the image by hand.',
    '当前不在部署窗口内。',
    '等待窗口打开，或手动部署该镜像。',
  ),
  approval: entry('This digest needs an approval.', 'Approve it.', '该摘要需要审批。', '请审批通过。'),
  quiet: entry(
    'Waiting until the repository has been quiet for the time the application asks for.',
    'Nothing to do: it goes on by itself.',
    '等待仓库静默达到应用要求的时间。',
    '无需处理，将自动继续。',
  ),
  rate: entry(
    'The application was deployed as often as it allows within an hour.',
    'Wait, or raise "maxPerHour".',
    '一小时内的部署次数已达应用上限。',
    '等待，或调大 maxPerHour。',
  ),
  retry: entry(
    'The target did not answer as it should; it is tried again.',
    'Nothing to do yet; the attempts show what it said.',
    '目标未正常应答，稍后重试。',
    '暂无需处理；可查看各次尝试的应答。',
  ),
  'rolled-out': entry('Rolled out and healthy.', 'Nothing to do.', '已发布且运行健康。', '无需处理。'),
  'confirmed-by-reading': entry(
    'An earlier attempt had worked: the target was found running this image.',
    'Nothing to do.',
    '先前的尝试已生效：读取目标确认正在运行该镜像。',
    '无需处理。',
  ),
  'answered-2xx': entry(
    'The target accepted the call; it cannot be asked whether the image runs.',
    'Nothing to do.',
    '目标已接受调用；该目标无法查询镜像是否已运行。',
    '无需处理。',
  ),
  'no-container': entry(
    'No container of the target uses this repository.',
    'Point the application at the right service, or push to the repository that it runs.',
    '目标中没有使用该仓库的容器。',
    '检查应用的目标，或推送到其正在使用的仓库。',
  ),
  'image-not-found': entry(
    'The registry says that there is no such image.',
    'Push the image again, or correct the registry host of the hook; a hook without "access" deploys unasked.',
    '镜像仓库表示该镜像不存在。',
    '重新推送该镜像，或修正 hook 的 registryHost；未设置 access 的 hook 不会查询镜像仓库。',
  ),
  'application-deleted': entry(
    'The application does not exist any more.',
    'Create the application again, or change or delete the trigger.',
    '应用已不存在。',
    '重新创建应用，或修改、删除触发器。',
  ),
  'access-denied': entry(
    'The target denied access.',
    'Grant the missing permission: "application grant NAME" prints the smallest role.',
    '目标拒绝访问。',
    '补充缺少的权限：application grant NAME 会输出最小角色。',
  ),
  'target-not-found': entry(
    'The target does not exist.',
    'Create it, or correct the target of the application.',
    '目标不存在。',
    '创建该目标，或修正应用的目标配置。',
  ),
  'target-refused': entry(
    'The target refused the call.',
    'Read its answer in the attempt, mend the cause, then redeliver.',
    '目标拒绝了本次调用。',
    '查看该次尝试的应答，排除原因后重新投递。',
  ),
  'target-misconfigured': entry(
    'The target is configured in a way that cannot work.',
    'Correct the target of the application, then redeliver.',
    '目标配置无法工作。',
    '修正应用的目标配置后重新投递。',
  ),
  'address-forbidden': entry(
    'The address leads to a place that must not be called.',
    'Use a public https address; on one machine start the engine with --allow HOST:PORT.',
    '该地址指向禁止访问的位置。',
    '请使用公网 https 地址；单机运行时可用 --allow HOST:PORT 启动引擎。',
  ),
  'secret-unreadable': entry(
    'The secret that the target names cannot be read.',
    'Create it under image-triggers/, or correct the reference.',
    '无法读取目标所引用的密钥。',
    '在 image-triggers/ 下创建该密钥，或修正引用。',
  ),
  unavailable: entry(
    'The target did not answer as it should, however often it was tried.',
    'Mend the target, then redeliver.',
    '多次尝试后目标仍未正常应答。',
    '修复目标后重新投递。',
  ),
  'worker-died': entry(
    'The worker died each time it tried.',
    'Look at the logs of this call, then redeliver.',
    '每次尝试时工作进程都异常终止。',
    '查看该调用的日志后重新投递。',
  ),
  'rollout-failed': entry(
    'The rollout failed.',
    'Read the evidence in the call, then push a mended image, or one that worked.',
    '发布失败。',
    '查看调用中的依据，推送修复后的镜像，或再次推送先前可用的镜像。',
  ),
  'rollout-deadline': entry(
    'The rollout was not healthy before its deadline.',
    'Look at the target, raise "deadlineSeconds", then redeliver.',
    '发布未在期限内变为健康。',
    '检查目标，调大 deadlineSeconds，然后重新投递。',
  ),
  'no-answer': entry(
    'The target gave no answer, and the application wants at most one call.',
    'Look whether the image runs; redeliver if it does not.',
    '目标没有应答，且应用要求至多调用一次。',
    '检查镜像是否已运行；若没有，请重新投递。',
  ),
} as const satisfies Record<ReasonCode, Entry>;
