/** The language of an answer: English, or 中文 when asked for by `?lang=` or by what the caller prefers. Codes and field names are the same in both. */
import type { Context } from 'hono';
import { REASONS } from '../core/reason.ts';
import type { ReasonCode } from '../core/reason-code.ts';

export type Lang = 'en' | 'zh';

export const langOf = (c: Context, asked: Lang | undefined): Lang => asked ?? preferred(c.req.header('accept-language') ?? '');

/** The first of our languages by quality, as RFC 9110 12.5.4 has it; English when none is named. */
const preferred = (header: string): Lang => {
  const ranked = header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find((found) => found !== undefined);
      return { lang: tag.split('-', 1)[0] ?? '', quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ lang, quality }) => quality > 0 && (lang === 'en' || lang === 'zh'))
    .sort((a, b) => b.quality - a.quality);
  return ranked[0]?.lang === 'zh' ? 'zh' : 'en';
};

export const wordsOf = (reason: ReasonCode, lang: Lang): { readonly reason: ReasonCode; readonly sentence: string; readonly cure: string } => ({
  reason,
  ...REASONS[reason][lang],
});
