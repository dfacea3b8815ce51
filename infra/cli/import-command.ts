/** `image-triggers import acr`: triggers of Alibaba's registry as a file for "apply", or at once. What it does is loaded when it is asked for. */
import type { Command } from 'commander';
import type { AcrFlags } from './acr/import-acr.ts';
import { collect, examples, nameOf } from './flags.ts';
import { type Io, misused } from './io.ts';
import { begin } from './session.ts';

export const addImportCommand = (program: Command, io: Io): void => {
  const group = examples(program.command('import').description('triggers of another system as a file for "apply", or at once'), 'import acr --help');
  examples(
    group
      .command('acr')
      .argument('[file]', 'what ListRepoTrigger (or GetRepoWebhook, of the personal edition) answered; several answers one after the other, or a list', '-')
      .description('triggers of an Alibaba Container Registry repository; exit 1 when something could not be carried over, which is said')
      .requiredOption('--registry-host <host>', 'of the registry, as in shop-registry.cn-beijing.cr.aliyuncs.com')
      .requiredOption(
        '--repository <namespace/name>',
        'which the answers are of, since they do not say it; with several: once for each answer, in their order',
        collect,
      )
      .requiredOption('--application <name>', 'what is deployed', nameOf)
      .option('--hook <name>', 'the hook that the triggers hear', nameOf, 'acr')
      .option('--apply', 'make the triggers, after showing them and asking, instead of printing a file')
      .option('--dry-run', 'with --apply: show what would be made, and make nothing')
      .option('--yes', 'with --apply: do it without asking'),
    'import acr answer.json --registry-host shop-registry.cn-beijing.cr.aliyuncs.com --repository shop/web --application web > acr.yaml',
    'import acr --registry-host registry.cn-hangzhou.aliyuncs.com --repository shop/web --repository shop/api --application web < answers.json > acr.yaml',
    'import acr answer.json --registry-host registry.cn-hangzhou.aliyuncs.com --repository shop/web --application web --apply --dry-run',
  ).action(async (file: string, flags: AcrFlags & { readonly yes?: true }, command: Command) => {
    if (flags.apply === undefined && (flags.dryRun ?? flags.yes) !== undefined)
      throw misused(`${flags.dryRun === undefined ? '--yes' : '--dry-run'} belongs to --apply: without that nothing is made, and the file is printed`);
    const { importAcr } = await import('./acr/import-acr.ts');
    await importAcr(file, flags, io, () => begin(command, io));
  });
};
