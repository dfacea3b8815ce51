/** The commands of README.md: each with its heading, as a person would paste it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ReadmeCommand {
  readonly heading: string;
  /** Continued lines and what is read from `<<'EOF'` included, the remark at its end not. */
  readonly text: string;
}

const readme = (): string => readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

export const readmeCommands = (): readonly ReadmeCommand[] => {
  const found: ReadmeCommand[] = [];
  let heading = '';
  let inside = false;
  let pending: string[] = [];
  for (const line of readme().split('\n')) {
    if (inside) {
      if (line.startsWith('```')) inside = false;
      else if (line.trim() !== '' && !line.startsWith('#')) {
        pending.push(line);
        if (isComplete(pending)) {
          found.push({ heading, text: pending.map(withoutRemark).join('\n') });
          pending = [];
        }
      }
    } else if (line.startsWith('#')) heading = line.replace(/^#+ */, '');
    else if (line === '```sh') inside = true;
  }
  return found;
};

const isComplete = (lines: readonly string[]): boolean => {
  const document = lines.findIndex((line) => line.endsWith("<<'EOF'"));
  return document === -1 ? !(lines.at(-1) ?? '').endsWith('\\') : lines.at(-1) === 'EOF';
};

const withoutRemark = (line: string): string => line.replace(/\s+# .*$/, '');

const NOUN =
  /^(?:npx )?(?:image-triggers )?((?:hook|trigger|application|call|push|template|dead-letters) [a-z-]+|(?:explain|logs|open|doctor|apply|diff|export|import|completion|schema)\b)/;

/** What is named in the text between backticks: the words that lead to a command. */
export const readmeMentions = (): readonly string[] => [
  ...new Set([...readme().matchAll(/`([^`\n]+)`/g)].flatMap(([, text = '']) => NOUN.exec(text)?.[1] ?? [])),
];
